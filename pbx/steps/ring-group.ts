import { randomInt } from 'node:crypto'
import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import type { Member, RingGroupStep } from '../routing/plan.ts'
import { targetsOf, type Manner } from './members.ts'
import type { StepOutcome } from './outcome.ts'
import { ring } from './ring.ts'

/** In a group one who declines speaks for himself only. */
const SHARED = { shared: true } as const

/** Rings the members of a group, all at once or one after the other. */
export async function ringGroup(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  if (step.strategy === 'all') {
    const { targets, verdict } = targetsOf(world, call, step.members, mannerOf(step))
    return targets.length === 0 ? { kind: 'next', verdict } : ring(world, call, targets, step.ringSeconds, SHARED)
  }
  const order = inOrder(world, step)
  const manner = mannerOf(step)
  const until = Date.now() + step.ringSeconds * 1000
  let verdict: Termination | undefined
  // Round after round until the time is up, or a round in which nobody rang.
  for (let rang = true; rang && !call.over; ) {
    rang = false
    for (const member of order) {
      const seconds = Math.min(step.memberSeconds, (until - Date.now()) / 1000)
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
    }
  }
  return { kind: 'next', verdict: verdict ?? terminate('not-reachable', 'system') }
}

function mannerOf({ skipBusy, diverted, namePrefix, alertInfo }: RingGroupStep): Manner {
  return { skipBusy, diverted, namePrefix, alertInfo }
}

function inOrder(world: CallWorld, { strategy, members, ringGroupId }: RingGroupStep): readonly Member[] {
  if (members.length < 2 || strategy === 'in-order') return members
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
