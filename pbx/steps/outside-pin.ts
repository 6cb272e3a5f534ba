/** Outbound routes that ask whoever calls for a PIN. */
import type { Call } from '../calls/call.ts'
import { lock } from '../calls/toll-minutes.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { labelOfPin } from '../directory/pin-sets.ts'
import type { SnapshotPinSet } from '../directory/types.ts'
import type { Termination } from '../events/catalogue.ts'
import type { OutsideStep } from '../routing/plan.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'

const TRIES = 3
const LONGEST_PIN = 12

/**
 * Answers and asks for the PIN, up to three times. After too many wrong ones of an extension within a quarter of an hour it is
 * locked for calls outside, and somebody is told. The plan then knows whose PIN it was, and nothing knows the PIN.
 *
 * @returns the verdict when the call must not go on; undefined: it may, or the caller has hung up
 */
export async function askForPin(world: CallWorld, call: Call, { setId, name }: NonNullable<OutsideStep['pin']>): Promise<Termination | undefined> {
  const set = world.directory.snapshot().pinSet(setId)
  if (!set) return terminate('wrong-outside-pin', 'system', null, `The outbound route asks for a PIN of ${name}: nobody has one. Set its PINs anew in the panel.`)
  const { number, extensionId } = call.request.caller
  if (world.charges.locking.has(extensionId)) return terminate('wrong-outside-pin', 'system', null, `${number} is locked for calls outside until somebody has looked.`)
  if (!canTalk(world, call)) return terminate('wrong-outside-pin', 'system', null, `A PIN of ${name} cannot be asked for: the media engine cannot play and hear keys now.`)
  const talk = await answerAndTalk(world, call)
  if (!talk) return undefined
  for (let attempt = 1; attempt <= TRIES && !talk.over; attempt += 1) {
    const digits = await talk.digits(['outside-pin'], LONGEST_PIN)
    if (talk.over) return undefined
    const label = await labelOfPin(set, digits)
    if (talk.over) return undefined
    if (label !== undefined) {
      // What is pressed from now on is for whoever is called.
      call.keypad?.close()
      call.keypad = undefined
      note(world, call, set, label)
      return undefined
    }
    const locked = digits === '' ? undefined : wrong(world, call, set)
    if (locked !== undefined) {
      await talk.say('outside-pin-locked')
      return terminate('wrong-outside-pin', 'system', null, locked)
    }
    await sayWrong(talk, attempt)
  }
  return terminate('wrong-outside-pin', 'system', null, `No right PIN of ${set.name} was entered.`)
}

const sayWrong = (talk: Talk, attempt: number): Promise<void> => talk.say(attempt < TRIES ? 'outside-pin-wrong' : 'outside-pin-goodbye')

/** One wrong PIN more. Why the extension is locked now; undefined: it is not. */
function wrong(world: CallWorld, call: Call, set: SnapshotPinSet): string | undefined {
  // The digits are nobody's business, wrong ones least of all: they are often right ones of somewhere else.
  call.log.info({ pinSet: set.id }, 'a wrong PIN was entered for an outbound route')
  const { extensionId, number } = call.request.caller
  world.pinTries.wrong(set.id, extensionId)
  if (!world.pinTries.exhausted(set.id, extensionId)) return undefined
  // Whoever unlocks it gives it its tries again.
  world.pinTries.right(set.id, extensionId)
  call.log.warn({ pinSet: set.id }, 'too many wrong PINs of an extension: it is locked for calls outside')
  lock(world, call.tenantId, extensionId, `too many tries with wrong PINs of ${set.name}`, 'pins')
  return `Too many wrong PINs of ${set.name} were entered at ${number}, which is locked for calls outside until somebody has looked.`
}

function note(world: CallWorld, call: Call, set: SnapshotPinSet, label: string): void {
  world.pinTries.right(set.id, call.request.caller.extensionId)
  if (!call.plan) return
  call.plan = { ...call.plan, pin: label, after: [...(call.plan.after ?? []), { step: `Let the call out by the PIN of ${label}`, reason: `The caller entered it; it is in the PIN set ${set.name}` }] }
  call.changed()
}
