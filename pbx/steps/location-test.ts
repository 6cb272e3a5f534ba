import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Located } from '../door.ts'
import type { LocationTestStep } from '../routing/plan.ts'
import { openTalk } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'
import { next } from './ring.ts'

/** Says the address as a dispatcher would get it, and writes down that it did. */
export async function tellLocation(world: CallWorld, call: Call, { located }: LocationTestStep): Promise<StepOutcome> {
  world.help.tested(call, located)
  const { endpoint } = call.caller
  const { play, speak: speaks, collect, tap } = world.media.capabilities
  if (!endpoint || endpoint.bypass === true || !play || !speaks || !collect) return next('no-attendant')
  const talk = openTalk(call, endpoint, tap)
  call.cleanup.add(talk.close)
  await call.mailbox.run(() => answer(world, call))
  await call.accepting
  await talk.say('location-test')
  // Twice, as it is written down meanwhile.
  for (let time = 0; time < 2 && !call.over; time += 1) {
    if (located) await talk.say('location-help-comes', speak(spokenPlace(located)))
    else await talk.say('location-unknown')
    if (located && located.problems.length > 0) await talk.say('location-problem')
  }
  if (!call.over) hangUp(world, call, terminate('location-told', 'system'))
  return { kind: 'done' }
}

function spokenPlace({ site, name, floor, room, details }: Located): string {
  const numbers = (text: string): string => text.replace(/\d+/g, (digits) => spokenNumber(digits))
  return [`${numbers(site.houseNumber)} ${site.street}, ${site.city}.`, site.name === '' ? '' : `${site.name}.`, floor && `Floor ${floor}.`, room && `Room ${numbers(room)}.`, details || (floor === '' && room === '' ? name : '')].filter((part) => part !== '').join(' ')
}
