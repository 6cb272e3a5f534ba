import { setTimeout as wait } from 'node:timers/promises'
import { follow } from '../calls/answer.ts'
import { Call } from '../calls/call.ts'
import { ConnectedLine } from '../calls/connected-line.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { applyDirection } from '../calls/hold.ts'
import type { Leg } from '../calls/leg.ts'
import { takeOut } from '../calls/move.ts'
import { stopRingback } from '../calls/ringback.ts'
import { refusalOf, statusForCaller, terminate } from '../calls/termination.ts'
import { watchCall, watchLeg } from '../calls/watch.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import { decide } from '../routing/decide.ts'
import type { Plan } from '../routing/plan.ts'
import type { DialogName, ReferRequest } from '../sip/types.ts'
import { runPlan } from './run-plan.ts'

/** The phone that asked gets its last NOTIFY before its BYE, and has this long to say that it did. */
const LAST_WORD_MS = 2_000

/**
 * A phone in an answered call asks us to connect its other side with a number, or with the other side of a second call
 * of its own. The other side leaves for a call of its own; what the phone that asked has left is ended when that
 * worked, and gets it back when not.
 */
export function transfer(world: CallWorld, call: Call, by: Leg, refer: ReferRequest): void {
  const begin = async (): Promise<void> => {
    const other = by === call.caller ? call.callee : call.caller
    if (call.over || call.answeredAt === null || !other?.dialog) return refer.refuse(481)
    if (call.transferring) return refer.refuse(491)
    // No engine is up that could carry the sound to somebody else.
    if (by.endpoint?.bypass) return refer.refuse(503)
    if (refer.replaces) return joinCalls(world, call, by, other, refer, refer.replaces)
    refer.accept()
    call.transferring = { by, number: refer.number }
    await by.endpoint?.unbridge()
    const role = other.origin.role
    const moved = await takeOut(call, other, 'caller', `Transferred to ${refer.number} by ${nameOf(by)}.`)
    dialOn(world, call, by, moved, role, refer)
  }
  // Its caller's ACK may still be on the way.
  void (call.accepting ?? Promise.resolve()).then(() => call.mailbox.post(begin))
}

/** Blind: the other side calls the number itself, on the authority of the phone that asked. */
function dialOn(world: CallWorld, call: Call, by: Leg, moved: Leg, role: Leg['origin']['role'], refer: ReferRequest): void {
  let back = false
  const before = { step: `Transferred by ${nameOf(by)}`, reason: `${nameOf(by)} transferred ${nameOf(moved)} to ${refer.number}` }
  const next = openTransferred(world, call, moved, refer.number, by, (request) => ({ ...decide(request, world.directory.snapshot(), { ringSeconds: world.settings.calls.ringSeconds }), before }), () => refer.progress(180, 'Ringing'))
  next.turnBack = async (verdict) => {
    // No more ringing.
    next.invite.reply(480)
    stopRingback(next)
    const returned = await next.mailbox.run(() => (next.over ? undefined : takeOut(next, moved, role, `Came back: ${verdict.explanation}`)))
    // He hung up while nobody answered.
    if (!returned) return
    back = true
    hangUp(world, next, verdict)
    void refer.end(statusForCaller(verdict), refusalOf(verdict.reason).phrase)
    if (await giveBack(world, call, by, returned, role)) return
    callBack(world, call, by, returned, verdict)
  }
  const aborted = new Promise<void>((resolve) => next.signal.addEventListener('abort', () => resolve(), { once: true }))
  void Promise.race([next.answered.promise, aborted]).then(async () => {
    if (back) return
    if (next.answeredAt === null) {
      void refer.end(487, 'Request Terminated')
      return hangUp(world, call, next.verdict?.by === 'caller' ? terminate('hung-up', role) : (next.verdict ?? terminate('hung-up', role)))
    }
    if (next.callee) introduce(world, moved, next.callee)
    await finish(world, refer, [{ call, by }], nameOf(moved), refer.number)
  })
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}

/** With consultation: the other sides of two calls of one phone are joined (Refer-To with Replaces). */
async function joinCalls(world: CallWorld, call: Call, by: Leg, other: Leg, refer: ReferRequest, name: DialogName): Promise<void> {
  const found = world.registry.findDialog(call.tenantId, name)
  if (!found || found.call === call) return refer.refuse(481, 'No Such Call')
  // RFC 3891 §3: only who is a party of the call may have it replaced.
  if (by.origin.extensionId === null || found.leg.origin.extensionId !== by.origin.extensionId) return refer.refuse(403)
  const second = found.call
  const far = found.leg === second.caller ? second.callee : second.caller
  if (second.over || second.answeredAt === null || !far?.dialog) return refer.refuse(481, 'No Such Call')
  if (second.transferring) return refer.refuse(491)
  refer.accept()
  // Both at once: whatever the phone asks in either from here on is refused, so no two of these wait for each other.
  call.transferring = { by, number: far.origin.number }
  second.transferring = { by: found.leg, number: other.origin.number }
  const role = other.origin.role
  await by.endpoint?.unbridge()
  const near = await takeOut(call, other, 'caller', `Transferred to ${nameOf(far)} by ${nameOf(by)}.`)
  const joined = await second.mailbox.run(async () => {
    if (second.over || !far.dialog) return undefined
    await found.leg.endpoint?.unbridge()
    return takeOut(second, far, 'callee', `Connected with ${nameOf(near)} by ${nameOf(by)}.`)
  })
  if (!joined) {
    void refer.end(480, 'Temporarily Unavailable')
    // This is the mailbox of the call already.
    return putBack(world, call, by, near, role)
  }
  const root = call.startedAt <= second.startedAt ? call.rootId : second.rootId
  call.rootId = root
  second.rootId = root
  const plan: Plan = {
    direction: 'internal', number: joined.origin.number, extensionId: joined.origin.extensionId, name: joined.origin.name, steps: [],
    before: { step: `Connected by ${nameOf(by)}`, reason: `${nameOf(by)} talked to ${nameOf(joined)} first and then transferred ${nameOf(near)}` },
  }
  const next = openTransferred(world, call, near, joined.origin.number, by, () => plan, () => undefined)
  next.recordingWanted ??= second.recording?.startedBy
  next.legs.push(joined)
  next.callee = joined
  await next.mailbox.run(async () => {
    if (near.endpoint && joined.endpoint) await near.endpoint.bridge(joined.endpoint)
    if (next.over) return
    next.step('answer')
    follow(world, next, joined)
    watchCall(world, next)
  })
  introduce(world, near, joined)
  void finish(world, refer, [{ call, by }, { call: second, by: found.leg }], nameOf(near), joined.origin.number)
}

/** A call whose caller is in one already. */
function openTransferred(world: CallWorld, from: Call, caller: Leg, dialled: string, by: Leg, planOf: (request: Call['request']) => Plan, onRinging: () => void): Call {
  const { extensionId, deviceId, number, name } = caller.origin
  const call = new Call({
    request: {
      tenantId: from.tenantId,
      caller: { extensionId: extensionId ?? '', deviceId: deviceId ?? '', number, name },
      dialled,
      onBehalfOf: { extensionId: by.origin.extensionId ?? '', number: by.origin.number },
    },
    invite: new ConnectedLine(caller, world.logger, onRinging),
    caller,
    rootId: from.rootId,
    logger: world.logger,
    onChange: (changed) => world.events.emit('call.updated', changed.tenantId, { call: changed.view() }),
    onBug: (broken, error) => endAfterBug(world, broken, error),
  })
  call.recordingWanted = from.recording?.startedBy ?? from.recordingWanted
  world.registry.add(call)
  call.plan = planOf(call.request)
  follow(world, call, caller)
  world.events.emit('call.started', call.tenantId, { call: call.view() })
  return call
}

/** The last NOTIFY, then BYE to what the phone that asked still has. */
async function finish(world: CallWorld, refer: ReferRequest, left: readonly { call: Call; by: Leg }[], who: string, number: string): Promise<void> {
  await Promise.race([refer.end(200, 'OK'), wait(LAST_WORD_MS, undefined, { ref: false })])
  for (const { call, by } of left) hangUp(world, call, terminate('transferred', by.origin.role, null, `${nameOf(by)} transferred the call: ${who} went on with ${number}.`))
}

/** The transfer came to nothing and the phone that asked is still there: they talk again. */
async function giveBack(world: CallWorld, call: Call, by: Leg, returned: Leg, role: Leg['origin']['role']): Promise<boolean> {
  return call.mailbox.run(async () => {
    if (call.over || !by.dialog || by.dialog.ended) return false
    await putBack(world, call, by, returned, role)
    return true
  })
}

async function putBack(world: CallWorld, call: Call, by: Leg, returned: Leg, role: Leg['origin']['role']): Promise<void> {
  call.transferring = undefined
  call.legs.push(returned)
  if (role === 'caller') call.caller = returned
  else call.callee = returned
  follow(world, call, returned)
  watchLeg(world, call, returned)
  if (by.endpoint && returned.endpoint) await by.endpoint.bridge(returned.endpoint)
  // Most phones hold the call before they transfer it, and still do.
  await applyDirection(world, call, by)
  call.changed()
}

/** The phone that asked has hung up already: it is rung, so that nobody is left alone. */
function callBack(world: CallWorld, call: Call, by: Leg, returned: Leg, why: Termination): void {
  const { extensionId, number, name } = by.origin
  const reason = `The transfer by ${nameOf(by)} failed (${why.explanation.replace(/\.$/, '')}), so the call returns to it`
  const again = new Set<Plan['steps'][number]>()
  if (extensionId !== null) again.add({ kind: 'extension', extensionId, ringSeconds: world.settings.calls.ringSeconds, busyAt: null, diverted: [], otherwise: {}, reason })
  const plan: Plan = { direction: 'internal', number, extensionId, name, steps: [...again] }
  const next = openTransferred(world, call, returned, number, by, () => plan, () => undefined)
  void next.answered.promise.then(() => next.callee && introduce(world, returned, next.callee))
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}

/** Each phone is told who is at its other end now. */
export function introduce(world: CallWorld, one: Leg, other: Leg): void {
  const tenant = world.directory.snapshot().extension(one.origin.extensionId ?? '')?.tenantId ?? ''
  const domain = world.directory.snapshot().tenant(tenant)?.domains[0] ?? 'localhost'
  one.dialog?.identify({ number: other.origin.number, name: other.origin.name, domain })
  other.dialog?.identify({ number: one.origin.number, name: one.origin.name, domain })
}

export function nameOf({ origin }: Leg): string {
  return origin.name === null ? origin.number : `${origin.number} (${origin.name})`
}
