import { messageOf, Refusal } from '../../config/errors.ts'
import type { PlaySource } from '../../media/contract.ts'
import type { Call } from './call.ts'
import type { CallWorld } from './world.ts'

/**
 * Lets the caller hear ringing that is ours, as early media, where RINGBACK or what was called asks for it. False when
 * the caller's own phone shall make the sound: it is told 180.
 */
export function startRingback(world: CallWorld, call: Call): boolean {
  const { caller } = call
  const source = call.ringSound ?? sourceOf(world)
  // Without the caller's offer there is no address to play to before it answers ours.
  if (source === undefined || !world.media.capabilities.play || !caller.endpoint?.codec || caller.endpoint.bypass === true) return false
  // Another phone of the extension is heard already.
  if (call.legs.some((leg) => leg !== caller && leg.state === 'early')) return false
  if (call.ringback !== undefined) return true
  const stop = new AbortController()
  call.ringback = stop
  caller.endpoint.play(source, { repeat: Infinity, signal: AbortSignal.any([stop.signal, call.signal]) }).catch((error: unknown) => {
    const words = `ringing tone not played: ${messageOf(error)}`
    if (error instanceof Refusal) call.log.warn(words)
    else call.log.error({ err: error }, words)
  })
  return true
}

/** Ends it; before anything else is to be heard. */
export function stopRingback(call: Call): void {
  call.ringback?.abort()
  call.ringback = undefined
}

/** The ringing tone of the country. */
export const RINGING: PlaySource = { kind: 'network-tone', name: 'ringing' }

function sourceOf({ settings }: CallWorld): PlaySource | undefined {
  const { ringback, music } = settings.calls
  if (ringback === 'phone') return undefined
  return ringback === 'music' && music !== undefined ? { kind: 'music', name: music } : RINGING
}
