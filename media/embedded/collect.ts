import type { CollectOptions, CollectResult } from '../contract.ts'

/** What collecting needs of its endpoint. */
export interface DigitSource {
  onDigit(listener: (digit: string) => void): () => void
  onClosed(listener: () => void): () => void
  /** Plays the prompt; ends early when the signal aborts. */
  prompt(signal: AbortSignal): Promise<void>
}

/** Gathers digits until enough, a terminator, silence, abort or the end of the endpoint. The first digit cuts the prompt short. */
export function collectDigits(source: DigitSource, options: CollectOptions): Promise<CollectResult> {
  return new Promise((resolve, reject) => {
    let digits = ''
    let timer: NodeJS.Timeout | undefined
    const barge = new AbortController()
    const off: (() => void)[] = []

    function leave(): void {
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
    off.push(source.onDigit((digit) => {
      barge.abort()
      if (options.terminators?.includes(digit) === true) return end('terminator')
      digits += digit
      if (digits.length >= options.max) return end('max')
      wait(options.interDigitMs)
    }))
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
