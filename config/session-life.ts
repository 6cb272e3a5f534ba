/** A session of the panel ends when nobody used it for so long, in milliseconds. */
export const SESSION_IDLE_MS = 12 * 3_600_000
