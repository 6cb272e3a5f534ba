import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Located } from '../door.ts'
import type { LocationTestStep } from '../routing/plan.ts'
import { spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'
import { next } from './ring.ts'

/** Says the address as a dispatcher would get it, and writes down whether it was said to its end. */
export async function tellLocation(world: CallWorld, call: Call, { located }: LocationTestStep): Promise<StepOutcome> {
  const { endpoint } = call.caller
  const { play, speak: speaks } = world.media.capabilities
  if (!endpoint || endpoint.bypass === true || !play || !speaks) {
    world.help.tested(call, located, 'the media engine cannot speak now')
    return next('no-attendant')
  }
  await call.mailbox.run(() => answer(world, call))
  await call.accepting
  const prompt = (name: string): PlaySource => ({ kind: 'prompt', name, tenantId: call.tenantId })
  const place = located ? [prompt('location-help-comes'), { kind: 'speak' as const, text: spokenPlace(located) }, ...(located.problems.length > 0 ? [prompt('location-problem')] : [])] : [prompt('location-unknown')]
  const untold = await say(call, endpoint, [prompt('location-test'), ...place])
  world.help.tested(call, located, untold)
  // Again, as it is written down meanwhile.
  if (untold === undefined) await say(call, endpoint, place)
  if (!call.over) hangUp(world, call, terminate('location-told', 'system', null, untold === undefined ? undefined : `The phone was not told where help would be sent: ${untold}.`))
  return { kind: 'done' }
}

/** One after the other, whatever keys are pressed. Why not all of them were heard; undefined when they were. */
async function say(call: Call, endpoint: Endpoint, sounds: readonly PlaySource[]): Promise<string | undefined> {
  try {
    for (const sound of sounds) {
      if (!call.over) await endpoint.play(sound, { signal: call.signal })
      if (call.over) return 'the caller hung up before it was said'
    }
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return call.over ? 'the caller hung up before it was said' : messageOf(error).replace(/\.$/, '')
  }
}

function spokenPlace({ site, name, floor, room, details }: Located): string {
  const numbers = (text: string): string => text.replace(/\d+/g, (digits) => spokenNumber(digits))
  return [`${numbers(site.houseNumber)} ${site.street}, ${site.city}.`, site.name === '' ? '' : `${site.name}.`, floor && `Floor ${floor}.`, room && `Room ${numbers(room)}.`, details || (floor === '' && room === '' ? name : '')].filter((part) => part !== '').join(' ')
}
