/** Every SIP message of the wire, for the call trace, collected and handed on in batches. */
import type { Counters } from './options.ts'
import type { TimerHandle, Timers } from './timers.ts'

export interface TraceRecord {
  /** Milliseconds since the epoch, with fractions. */
  at: number
  direction: 'in' | 'out'
  transport: string
  /** The far end, host:port. */
  peer: string
  /** Our end, host:port. */
  local: string
  callId: string
  /** A retransmission sent or absorbed. */
  repeat: boolean
  /** The whole message as on the wire, unmasked, one character a byte. */
  text: string
}

export interface Trace {
  record(direction: 'in' | 'out', transport: string, peer: string, local: string, callId: string, repeat: boolean, text: string): void
  /** Hands on what is left and stops. */
  close(): void
}

/**
 * @param deliver gets what was collected, about every `interval` milliseconds while there is something
 * @param bound records kept between two deliveries; further ones are counted and dropped
 */
export function createTrace(timers: Timers, interval: number, bound: number, counters: Counters, deliver: (records: TraceRecord[]) => void): Trace {
  let records: TraceRecord[] = []
  let timer: TimerHandle
  const flush = () => {
    timer = undefined
    if (records.length === 0) return
    const batch = records
    records = []
    deliver(batch)
  }
  const listener = { onTimer: flush }
  return {
    record(direction, transport, peer, local, callId, repeat, text) {
      if (records.length >= bound) {
        counters.traceDropped++
        return
      }
      records.push({ at: timers.now(), direction, transport, peer, local, callId, repeat, text })
      timer ??= timers.start(interval, listener, 'flush')
    },
    close() {
      if (timer !== undefined) timers.stop(timer)
      flush()
    },
  }
}
