/** What the payload types of a peer's packets mean: 128 numbers, looked up for every packet. */
import type { StreamSettings } from '../../sdp/types.ts'
import { codecNamed } from './codecs/index.ts'
import { EVENT, UNKNOWN } from './target.ts'

export class PayloadTypes {
  /** Payload type → encoding number, EVENT or UNKNOWN. */
  readonly kinds = new Int8Array(128).fill(UNKNOWN)
  /** Payload type → timestamp units a millisecond. */
  readonly clocks = new Uint8Array(128).fill(8)

  learn(stream: StreamSettings): void {
    this.kinds.fill(UNKNOWN)
    this.clocks.fill(8)
    // The first entry for a number wins over the fallbacks behind it.
    for (const { payloadType, encoding } of stream.receives.toReversed()) {
      const codec = codecNamed(encoding)
      this.kinds[payloadType] = codec.number
      this.clocks[payloadType] = codec.clock
    }
    for (const { payloadType, clockRate } of stream.eventsIn.toReversed()) {
      this.kinds[payloadType] = EVENT
      this.clocks[payloadType] = clockRate / 1000
    }
  }
}
