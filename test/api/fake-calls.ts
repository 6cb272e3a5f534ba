/** Calls of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import type { CallView, PastCall, Pbx } from '../../pbx/index.ts'
import { recording } from './fake-samples.ts'

export function createFakeCalls({ all, find, past, made, snapshotTaken }: {
  all: (actor: Actor) => CallView[]
  /** Refuses what is not there, or another tenant's. */
  find: (actor: Actor, id: string) => CallView
  past: (call: CallView) => PastCall
  made: (actor: Actor) => CallView
  /** Told when the live calls were listed. */
  snapshotTaken: () => void
}): Pbx['calls'] {
  return {
    live(actor) {
      const rows = all(actor).filter((call) => call.state !== 'ended')
      snapshotTaken()
      return rows
    },
    async hangUp(actor, id) {
      find(actor, id)
    },
    dial: async (actor) => made(actor),
    supervise: async (actor, id) => find(actor, id),
    transfer: async (actor, id) => find(actor, id),
    hold: async (actor, id) => find(actor, id),
    play: async (actor, id) => void find(actor, id),
    stopPlaying: async (actor, id) => void find(actor, id),
    sendDigits: async (actor, id) => void find(actor, id),
    async record(actor, id) {
      const call = find(actor, id)
      return { ...recording, id: randomUUID(), callId: call.id, rootId: call.id, status: 'recording', startedBy: actor.name }
    },
    async history(actor, { page, limit }) {
      const rows = all(actor)
      return { rows: rows.slice((page - 1) * limit, page * limit).map(past), total: rows.length, more: false }
    },
    async *export(actor) {
      yield all(actor).map(past)
    },
    get: async (actor, id) => past(find(actor, id)),
    async capture(actor, id) {
      find(actor, id)
      return Buffer.from('capture')
    },
    async trace(actor, id) {
      const call = find(actor, id)
      const at = call.startedAt + 1.25
      const message = {
        at, legId: call.legs[0]?.id ?? null, direction: 'in', transport: 'udp', peer: '127.0.0.1:5070', local: '127.0.0.1:5060', summary: 'INVITE', method: 'INVITE',
        status: null, repeat: false, hasSdp: true, text: 'INVITE sip:200@127.0.0.1 SIP/2.0\r\n\r\n',
      } as const
      return { call, messages: [message], note: null }
    },
  }
}
