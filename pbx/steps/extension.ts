import { connect } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { dial, type DialTarget } from '../calls/dial.ts'
import { reasonOfFailure, terminate, type TerminationReason } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { ExtensionStep } from '../routing/plan.ts'
import type { InviteFailure } from '../sip/types.ts'
import type { StepOutcome } from './outcome.ts'

/** Rings every reachable contact of the extension, or the one phone that a GRUU means, but never the phone that is calling. */
export async function ringExtension(world: CallWorld, call: Call, step: ExtensionStep): Promise<StepOutcome> {
  const extension = world.directory.snapshot().extension(step.extensionId)
  if (!extension) return next('unknown-number', 404)

  if (step.busyAt !== null && callsOf(world, call, extension.id) >= step.busyAt) return { kind: 'next', verdict: terminate('busy', 'system', null, `${extension.number} is in as many calls as it may have at once.`) }
  const { instance } = call.request
  const contacts = world.registrar.contactsOf(extension.id).filter((contact) => instance === undefined || contact.instance === instance)
  const others = contacts.filter((contact) => contact.deviceId !== call.request.caller.deviceId)
  if (contacts.length === 0) return next('not-registered')
  if (others.length === 0) return next('called-itself')
  // A phone that missed its keep-alives would only make the caller wait for a timeout.
  const reachable = others.filter((contact) => contact.reachable !== 'no')
  if (reachable.length === 0) return next('not-reachable')

  const targets = reachable.map((contact): DialTarget => ({ contact, extensionId: extension.id, number: extension.number, name: extension.name, diverted: step.diverted }))
  const outcome = await dial(world, call, targets, step.ringSeconds)
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
      return { kind: 'next', verdict: verdictOf(outcome.failure) }
  }
}

/** Calls that phones of the extension are in or ring for, besides this one. */
function callsOf(world: CallWorld, call: Call, extensionId: string): number {
  return world.registry.list(call.tenantId).filter((other) => other !== call && !other.over && other.legs.some((leg) => leg.origin.extensionId === extensionId && !leg.over)).length
}

function next(reason: TerminationReason, sipStatus: number | null = null): StepOutcome {
  return { kind: 'next', verdict: terminate(reason, 'system', sipStatus) }
}

function verdictOf(failure: InviteFailure): ReturnType<typeof terminate> {
  if (failure.kind === 'unreachable') return terminate('not-reachable', 'system', failure.status)
  if (failure.kind === 'timeout') return terminate('not-reachable', 'system', failure.status)
  const reason = reasonOfFailure(failure.status)
  const detail = reason === 'callee-refused' ? `The called phone refused the call with ${failure.status} ${failure.reason}.` : undefined
  return terminate(reason, 'callee', failure.status, detail)
}
