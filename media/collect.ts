import type { CollectOptions, CollectResult } from './contract.ts'

/** Older than this it was meant for something else. */
const TYPED_AHEAD_MS = 5000
const MOST_TYPED = 32

/** Digits that came while nobody waited for any: a caller who knows the menu does not wait for its words. */
export class TypedAhead {
  #digits = ''
  #last = 0

  add(digit: string, now: number): void {
    if (now - this.#last > TYPED_AHEAD_MS) this.#digits = ''
    this.#digits = (this.#digits + digit).slice(-MOST_TYPED)
    this.#last = now
  }

  /** Takes the first that is still fresh. */
  next(now: number): string | undefined {
    if (now - this.#last > TYPED_AHEAD_MS) this.#digits = ''
    const digit = this.#digits[0]
    this.#digits = this.#digits.slice(1)
    return digit
  }
}

/** What collecting needs of its endpoint. */
export interface DigitSource {
  /** The next digit that was typed ahead. */
  typed(): string | undefined
  onDigit(listener: (digit: string) => void): () => void
  onClosed(listener: () => void): () => void
  /** Plays the prompt; ends early when the signal aborts. */
  prompt(signal: AbortSignal): Promise<void>
}

/** Gathers digits until enough, a terminator, silence, abort or the end of the endpoint. The first digit cuts the prompt short. */
export function collectDigits(source: DigitSource, options: CollectOptions): Promise<CollectResult> {
  return new Promise((resolve, reject) => {
    let digits = ''
    let over = false
    let timer: NodeJS.Timeout | undefined
    const barge = new AbortController()
    const off: (() => void)[] = []

    function leave(): void {
      over = true
      clearTimeout(timer)
      for (const undo of off) undo()
      barge.abort()
    }
    function end(ended: CollectResult['ended']): void {
      leave()
      resolve({ digits, ended })
    }
    function wait(ms: number): void {
      clearTimeout(timer)
      timer = setTimeout(() => end('timeout'), ms)
    }

    if (options.signal?.aborted === true) return resolve({ digits, ended: 'aborted' })
    off.push(source.onClosed(() => end('closed')))
    const take = (digit: string): void => {
      barge.abort()
      if (options.terminators?.includes(digit) === true) return end('terminator')
      digits += digit
      if (digits.length >= options.max) return end('max')
      wait(options.interDigitMs)
    }
    off.push(source.onDigit(take))
    if (options.signal !== undefined) {
      const signal = options.signal
      const aborted = (): void => end('aborted')
      signal.addEventListener('abort', aborted, { once: true })
      off.push(() => signal.removeEventListener('abort', aborted))
    }
    if (options.totalMs !== undefined) {
      const total = setTimeout(() => end('timeout'), options.totalMs)
      off.push(() => clearTimeout(total))
    }
    while (!over) {
      const digit = source.typed()
      if (digit === undefined) break
      take(digit)
    }
    // Whoever has begun to type needs no prompt any more.
    if (over || digits !== '') return
    if (options.prompt === undefined) return wait(options.firstDigitMs)
    // The wait for the first digit starts when the prompt has been heard.
    source.prompt(barge.signal).then(
      () => { if (!barge.signal.aborted) wait(options.firstDigitMs) },
      (error: unknown) => {
        leave()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
