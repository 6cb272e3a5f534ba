/**
 * The server's clock as the browser sees it. Timers of calls run from the server's time stamps, so a
 * browser whose clock is wrong would show nonsense without this.
 */
let offsetMs = 0

/** Takes note of a server time (milliseconds since the epoch) that has just arrived. */
export function noteServerTime(at: number, precisionMs: number): void {
  const difference = at - Date.now()
  // A difference below what the source can tell and what the way here costs is no news.
  if (Math.abs(difference - offsetMs) > precisionMs + 250) offsetMs = Math.abs(difference) > precisionMs + 250 ? difference : 0
}

/** The server's time now in milliseconds since the epoch. */
export function now(): number {
  return Date.now() + offsetMs
}
