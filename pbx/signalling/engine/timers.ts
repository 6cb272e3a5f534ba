/**
 * Time for the engine. The system's `setTimeout` keeps one list a duration and one system timer for
 * all of them, and SIP knows few durations; so starting and stopping costs a list insertion.
 */
export interface TimerListener<Name extends string = string> {
  onTimer(name: Name): void
}

export type TimerHandle = unknown

export interface Timers {
  /** Milliseconds since the epoch, with fractions. */
  now(): number
  start<Name extends string>(milliseconds: number, listener: TimerListener<Name>, name: Name): TimerHandle
  stop(handle: TimerHandle): void
}

function fire(listener: TimerListener, name: string): void {
  listener.onTimer(name)
}

export const systemTimers: Timers = {
  now: () => performance.timeOrigin + performance.now(),
  start: (milliseconds, listener, name) => setTimeout(fire, milliseconds, listener, name),
  stop: (handle) => clearTimeout(handle as NodeJS.Timeout),
}
