/** Text messages of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { MessageSettings, Pbx } from '../../pbx/index.ts'
import { now } from './fake-samples.ts'

const kept = new Map<string, string>()

/** A message waits for an extension of this tenant; its id. */
export function waitingMessage(tenantId: string): string {
  const id = randomUUID()
  kept.set(id, tenantId)
  return id
}

export function createFakeMessages(actors: Actor[]): Pbx['messages'] {
  let settings: MessageSettings = { keepDays: 7, perMinute: 60 }
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
    async waiting(actor, { extensionId = randomUUID() }) {
      actors.push(actor)
      const rows = [...kept].filter(([, tenantId]) => tenantId === actor.tenantId).map(([id]) => ({
        id, extensionId, to: { number: '102', name: 'Ben' }, from: { number: '101', name: 'Ada' }, contentType: 'text/plain', bytes: 5, sentAt: now, expiresAt: now,
      }))
      return { rows, total: rows.length }
    },
    async send(actor) {
      actors.push(actor)
      return { state: 'waiting' }
    },
    async discard(actor, id) {
      actors.push(actor)
      if (kept.get(id) !== actor.tenantId) throw new Refusal('not-found', 'This message does not wait any more.')
      kept.delete(id)
    },
  }
}
