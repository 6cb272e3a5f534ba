import { randomInt } from 'node:crypto'
import type { Call } from '../calls/call.ts'
import { tellRinging } from '../calls/answer.ts'
import type { DialOptions, DialTarget } from '../calls/dial.ts'
import { RINGING } from '../calls/ringback.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import type { Member, RingGroupStep } from '../routing/plan.ts'
import { playEarly } from './early.ts'
import { sleepingMembers, targetsOf, verdictOfAll, type Found, type Manner } from './members.ts'
import type { StepOutcome } from './outcome.ts'
import { ring } from './ring.ts'

/** In a group one who declines speaks for himself only. */
const SHARED = { shared: true } as const

/** Greets the caller where the group does, and rings its members as its strategy says. */
export async function ringGroup(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  const { music } = world.settings.calls
  await greet(world, call, step)
  if (call.over) return { kind: 'done' }
  if (step.music && music !== undefined) call.ringSound = { kind: 'music', name: music }
  else keepRinging(call)
  const outcome = await ringMembers(world, call, step)
  keepRinging(call)
  return outcome
}

/** The name of a group's recording among the tenant's own sounds. */
export const groupRecordingOf = (ringGroupId: string): string => `ring-group-${ringGroupId}`

/** By the recording, or while it cannot be found by the text. */
async function greet(world: CallWorld, call: Call, { ringGroupId, greeting, recordedGreeting }: RingGroupStep): Promise<void> {
  const own = recordedGreeting === true ? await world.findSound(groupRecordingOf(ringGroupId), call.tenantId) : undefined
  if (own !== undefined) await playEarly(world, call, { kind: 'file', path: own })
  else if (greeting !== '' && world.media.capabilities.speak) await playEarly(world, call, { kind: 'speak', text: greeting })
}

/** A phone that has heard something of ours makes no ringing of its own any more (RFC 3960 §3.2). */
function keepRinging(call: Call): void {
  call.ringSound = call.state === 'early' ? RINGING : undefined
}

function ringMembers(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  switch (step.strategy) {
    case 'all':
      return ringAll(world, call, step)
    case 'enterprise':
      return byOwnClocks(world, call, step)
    case 'memory-hunt':
      return ringFound(world, call, addingUp(world, call, step), step.ringSeconds)
    case 'in-order':
    case 'random':
    case 'in-turn':
    case 'first-available':
      return inRounds(world, call, step)
  }
}

/** All at once; browsers of theirs that sleep are woken, and ring when they are there. */
async function ringAll(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  const manner = mannerOf(step)
  const sleeping = sleepingMembers(world, call, step.members, manner)
  const found = targetsOf(world, call, step.members, manner)
  if (found.targets.length === 0) {
    const counts = await Promise.all(sleeping.map((one) => one.count()))
    if (call.over) return { kind: 'done' }
    if (counts.every((count) => count === 0)) return { kind: 'next', verdict: found.verdict }
    await call.mailbox.run(() => tellRinging(world, call))
  }
  for (const one of sleeping) one.wake()
  const joining = (join: (target: DialTarget) => void): (() => void) => {
    const stops = sleeping.map(({ listen }) => listen(join))
    return () => stops.forEach((stop) => stop())
  }
  return ring(world, call, found.targets, step.ringSeconds, { ...SHARED, joining })
}

async function ringFound(world: CallWorld, call: Call, { targets, verdict }: Found, seconds: number, options?: DialOptions): Promise<StepOutcome> {
  return targets.length === 0 ? { kind: 'next', verdict } : ring(world, call, targets, seconds, { ...SHARED, ...options })
}

/** Each for a time of its own after a wait of its own; the waits count from the first who rings, so that the caller never waits for nobody. */
function byOwnClocks(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  const { targets, verdict } = targetsOf(world, call, step.members, mannerOf(step))
  const first = Math.min(...targets.map(({ delaySeconds = 0 }) => delaySeconds))
  const shifted = targets.map((target) => ({ ...target, delaySeconds: (target.delaySeconds ?? 0) - first }))
  const seconds = Math.max(...shifted.map(({ delaySeconds, ringSeconds = step.memberSeconds }) => delaySeconds + ringSeconds))
  return ringFound(world, call, { targets: shifted, verdict }, seconds, { ownClocks: true })
}

/** One more after the other, each when the one before has rung for its time; the former go on ringing. */
function addingUp(world: CallWorld, call: Call, step: RingGroupStep): Found {
  const planned = new Map<string, number>()
  let at = 0
  const found = step.members.map(({ ringSeconds = step.memberSeconds, ...member }) => {
    const each = targetsOf(world, call, [{ ...member, delaySeconds: at }], mannerOf(step), planned)
    if (each.targets.length > 0) at += ringSeconds
    return each
  })
  return { targets: found.flatMap(({ targets }) => targets), verdict: verdictOfAll(found.map(({ verdict }) => verdict)) }
}

/** One after the other, again and again until the time is up, the rounds are over, or nobody rang in one. */
async function inRounds(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  const order = inOrder(world, step)
  const manner = mannerOf(step)
  const until = Date.now() + step.ringSeconds * 1000
  const onlyOne = step.strategy === 'first-available'
  const rounds = onlyOne ? 1 : (step.rounds ?? Infinity)
  let verdict: Termination | undefined
  for (let round = 0, rang = true; rang && round < rounds && !call.over; round += 1) {
    rang = false
    for (const { ringSeconds = step.memberSeconds, ...member } of order) {
      const seconds = Math.min(ringSeconds, (until - Date.now()) / 1000)
      if (seconds < 1 || call.over) return call.over ? { kind: 'done' } : { kind: 'next', verdict: verdict ?? terminate('no-answer', 'system') }
      const found = targetsOf(world, call, [{ ...member, delaySeconds: 0 }], manner)
      if (found.targets.length === 0) {
        verdict ??= found.verdict
        continue
      }
      const outcome = await ring(world, call, found.targets, seconds, SHARED)
      if (outcome.kind === 'done') return outcome
      verdict = outcome.verdict
      // Who declines or is busy would be rung again at once.
      rang ||= outcome.verdict.reason === 'no-answer'
      if (rang && onlyOne) return outcome
    }
  }
  return { kind: 'next', verdict: verdict ?? terminate('not-reachable', 'system') }
}

function mannerOf({ skipBusy, diverted, namePrefix, alertInfo }: RingGroupStep): Manner {
  return { skipBusy, diverted, namePrefix, alertInfo }
}

function inOrder(world: CallWorld, { strategy, members, ringGroupId }: RingGroupStep): readonly Member[] {
  if (members.length < 2 || strategy === 'in-order' || strategy === 'first-available') return members
  if (strategy === 'random') {
    const mixed = [...members]
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = randomInt(last + 1)
      ;[mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!]
    }
    return mixed
  }
  const first = world.directory.ringGroups.takeTurn(ringGroupId) % members.length
  return [...members.slice(first), ...members.slice(0, first)]
}
