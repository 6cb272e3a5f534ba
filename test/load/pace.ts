/** An offered load that does not wait for answers, and what became of it. */
import type { Report, Spread } from './plan.ts'

/** After the last start: everything in flight has come back or failed by then. */
const DRAIN_MS = 12_000

export function spreadOf(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
  return { p50: at(0.5), p99: at(0.99) }
}

export interface Pace {
  rate: number
  warmUp: number
  seconds: number
}

/** Takes what became of one start. */
export type Over = (failure: string | undefined, times: Record<string, number>) => void

/**
 * Starts `rate` times a second, spread evenly, first for `warmUp` seconds that do not count.
 *
 * @param start is told what to call when it is over; exactly once
 * @param tell measuring begins, measuring ends
 */
export async function keepPace(pace: Pace, start: (over: Over) => void, tell: (what: 'begin' | 'end') => void, repeats: () => number): Promise<Report> {
  const { rate, warmUp, seconds } = pace
  const times: Record<string, number[]> = {}
  const failures: Record<string, number> = {}
  const first = Math.round(rate * warmUp)
  const total = first + Math.round(rate * seconds)
  let [made, done, failed, open, lateMs, within] = [0, 0, 0, 0, 0, 0]
  let measuring = false
  let [repeatsBefore, usage] = [0, process.cpuUsage()]
  const emptied = Promise.withResolvers<void>()

  const startOne = (measured: boolean): void => {
    open++
    start((failure, waited) => {
      open--
      if (open === 0 && made === total) emptied.resolve()
      if (failure === undefined && measuring) within++
      // A warm-up that fails is not forgiven: something is wrong then.
      if (failure !== undefined) {
        failed++
        failures[failure] = (failures[failure] ?? 0) + 1
      } else if (measured) {
        done++
        for (const [name, ms] of Object.entries(waited)) (times[name] ??= []).push(ms)
      }
    })
  }
  const paced = Promise.withResolvers<void>()
  const zero = performance.now()
  const turn = (): void => {
    const now = performance.now()
    for (; made < total && zero + (made * 1000) / rate <= now; made++) {
      if (made === first) {
        repeatsBefore = repeats()
        usage = process.cpuUsage()
        measuring = true
        tell('begin')
      }
      if (made >= first) lateMs = Math.max(lateMs, now - zero - (made * 1000) / rate)
      startOne(made >= first)
    }
    if (made < total) setTimeout(turn, Math.max(0, zero + (made * 1000) / rate - performance.now()))
    else paced.resolve()
  }
  turn()
  await paced.promise
  measuring = false
  tell('end')
  const { user, system } = process.cpuUsage(usage)
  if (open > 0) {
    const timer = setTimeout(emptied.resolve, DRAIN_MS)
    await emptied.promise
    clearTimeout(timer)
  }
  if (open > 0) {
    failed += open
    failures['never ended'] = open
  }
  return {
    done, within, failed, failures, lateMs, repeats: repeats() - repeatsBefore, ownCpu: (user + system) / 1e6 / seconds, audioPorts: [],
    times: Object.fromEntries(Object.entries(times).map(([name, values]) => [name, spreadOf(values)])),
  }
}
