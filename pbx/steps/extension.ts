import type { Call } from '../calls/call.ts'
import type { DialTarget } from '../calls/dial.ts'
import { tellRinging } from '../calls/answer.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Contact } from '../registrar/types.ts'
import { longest, type ExtensionStep, type Step } from '../routing/plan.ts'
import { targetsOf } from './members.ts'
import type { StepOutcome } from './outcome.ts'
import { beep } from './beep.ts'
import { contactsToRing, isBusy, next, ring } from './ring.ts'
import { announced, screen } from './screen.ts'
import { sendOn } from './send-on.ts'
import { ASLEEP, wakeSleepers } from './sleepers.ts'

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
  const sleepers = found && step.deviceId == null && !intercom ? wakeSleepers(world, call, extension.id) : undefined
  const woken = found && 'verdict' in found && ASLEEP.has(found.verdict.reason) ? ((await sleepers?.told) ?? 0) : 0
  if (found && 'verdict' in found && !follow && woken === 0) return { kind: 'next', verdict: found.verdict }
  const contacts = found && 'contacts' in found ? found.contacts : []
  const named = contacts.filter(({ deviceId }) => deviceId === step.deviceId)
  if (step.deviceId != null && named.length === 0) return next('not-registered')
  const targetOf = (contact: Contact): DialTarget => ({ contact, extensionId: extension.id, number: extension.number, name: extension.name, ...manner })
  const own = (step.deviceId == null ? contacts : named).map(targetOf)
  const joining = sleepers && ((join: (target: DialTarget) => void) => sleepers.listen((contact) => announced(call, step, [targetOf(contact)]).forEach(join)))
  if (intercom) return ringAndBeep(world, call, own, step.ringSeconds)
  const ringThose = async (targets: readonly DialTarget[], seconds: number, shared: boolean): Promise<StepOutcome> => {
    const screened = await screen(world, call, step, rest)
    if (screened) return screened
    if (targets.length === 0) await call.mailbox.run(() => tellRinging(world, call))
    return ring(world, call, announced(call, step, targets), seconds, { shared, joining }, shared ? undefined : (failure) => sendOn(world, call, extension, diverted, failure))
  }
  if (!follow) return ringThose(own, step.ringSeconds, false)
  const others = targetsOf(world, call, follow.members, { skipBusy: false, ...manner })
  const targets = [...own.map((target) => ({ ...target, ringSeconds: step.ringSeconds })), ...others.targets]
  if (targets.length === 0 && woken === 0) return { kind: 'next', verdict: found && 'verdict' in found ? found.verdict : others.verdict }
  // Who declines elsewhere declines for nobody else.
  return ringThose(targets, Math.max(own.length === 0 && woken === 0 ? 0 : step.ringSeconds, longest(follow.members)), true)
}

/** Whoever sits there hears that somebody does now. */
async function ringAndBeep(world: CallWorld, call: Call, targets: readonly DialTarget[], ringSeconds: number): Promise<StepOutcome> {
  const outcome = await ring(world, call, targets, ringSeconds)
  if (call.callee?.endpoint && !call.over) beep(world, call, call.callee.endpoint)
  return outcome
}
