import type { Actor } from '../config/actor.ts'
import type { AuditEntry, Database } from '../config/database/index.ts'
import { messageOf, Refusal } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { Call } from './calls/call.ts'
import { hangUp } from './calls/hang-up.ts'
import { terminate } from './calls/termination.ts'
import type { CallWorld } from './calls/world.ts'
import type { History } from './cdr/history.ts'
import type { rememberRecent } from './cdr/recent.ts'
import type { CallsDoor, PastCall } from './door.ts'
import type { RecordingRoom } from './recording/room.ts'
import { holdOnOrder, playOnOrder, sendDigitsOnOrder, stopPlaying, transferOnOrder } from './steps/on-order.ts'
import { originate } from './steps/originate.ts'
import { superviseFor } from './steps/supervise.ts'
import { pcapOf } from './trace/pcap.ts'
import type { Traces } from './trace/trace.ts'

/** Calls going on and past ones, as the API sees and steers them. */
export function createCallDoor({ world, database, logger, recordings, history, recent, traces }: {
  world: CallWorld
  database: Database
  logger: Logger
  recordings: RecordingRoom
  history: History
  recent: ReturnType<typeof rememberRecent>
  traces: Traces
}): CallsDoor {
  const { registry, directory } = world
  const liveCall = (actor: Actor, id: string): Call => {
    // What came of a click, or of a transfer, has the id of its first call.
    const call = registry.get(actor.tenantId, id) ?? registry.list(actor.tenantId).find(({ rootId, over }) => rootId === id && !over)
    if (!call) throw new Refusal('not-found', 'This call is not going on. It may have ended a moment ago.')
    return call
  }
  const find = async (actor: Actor, id: string): Promise<PastCall> => {
    const call = registry.get(actor.tenantId, id)?.view() ?? recent.get(actor.tenantId, id)
    try {
      if (!call || call.state === 'ended') return await history.find(actor, id)
    } catch (error) {
      // Its row is still on the way to the database.
      if (!call) throw error
    }
    return { ...call, recordings: [] } as PastCall
  }

  return {
    live: (actor) => registry.list(actor.tenantId).map((call) => call.view()),
    async hangUp(actor, id) {
      const call = liveCall(actor, id)
      await auditIfPossible(database, logger, actor, callAudit('call.hang-up', call))
      hangUp(world, call, terminate('administrator', 'system', null, `${actor.name} ended the call from the panel or the API.`))
    },
    async record(actor, id, action) {
      const call = liveCall(actor, id)
      // The transaction is open while the recording changes: without its audit row nothing is recorded, without the recording nothing is audited.
      return database.change(actor, async () => ({
        result: await recordings.control(call, action, actor.name),
        audit: callAudit(`recording.${action}`, call),
      }))
    },
    async dial(actor, wish) {
      const call = originate(world, { ...wish, tenantId: actor.tenantId, by: actor.name })
      await auditIfPossible(database, logger, actor, { action: 'call.dial', subjectType: 'call', subjectId: call.id, after: { extension: directory.snapshot().extension(wish.extensionId)?.number, to: wish.to } })
      return call.view()
    },
    supervise: async (actor, id, order) => (await superviseFor(world, actor, liveCall(actor, id), order)).view(),
    async transfer(actor, id, order) {
      const call = liveCall(actor, id)
      const number = await transferOnOrder(world, call, order, actor.name)
      await auditIfPossible(database, logger, actor, callAudit('call.transfer', call, { side: order.side, target: number }))
      return call.view()
    },
    async hold(actor, id, order) {
      const call = liveCall(actor, id)
      await holdOnOrder(world, call, order)
      await auditIfPossible(database, logger, actor, callAudit(order.on ? 'call.hold' : 'call.resume', call, { side: order.side }))
      return call.view()
    },
    async play(actor, id, order) {
      const call = liveCall(actor, id)
      await playOnOrder(world, call, order)
      await auditIfPossible(database, logger, actor, callAudit('call.play', call, { side: order.side, ...order.source }))
    },
    async stopPlaying(actor, id) {
      stopPlaying(liveCall(actor, id))
    },
    async sendDigits(actor, id, order) {
      const call = liveCall(actor, id)
      await sendDigitsOnOrder(call, order)
      await auditIfPossible(database, logger, actor, callAudit('call.digits', call, { side: order.side }))
    },
    history: (actor, filter) => history.list(actor, filter),
    async *export(actor, query) {
      await database.change(actor, async () => ({ result: undefined, audit: { action: 'call.export', subjectType: 'call', subjectId: actor.tenantId, after: query } }))
      yield* history.walk(actor, query)
    },
    get: find,
    trace: async (actor, id) => traces.of(actor, await find(actor, id)),
    capture: async (actor, id) => pcapOf((await traces.of(actor, await find(actor, id))).messages),
  }
}

function callAudit(action: string, call: Call, more: Readonly<Record<string, string>> = {}): AuditEntry {
  const { from, to } = call.view()
  return { action, subjectType: 'call', subjectId: call.id, after: { from: from.number, to: to.number, ...more } }
}

/** Ending a call must work while the database is away; what cannot be audited is at least logged. */
export async function auditIfPossible(database: Database, logger: Logger, actor: Actor, audit: AuditEntry): Promise<void> {
  try {
    await database.change(actor, async () => ({ result: undefined, audit }))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unavailable') throw error
    logger.warn({ actor: actor.name, ...audit }, `not audited, the database is away: ${messageOf(error)}`)
  }
}
