/** Packets that came before their turn, copied. Made when a stream first needs it; nothing is allocated for a packet after that. */
import type { RtpView } from './rtp.ts'

/** Packets it holds: a third of a second of 20 ms packets. */
const PLACES = 16
/** The longest payload kept; no audio packet of ours is longer. */
const LONGEST = 1500

export interface Shelved {
  used: boolean
  encoding: number
  bytes: Uint8Array
  length: number
  sequence: number
  timestamp: number
}

export class Shelf {
  count = 0
  #places: Shelved[] = []

  /** Keeps a packet that is `distance` ahead; false when that is too far. */
  keep(encoding: number, packet: Uint8Array, view: RtpView, distance: number): boolean {
    const length = encoding < 0 ? 0 : view.payloadEnd - view.payloadStart
    if (distance >= PLACES || length > LONGEST) return false
    if (this.#places.length === 0) {
      this.#places = Array.from({ length: PLACES }, () => (
        { used: false, encoding: 0, bytes: new Uint8Array(LONGEST), length: 0, sequence: 0, timestamp: 0 }))
    }
    const place = this.#places[view.sequence % PLACES]!
    if (!place.used) this.count += 1
    place.used = true
    place.encoding = encoding
    place.sequence = view.sequence
    place.timestamp = view.timestamp
    place.length = length
    for (let i = 0; i < length; i += 1) place.bytes[i] = packet[view.payloadStart + i]!
    return true
  }

  /** Takes the packet of this number off; what it returns holds until the next `keep`. */
  take(sequence: number): Shelved | undefined {
    if (this.count === 0) return undefined
    const place = this.#places[sequence % PLACES]!
    if (!place.used || place.sequence !== sequence) return undefined
    place.used = false
    this.count -= 1
    return place
  }

  /** Takes the first packet after `sequence`. */
  first(sequence: number): Shelved | undefined {
    for (let ahead = 0; ahead < PLACES; ahead += 1) {
      const found = this.take((sequence + ahead) & 0xffff)
      if (found !== undefined) return found
    }
    return undefined
  }

  clear(): void {
    for (const place of this.#places) place.used = false
    this.count = 0
  }
}
