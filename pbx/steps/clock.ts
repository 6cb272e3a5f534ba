/** The talking clock. */
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { ClockStep } from '../routing/house-steps.ts'
import { answerAndTalk, canTalk } from '../voicemail/talk.ts'
import { speak } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'

const TIMES = 2

/** Says day and time, once more, and hangs up; a key ends it early. */
export async function tellTime(world: CallWorld, call: Call, { timeZone }: ClockStep): Promise<StepOutcome> {
  if (!canTalk(world, call)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'Nothing can be said now: the media engine cannot play and hear keys.') }
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  for (let time = 0; time < TIMES && !call.over; time += 1) await talk.say(speak(spokenTime(new Date(), timeZone)))
  if (!call.over) hangUp(world, call, terminate('feature-done', 'system', null, `Day and time were said, by the clock in ${timeZone}.`))
  return { kind: 'done' }
}

/** "It is Friday, November 27, 12:25 PM." where the clock hangs. */
export function spokenTime(at: Date, timeZone: string): string {
  const day = at.toLocaleDateString('en-US', { timeZone, weekday: 'long', month: 'long', day: 'numeric' })
  const time = at.toLocaleTimeString('en-US', { timeZone, hour: 'numeric', minute: '2-digit' }).replaceAll(/\s/g, ' ')
  return `It is ${day}, ${time}.`
}
