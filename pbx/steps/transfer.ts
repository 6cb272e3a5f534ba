import { setTimeout as wait } from 'node:timers/promises'
import { follow } from '../calls/answer.ts'
import { Call } from '../calls/call.ts'
import { ConnectedLine } from '../calls/connected-line.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { applyDirection } from '../calls/hold.ts'
import { hideCaller, shownAs } from '../calls/hidden.ts'
import type { Leg } from '../calls/leg.ts'
import { replaceCaller, takeOut } from '../calls/move.ts'
import { stopRingback } from '../calls/ringback.ts'
import { refusalOf, statusForCaller, terminate } from '../calls/termination.ts'
import { watchCall, watchLeg } from '../calls/watch.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import { leadsToHelp, type Plan } from '../routing/plan.ts'
import type { ReferRequest } from '../sip/types.ts'
import { hostPart } from '../sip/uri.ts'
import { decideNow } from './decide-now.ts'
import { introduce, nameOf } from './introduce.ts'
import { runPlan } from './run-plan.ts'

/** The phone that asked gets its last NOTIFY before its BYE, and has this long to say that it did. */
const LAST_WORD_MS = 2_000

/** A REFER, or the like of one that a phone has typed. */
export interface TransferWish extends ReferRequest {
  /** Of one who hears: the other side waits in this slot. Resolves when that was said. */
  parked?(slot: string): Promise<void>
}

/**
 * A phone in an answered call asks us to connect its other side with a number, or with the other side of a second call
 * of its own. The other side leaves for a call of its own; what the phone that asked has left is ended when that
 * worked, and gets it back when not.
 */
export function transfer(world: CallWorld, call: Call, by: Leg, refer: TransferWish): void {
  // Nobody outside has a right here that a call could be made with, and the house would pay.
  if (by.origin.trunkId !== undefined) return refer.refuse(403)
  const ringing = keepRinging(world, call, by, refer)
  const begin = async (): Promise<void> => {
    const other = by === call.caller ? call.callee : call.caller
    if (call.over || call.answeredAt === null || !other?.dialog) return refer.refuse(481)
    if (call.transferring || call.consultation) return refer.refuse(491)
    // No engine is up that could carry the sound to somebody else.
    if (by.endpoint?.bypass) return refer.refuse(503)
    if (refer.replaces) return joinCalls(world, call, by, other, refer, ringing?.found ?? world.registry.findDialog(call.tenantId, refer.replaces), ringing?.mark)
    const phone = world.registrar.phoneOf(call.tenantId, refer.target)
    if (phone === 'invalid') return refer.refuse(404)
    const to = phone ?? { number: refer.number }
    refer.accept()
    call.transferring = { by, number: to.number }
    await by.endpoint?.unbridge()
    const role = other.origin.role
    const moved = await takeOut(call, other, 'caller', `Transferred to ${to.number} by ${nameOf(by)}.`)
    dialOn(world, call, by, moved, role, refer, to)
  }
  // Its caller's ACK may still be on the way.
  void (call.accepting ?? Promise.resolve()).then(() => call.mailbox.post(() => begin().finally(() => ringing?.release())))
}

/**
 * A call of the phone's that still rings is to be handed on. From this turn on its CANCEL counts for nothing: many phones
 * send it right behind the REFER. When nothing comes of it, `release` carries the CANCEL out.
 */
function keepRinging(world: CallWorld, call: Call, by: Leg, { replaces }: ReferRequest): { found: Found; mark: object; release(): void } | undefined {
  const found = replaces && world.registry.findDialog(call.tenantId, replaces)
  if (!found?.early || found.leg !== found.call.caller || found.call.transferring || found.leg.origin.extensionId !== by.origin.extensionId) return undefined
  const second = found.call
  const mark = (second.transferring = { by: found.leg, number: '' })
  const handed = Promise.withResolvers<void>()
  second.handing = handed.promise
  return {
    found,
    mark,
    release() {
      second.handing = undefined
      handed.resolve()
      if (second.transferring !== mark) return
      second.transferring = undefined
      if (second.answeredAt === null && second.invite.answered) hangUp(world, second, terminate('caller-cancelled', 'caller', 487))
    },
  }
}

type Found = NonNullable<ReturnType<CallWorld['registry']['findDialog']>>

/** Blind: the other side calls the number itself, or one phone of it by its GRUU, on the authority of the phone that asked. */
function dialOn(world: CallWorld, call: Call, by: Leg, moved: Leg, role: Leg['origin']['role'], refer: TransferWish, to: Called): void {
  const before = { step: `Transferred by ${nameOf(by)}`, reason: `${nameOf(by)} transferred ${nameOf(moved)} to ${to.number}` }
  const next = openTransferred(world, call, moved, to, by.origin, (request) => ({ ...decideNow(world, request), before }), () => refer.progress(180, 'Ringing'))
  awaitAnswer(world, call, by, moved, role, refer, next)
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}

/** `moved` is the caller of `next`, which rings. Answered: the phone that asked is released. Not: the other side comes back to it. */
function awaitAnswer(world: CallWorld, call: Call, by: Leg, moved: Leg, role: Leg['origin']['role'], refer: TransferWish, next: Call): void {
  let back = false
  let recalled = false
  next.turnBack = async (verdict) => {
    clearTimeout(recall)
    // No more ringing.
    next.invite.reply(480)
    stopRingback(next)
    const returned = await next.mailbox.run(async () => {
      // He hung up while nobody answered, or somebody did in the last moment.
      if (next.over || (recalled && next.answeredAt !== null)) return undefined
      const leg = await takeOut(next, moved, role, `Came back: ${verdict.explanation}`)
      back = true
      hangUp(world, next, verdict)
      return leg
    })
    if (!returned) return
    void refer.end(statusForCaller(verdict), refusalOf(verdict.reason).phrase)
    if (await giveBack(world, call, by, returned, role)) return
    callBack(world, call, by, returned, verdict)
  }
  const { transferSeconds } = world.directory.snapshot().callSettingsOf(call.tenantId)
  const recall = transferSeconds === null ? undefined : setTimeout(() => {
    // Nothing takes a call for help back while it rings there.
    if (back || next.over || next.answeredAt !== null || (next.plan !== undefined && leadsToHelp(next.plan))) return
    recalled = true
    next.turnBack?.(terminate('no-answer', 'system', null, `Nobody had answered for ${transferSeconds} seconds, after which transferred calls return.`)).catch((error: unknown) => endAfterBug(world, next, error))
  }, transferSeconds * 1000)
  next.cleanup.add(() => clearTimeout(recall))
  const aborted = new Promise<void>((resolve) => {
    if (next.over) resolve()
    else next.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  void Promise.race([next.answered.promise, aborted]).then(async () => {
    clearTimeout(recall)
    if (back) return
    if (next.answeredAt === null) {
      void refer.end(487, 'Request Terminated')
      return hangUp(world, call, next.verdict?.by === 'caller' ? terminate('hung-up', role) : (next.verdict ?? terminate('hung-up', role)))
    }
    if (next.callee) introduce(world, moved, next.callee)
    if (next.parkedIn !== undefined) await refer.parked?.(next.parkedIn)
    await finish(world, refer, [{ call, by }], nameOf(moved), next.request.dialled, next.parkedIn === undefined ? 'OK' : `Parked on ${next.parkedIn}`)
  })
}

/**
 * With consultation (Refer-To with Replaces): the other sides of two calls of one phone are joined. When the second still
 * rings, the other side of the first waits on in the phone's place.
 */
async function joinCalls(world: CallWorld, call: Call, by: Leg, other: Leg, refer: TransferWish, found: Found | undefined, mark: object | undefined): Promise<void> {
  if (!found || found.call === call) return refer.refuse(481, 'No Such Call')
  // RFC 3891 §3: only who is a party of the call may have it replaced.
  if (by.origin.extensionId === null || found.leg.origin.extensionId !== by.origin.extensionId) return refer.refuse(403)
  const second = found.call
  const far = (): Leg | undefined => (found.leg === second.caller ? second.callee : second.caller)
  if (second.parkHere !== undefined && found.leg === second.caller && !second.over) return parkThere(world, call, by, other, refer, second, second.parkHere)
  const rings = second.answeredAt === null
  if (second.over || (rings ? found.leg !== second.caller : !far()?.dialog)) return refer.refuse(481, 'No Such Call')
  if (second.transferring && second.transferring !== mark) return refer.refuse(491)
  refer.accept()
  // Both at once: whatever the phone asks in either from here on is refused, so no two of these wait for each other.
  call.transferring = { by, number: far()?.origin.number ?? second.request.dialled }
  second.transferring = { by: found.leg, number: other.origin.number }
  const role = other.origin.role
  await by.endpoint?.unbridge()
  const near = await takeOut(call, other, 'caller', `Transferred to ${call.transferring.number} by ${nameOf(by)}.`)
  if (await joinSecond(world, call, by, near, role, refer, second, found.leg)) return
  void refer.end(480, 'Temporarily Unavailable')
  // This is the mailbox of the call already.
  return putBack(world, call, by, near, role)
}

/**
 * `near` has left `call` and goes on in the place of `left`, a leg of the phone that asked in the second call: with whoever
 * answered there, or waiting on while it rings. False when nobody is there any more.
 */
export async function joinSecond(world: CallWorld, call: Call, by: Leg, near: Leg, role: Leg['origin']['role'], refer: TransferWish, second: Call, left: Leg): Promise<boolean> {
  const far = (): Leg | undefined => (left === second.caller ? second.callee : second.caller)
  const root = call.startedAt <= second.startedAt ? call.rootId : second.rootId
  call.rootId = root
  second.rootId = root
  const joined = await second.mailbox.run(async () => {
    if (second.over) return undefined
    // Nobody has answered: a transfer that rings on.
    if (second.answeredAt === null) return waitOn(world, call, by, near, refer, second)
    const leg = far()
    if (!leg?.dialog) return undefined
    await left.endpoint?.unbridge()
    return takeOut(second, leg, 'callee', `Connected with ${nameOf(near)} by ${nameOf(by)}.`)
  })
  if (joined === near) {
    awaitAnswer(world, call, by, near, role, refer, second)
    return true
  }
  if (!joined) return false
  const plan: Plan = {
    direction: 'internal', number: joined.origin.number, extensionId: joined.origin.extensionId, name: joined.origin.name, steps: [],
    before: { step: `Connected by ${nameOf(by)}`, reason: `${nameOf(by)} talked to ${nameOf(joined)} first and then transferred ${nameOf(near)}` },
  }
  const next = openTransferred(world, call, near, joined.origin, by.origin, () => plan, () => undefined)
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
  void finish(world, refer, [{ call, by }, { call: second, by: left }], nameOf(near), joined.origin.number)
  return true
}

/** The phone asked the park lot for a slot first: the other side is parked there. Runs in the mailbox of `call`. */
async function parkThere(world: CallWorld, call: Call, by: Leg, other: Leg, refer: TransferWish, second: Call, slot: string): Promise<void> {
  refer.accept()
  call.transferring = { by, number: slot }
  await by.endpoint?.unbridge()
  const moved = await takeOut(call, other, 'caller', `Parked in slot ${slot} by ${nameOf(by)}.`)
  parkAt(world, call, by, moved, other.origin.role, refer, second, slot)
}

/** `moved` has left `call` and is parked in the slot that the second call was told. */
export function parkAt(world: CallWorld, call: Call, by: Leg, moved: Leg, role: Leg['origin']['role'], refer: TransferWish, second: Call, slot: string): void {
  second.parting = undefined
  // The slot stays its own until the call is in it.
  dialOn(world, call, by, moved, role, refer, { number: slot })
  hangUp(world, second, terminate('transferred', 'system', null, `${nameOf(by)} parked its call in slot ${slot}.`))
}

/** `near` takes the place of the phone that asked, in the second call, and hears what that heard. Runs in its mailbox. @returns `near` */
async function waitOn(world: CallWorld, call: Call, by: Leg, near: Leg, refer: TransferWish, second: Call): Promise<Leg> {
  const line = new ConnectedLine(near, world.logger, () => refer.progress(180, 'Ringing'))
  await replaceCaller(second, near, line, requestOf(call, near, { number: second.request.dialled }, by.origin), `${nameOf(by)} transferred the call while it rang.`)
  if (second.plan) second.plan.before = { step: `Transferred by ${nameOf(by)}`, reason: `${nameOf(by)} called first and then transferred ${nameOf(near)}, while it rang` }
  second.transferring = undefined
  follow(world, second, near)
  return near
}

/** Who is called: all phones of a number, or one. */
interface Called {
  number: string
  instance?: string
}

/** Whose rights count for a call that somebody else goes on to. */
export interface Authority {
  extensionId: string | null
  number: string
  /** The phone that asked for it. */
  deviceId?: string | null
}

function requestOf(from: Call, caller: Leg, { number: dialled, instance }: Called, by: Authority | undefined): Call['request'] {
  const { extensionId, deviceId, address } = caller.origin
  return {
    tenantId: from.tenantId,
    caller: { extensionId: extensionId ?? '', deviceId: deviceId ?? '', ...shownAs(caller), address: hostPart(address) },
    dialled,
    ...(instance === undefined ? {} : { instance }),
    ...(by && { onBehalfOf: { extensionId: by.extensionId ?? '', number: by.number, ...(by.deviceId != null && { deviceId: by.deviceId }) } }),
  }
}

/**
 * A call whose caller is in one already.
 *
 * @param by undefined: the caller calls for itself
 */
export function openTransferred(world: CallWorld, from: Call, caller: Leg, to: Called, by: Authority | undefined, planOf: (request: Call['request']) => Plan, onRinging: () => void): Call {
  const call = new Call({
    request: requestOf(from, caller, to, by),
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
  if (call.plan.withheld === true) hideCaller(call)
  follow(world, call, caller)
  world.events.emit('call.started', call.tenantId, { call: call.view() })
  return call
}

/** The last NOTIFY, then BYE to what the phone that asked still has. */
async function finish(world: CallWorld, refer: TransferWish, left: readonly { call: Call; by: Leg }[], who: string, number: string, phrase = 'OK'): Promise<void> {
  await Promise.race([refer.end(200, phrase), wait(LAST_WORD_MS, undefined, { ref: false })])
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

/** `returned` has its old place in the call again, and talks with `by`. */
export async function putBack(world: CallWorld, call: Call, by: Leg, returned: Leg, role: Leg['origin']['role']): Promise<void> {
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
export function callBack(world: CallWorld, call: Call, by: Leg, returned: Leg, why: Termination): void {
  const { extensionId, number, name } = by.origin
  const reason = `The transfer by ${nameOf(by)} failed (${why.explanation.replace(/\.$/, '')}), so the call returns to it`
  const again = new Set<Plan['steps'][number]>()
  if (extensionId !== null) again.add({ kind: 'extension', extensionId, ringSeconds: world.settings.calls.ringSeconds, busyAt: null, diverted: [], otherwise: {}, reason })
  const plan: Plan = { direction: 'internal', number, extensionId, name, steps: [...again] }
  const next = openTransferred(world, call, returned, { number }, by.origin, () => plan, () => undefined)
  void next.answered.promise.then(() => next.callee && introduce(world, returned, next.callee))
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
  // Nobody is left in it.
  hangUp(world, call, terminate('transferred', by.origin.role, null, `The call was transferred to ${call.transferring?.number ?? 'somebody'}.`))
}
