import { randomInt } from 'node:crypto'
import type { Call } from '../calls/call.ts'
import type { DialTarget } from '../calls/dial.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import type { RingGroupStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'
import { callsOf, contactsToRing, ring } from './ring.ts'

type Member = RingGroupStep['members'][number]

/** In a group one who declines speaks for himself only. */
const SHARED = { shared: true } as const

/** Rings the members of a group, all at once or one after the other. */
export async function ringGroup(world: CallWorld, call: Call, step: RingGroupStep): Promise<StepOutcome> {
  if (step.strategy === 'all') {
    const { targets, verdict } = targetsOf(world, call, step, step.members)
    return targets.length === 0 ? { kind: 'next', verdict } : ring(world, call, targets, step.ringSeconds, SHARED)
  }
  const order = inOrder(world, step)
  const until = Date.now() + step.ringSeconds * 1000
  let verdict: Termination | undefined
  // Round after round until the time is up, or a round in which nobody rang.
  for (let rang = true; rang && !call.over; ) {
    rang = false
    for (const member of order) {
      const seconds = Math.min(step.memberSeconds, (until - Date.now()) / 1000)
      if (seconds < 1 || call.over) return call.over ? { kind: 'done' } : { kind: 'next', verdict: verdict ?? terminate('no-answer', 'system') }
      const found = targetsOf(world, call, step, [member])
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

/** The phones of these members; the verdict is for when there are none. */
function targetsOf(world: CallWorld, call: Call, step: RingGroupStep, members: readonly Member[]): { targets: DialTarget[]; verdict: Termination } {
  const snapshot = world.directory.snapshot()
  const verdicts: Termination[] = []
  const targets = members.flatMap((member): DialTarget[] => {
    const extension = snapshot.extension(member.extensionId)
    if (!extension || extension.id === call.request.caller.extensionId) return []
    if (step.skipBusy && callsOf(world, call, extension.id) > 0) {
      verdicts.push(terminate('busy', 'system', null, `${extension.number} is in a call.`))
      return []
    }
    const found = contactsToRing(world, call, extension, member.busyAt)
    if ('verdict' in found) {
      verdicts.push(found.verdict)
      return []
    }
    return found.contacts.map((contact) => ({
      contact, extensionId: extension.id, number: extension.number, name: extension.name, diverted: step.diverted,
      delaySeconds: step.strategy === 'all' ? member.delaySeconds : 0, namePrefix: step.namePrefix, alertInfo: step.alertInfo,
    }))
  })
  return { targets, verdict: verdicts.find(({ reason }) => reason === 'busy') ?? verdicts[0] ?? terminate('not-reachable', 'system', null, 'Nobody of the ring group can be rung.') }
}
