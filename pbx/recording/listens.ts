/**
 * Who is listening to what. A player asks for a recording piece by piece (RFC 9110 §14), and one
 * listening is one line of the audit, not fifty.
 */
export interface Listens {
  isGoingOn(actorId: string, recordingId: string): boolean
  began(actorId: string, recordingId: string): void
}

/** After this long without being audited the next piece counts as listening again. */
const ONE_LISTENING_MS = 10 * 60_000
const MOST = 1_000

export function createListens(now: () => number = Date.now): Listens {
  const began = new Map<string, number>()
  return {
    isGoingOn(actorId, recordingId) {
      const at = began.get(`${actorId} ${recordingId}`)
      return at !== undefined && now() - at < ONE_LISTENING_MS
    },
    began(actorId, recordingId) {
      const key = `${actorId} ${recordingId}`
      began.delete(key)
      began.set(key, now())
      // The oldest comes first in a Map.
      const oldest = began.size > MOST ? began.keys().next().value : undefined
      if (oldest !== undefined) began.delete(oldest)
    },
  }
}
