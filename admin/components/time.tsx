import { useSyncExternalStore } from 'react'
import { now } from '../live/clock.ts'
import { duration, exactTime, instant, shortTime, timeAgo } from '../words/time.ts'

const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined
let second = Math.floor(now() / 1000)

// One clock for the whole page: all running timers change together, and it stops when nobody looks.
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  second = Math.floor(now() / 1000)
  ticking ??= setInterval(() => {
    second = Math.floor(now() / 1000)
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

/** The server's time in milliseconds, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000
}

/** A point in time: short in the text, exact on hover. */
export function Time({ at, ago = false }: { at: string; ago?: boolean }) {
  const reference = useNow()
  const value = instant(at)
  return (
    <time className="numbers" dateTime={new Date(value).toISOString()} title={exactTime(value)}>
      {ago ? timeAgo(value, reference) : shortTime(value, reference)}
    </time>
  )
}

/** Time running since a moment. */
export function RunningTime({ since }: { since: string }) {
  const reference = useNow()
  return <span className="numbers" role="timer">{duration(reference - instant(since))}</span>
}
