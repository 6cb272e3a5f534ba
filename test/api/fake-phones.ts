/** Phones of the door of the PBX, kept in memory. */
import type { Actor } from '../../config/actor.ts'
import type { Pbx, ProvisionedPhone, ProvisionedPhoneInput } from '../../pbx/index.ts'
import { fakeKept } from './fake-lines.ts'
import { now } from './fake-samples.ts'

export function createFakePhones(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): Pick<Pbx, 'phones'> {
  const kept = fakeKept<ProvisionedPhone, ProvisionedPhoneInput>(actors, checkVersion, 'phone', {
    mac: null, deviceIds: [], keys: [], transport: 'tls', timeZone: null, language: 'en', networks: [], state: 'never', fetch: null, told: null, link: null,
  })
  return {
    phones: {
      ...kept,
      vendors: () => [{ id: 'acme', name: 'Acme', soft: false, models: [{ id: 'A1', name: 'A1', lines: 2, keys: 4 }], file: '{mac}.cfg', howTo: 'Type it.', dhcp: { option: 66, suffix: '' } }],
      opening: {
        async get(actor) {
          actors.push(actor)
          return null
        },
        async open(actor, { networks }) {
          actors.push(actor)
          return { token: 'made', until: now, networks, by: actor.name }
        },
        close: async (actor) => void actors.push(actor),
      },
      async setKeys(actor, ids) {
        for (const id of ids) await kept.get(actor, id)
        return ids.length
      },
      makeLink: async (actor, id) => ({ token: `made-for-${(await kept.get(actor, id)).id}`, file: 'a.cfg', until: now }),
      adminPassword: async (actor, id) => `of ${(await kept.get(actor, id)).name}`,
      async ask(actor, id) {
        await kept.get(actor, id)
        return { outcome: 'taken', status: 200 }
      },
      preview: async (actor, id) => ({ file: 'a.cfg', text: (await kept.get(actor, id)).name }),
      serve: async ({ token, file }) => (token === 'right' ? { type: 'text/plain', text: `settings in ${file}` } : undefined),
    },
  }
}
