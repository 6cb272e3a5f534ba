import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { PinTries } from '../calls/pin-tries.ts'
import type { SnapshotConference } from '../directory/types.ts'
import type { ConferenceStep } from '../routing/plan.ts'
import type { StepOutcome } from './outcome.ts'

const TRIES = 3
const LONGEST_PIN = 12
const FIRST_DIGIT_MS = 15_000
const INTER_DIGIT_MS = 6_000

type Role = 'party' | 'moderator'

/** Answers, asks for the PIN where there is one, and hands the call to the room. */
export async function joinConference(world: CallWorld, call: Call, step: ConferenceStep): Promise<StepOutcome> {
  const room = world.directory.snapshot().conference(step.conferenceId)
  if (!room) return { kind: 'next', verdict: terminate('unknown-number', 'system', 404) }
  const { conference, play, collect } = world.media.capabilities
  if (!conference || !play || !collect) return { kind: 'next', verdict: terminate('no-conferences', 'system') }
  const wrong = world.pinTries
  const who = call.request.caller.number
  if (wrong.exhausted(room.id, who)) {
    call.log.warn({ conference: room.id }, 'too many wrong PINs of this caller; it is not asked again for a while')
    return { kind: 'next', verdict: terminate('wrong-pin', 'system', null, 'Too many wrong PINs came from this caller. It may try again in a quarter of an hour.') }
  }
  await call.mailbox.run(() => answer(world, call))
  // A caller who left the offer to us can be heard once its answer is here.
  await call.accepting
  const { endpoint } = call.caller
  if (call.over || !endpoint) return { kind: 'done' }
  const role = await askForPin(call, endpoint, room, wrong)
  if (call.over) return { kind: 'done' }
  if (role) await world.enterRoom(call, room.id, role === 'moderator')
  else hangUp(world, call, terminate('wrong-pin', 'system'))
  return { kind: 'done' }
}

/** Undefined when no right PIN came in three tries, or the caller hung up. */
async function askForPin(call: Call, endpoint: Endpoint, room: SnapshotConference, wrong: PinTries): Promise<Role | undefined> {
  if (room.pin === null && room.moderatorPin === null) return 'party'
  const question: PlaySource = { kind: 'prompt', name: room.pin === null ? 'conference-moderator-pin' : 'conference-pin', tenantId: call.tenantId }
  const who = call.request.caller.number
  for (let attempt = 1; attempt <= TRIES && !call.over; attempt += 1) {
    const { digits, ended } = await endpoint.collect({
      max: LONGEST_PIN + 1, terminators: '#', firstDigitMs: FIRST_DIGIT_MS, interDigitMs: INTER_DIGIT_MS, prompt: question, signal: call.signal,
    })
    if (call.over || ended === 'closed' || ended === 'aborted') return undefined
    // Others of the same caller may have used up the tries meanwhile.
    if (digits !== '' && wrong.exhausted(room.id, who)) {
      await say(call, endpoint, 'conference-goodbye')
      return undefined
    }
    const role = roleOf(room, digits)
    if (role) {
      wrong.right(room.id, who)
      return role
    }
    if (digits !== '') wrong.wrong(room.id, who)
    // The digits are nobody's business, wrong ones least of all: they are often right ones of somewhere else.
    call.log.info({ conference: room.id, attempt }, 'a wrong PIN was entered')
    await say(call, endpoint, attempt < TRIES ? 'conference-wrong-pin' : 'conference-goodbye')
  }
  return undefined
}

function roleOf(room: SnapshotConference, digits: string): Role | undefined {
  if (room.moderatorPin !== null && digits === room.moderatorPin) return 'moderator'
  return digits === (room.pin ?? '') ? 'party' : undefined
}

async function say(call: Call, endpoint: Endpoint, name: string): Promise<void> {
  try {
    await endpoint.play({ kind: 'prompt', name, tenantId: call.tenantId }, { signal: call.signal })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.log.warn({ prompt: name }, `a prompt was not played: ${messageOf(error)}`)
  }
}
