/** Limits for calls abroad of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Pbx, TollSettings } from '../../pbx/index.ts'
import { now } from './fake-samples.ts'

const locked = new Map<string, string>()

/** Locks an extension of this tenant; its id. */
export function lockedExtension(tenantId: string): string {
  const id = randomUUID()
  locked.set(id, tenantId)
  return id
}

export function createFakeToll(actors: Actor[]): Pbx['toll'] {
  let settings: TollSettings = { countries: null, atOnceExtension: 2, atOnceTenant: 10, perHour: 20, minutesExtension: 300, minutesTenant: null, spendDayExtension: null, spendMonthExtension: null, spendDayTenant: null, spendMonthTenant: null, mailTo: [] }
  return {
    settings(actor) {
      actors.push(actor)
      return settings
    },
    async configure(actor, input) {
      actors.push(actor)
      settings = { ...settings, ...input }
      return settings
    },
    locks(actor) {
      actors.push(actor)
      return [...locked].filter(([, tenantId]) => tenantId === actor.tenantId).map(([extensionId]) => ({ extensionId, number: '100', name: 'Ada', reason: '20 calls', spend: false, lockedAt: now }))
    },
    spending(actor) {
      actors.push(actor)
      return { currency: 'USD', states: [{ extension: null, window: 'day', spent: 1, limit: 2 }] }
    },
    async unlock(actor, id) {
      actors.push(actor)
      if (locked.get(id) !== actor.tenantId) throw new Refusal('not-found', 'This extension is not locked.')
      locked.delete(id)
    },
  }
}
