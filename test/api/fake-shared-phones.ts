import { Refusal } from '../../config/errors.ts'
import type { Actor } from '../../config/actor.ts'
import type { ApiClient } from '../support/http-client.ts'
import type { Device, SharedPhone, SharedPhones } from '../../pbx/index.ts'

/** Shared phones in memory; somebody sits at each as soon as it is shared. */
export function createFakeSharedPhones(actors: Actor[], find: (actor: Actor, id: string) => Device): SharedPhones {
  const shared = new Map<string, SharedPhone & { tenantId: string }>()
  const own = (actor: Actor, id: string): SharedPhone & { tenantId: string } => {
    actors.push(actor)
    find(actor, id)
    const found = shared.get(id)
    if (!found) throw new Refusal('not-found', 'There is no such shared phone.')
    return found
  }
  return {
    list(actor) {
      actors.push(actor)
      return [...shared.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ tenantId: _tenant, ...phone }) => phone)
    },
    async share(actor, deviceId, settings) {
      actors.push(actor)
      const { name, extensionId } = find(actor, deviceId)
      const home = { id: extensionId, number: '190', name: 'Desk 4' }
      const phone = { id: deviceId, name, ...settings, home, registered: false, login: { extensionId, number: '101', name: 'Ada', since: new Date(0), until: null } }
      shared.set(deviceId, { ...phone, tenantId: actor.tenantId })
      return phone
    },
    async unshare(actor, deviceId) {
      own(actor, deviceId)
      shared.delete(deviceId)
    },
    async logOut(actor, deviceId) {
      const { tenantId: _tenant, ...phone } = own(actor, deviceId)
      return { ...phone, login: null }
    },
  }
}

/** Shares a device. */
export async function sharedPhone(api: Pick<ApiClient, 'send'>, deviceId: string): Promise<string> {
  await api.send('PUT', `/shared-phones/${deviceId}`, { calls: 'help', hours: null, at: null })
  return deviceId
}
