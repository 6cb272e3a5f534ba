/** Which packets of a stream have been seen already (RFC 3711 §3.3.2), and which roll of the sequence numbers one belongs to. */
const WINDOW = 128
const WORDS = WINDOW / 32
const ROLL = 0x10000

export class ReplayWindow {
  /** Packet index, roll-over counter × 2^16 + sequence number, of the newest; −1 before the first. Below 2^48: exact. */
  #highest = -1
  /** Bit n: the packet `index ≡ n` of those in the window was seen. */
  readonly #seen = new Int32Array(WORDS)

  /** The index that a sequence number stands for (RFC 3711 §3.3.1): the one nearest to the newest. */
  indexOf(sequence: number): number {
    if (this.#highest < 0) return sequence
    const roll = Math.floor(this.#highest / ROLL)
    const newest = this.#highest % ROLL
    if (newest < ROLL / 2) return sequence - newest > ROLL / 2 && roll > 0 ? (roll - 1) * ROLL + sequence : roll * ROLL + sequence
    return newest - ROLL / 2 > sequence ? (roll + 1) * ROLL + sequence : roll * ROLL + sequence
  }

  /** Neither seen nor too old to know. */
  isNew(index: number): boolean {
    if (index > this.#highest) return true
    if (this.#highest - index >= WINDOW) return false
    return (this.#seen[(index % WINDOW) >> 5]! & (1 << (index & 31))) === 0
  }

  /** Takes note of a packet that was new, and genuine. */
  take(index: number): void {
    if (index - this.#highest >= WINDOW) this.#seen.fill(0)
    else for (let passed = this.#highest + 1; passed < index; passed += 1) this.#seen[(passed % WINDOW) >> 5]! &= ~(1 << (passed & 31))
    this.#seen[(index % WINDOW) >> 5]! |= 1 << (index & 31)
    if (index > this.#highest) this.#highest = index
  }
}
