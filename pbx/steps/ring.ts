import { connect } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { dial, type DialOptions, type DialTarget } from '../calls/dial.ts'
import { reasonOfFailure, terminate, type TerminationReason } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Contact } from '../registrar/types.ts'
import type { InviteFailure } from '../sip/types.ts'
import type { StepOutcome } from './outcome.ts'

/** The contacts of an extension that can be rung for this call, never the phone that is calling; or why there are none. */
export function contactsToRing(world: CallWorld, call: Call, extension: { id: string; number: string }, busyAt: number | null): { contacts: Contact[] } | { verdict: ReturnType<typeof terminate> } {
  const busy = isBusy(world, call, extension, busyAt)
  if (busy) return { verdict: busy }
  const { instance } = call.request
  const contacts = world.registrar.contactsOf(extension.id).filter((contact) => instance === undefined || contact.instance === instance)
  const others = contacts.filter((contact) => contact.deviceId !== call.request.caller.deviceId)
  // A phone that missed its keep-alives would only make the caller wait for a timeout.
  const reachable = others.filter((contact) => contact.reachable !== 'no')
  if (reachable.length > 0) return { contacts: reachable }
  return { verdict: terminate(contacts.length === 0 ? 'not-registered' : others.length === 0 ? 'called-itself' : 'not-reachable', 'system') }
}

/** The end of a call that would be one too many for an extension. */
export function isBusy(world: CallWorld, call: Call, { id, number }: { id: string; number: string }, busyAt: number | null): ReturnType<typeof terminate> | undefined {
  if (busyAt === null || callsOf(world, call, id) < busyAt) return undefined
  return terminate('busy', 'system', null, `${number} is in as many calls as it may have at once.`)
}

/**
 * Rings, and connects whoever answers.
 *
 * @param sentOn what becomes of the call when this is how all failed; undefined: it failed
 */
export async function ring(world: CallWorld, call: Call, targets: readonly DialTarget[], ringSeconds: number, options?: DialOptions, sentOn?: (failure: InviteFailure) => StepOutcome | undefined): Promise<StepOutcome> {
  const outcome = await dial(world, call, targets, ringSeconds, options)
  await call.handing
  switch (outcome.kind) {
    case 'answered':
      if (outcome.leg.origin.trunkId !== undefined) world.trunks.note(outcome.leg.origin.trunkId, null)
      await call.mailbox.run(() => connect(world, call, outcome.leg))
      return { kind: 'done' }
    case 'over':
      return { kind: 'done' }
    case 'no-answer':
      return next('no-answer')
    case 'no-media':
      return { kind: 'next', verdict: terminate('no-media', 'system', null, `The media engine cannot take another call: ${outcome.reason}.`) }
    case 'failed':
      return sentOn?.(outcome.failure) ?? { kind: 'next', verdict: verdictOf(outcome.failure) }
  }
}

/** Calls that phones of the extension are in or ring for, besides this one. */
export function callsOf(world: CallWorld, call: Call, extensionId: string): number {
  return world.registry.list(call.tenantId).filter((other) => other !== call && !other.over && other.legs.some((leg) => leg.origin.extensionId === extensionId && !leg.over)).length
}

export function next(reason: TerminationReason, sipStatus: number | null = null): StepOutcome {
  return { kind: 'next', verdict: terminate(reason, 'system', sipStatus) }
}

export function verdictOf(failure: InviteFailure): ReturnType<typeof terminate> {
  if (failure.kind === 'unreachable') return terminate('not-reachable', 'system', failure.status)
  if (failure.kind === 'timeout') return terminate('not-reachable', 'system', failure.status)
  const reason = reasonOfFailure(failure.status)
  const detail = reason === 'callee-refused' ? `The called phone refused the call with ${failure.status} ${failure.reason}.` : undefined
  return terminate(reason, 'callee', failure.status, detail)
}
