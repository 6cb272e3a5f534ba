/** How long each timer of RFC 3261 table 4 runs. */
import type { Timing } from '../options.ts'
import type { TimerName } from './tables.ts'

/**
 * @param reliable the transport repeats lost messages itself: timers that only repeat do not run, those that only absorb run 0
 * @param runs how often this timer was started before in this transaction
 * @returns milliseconds; undefined: the timer is not started
 */
export function timerLength(name: TimerName, timing: Timing, reliable: boolean, runs: number, proceeding: boolean): number | undefined {
  const { t1, t2, t4 } = timing
  switch (name) {
    case 'A':
      return reliable ? undefined : t1 * 2 ** runs
    case 'E':
      // §17.1.2.2: in Proceeding every T2.
      return reliable ? undefined : proceeding ? t2 : Math.min(t1 * 2 ** runs, t2)
    case 'G':
      return reliable ? undefined : Math.min(t1 * 2 ** runs, t2)
    case 'B':
    case 'F':
    case 'H':
    case 'L':
    case 'M':
      return 64 * t1
    case 'D':
      // At least 32 s (§17.1.1.2): 64*T1 with the default T1.
      return reliable ? 0 : 64 * t1
    case 'I':
    case 'K':
      return reliable ? 0 : t4
    case 'J':
      return reliable ? 0 : 64 * t1
  }
}
