import type { Call } from '../calls/call.ts'
import type { DialTarget } from '../calls/dial.ts'
import type { CallWorld } from '../calls/world.ts'
import type { ExtensionStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'
import { contactsToRing, next, ring } from './ring.ts'

/** Rings every reachable contact of the extension, or the one phone that a GRUU means. */
export async function ringExtension(world: CallWorld, call: Call, step: ExtensionStep): Promise<StepOutcome> {
  const extension = world.directory.snapshot().extension(step.extensionId)
  if (!extension) return next('unknown-number', 404)
  const found = contactsToRing(world, call, extension, step.busyAt)
  if ('verdict' in found) return { kind: 'next', verdict: found.verdict }
  const named = found.contacts.filter(({ deviceId }) => deviceId === step.deviceId)
  if (step.deviceId != null && named.length === 0) return next('not-registered')
  const targets = (step.deviceId == null ? found.contacts : named).map((contact): DialTarget => ({ contact, extensionId: extension.id, number: extension.number, name: extension.name, diverted: step.diverted, ...(step.namePrefix !== undefined && { namePrefix: step.namePrefix }) }))
  return ring(world, call, targets, step.ringSeconds)
}
