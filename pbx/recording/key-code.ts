import { messageOf } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { watchInCallKeys } from '../calls/in-call-keys.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'
import { confirm } from './notice.ts'
import type { Recordings } from './recording.ts'

/**
 * The code that switches recording on and off in a call. It is heard of phones of extensions that may record when they ask;
 * where all calls are recorded a phone cannot stop that, and where none is it cannot start it.
 */
export function recordByKeys(world: CallWorld, recordings: Recordings): () => void {
  return watchInCallKeys(world, { 'call-record': (call, leg) => toggle(world, recordings, call, leg) })
}

function toggle(world: CallWorld, recordings: Recordings, call: Call, leg: Leg): void {
  const extension = world.directory.snapshot().extension(leg.origin.extensionId ?? '')
  if (extension?.recording !== 'on-demand') return
  const start = call.recording === undefined
  recordings.control(call, start ? 'start' : 'stop', `extension ${extension.number}`).then(
    () => confirm(call, leg, start),
    (error: unknown) => {
      if (!call.over) call.log.warn(`recording was not ${start ? 'started' : 'stopped'} by the phone: ${messageOf(error)}`)
    },
  )
}
