/** Outbound routes that ask whoever calls for a PIN. */
import type { Call } from '../calls/call.ts'
import { lock } from '../calls/toll-minutes.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { labelOfPin } from '../directory/pin-sets.ts'
import type { SnapshotPinSet } from '../directory/types.ts'
import type { OutsideStep } from '../routing/plan.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import type { StepOutcome } from './outcome.ts'

const TRIES = 3
const LONGEST_PIN = 12

type WithPin = OutsideStep & { pin: NonNullable<OutsideStep['pin']> }

/**
 * Answers and asks for the PIN, up to three times; with the right one the caller goes on as a call of his own, whose plan knows whose
 * PIN it was. Nothing knows the PIN. After too many wrong ones of an extension within a quarter of an hour it is locked for calls
 * outside, and somebody is told.
 */
export async function askForPin(world: CallWorld, call: Call, step: WithPin): Promise<StepOutcome> {
  const { setId, name } = step.pin
  const refuse = (why: string): StepOutcome => ({ kind: 'next', verdict: terminate('wrong-outside-pin', 'system', null, why) })
  const set = world.directory.snapshot().pinSet(setId)
  const { number, extensionId } = call.request.caller
  if (!set) return refuse(`The outbound route asks for a PIN of ${name}, and nobody has one. Set its PINs anew in the panel.`)
  if (world.charges.locking.has(extensionId)) return refuse(`${number} is locked for calls outside until somebody has looked.`)
  if (call.consultation) return refuse(`The outbound route asks for a PIN of ${name}, which cannot be entered while somebody waits to be transferred by keys. Hold the call on the phone, dial on another line, and transfer there.`)
  if (!canTalk(world, call)) return refuse(`A PIN of ${name} cannot be asked for: the media engine cannot play and hear keys now.`)
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const digits = await talk.digits(['outside-pin'], LONGEST_PIN)
    // Counted before it is compared, so that calls at the same time have no more tries together than one after the other.
    if (digits !== '' && (world.charges.locking.has(extensionId) || !world.pinTries.begin([[set.id, extensionId]]))) {
      await talk.say('outside-pin-locked')
      return refuse(`Too many wrong PINs of ${set.name} were entered at ${number}.`)
    }
    const label = await labelOfPin(set, digits)
    if (talk.over) return { kind: 'done' }
    if (label !== undefined) return letOut(world, call, step, set, label)
    const locked = digits === '' ? undefined : lockAfterWrong(world, call, set)
    if (locked !== undefined) {
      await talk.say('outside-pin-locked')
      return refuse(locked)
    }
    await sayWrong(talk, attempt)
  }
  return refuse(`No right PIN of ${set.name} was entered.`)
}

const sayWrong = (talk: Talk, attempt: number): Promise<void> => talk.say(attempt < TRIES ? 'outside-pin-wrong' : 'outside-pin-goodbye')

/** A wrong PIN was counted. Why the extension is locked now; undefined: it is not. */
function lockAfterWrong(world: CallWorld, call: Call, set: SnapshotPinSet): string | undefined {
  // The digits are nobody's business, wrong ones least of all: they are often right ones of somewhere else.
  call.log.info({ pinSet: set.id }, 'a wrong PIN was entered for an outbound route')
  const { extensionId, number } = call.request.caller
  if (!world.pinTries.exhausted(set.id, extensionId)) return undefined
  // Whoever unlocks it gives it its tries again.
  world.pinTries.right(set.id, extensionId)
  call.log.warn({ pinSet: set.id }, 'too many wrong PINs of an extension: it is locked for calls outside')
  lock(world, call.tenantId, extensionId, `too many tries with wrong PINs of ${set.name}`, 'pins')
  return `Too many wrong PINs of ${set.name} were entered at ${number}, which is locked for calls outside until somebody has looked.`
}

async function letOut(world: CallWorld, call: Call, step: WithPin, set: SnapshotPinSet, label: string): Promise<StepOutcome> {
  world.pinTries.right(set.id, call.request.caller.extensionId)
  if (!call.plan) return { kind: 'done' }
  const { before, after: _after, ...plan } = { ...call.plan, pin: label }
  call.plan = { ...call.plan, pin: label }
  const reason = `The caller entered it; it is in the PIN set ${set.name}`
  await world.goOnBy(call, { ...plan, steps: [{ ...step, pin: null }], before: { step: `Let the call out by the PIN of ${label}`, reason: before ? `${before.step}, ${before.reason}; ${reason}` : reason } }, `The PIN of ${label} was entered`)
  return { kind: 'done' }
}
