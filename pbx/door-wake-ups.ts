/** Wake-up calls, and settings of calls that somebody else sends on: parts of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** `working-days`: Monday to Friday. */
export type WakeUpRepeats = 'once' | 'daily' | 'working-days'

/** A call that rings an extension at a time. */
export interface WakeUp {
  id: string
  extensionId: string
  /** `07:30`, by the clock of the company. */
  time: string
  repeats: WakeUpRepeats
  /** The day on which it rings next: `2026-11-28`. */
  on: string
  /** `due`: it is tried now; `desk`: the desk is told that nobody answered. */
  state: 'waiting' | 'due' | 'desk'
  /** Of the last time that it was due; null: it was not yet. */
  last: { result: 'answered' | 'not-answered' | 'too-late'; at: Date } | null
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface WakeUpInput {
  extensionId: string
  time: string
  repeats?: WakeUpRepeats
  /** The first day; the next on which it can be, when absent or null. */
  on?: string | null
}

export type WakeUps = Kept<WakeUp, WakeUpInput>

export interface CallSettings {
  /** Of the company, as IANA names it: wake-up calls, opening hours without one of their own, and the talking clock go by it. */
  timeZone: string
  /** Seconds after which a transferred call that nobody has answered returns to whoever transferred it; null: when what it was sent to is over. */
  transferSeconds: number | null
  /** Number of the extension that is told of wake-up calls that nobody answers; null: none. */
  wakeUpDesk: string | null
}

export interface CallSettingsDoor {
  settings(actor: Actor): CallSettings
  /** Refuses `unprocessable`. */
  configure(actor: Actor, input: Partial<CallSettings>): Promise<CallSettings>
}
