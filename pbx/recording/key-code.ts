import { messageOf } from '../../config/errors.ts'
import type { Endpoint } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'
import { confirm } from './notice.ts'
import type { Recordings } from './recording.ts'

/** Pressed in a call it starts the recording, and stops it. */
const CODE = '*1'
/** Between the two keys: slower, they are two of something else. */
const TOGETHER_MS = 3_000

/**
 * Listens in answered calls for the code that switches recording on and off. It is heard of phones of extensions that may
 * record when they ask; where all calls are recorded a phone cannot stop that, and where none is it cannot start it.
 */
export function recordByKeys(world: CallWorld, recordings: Recordings, now: () => number = Date.now): () => void {
  const watched = new WeakMap<Call, WeakSet<Endpoint>>()

  const watch = (call: Call, leg: Leg, endpoint: Endpoint): void => {
    const endpoints = watched.get(call) ?? new WeakSet()
    watched.set(call, endpoints)
    if (endpoints.has(endpoint)) return
    endpoints.add(endpoint)
    let typed = ''
    let at = 0
    const off = endpoint.on('digit', (digit) => {
      // In another call since, by a transfer.
      if (leg.endpoint !== endpoint || call.over) return
      typed = now() - at > TOGETHER_MS ? digit : (typed + digit).slice(-CODE.length)
      at = now()
      if (typed !== CODE) return
      typed = ''
      toggle(call, leg)
    })
    call.cleanup.add(off)
  }

  const toggle = (call: Call, leg: Leg): void => {
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

  return world.events.subscribe((event) => {
    if (event.type !== 'call.updated' || event.data.call.state !== 'answered') return
    const call = world.registry.get(event.tenantId, event.data.call.id)
    if (!call || call.over) return
    for (const leg of call.legs) if (leg.endpoint && leg.origin.extensionId && (leg.state === 'answered' || leg.state === 'held')) watch(call, leg, leg.endpoint)
  })
}
