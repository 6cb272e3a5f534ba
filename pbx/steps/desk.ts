/** Sitting down at a shared phone, and leaving it. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import { byAnybody, type PinTry } from '../calls/pin-tries.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotDevice } from '../directory/types.ts'
import type { DeskStep } from '../routing/desk-step.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import { actorOf } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'

const TRIES = 3
const LONGEST_PIN = 12
const LONGEST_NUMBER = 15

/** Asks whoever dials for extension and PIN, and has the phone be theirs; or nobody's again. */
export async function serveDesk(world: CallWorld, call: Call, step: DeskStep): Promise<StepOutcome> {
  const device = world.directory.snapshot().device(call.request.caller.deviceId)
  if (!device || !canTalk(world, call)) return refused(device ? 'Nothing can be said now: the media engine cannot play and hear keys.' : 'The phone is not one of this house.')
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  try {
    const done = !device.desk ? await notShared(talk, device) : step.what === 'desk-log-out' ? await leave(world, call, talk, device) : await sitDown(world, call, talk, device, step.number)
    if (!call.over) hangUp(world, call, done.is === 'done' ? terminate('feature-done', 'system', null, done.why) : terminate('feature-refused', 'system', null, done.why))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.log.warn({ device: device.id }, `nobody could be logged in or out at a shared phone: ${messageOf(error)}`)
    await talk.say('try-again')
    if (!call.over) hangUp(world, call, terminate('feature-refused', 'system', null, messageOf(error)))
  }
  return { kind: 'done' }
}

interface Done {
  is: 'done' | 'refused'
  why: string
}

async function notShared(talk: Talk, { name }: SnapshotDevice): Promise<Done> {
  await talk.say('desk-not-shared')
  return { is: 'refused', why: `${name} is not shared. It can be under “Shared phones”.` }
}

async function leave(world: CallWorld, call: Call, talk: Talk, { id, name }: SnapshotDevice): Promise<Done> {
  const left = await world.desks.logOut(actorOf(call), id, 'by code')
  await talk.say(left ? 'desk-logged-out' : 'desk-nobody')
  return { is: 'done', why: left ? `Nobody is logged in at ${name} any more.` : `Nobody was logged in at ${name}.` }
}

/** Three wrong PINs end the call; after too many of one extension, at whatever phone, or at one phone nobody is asked there for a while. */
async function sitDown(world: CallWorld, call: Call, talk: Talk, device: SnapshotDevice, dialled: string): Promise<Done> {
  const { pinTries } = world
  const number = dialled === '' ? (await talk.digits(['desk-which'], LONGEST_NUMBER)).replace(/\D/g, '') : dialled
  const extension = world.directory.snapshot().extensionByNumber(call.tenantId, number)
  // Who names an extension that is none is asked for its PIN all the same.
  const id = extension?.enabled === true ? extension.id : undefined
  const here: PinTry = [`desk ${device.id}`, 'all']
  const everywhere = byAnybody(id ?? call.tenantId)
  for (let attempt = 1; attempt <= TRIES && !talk.over; attempt += 1) {
    const pin = pinTries.exhausted(...here) || pinTries.exhausted(...everywhere) ? undefined : await talk.digits(['voicemail-pin'], LONGEST_PIN)
    if (talk.over) break
    // Others may have tried while this one typed.
    if (pin === undefined || (pin !== '' && !pinTries.begin([here, everywhere]))) {
      call.log.warn({ device: device.id }, 'too many wrong PINs at a shared phone; nobody is asked there for a while')
      await talk.say('voicemail-locked')
      return { is: 'refused', why: `Too many wrong PINs of ${number || 'any extension'} or at ${device.name} were entered. It may be tried again in a quarter of an hour.` }
    }
    if (pin !== '' && id !== undefined && (await world.desks.isPin(call.tenantId, id, pin))) {
      pinTries.right(...everywhere)
      pinTries.takeBack(...here)
      const until = await world.desks.logIn(actorOf(call), device.id, id)
      await talk.say('desk-logged-in')
      return { is: 'done', why: `${number} (${extension?.name ?? ''}) is logged in at ${device.name}${until === null ? '' : ` until ${new Date(until).toISOString()} at the latest`}.` }
    }
    // The digits are nobody's business, wrong ones least of all.
    call.log.warn({ device: device.id, extension: id, attempt }, 'a wrong PIN was entered at a shared phone')
    await talk.say(attempt < TRIES ? 'voicemail-wrong-pin' : 'voicemail-wrong-pin-goodbye')
  }
  return { is: 'refused', why: `No right PIN of ${number || 'any extension'} was entered at ${device.name}. It is the PIN of the mailbox; who has none sets one there first.` }
}

function refused(why: string): StepOutcome {
  return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
}
