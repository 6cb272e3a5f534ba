/** How those are waited for who do not take what is sent to them. */

export interface QueueTimes {
  /** Waits after each failure of a receiver, in milliseconds; the last one again and again. */
  waits: readonly number[]
  pollMs: number
}

export const standardTimes: QueueTimes = { waits: [5_000, 30_000, 120_000, 600_000, 1_800_000], pollMs: 5_000 }

/**
 * Milliseconds until the next try.
 *
 * @param failures in a row before this one
 * @param retryAfter seconds, as the receiver asks
 */
export const waitAfter = ({ waits }: Pick<QueueTimes, 'waits'>, failures: number, retryAfter: number | null): number =>
  Math.max((retryAfter ?? 0) * 1000, waits[Math.min(failures, waits.length - 1)] ?? 0)

/** Whether an answer says that what was sent is at fault, and not that the receiver cannot take anything now. */
export const isAtFault = (status: number | null): boolean => status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429

/** After this, in milliseconds, a thing is given up however it was answered. */
export const GIVE_UP_MS = 72 * 3_600_000
