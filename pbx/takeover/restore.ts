/** A call of the process before this one, made a living call again. */
import { follow } from '../calls/answer.ts'
import { Call } from '../calls/call.ts'
import { ConnectedLine } from '../calls/connected-line.ts'
import { endAfterBug } from '../calls/hang-up.ts'
import type { CallWorld } from '../calls/world.ts'
import { restoreLeg, type SavedCall } from './saved.ts'

/** Whether it can go on: two phones talk in it. What rang, or was being transferred, has lost who waited for it. */
export function canGoOn(call: SavedCall): boolean {
  const has = (id: string | null): boolean => call.legs.some((leg) => leg.id === id && leg.dialog !== null && leg.endedAt === null)
  return call.answeredAt !== null && !call.transferring && has(call.callerId) && has(call.calleeId)
}

/**
 * The call, with its dialogs but without media. Until the engine has said which of them it kept, `call.restoring` is set.
 * @param leftAt when the process before was last there; the end of the call, unless more is known
 */
export function restoreCall(world: CallWorld, saved: SavedCall, leftAt: number): Call {
  const legs = saved.legs.map((one) => {
    const leg = restoreLeg(one)
    if (one.charge) {
      const charge = world.charges.resume({ tenantId: saved.tenantId, ...one.charge })
      leg.bill(charge)
      charge.release()
    }
    return { leg, dialog: one.dialog }
  })
  const caller = (legs.find(({ leg }) => leg.id === saved.callerId) ?? legs[0])?.leg
  if (!caller) throw new Error(`the saved call ${saved.id} has no caller`)
  const call = new Call({
    request: saved.request,
    invite: new ConnectedLine(caller, world.logger, () => undefined),
    caller,
    rootId: saved.rootId,
    begun: { id: saved.id, startedAt: saved.startedAt },
    logger: world.logger,
    onChange: (changed) => world.events.emit('call.updated', changed.tenantId, { call: changed.view() }),
    onBug: (broken, error) => endAfterBug(world, broken, error),
  })
  call.legs.splice(0, 1, ...legs.map(({ leg }) => leg))
  call.callee = legs.find(({ leg }) => leg.id === saved.calleeId)?.leg
  call.plan = saved.plan ?? undefined
  call.answeredAt = saved.answeredAt
  call.endAt = leftAt
  call.restoring = true
  // No recording before there is media.
  call.recordingTried = true
  world.registry.add(call)
  world.events.emit('call.started', call.tenantId, { call: call.view() })
  if (saved.answeredAt !== null) call.step('answer')
  for (const { leg, dialog } of legs) {
    if (!dialog) continue
    leg.dialog = world.sip.restore(dialog)
    follow(world, call, leg)
  }
  return call
}
