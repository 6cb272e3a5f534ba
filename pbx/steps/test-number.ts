/** Test numbers: echo, a tone of known level, and the music of those who wait. */
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import { playWaiting } from '../calls/waiting-music.ts'
import type { CallWorld } from '../calls/world.ts'
import type { TestAction } from '../routing/feature-actions.ts'
import type { TestNumberStep } from '../routing/test-numbers.ts'
import { answerAndTalk, canTalk, BEEP } from '../voicemail/talk.ts'
import type { StepOutcome } from './outcome.ts'

/** A call that nobody ends ends then. */
const LONGEST_MS = 10 * 60_000
const DELAY_MS = 5_000
/** The milliwatt: 0 dBm0. At 1000 Hz the same eight samples would come over and over, and say less of a line. */
const MILLIWATT: PlaySource = { kind: 'tone', frequencies: [1004], cadenceMs: [1000], levelDbm0: 0 }

/** Answers and does what the number is for, until the caller hangs up, or ten minutes. */
export async function serveTest(world: CallWorld, call: Call, { what }: TestNumberStep): Promise<StepOutcome> {
  const { endpoint } = call.caller
  if (!canTalk(world, call) || !endpoint) return refused('Nothing can be said now: the media engine cannot play and hear keys.')
  const echoes = what === 'echo-test' || what === 'echo-test-delayed'
  if (echoes && !world.media.capabilities.echo) return refused('The media engine in use sends no sound back.')
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  if (echoes) {
    await talk.say(what)
    // A key ended the sentence early.
    if (talk.pressed) await talk.key()
    await talk.say(BEEP)
  }
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(LONGEST_MS)])
  if (!call.over) await run(world, call, endpoint, what, signal)
  // The engine gave up before the caller did, or time is over.
  if (!call.over) hangUp(world, call, terminate('feature-done', 'system', null, 'The test number ends a call after ten minutes, and when the sound ends.'))
  return { kind: 'done' }
}

async function run(world: CallWorld, call: Call, endpoint: Endpoint, what: TestAction, signal: AbortSignal): Promise<void> {
  if (what === 'music-test') return playWaiting(world, call, endpoint, signal)
  if (what === 'tone-test') return void await endpoint.play(MILLIWATT, { repeat: Infinity, signal })
  await endpoint.echo({ delayMs: what === 'echo-test-delayed' ? DELAY_MS : 0, signal })
}

function refused(why: string): StepOutcome {
  return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
}
