import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import { findByKeys } from '../routing/name-keys.ts'
import type { DirectoryStep } from '../routing/plan.ts'
import { greetingName } from '../voicemail/boxes.ts'
import { answerAndTalk, canTalk, type Sound, type Talk } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'

const ROUNDS = 3
const MOST_KEYS = 16
/** Who hears more names than that types more letters. */
const MOST_NAMES = 10

/** Company directory: the caller spells a name on the keys, hears who has such a name, and is connected with one of them. */
export async function lookUpName(world: CallWorld, call: Call, step: DirectoryStep): Promise<StepOutcome> {
  if (!canTalk(world, call)) return { kind: 'next', verdict: terminate('no-attendant', 'system', null, 'The company directory cannot be used: the media engine cannot play and hear keys now.') }
  call.parting = (by) => terminate('no-choice', by, null, 'The caller chose nobody in the company directory.')
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const chosen = await choose(world, call, talk)
  if (call.over) return { kind: 'done' }
  if (!chosen) {
    await talk.say('attendant-goodbye')
    hangUp(world, call, terminate('no-choice', 'system', null, 'The caller chose nobody in the company directory.'))
    return { kind: 'done' }
  }
  call.parting = undefined
  const { number, name } = chosen
  await world.goOn(call, number, { extensionId: null, number: step.code }, `The caller of the company directory chose ${number} (${name})`)
  return { kind: 'done' }
}

async function choose(world: CallWorld, call: Call, talk: Talk): Promise<SnapshotExtension | undefined> {
  for (let round = 0; round < ROUNDS && !talk.over; round += 1) {
    const typed = await talk.digits(['directory-ask'], MOST_KEYS)
    if (typed === '' || typed === '*') continue
    const found = findByKeys(world.directory.snapshot().extensionsOf(call.tenantId), typed)
    for (const extension of found.slice(0, MOST_NAMES)) {
      const key = await talk.ask([...(await spoken(world, extension)), 'directory-choose'], '1*#')
      if (key === '1') return extension
      if (key !== '*' || talk.over) return undefined
    }
    await talk.say(found.length === 0 ? 'directory-none' : found.length > MOST_NAMES ? 'directory-more' : 'directory-no-more')
  }
  return undefined
}

/** In the own voice where there is one. */
async function spoken(world: CallWorld, { id, tenantId, number, name }: SnapshotExtension): Promise<Sound[]> {
  const own = await world.findSound(greetingName(id, 'name'), tenantId)
  return [own === undefined ? speak(name) : { kind: 'file', path: own }, speak(`Extension ${spokenNumber(number)}`)]
}
