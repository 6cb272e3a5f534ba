/** How well the other side is heard, from what the browser counts: the E-model (ITU-T G.107) with delay and loss. */

interface Figures {
  lost: number
  received: number
}

export class QualityMeter {
  #before: Figures = { lost: 0, received: 0 }

  /** 1 to 4.4; null before anything was heard. */
  async measure(connection: { getStats(): Promise<{ values(): Iterable<unknown> }> }): Promise<number | null> {
    let now: Figures | undefined
    let jitter = 0
    let roundTrip = 0
    for (const one of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
      if (one['type'] === 'inbound-rtp' && one['kind'] === 'audio') {
        now = { lost: Number(one['packetsLost'] ?? 0), received: Number(one['packetsReceived'] ?? 0) }
        jitter = Number(one['jitter'] ?? 0) * 1000
      }
      if (one['type'] === 'candidate-pair' && one['nominated'] === true) roundTrip = Number(one['currentRoundTripTime'] ?? 0) * 1000
    }
    if (!now) return null
    const lost = Math.max(0, now.lost - this.#before.lost)
    const received = now.received - this.#before.received
    this.#before = now
    if (received <= 0) return null
    return mosOf({ loss: lost / (lost + received), delayMs: roundTrip / 2 + jitter * 2 + 20 })
  }
}

/** @param loss share of packets, 0 to 1 */
export function mosOf({ loss, delayMs }: { loss: number; delayMs: number }): number {
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0)
  // Ie,eff of G.711 with concealment (Bpl 25.1, ITU-T G.113).
  const damage = 95 * ((loss * 100) / (loss * 100 + 25.1))
  const r = Math.max(0, Math.min(93.2, 93.2 - delay - damage))
  return Math.max(1, Math.min(4.5, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6))
}
