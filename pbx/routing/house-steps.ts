/** Steps in which the house itself is all that a caller hears. */

/** Let a caller whom nobody wants wait with music, for as long as the house says. */
export interface HoldStep {
  kind: 'hold'
  reason: string
}

/** Say which wake-up calls the caller's extension has, set one, or cancel them. */
export interface WakeUpStep {
  kind: 'wake-up'
  timeZone: string
  reason: string
}

/** Say day and time by the clock of the company. */
export interface ClockStep {
  kind: 'clock'
  timeZone: string
  reason: string
}
