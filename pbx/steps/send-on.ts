import type { Call } from '../calls/call.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import { deflect } from '../routing/decide.ts'
import type { Diversion } from '../routing/plan.ts'
import type { InviteFailure } from '../sip/types.ts'
import { isIpLiteral, parseUri } from '../sip/uri.ts'
import type { StepOutcome } from './outcome.ts'

/**
 * A phone that is set to send its calls on, or whose user sends this one on, answers 3xx with where to (RFC 3261 §21.3): a forward of
 * its extension, by its rights. Only numbers that could be dialled here are followed, and no addresses elsewhere. Undefined for every
 * other failure.
 */
export function sendOn(world: CallWorld, call: Call, extension: SnapshotExtension, diverted: readonly Diversion[], { status, contacts }: InviteFailure): StepOutcome | undefined {
  if (contacts.length === 0) return undefined
  const who = `The phone of ${extension.number} (${extension.name})`
  const numbers = contacts.map((contact) => numberOf(world, call.tenantId, contact))
  const target = numbers.find((number) => number !== undefined)
  if (target === undefined) return { kind: 'next', verdict: terminate('callee-refused', 'callee', 480, `${who} sends the call on to ${contacts[0]?.slice(0, 100)}, which is no number of this house (${status}).`) }
  const branch = deflect(call.request, extension, target, diverted, world.directory.snapshot(), { ringSeconds: world.settings.calls.ringSeconds, at: Date.now() })
  if (call.plan) call.plan = { ...call.plan, after: [...(call.plan.after ?? []), { step: `Send the call on to ${target}`, reason: `${who} answered ${status}` }] }
  return { kind: 'sent-on', branch, verdict: terminate('callee-refused', 'callee', 480, `${who} sends the call on to ${target}, where nobody takes it.`) }
}

function numberOf({ directory }: Pick<CallWorld, 'directory'>, tenantId: string, contact: string): string | undefined {
  const uri = parseUri(contact)
  if (!uri?.user || !/^[+*#]?[0-9*#().-]+$/.test(uri.user)) return undefined
  const domains = directory.snapshot().tenant(tenantId)?.domains ?? []
  // What a phone takes for the house's address may be any; a name must be ours.
  const here = uri.scheme === 'tel' || domains.length === 0 || isIpLiteral(uri.host) || uri.host === 'localhost' || domains.includes(uri.host.toLowerCase())
  return here ? uri.user : undefined
}
