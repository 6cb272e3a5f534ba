import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../../config/errors.ts'
import { connect } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { dial, type DialOutcome } from '../calls/dial.ts'
import { terminate } from '../calls/termination.ts'
import type { Charge } from '../calls/charges.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Located } from '../door.ts'
import type { OutsideStep } from '../routing/plan.ts'
import type { InviteFailure } from '../sip/types.ts'
import type { StepOutcome } from './outcome.ts'
import { inOrder, isFull, TURN_MS, withoutPrice } from './channels.ts'
import { displaceForMedia, displaceOn } from './displace.ts'
import { originOf } from './origin.ts'
import { askForPin } from './outside-pin.ts'
import { next, verdictOf } from './ring.ts'
import { admit } from './toll.ts'

/** Whoever is called outside decides when to answer; a carrier's own announcement ends sooner. */
const RING_SECONDS = 120

/** Calls over one trunk after the other while the fault is the trunk's; whoever is busy or declines is not called twice. */
export async function callOutside(world: CallWorld, call: Call, step: OutsideStep): Promise<StepOutcome> {
  if (step.pin && !step.emergency) return askForPin(world, call, { ...step, pin: step.pin })
  const admitted = admit(world, call, step)
  if (admitted.refused !== undefined) return { kind: 'next', verdict: terminate(admitted.cause, 'system', null, `${admitted.refused}.`) }
  try {
    return await overTrunks(world, call, step, admitted.charge)
  } finally {
    // Whoever answered holds it now.
    admitted.charge?.release()
  }
}

async function overTrunks(world: CallWorld, call: Call, step: OutsideStep, charge: Charge | undefined): Promise<StepOutcome> {
  const waiting = inOrder(world, step).map((attempt): Attempt => ({ ...attempt, located: placeFor(world, attempt.trunkId, step), displaces: false, waits: false }))
  const causes: string[] = []
  let last: InviteFailure | undefined
  const shown = step.emergency ? world.help.shownBy(call) : undefined
  for (let attempt = waiting.shift(); attempt; attempt = waiting.shift()) {
    if (call.over) return { kind: 'done' }
    if (attempt.displaces && !(await displaceOn(world, call, attempt.trunkId))) continue
    // Nothing is awaited between counting and dialling an ordinary call: two that come at once do not both take the last place.
    if (isFull(world, attempt.trunkId, { except: call })) {
      if (!step.emergency) {
        causes.push(`${attempt.trunk} has as many calls as it may`)
        continue
      }
      await displaceOn(world, call, attempt.trunkId)
    }
    const unpriced = withoutPrice(world, call.tenantId, attempt, step, charge)
    if (unpriced !== undefined) {
      causes.push(unpriced)
      continue
    }
    const late = await waitForTurn(world, call, attempt, step, waiting)
    if (call.over) return { kind: 'done' }
    if (late !== undefined) {
      causes.push(late)
      continue
    }
    // One that says nothing to the place is asked again without it, so that it is never the last that is waited for.
    const more = waiting.length > 0 || attempt.located !== null
    const line = world.trunks.line(attempt.trunkId, { number: attempt.number, callerId: shown ?? attempt.callerId, emergency: step.emergency, origin: originOf(world, call), located: attempt.located, reference: attempt.located && world.help.referenceOf(call), hidden: call.caller.origin.hidden === true && !step.emergency, more })
    if (!line) {
      causes.push(`${attempt.trunk} is switched off`)
      continue
    }
    charge?.hold()
    const outcome = await dial(world, call, [{ line, charge, number: step.number, name: attempt.trunk, diverted: step.diverted }], RING_SECONDS)
    noteOutcome(world, attempt.trunkId, outcome)
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
        if ((await passOn(call)) || (step.emergency && (await displaceForMedia(world, call)))) {
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
  /** It had too many calls a moment ago, and no other trunk carried this one: now it is waited for. */
  waits: boolean
}

/**
 * Waits until the trunk takes another call, when it may only begin so many in a second: another trunk that follows is taken at once
 * instead, and a call for help does not wait. Resolves with why this trunk cannot be taken now; undefined: it can.
 */
async function waitForTurn(world: CallWorld, call: Call, attempt: Attempt, { emergency }: OutsideStep, waiting: Attempt[]): Promise<string | undefined> {
  const { trunkId, trunk, waits } = attempt
  const others = waiting.length > 0
  const ms = world.trunks.turn(trunkId, emergency ? Infinity : others ? 0 : TURN_MS)
  if (ms === undefined) {
    if (others && !waits) waiting.push({ ...attempt, waits: true })
    return `${trunk} begins as many calls a second as it may`
  }
  if (ms === 0 || emergency) return undefined
  await wait(ms, undefined, { signal: call.signal }).catch(() => undefined)
  // Others came and went meanwhile.
  return isFull(world, trunkId, { except: call }) ? `${trunk} has as many calls as it may` : undefined
}

/** What is learnt of a trunk from a call over it: any word about whoever was called shows that it carries calls. */
export function noteOutcome(world: Pick<CallWorld, 'trunks'>, trunkId: string, outcome: DialOutcome): void {
  if (outcome.kind === 'failed' && isOfTrunk(outcome.failure)) world.trunks.note(trunkId, causeOf(outcome.failure))
  else if (outcome.kind === 'failed' || outcome.kind === 'answered' || outcome.kind === 'no-answer') world.trunks.note(trunkId, null)
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

/** Whether it says something of the trunk and nothing of whoever is called (RFC 3261 §21.4, §21.5): what it says of a signature (RFC 8224 §6.2.2) among it. */
export function isOfTrunk({ kind, status }: InviteFailure): boolean {
  if (kind !== 'refused') return true
  return status >= 500 && status < 600 || [401, 402, 403, 407, 408, 420, 423, 428, 429, 430, 436, 437, 438, 439, 482, 483].includes(status)
}

function causeOf({ kind, status, reason }: InviteFailure): string {
  if (kind === 'timeout' || kind === 'cancelled') return 'it did not answer'
  if (kind === 'unreachable') return `it could not be reached (${reason})`
  return status === 401 || status === 407 ? 'it refused the user name or password' : `it refused with ${status} ${reason}`
}

/** What carriers say that have no channel left, RFC 3261 §21.4 to §21.6. */
const FULL: ReadonlySet<number> = new Set([403, 480, 486, 500, 503, 600, 603])
