import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import { playWaiting } from '../calls/waiting-music.ts'
import type { CallWorld } from '../calls/world.ts'
import type { HoldStep } from '../routing/house-steps.ts'
import type { StepOutcome } from './outcome.ts'

/** Answers whoever nobody wants and plays music, for as long as the house says, and hangs up. Where nothing can be played the caller is refused. */
export async function holdCaller(world: CallWorld, call: Call, { reason }: HoldStep): Promise<StepOutcome> {
  const { endpoint } = call.caller
  if (!world.media.capabilities.play || endpoint === undefined || endpoint.bypass === true) return { kind: 'next', verdict: terminate('caller-blocked', 'system', null, `${reason} not at all, since nothing can be played now.`) }
  const seconds = world.settings.calls.blockedHoldSeconds
  await call.mailbox.run(() => answer(world, call))
  await call.accepting
  if (!call.over) await playWaiting(world, call, endpoint, AbortSignal.any([call.signal, AbortSignal.timeout(seconds * 1000)]))
  if (!call.over) hangUp(world, call, terminate('caller-held', 'system', null, `${reason} with music for ${seconds} seconds.`))
  return { kind: 'done' }
}
