/** What the bench tells the generator, and what it hears back. */
import type { Algorithm, Phone, Place } from './sip-text.ts'

/** Each plan is answered with a {@link Report}; those with a rate also tell when measuring begins and ends. */
export type Plan =
  /** `register`: each of them is registered before anything else. */
  | { kind: 'open'; house: Place; phones: Phone[]; register: boolean; algorithm: Algorithm }
  | { kind: 'registrations'; algorithm: Algorithm; rate: number; warmUp: number; seconds: number }
  | { kind: 'calls'; rate: number; warmUp: number; seconds: number; holdMs: number }
  /** Registers each of these `each` times, every time as another phone; with so many calls a second beside it. */
  | { kind: 'crowd'; phones: Phone[]; each: number; rate: number; calls: number }
  /** The same over TLS, each on a connection of its own, which stay until the generator ends. */
  | { kind: 'tls-crowd'; phones: Phone[]; each: number; rate: number; port: number }
  /** One call for every two ports, the first half of the phones to the second. */
  | { kind: 'connect'; audioPorts: number[] }
  | { kind: 'hang-up' }

export interface Spread {
  p50: number
  p99: number
}

export interface Report {
  done: number
  /** Of those, and of those that began just before: how many ended while it was measured, and not afterwards. */
  within: number
  failed: number
  /** Why, with how often. */
  failures: Record<string, number>
  /** Messages sent more than once. */
  repeats: number
  /** How late the generator itself was at the worst: what it measured then is not the house. */
  lateMs: number
  /** Share of one core the generator took while it measured. */
  ownCpu: number
  /** Milliseconds by what was waited for. */
  times: Record<string, Spread>
  /** Of `crowd`: how long it took from the first to the last, and how many calls went on meanwhile. */
  tookMs?: number
  calls?: number
  /** Of `connect`: where the house wants the audio of each of the ports. */
  audioPorts: number[]
}

export type Told = { tell: 'begin' } | { tell: 'end' } | { tell: 'report'; report: Report }
