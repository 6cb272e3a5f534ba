/**
 * What happened so far, and a way to wait for what has not happened yet. Waiting always has a
 * deadline, and running into it says what did happen instead.
 */
export const DEADLINE_MS = 10_000

interface Waiter<T> {
  /** Where the first entry that counts stands. */
  from: number
  match: (entry: T) => boolean
  resolve: (entry: T) => void
}

export class Journal<T> {
  readonly entries: T[] = []
  readonly #waiters = new Set<Waiter<T>>()
  readonly #describe: (entry: T) => string

  constructor(describe: (entry: T) => string) {
    this.#describe = describe
  }

  add(entry: T): void {
    this.entries.push(entry)
    for (const waiter of [...this.#waiters]) {
      if (this.entries.length <= waiter.from || !waiter.match(entry)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(entry)
    }
  }

  /** A place in the journal, for `until(…, { from })`: only what comes after it counts. */
  mark(): number {
    return this.entries.length
  }

  /**
   * The first entry that matches, past ones included.
   *
   * @param what how the failure names it, e.g. `180 from the callee`
   */
  until(match: (entry: T) => boolean, what: string, options: { from?: number; ms?: number } = {}): Promise<T> {
    const past = this.entries.slice(options.from ?? 0).find(match)
    if (past !== undefined) return Promise.resolve(past)
    const ms = options.ms ?? DEADLINE_MS
    const here = new Error(`waited ${ms / 1000} s for ${what}`)
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        from: options.from ?? 0,
        match,
        resolve: (entry) => {
          clearTimeout(timer)
          resolve(entry)
        },
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        here.message += `; what came instead: ${this.entries.map(this.#describe).join(', ') || 'nothing'}`
        reject(here)
      }, ms)
      // A wait that lost its race must not hold the process; one that matters is held by what it waits for.
      timer.unref()
      this.#waiters.add(waiter)
    })
  }
}
