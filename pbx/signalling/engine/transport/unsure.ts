/** Requests that left over a connection a moment ago. */
import type { Timers } from '../timers.ts'
import type { SendListener } from './flow.ts'

/** A peer that is gone says so within a round trip of the next message, in milliseconds. */
const DOUBT_MS = 1000
/** Remembered at most, for one connection. */
const MOST = 500

/**
 * What was written to a connection whose end was on its way has not arrived, and nobody would say so before Timer F. When the
 * peer ends it, the requests of the last second count as not sent; transactions that were answered do not care.
 */
export class Unsure {
  private readonly timers: Timers
  private sent: { at: number; listener: SendListener }[] = []

  constructor(timers: Timers) {
    this.timers = timers
  }

  add(text: string, listener: SendListener | undefined): void {
    // A response that is lost is asked for again.
    if (listener === undefined || text.startsWith('SIP/')) return
    const at = this.timers.now()
    if (this.sent.length >= MOST || (this.sent[0]?.at ?? at) < at - DOUBT_MS) this.sent = this.sent.filter((one) => one.at >= at - DOUBT_MS).slice(1 - MOST)
    this.sent.push({ at, listener })
  }

  /** The peer ended the connection. */
  fail(reason: string): void {
    const since = this.timers.now() - DOUBT_MS
    for (const { at, listener } of this.sent.splice(0)) if (at >= since) listener.onSendError(reason)
  }
}
