import type { Call } from '../calls/call.ts'
import type { DialTarget } from '../calls/dial.ts'
import { tellRinging } from '../calls/answer.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Contact } from '../registrar/types.ts'
import { longest, type ExtensionStep, type Step } from '../routing/plan.ts'
import { targetsOf } from './members.ts'
import type { StepOutcome } from './outcome.ts'
import { beep } from './beep.ts'
import { contactsToRing, isBusy, next, ring } from './ring.ts'
import { announced, screen } from './screen.ts'
import { sendOn } from './send-on.ts'
import { ASLEEP, sleepersOf } from './sleepers.ts'

/**
 * Rings every reachable contact of the extension, or the one phone that a GRUU means; and where the extension is followed to.
 * Browsers that sleep are woken, and ring as soon as they are there.
 *
 * @param rest what follows when nobody takes the call and the step itself does not say
 */
export async function ringExtension(world: CallWorld, call: Call, step: ExtensionStep, rest: readonly Step[]): Promise<StepOutcome> {
  const extension = world.directory.snapshot().extension(step.extensionId)
  if (!extension) return next('unknown-number', 404)
  const { namePrefix, alertInfo, diverted, intercom } = step
  const manner = { diverted, ...(namePrefix !== undefined && { namePrefix }), ...(alertInfo !== undefined && { alertInfo }), ...(intercom && { autoAnswer: true }) }
  const follow = step.deviceId == null ? step.follow : undefined
  const busy = isBusy(world, call, extension, step.busyAt)
  if (busy) return { kind: 'next', verdict: busy }
  const found = follow?.ownPhones === false ? undefined : contactsToRing(world, call, extension, step.busyAt)
  const sleepers = found && step.deviceId == null && !intercom ? sleepersOf(world, call, extension.id) : undefined
  const asleep = sleepers && found && 'verdict' in found && ASLEEP.has(found.verdict.reason) ? await sleepers.count() : 0
  if (call.over) return { kind: 'done' }
  if (found && 'verdict' in found && !follow && asleep === 0) return { kind: 'next', verdict: found.verdict }
  const contacts = found && 'contacts' in found ? found.contacts : []
  const named = contacts.filter(({ deviceId }) => deviceId === step.deviceId)
  if (step.deviceId != null && named.length === 0) return next('not-registered')
  const targetOf = (contact: Contact): DialTarget => ({ contact, extensionId: extension.id, number: extension.number, name: extension.name, ...manner })
  const own = (step.deviceId == null ? contacts : named).map(targetOf)
  if (intercom) return ringAndBeep(world, call, own, step.ringSeconds)
  // Before anybody outside is counted and paid for.
  const screened = await screen(world, call, step, rest)
  if (screened) return screened
  const others = follow && targetsOf(world, call, follow.members, { skipBusy: false, ...manner })
  const targets = others ? [...own.map((target) => ({ ...target, ringSeconds: step.ringSeconds })), ...others.targets] : own
  if (targets.length === 0 && asleep === 0) return { kind: 'next', verdict: found && 'verdict' in found ? found.verdict : (others?.verdict ?? terminate('not-registered', 'system')) }
  sleepers?.wake()
  const joining = sleepers && ((join: (target: DialTarget) => void) => sleepers.listen((contact) => announced(call, step, [targetOf(contact)]).forEach(join)))
  if (targets.length === 0) await call.mailbox.run(() => tellRinging(world, call))
  if (!follow) return ring(world, call, announced(call, step, targets), step.ringSeconds, { joining }, (failure) => sendOn(world, call, extension, diverted, failure))
  // Who declines elsewhere declines for nobody else.
  return ring(world, call, announced(call, step, targets), Math.max(own.length === 0 && asleep === 0 ? 0 : step.ringSeconds, longest(follow.members)), { shared: true, joining })
}

/** Whoever sits there hears that somebody does now. */
async function ringAndBeep(world: CallWorld, call: Call, targets: readonly DialTarget[], ringSeconds: number): Promise<StepOutcome> {
  const outcome = await ring(world, call, targets, ringSeconds)
  if (call.callee?.endpoint && !call.over) beep(world, call, call.callee.endpoint)
  return outcome
}
