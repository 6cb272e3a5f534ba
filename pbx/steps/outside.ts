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
  const attempts = withoutPlace(world, step.attempts.toSorted((a, b) => down(a.trunkId) - down(b.trunkId)), step)
  const causes: string[] = []
  let last: InviteFailure | undefined
  /** Of the attempt before. */
  let failure: InviteFailure | undefined
  for (const [at, attempt] of attempts.entries()) {
    if (call.over) return { kind: 'done' }
    // The same carrier once more, without the place: only when it did not want the one with it.
    if (attempt.again && !refusedPlace(failure)) continue
    failure = undefined
    if (!makeRoom(world, call, attempt.trunkId, step.emergency)) {
      causes.push(`${attempt.trunk} has as many calls as it may`)
      continue
    }
    const line = world.trunks.line(attempt.trunkId, { number: attempt.number, callerId: attempt.callerId, emergency: step.emergency, located: attempt.located, more: attempts.slice(at + 1).some(({ again }) => !again) })
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
        return next('no-answer')
      case 'no-media':
        return { kind: 'next', verdict: terminate('no-media', 'system', null, `The media engine cannot take another call: ${outcome.reason}.`) }
      case 'failed':
        // Whoever calls for help is not told that one carrier did not like the call.
        if (!step.emergency && !isOfTrunk(outcome.failure)) return { kind: 'next', verdict: verdictOf(outcome.failure) }
        last = failure = outcome.failure
        causes.push(`${attempt.trunk}: ${causeOf(outcome.failure)}`)
    }
  }
  const why = causes.length > 0 ? ` ${causes.join('; ')}.` : ''
  return { kind: 'next', verdict: terminate('no-trunk', 'system', last?.status ?? null, `No trunk could carry the call.${why}`) }
}

type Attempt = OutsideStep['attempts'][number] & { located: Located | null; again: boolean }

/** A call for help with its place, and after each trunk that takes the place the same without it: some carriers refuse a body of several parts. */
function withoutPlace(world: CallWorld, attempts: OutsideStep['attempts'], { located = null }: OutsideStep): Attempt[] {
  return attempts.flatMap((attempt) => {
    const sends = located !== null && world.directory.snapshot().trunk(attempt.trunkId)?.sendLocation === true
    return [{ ...attempt, located, again: false }, ...(sends ? [{ ...attempt, located: null, again: true }] : [])]
  })
}

/** RFC 6442 §4.3 (424 Bad Location Information), and what elements say that cannot read the body. */
function refusedPlace(failure: InviteFailure | undefined): boolean {
  return failure?.kind === 'refused' && [400, 406, 413, 415, 420, 424, 488, 500, 501, 513, 606].includes(failure.status)
}

/** Whether it says something of the trunk and nothing of whoever is called (RFC 3261 §21.4, §21.5). */
function isOfTrunk({ kind, status }: InviteFailure): boolean {
  if (kind !== 'refused') return true
  return status >= 500 && status < 600 || [401, 402, 403, 407, 408, 420, 423, 429, 430, 439, 482, 483].includes(status)
}

function causeOf({ kind, status, reason }: InviteFailure): string {
  if (kind === 'timeout' || kind === 'cancelled') return 'it did not answer'
  if (kind === 'unreachable') return `it could not be reached (${reason})`
  return status === 401 || status === 407 ? 'it refused the user name or password' : `it refused with ${status} ${reason}`
}

/** Whether the trunk takes another call. One for help always fits: the newest ordinary call makes room. */
function makeRoom(world: CallWorld, call: Call, trunkId: string, emergency: boolean): boolean {
  const most = world.directory.snapshot().trunk(trunkId)?.maxCalls ?? null
  if (most === null) return true
  const over = callsOver(world, trunkId).filter((other) => other !== call)
  if (over.length < most) return true
  if (!emergency) return false
  const ordinary = over.filter((other) => !other.plan?.steps.some((step) => step.kind === 'outside' && step.emergency)).toSorted((a, b) => b.startedAt - a.startedAt)[0]
  if (ordinary) hangUp(world, ordinary, terminate('displaced', 'system'))
  return true
}

/** Calls that are on a trunk now. */
export function callsOver(world: Pick<CallWorld, 'registry'>, trunkId: string): Call[] {
  return world.registry.all().filter((call) => !call.over && call.legs.some((leg) => leg.origin.trunkId === trunkId && !leg.over))
}
