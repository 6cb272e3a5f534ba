/** Where a leg's incoming packets go. */
import type { DigitWay } from '../protocol.ts'
import type { EncodingNumber } from './codecs/index.ts'
import type { RtpView } from './rtp.ts'

export const EVENT = -1
/** Comfort noise (RFC 3389) and whatever nobody agreed on. */
export const UNKNOWN = -2

/** Another leg here, or one in another worker. */
export interface Target {
  /** The packet may be changed in place. `encoding` is -1 for an RFC 4733 event. */
  take(from: object, encoding: EncodingNumber | typeof EVENT, packet: Uint8Array, view: RtpView, now: number): void
  /** A packet that is not passed on: its number is not missing. */
  skip(from: object, packet: Uint8Array, view: RtpView, now: number): void
  /** A digit of the other party, once; it is passed on as sound or event only where it did not pass as that already. */
  digit(digit: string, way: DigitWay): void
}
