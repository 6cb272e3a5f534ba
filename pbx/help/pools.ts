/** Numbers of a site that phones without one of their own show for a while, so that a dispatcher calls back the very phone (ELIN). */

/** Whoever called for help with a number, and when, in milliseconds since the epoch. */
export interface ShownBefore {
  tenantId: string
  number: string
  caller: string
  extensionId: string
  deviceId: string | null
  at: number
}

/** What a call for help shows out of a pool. */
export interface FromPool {
  number: string
  /** Numbers in the pool. */
  size: number
  /** All were in use: whose this was, whom a dispatcher reaches no more by it. */
  takenFrom: { caller: string; at: number } | null
}

/**
 * The number that the phone shows already, or else the one that nobody has shown for the longest. A call for help is never kept up: when
 * all are in use the oldest is used again, and that is said.
 *
 * @param before the newest first
 * @param since from when on a number is in use, in milliseconds since the epoch
 */
export function chooseFromPool(pool: readonly string[], before: readonly ShownBefore[], caller: Pick<ShownBefore, 'tenantId' | 'extensionId' | 'deviceId'>, since: number): FromPool | undefined {
  const holders = pool.map((number) => ({ number, last: before.find((one) => one.tenantId === caller.tenantId && one.number === number) }))
  const own = holders.find(({ last }) => last !== undefined && last.at >= since && last.extensionId === caller.extensionId && last.deviceId === caller.deviceId)
  if (own) return { number: own.number, size: pool.length, takenFrom: null }
  const [oldest] = holders.toSorted((a, b) => (a.last?.at ?? 0) - (b.last?.at ?? 0))
  if (!oldest) return undefined
  const { number, last } = oldest
  return { number, size: pool.length, takenFrom: last && last.at >= since ? { caller: last.caller, at: last.at } : null }
}
