import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotAttendant } from '../directory/types.ts'
import { isAnnouncement } from '../routing/handling.ts'
import type { AttendantStep } from '../routing/plan.ts'
import { answerAndTalk, canTalk, type Sound, type Talk } from '../voicemail/talk.ts'
import type { StepOutcome } from './outcome.ts'

const NEXT_KEY_MS = 3_000
const LONGEST_NUMBER = 15

/** The name of an attendant's recording among the tenant's own sounds. */
export const recordingOf = (attendantId: string): string => `attendant-${attendantId}`

/** Greets the caller and takes a choice; the call goes on there, or ends. */
export async function attend(world: CallWorld, call: Call, step: AttendantStep): Promise<StepOutcome> {
  const attendant = world.directory.snapshot().attendant(step.attendantId)
  if (!attendant || !canTalk(world, call)) return { kind: 'next', verdict: terminate('no-attendant', 'system') }
  call.parting = (by) => terminate(isAnnouncement(attendant) ? 'announced' : 'no-choice', by)
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const choice = await choose(world, call, talk, attendant)
  if (call.over) return { kind: 'done' }
  const target = choice?.target ?? attendant.noInput
  if (target === null) {
    if (!isAnnouncement(attendant)) await talk.say('attendant-goodbye')
    hangUp(world, call, terminate(isAnnouncement(attendant) ? 'announced' : 'no-choice', 'system'))
    return { kind: 'done' }
  }
  call.parting = undefined
  const { number, name } = attendant
  const chose = choice ? `pressed ${choice.key}` : isAnnouncement(attendant) ? 'heard it' : 'chose nothing'
  await world.goOn(call, target, { extensionId: null, number }, `The caller of ${number} (${name}) ${chose}, which leads to ${target}`)
  return { kind: 'done' }
}

/** What the caller chose; undefined when that was nothing in all rounds. */
async function choose(world: CallWorld, call: Call, talk: Talk, attendant: SnapshotAttendant): Promise<{ key: string; target: string } | undefined> {
  const own = attendant.recordingSeconds === null ? undefined : await world.findSound(recordingOf(attendant.id), call.tenantId)
  const greeting: Sound = own === undefined ? { kind: 'speak', text: attendant.greeting } : { kind: 'file', path: own }
  if (isAnnouncement(attendant)) {
    await talk.say(greeting)
    return undefined
  }
  for (let round = 0; round < attendant.rounds && !talk.over; round += 1) {
    await talk.say(greeting)
    const key = await talk.key(attendant.waitSeconds * 1000)
    if (key === '') continue
    const choice = await follow(world, call, talk, attendant, key)
    if (choice) return choice
    await talk.say('attendant-wrong-key')
  }
  return undefined
}

/** A key alone, or an extension as far as the digits can become one. The longest that fits wins. */
async function follow(world: CallWorld, call: Call, talk: Talk, attendant: SnapshotAttendant, first: string): Promise<{ key: string; target: string } | undefined> {
  const snapshot = world.directory.snapshot()
  const numbers = attendant.directDial ? snapshot.extensionsOf(call.tenantId).filter(({ enabled }) => enabled).map(({ number }) => number) : []
  const alone = attendant.keys[first]
  let digits = first
  while (digits.length < LONGEST_NUMBER && numbers.some((number) => number.length > digits.length && number.startsWith(digits)) && !talk.over) {
    const key = await talk.key(NEXT_KEY_MS)
    if (key === '' || key === '#') break
    digits += key
  }
  if (numbers.includes(digits)) return { key: digits, target: digits }
  return digits === first && alone !== undefined ? { key: first, target: alone } : undefined
}
