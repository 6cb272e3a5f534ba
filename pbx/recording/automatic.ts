import { messageOf } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Recordings } from './recording.ts'

/**
 * Records calls of extensions that ask for it, and those that came by transfer out of a recorded one, from the answer on.
 * A recording that cannot start is an alarm in the log and never in the way of the call.
 */
export function recordAutomatically(world: CallWorld, recordings: Recordings): () => void {
  const wanted = (call: Call): string | undefined => {
    if (call.recordingWanted !== undefined) return call.recordingWanted
    const snapshot = world.directory.snapshot()
    const always = call.legs.some((leg) => leg.state === 'answered' && leg.origin.extensionId !== null && snapshot.extension(leg.origin.extensionId)?.recording === 'always')
    return always ? 'automatic' : undefined
  }
  return world.events.subscribe((event) => {
    if (event.type !== 'call.updated' || event.data.call.state !== 'answered' || event.data.call.recording !== 'off') return
    const call = world.registry.get(event.tenantId, event.data.call.id)
    if (!call || call.recordingTried) return
    const startedBy = wanted(call)
    if (startedBy === undefined) return
    call.recordingTried = true
    recordings.control(call, 'start', startedBy).catch((error: unknown) => {
      if (!call.over) call.log.error({ err: error }, `the call is not recorded: ${messageOf(error)}`)
    })
  })
}
