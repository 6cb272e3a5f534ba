import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../../config/errors.ts'
import { connect } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { dial } from '../calls/dial.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Located } from '../door.ts'
import type { OutsideStep } from '../routing/plan.ts'
import type { InviteFailure } from '../sip/types.ts'
import type { StepOutcome } from './outcome.ts'
import { next, verdictOf } from './ring.ts'
import { tooMany } from './toll.ts'

/** Whoever is called outside decides when to answer; a carrier's own announcement ends sooner. */
const RING_SECONDS = 120

/** Calls over one trunk after the other while the fault is the trunk's; whoever is busy or declines is not called twice. */
export async function callOutside(world: CallWorld, call: Call, step: OutsideStep): Promise<StepOutcome> {
  const many = tooMany(world, call, step)
  if (many !== undefined) return { kind: 'next', verdict: terminate('outside-forbidden', 'system', null, `${many}.`) }
  const down = (trunkId: string): number => Number(world.trunks.status(trunkId).state === 'down')
  // What is known of one that is down may be old: it is the last, and not left out.
  const waiting = step.attempts.toSorted((a, b) => down(a.trunkId) - down(b.trunkId)).map((attempt): Attempt => ({ ...attempt, located: placeFor(world, attempt.trunkId, step), displaces: false }))
  const causes: string[] = []
  let last: InviteFailure | undefined
  for (let attempt = waiting.shift(); attempt; attempt = waiting.shift()) {
    if (call.over) return { kind: 'done' }
    if (attempt.displaces && !(await displace(world, call, attempt.trunkId))) continue
    // Nothing is awaited between counting and dialling an ordinary call: two that come at once do not both take the last place.
    if (isFull(world, call, attempt.trunkId)) {
      if (!step.emergency) {
        causes.push(`${attempt.trunk} has as many calls as it may`)
        continue
      }
      await displace(world, call, attempt.trunkId)
    }
    // One that says nothing to the place is asked again without it, so that it is never the last that is waited for.
    const more = waiting.length > 0 || attempt.located !== null
    const line = world.trunks.line(attempt.trunkId, { number: attempt.number, callerId: attempt.callerId, emergency: step.emergency, located: attempt.located, hidden: call.caller.origin.hidden === true && !step.emergency, more })
    if (!line) {
      causes.push(`${attempt.trunk} is switched off`)
      continue
    }
    const outcome = await dial(world, call, [{ line, number: step.number, name: attempt.trunk, diverted: step.diverted }], RING_SECONDS)
    await call.handing
    switch (outcome.kind) {
      case 'answered':
        await call.mailbox.run(() => connect(world, call, outcome.leg))
        return { kind: 'done' }
      case 'over':
        return { kind: 'done' }
      case 'no-answer':
        // Another carrier may lead to dispatchers who have time.
        if (!step.emergency) return next('no-answer')
        causes.push(`${attempt.trunk}: nobody answered`)
        break
      case 'no-media':
        if (await passOn(call)) {
          waiting.unshift(attempt)
          break
        }
        return { kind: 'next', verdict: terminate('no-media', 'system', null, `The media engine cannot take another call: ${outcome.reason}.`) }
      case 'failed':
        // Whoever calls for help is not told that one carrier did not like the call.
        if (!step.emergency && !isOfTrunk(outcome.failure)) return { kind: 'next', verdict: verdictOf(outcome.failure) }
        last = outcome.failure
        causes.push(`${attempt.trunk}: ${causeOf(outcome.failure)}`)
        if (attempt.located !== null && askWithoutPlace(waiting, attempt, outcome.failure)) break
        // The carrier counts for itself how many calls it takes: when nobody else does, an ordinary one makes room.
        if (step.emergency && !attempt.displaces && outcome.failure.kind === 'refused' && FULL.has(outcome.failure.status)) waiting.push({ ...attempt, displaces: true })
    }
  }
  const why = causes.length > 0 ? ` ${causes.join('; ')}.` : ''
  return { kind: 'next', verdict: terminate('no-trunk', 'system', last?.status ?? null, `No trunk could carry the call.${why}`) }
}

type Attempt = OutsideStep['attempts'][number] & {
  located: Located | null
  /** An ordinary call on the trunk is ended first. */
  displaces: boolean
}

/** The engine had a place for the caller and none for the carrier: one that calls for help goes on without any. Once. */
async function passOn(call: Call): Promise<boolean> {
  const { passOn: pass } = call
  call.passOn = undefined
  try {
    // A caller who hears something of ours already stays with it.
    return pass !== undefined && call.state !== 'early' && call.caller.endpoint?.bypass !== true && (await pass())
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return false
  }
}

/** Where a caller for help is, for a trunk that takes it. */
function placeFor(world: CallWorld, trunkId: string, { located = null }: OutsideStep): Located | null {
  return world.directory.snapshot().trunk(trunkId)?.sendLocation === true ? located : null
}

/**
 * The same trunk once more without the place: at once when it refused that, and after all others when nothing was heard, for a body
 * that takes two packets is lost where one would come through.
 */
function askWithoutPlace(waiting: Attempt[], attempt: Attempt, failure: InviteFailure): boolean {
  const again = { ...attempt, located: null }
  if (failure.kind !== 'refused') waiting.push(again)
  else if (PLACE_REFUSED.has(failure.status)) waiting.unshift(again)
  else return false
  return true
}

/** RFC 6442 §4.3 (424 Bad Location Information), and what elements say that cannot read the body. */
const PLACE_REFUSED: ReadonlySet<number> = new Set([400, 406, 413, 415, 420, 424, 488, 500, 501, 513, 606])

/** Whether it says something of the trunk and nothing of whoever is called (RFC 3261 §21.4, §21.5). */
export function isOfTrunk({ kind, status }: InviteFailure): boolean {
  if (kind !== 'refused') return true
  return status >= 500 && status < 600 || [401, 402, 403, 407, 408, 420, 423, 429, 430, 439, 482, 483].includes(status)
}

function causeOf({ kind, status, reason }: InviteFailure): string {
  if (kind === 'timeout' || kind === 'cancelled') return 'it did not answer'
  if (kind === 'unreachable') return `it could not be reached (${reason})`
  return status === 401 || status === 407 ? 'it refused the user name or password' : `it refused with ${status} ${reason}`
}

/** What carriers say that have no channel left, RFC 3261 §21.4 to §21.6. */
const FULL: ReadonlySet<number> = new Set([403, 480, 486, 500, 503, 600, 603])

/** Whether the trunk takes no other ordinary call. */
function isFull(world: CallWorld, call: Call, trunkId: string): boolean {
  const most = world.directory.snapshot().trunk(trunkId)?.maxCalls ?? null
  return most !== null && legsOver(callsOver(world, trunkId).filter((other) => other !== call), trunkId) >= most
}

/** The carrier hears of the end of the one before it hears of the other, or the other does not wait for that. */
const DISPLACED_MS = 500

/** A call for help always fits: the newest ordinary call on the trunk makes room. False when there is none. */
async function displace(world: CallWorld, call: Call, trunkId: string): Promise<boolean> {
  const ordinary = callsOver(world, trunkId).filter((other) => other !== call && !other.plan?.steps.some((step) => step.kind === 'outside' && step.emergency)).toSorted((a, b) => b.startedAt - a.startedAt)[0]
  if (!ordinary) return false
  hangUp(world, ordinary, terminate('displaced', 'system'))
  await Promise.race([ordinary.mailbox.run(() => undefined), wait(DISPLACED_MS, undefined, { ref: false })])
  return true
}

/** How many channels of a trunk these calls take: one that rings several people outside takes one for each. */
export function legsOver(calls: readonly Call[], trunkId: string): number {
  return calls.reduce((sum, { legs }) => sum + legs.filter((leg) => leg.origin.trunkId === trunkId && !leg.over).length, 0)
}

/** Calls that are on a trunk now. */
export function callsOver(world: Pick<CallWorld, 'registry'>, trunkId: string): Call[] {
  return world.registry.all().filter((call) => !call.over && call.legs.some((leg) => leg.origin.trunkId === trunkId && !leg.over))
}
