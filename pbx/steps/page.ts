import { messageOf, Refusal } from '../../config/errors.ts'
import type { Conference } from '../../media/contract.ts'
import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import { leadsToHelp, type PageStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'
import { openPage, type PagedPhone } from './page-room.ts'
import { callsOf } from './ring.ts'

/** Answers, has the phones of the members answer by themselves, and lets them hear the caller; with `twoWay` everybody hears everybody. */
export async function page(world: CallWorld, call: Call, step: PageStep): Promise<StepOutcome> {
  const group = world.directory.snapshot().pagingGroup(step.pagingGroupId)
  if (!group) return { kind: 'next', verdict: terminate('unknown-number', 'system', 404) }
  const { conference, play } = world.media.capabilities
  if (!conference || !play) return { kind: 'next', verdict: terminate('no-conferences', 'system') }
  const found = phonesOf(world, call, step)
  if ('verdict' in found) return { kind: 'next', verdict: found.verdict }
  let room: Conference
  try {
    room = await world.media.createConference(`page ${group.number} ${group.name}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'next', verdict: terminate('no-media', 'system', null, `Nobody can be paged: ${messageOf(error)}.`) }
  }
  await call.mailbox.run(() => answer(world, call))
  // A caller who left the offer to us can be heard once its answer is here.
  await call.accepting
  if (call.over || !call.caller.endpoint) {
    await room.close()
    return { kind: 'done' }
  }
  await openPage(world, call, { step, group, room, phones: found.phones })
  return { kind: 'done' }
}

/** Every reachable phone of every member that is free; or why there is none. */
function phonesOf(world: CallWorld, call: Call, { members, skipBusy }: PageStep): { phones: PagedPhone[] } | { verdict: Termination } {
  const snapshot = world.directory.snapshot()
  const phones: PagedPhone[] = []
  const busy: string[] = []
  for (const id of members) {
    const extension = snapshot.extension(id)
    if (!extension) continue
    if (callsForHelp(world, call.tenantId, id) || (skipBusy && callsOf(world, call, id) > 0)) {
      busy.push(extension.number)
      continue
    }
    for (const contact of world.registrar.contactsOf(id)) if (contact.reachable !== 'no') phones.push({ extension, contact })
  }
  if (phones.length > 0) return { phones }
  return { verdict: terminate(busy.length > 0 ? 'busy' : 'nobody-paged', 'system', null, busy.length > 0 ? `Everybody who could be paged is in a call: ${busy.join(', ')}.` : 'No phone that could be paged is registered and answers.') }
}

/** Whoever talks to the emergency services is left alone, whatever the group says: a phone that answers by itself would put them on hold. */
function callsForHelp(world: CallWorld, tenantId: string, extensionId: string): boolean {
  return world.registry.list(tenantId).some((other) => !other.over
    && other.plan && leadsToHelp(other.plan)
    && other.legs.some((leg) => leg.origin.extensionId === extensionId && !leg.over))
}
