import type { Call } from '../calls/call.ts'
import type { DialTarget, OutsideTarget } from '../calls/dial.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import type { Diversion, Member, OutsideMember, PhoneMember } from '../routing/plan.ts'
import { inOrder, isFull, TURN_MS, withoutPrice } from './channels.ts'
import { originOf } from './origin.ts'
import { isOfTrunk, noteOutcome } from './outside.ts'
import { callsOf, contactsToRing, isBusy } from './ring.ts'
import { sleepersOf, type Sleepers } from './sleepers.ts'
import { admit } from './toll.ts'

/** How those who are rung together are rung. */
export interface Manner {
  skipBusy: boolean
  diverted: readonly Diversion[]
  namePrefix?: string
  alertInfo?: string
}

export interface Found {
  targets: DialTarget[]
  /** For when there are no targets. */
  verdict: Termination
}

/**
 * Everybody of these who can be rung now. Nothing is awaited between this and the dialling: channels of trunks are counted here.
 *
 * @param planned channels that others will need who are rung beside these
 */
export function targetsOf(world: CallWorld, call: Call, members: readonly Member[], manner: Manner, planned = new Map<string, number>()): Found {
  const found = members.map((member) => (member.outside ? outsideTarget(world, call, member, planned) : phoneTargets(world, call, member, manner)))
  const verdicts = found.flatMap((each) => ('verdict' in each ? each.verdict : []))
  return {
    targets: found.flatMap((each) => ('targets' in each ? each.targets : [])),
    verdict: verdictOfAll(verdicts),
  }
}

/** Of a call for which nobody could be rung. */
export function verdictOfAll(verdicts: readonly Termination[]): Termination {
  return verdicts.find(({ reason }) => reason === 'busy') ?? verdicts[0] ?? terminate('not-reachable', 'system', null, 'Nobody else can be rung.')
}

/** Browsers of members that sleep, told of as targets once they are woken and there. */
export interface SleepingMember extends Pick<Sleepers, 'count' | 'wake'> {
  listen(join: (target: DialTarget) => void): () => void
}

export function sleepingMembers(world: CallWorld, call: Call, members: readonly Member[], { skipBusy, ...manner }: Manner): SleepingMember[] {
  return members.flatMap((member) => {
    const extension = member.outside ? undefined : world.directory.snapshot().extension(member.extensionId)
    if (!extension || member.outside || isBusy(world, call, extension, member.busyAt) || (skipBusy && callsOf(world, call, extension.id) > 0)) return []
    const sleepers = sleepersOf(world, call, extension.id)
    if (!sleepers) return []
    const { id: extensionId, number, name } = extension
    return { ...sleepers, listen: (join: (target: DialTarget) => void) => sleepers.listen((contact) => join({ contact, extensionId, number, name, ...manner })) }
  })
}

type Each = { targets: DialTarget[] } | { verdict: Termination }

function phoneTargets(world: CallWorld, call: Call, { extensionId, busyAt, delaySeconds, ringSeconds }: PhoneMember, { skipBusy, ...manner }: Manner): Each {
  const extension = world.directory.snapshot().extension(extensionId)
  if (!extension || extension.id === call.request.caller.extensionId) return { targets: [] }
  if (skipBusy && callsOf(world, call, extension.id) > 0) return { verdict: terminate('busy', 'system', null, `${extension.number} is in a call.`) }
  const found = contactsToRing(world, call, extension, busyAt)
  if ('verdict' in found) return found
  const { number, name } = extension
  return { targets: found.contacts.map((contact) => ({ contact, extensionId, number, name, delaySeconds, ...(ringSeconds !== undefined && { ringSeconds }), ...manner })) }
}

/** Over the first trunk that takes it; over the next at once when that one fails. */
function outsideTarget(world: CallWorld, call: Call, { outside, confirm, delaySeconds, ringSeconds }: OutsideMember, planned: Map<string, number>): Each {
  const { play, collect, speak } = world.media.capabilities
  if (confirm && (!play || !collect || !speak || call.caller.endpoint?.bypass === true)) return { verdict: terminate('not-reachable', 'system', null, `${outside.number} is not called, for the media engine cannot ask whether the call is taken.`) }
  const waiting = inOrder(world, outside)
  const nextTarget = (wait: number): OutsideTarget | undefined => {
    for (let attempt = waiting.shift(); attempt; attempt = waiting.shift()) {
      const { trunkId, trunk, number, callerId } = attempt
      if (isFull(world, trunkId, { planned: planned.get(trunkId) ?? 0 }) || withoutPrice(world, call.tenantId, attempt, outside, charge) !== undefined) continue
      const turn = world.trunks.turn(trunkId, waiting.length > 0 ? 0 : TURN_MS)
      if (turn === undefined) continue
      const line = world.trunks.line(trunkId, { number, callerId, emergency: false, origin: originOf(world, call), located: null, reference: null, hidden: call.caller.origin.hidden === true, more: waiting.length > 0 })
      if (!line) continue
      planned.set(trunkId, (planned.get(trunkId) ?? 0) + 1)
      return {
        line, charge, number: outside.number, name: trunk, diverted: outside.diverted, confirm, delaySeconds: wait + turn / 1000, ...(ringSeconds !== undefined && { ringSeconds }),
        instead: (failure) => {
          noteOutcome(world, trunkId, { kind: 'failed', failure })
          if (!isOfTrunk(failure)) return undefined
          // Those who were planned ring by now, and are counted as such.
          planned.clear()
          return nextTarget(0)
        },
      }
    }
    return undefined
  }
  const admitted = admit(world, call, outside)
  if (admitted.refused !== undefined) return { verdict: terminate(admitted.cause, 'system', null, `${admitted.refused}.`) }
  const { charge } = admitted
  const target = nextTarget(delaySeconds)
  if (!target) charge?.release()
  return target ? { targets: [target] } : { verdict: terminate('no-trunk', 'system', null, `No trunk could carry the call to ${outside.number}.`) }
}
