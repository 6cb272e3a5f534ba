/**
 * Overload: how late application and engine are, and what share of new work is refused for it. What was begun
 * goes on, so that under twice the load that can be carried nearly as much is finished as without.
 */

/** Both threads say how late they are at this interval, in milliseconds. */
export const PULSE_MS = 100

/** Late in so many looks in a row: overload. A single late one is a pause that everybody has now and then. */
const LOOKS = 4
const FIRST_SHARE = 0.3
const MORE = 0.1
const LESS = 0.05
const MOST_SHARE = 0.95
/** So many times later than is bearable: work that was begun with a challenge is refused too. */
const SEVERE = 4

export interface Overload {
  /** A thread was this late, in milliseconds; at least every `PULSE_MS`. Returns whether refusing began (true) or ended (false). */
  look(lateMs: number, bearableMs: number): boolean | undefined
  /** @param begun it carries credentials: the challenge before it was paid for already */
  refuses(begun: boolean, dice?: number): boolean
  readonly state: { refusing: boolean; share: number; lateMs: number }
}

export function createOverload(): Overload {
  let [late, share, lateMs, bearable] = [0, 0, 0, 0]
  return {
    look(now, bearableMs) {
      lateMs = now
      bearable = bearableMs
      late = bearableMs > 0 && lateMs > bearableMs ? late + 1 : 0
      if (share === 0) {
        if (late < LOOKS) return undefined
        share = FIRST_SHARE
        return true
      }
      // Between half and the whole of what is bearable nothing changes: neither begins what the other ends.
      if (late > 0) share = Math.min(MOST_SHARE, share + MORE)
      else if (lateMs <= bearableMs / 2) share = Math.max(0, share - LESS)
      if (share > 1e-9) return undefined
      share = 0
      return false
    },
    refuses: (begun, dice = Math.random()) => share > 0 && (!begun || lateMs > SEVERE * bearable) && dice < share,
    get state() {
      return { refusing: share > 0, share, lateMs }
    },
  }
}
