/** Holds off those who try PINs: after too many wrong ones a caller gets no more tries for a while. */

const MOST_WRONG = 9
const WITHIN_MS = 15 * 60_000
const KEPT = 10_000

/** What is tried, and who tries it. */
export type PinTry = readonly [room: string, caller: string]

/** The PIN of an extension, whoever tries it, at whatever phone and for whatever purpose. */
export const byAnybody = (extensionId: string): PinTry => [`extension ${extensionId}`, 'anybody']

export interface PinTries {
  /** True when this caller has used up its tries for this room. */
  exhausted(conferenceId: string, caller: string): boolean
  wrong(conferenceId: string, caller: string): void
  /**
   * Counts one try of all of these as wrong before it is known whether it is, so that no number of tries at the same time gets past the
   * most; false, and nothing is counted, when one of them is used up.
   */
  begin(tries: readonly PinTry[]): boolean
  /** A try that was begun was no wrong one. */
  takeBack(conferenceId: string, caller: string): void
  /** The right one was entered. */
  right(conferenceId: string, caller: string): void
}

/** @param now milliseconds of any clock */
export function createPinTries(now: () => number): PinTries {
  const counts = new Map<string, { wrong: number; until: number }>()
  const keyOf = (conferenceId: string, caller: string): string => `${conferenceId} ${caller}`
  const find = (key: string): { wrong: number; until: number } | undefined => {
    const found = counts.get(key)
    if (found === undefined || found.until > now()) return found
    counts.delete(key)
    return undefined
  }
  const tries: PinTries = {
    exhausted: (conferenceId, caller) => (find(keyOf(conferenceId, caller))?.wrong ?? 0) >= MOST_WRONG,
    begin(all) {
      if (all.some(([room, caller]) => tries.exhausted(room, caller))) return false
      for (const [room, caller] of all) tries.wrong(room, caller)
      return true
    },
    takeBack(conferenceId, caller) {
      const found = find(keyOf(conferenceId, caller))
      if (found) found.wrong -= 1
    },
    wrong(conferenceId, caller) {
      const key = keyOf(conferenceId, caller)
      const wrong = (find(key)?.wrong ?? 0) + 1
      // Begun anew with each wrong one; set anew, so that the longest untouched is forgotten first.
      counts.delete(key)
      counts.set(key, { wrong, until: now() + WITHIN_MS })
      const oldest = counts.size > KEPT ? counts.keys().next().value : undefined
      if (oldest !== undefined) counts.delete(oldest)
    },
    right: (conferenceId, caller) => void counts.delete(keyOf(conferenceId, caller)),
  }
  return tries
}
