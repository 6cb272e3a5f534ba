/** What is known for a while: bounded, the longest unused goes first. */
export interface Cache<T> {
  /** Undefined when unknown or over its time. */
  get(key: string): { value: T; until: number } | undefined
  /** @param until milliseconds since the epoch; nothing is kept that is over already */
  set(key: string, value: T, until: number): void
  delete(key: string): void
  keys(): string[]
  readonly size: number
}

export function createCache<T>(bound: number, now: () => number): Cache<T> {
  const entries = new Map<string, { value: T; until: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (entry.until <= now()) return undefined
      entries.set(key, entry)
      return entry
    },
    set(key, value, until) {
      entries.delete(key)
      if (until <= now()) return
      if (entries.size >= bound) for (const oldest of entries.keys()) {
        entries.delete(oldest)
        break
      }
      entries.set(key, { value, until })
    },
    delete: (key) => void entries.delete(key),
    keys: () => [...entries.keys()],
    get size() {
      return entries.size
    },
  }
}
