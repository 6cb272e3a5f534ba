/** Opening hours and attendants as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** When a company is there, every week. */
export interface OpenHours {
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  days: number[]
  /** `09:00`, on the clock of the time zone. */
  from: string
  /** `17:30`; `24:00` is midnight. Before `from`: it goes on into the next day. */
  to: string
}

/** Days that are unlike others. */
export interface Holiday {
  name: string
  /** First and last day, `2026-12-24`. */
  from: string
  to: string
  /** Every year; the year of the dates is then of no matter. */
  yearly: boolean
}

/** A hand on the switch: open or closed whatever the clock says. */
export type ScheduleOverride = 'automatic' | 'open' | 'closed'

/** A number whose calls go one way while the company is there and another while it is not. */
export interface Schedule {
  id: string
  number: string
  name: string
  /** IANA name; null: that of the tenant. */
  timeZone: string | null
  hours: OpenHours[]
  holidays: Holiday[]
  /** Where calls go: what one would dial. */
  open: string
  closed: string
  /** Null: as when closed. */
  holiday: string | null
  override: ScheduleOverride
  /** Any phone of the company may turn the override with *28 and the number. */
  byPhone: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type ScheduleInput = Pick<Schedule, 'number' | 'name' | 'open' | 'closed'> & Partial<Pick<Schedule, 'timeZone' | 'hours' | 'holidays' | 'holiday' | 'override' | 'byPhone' | 'enabled'>>

/** What a schedule says at a moment. */
export interface ScheduleState {
  is: 'open' | 'closed' | 'holiday'
  /** In words: `Monday 09:00 to 17:30`, the holiday, or the override. */
  why: string
}

/** A number that greets callers and lets them choose with their keys. Without keys it is an announcement. */
export interface Attendant {
  id: string
  number: string
  name: string
  /** Spoken by the voice of the house, unless a recording is there. */
  greeting: string
  /** Seconds of a recording that is played instead; null: none. */
  recordingSeconds: number | null
  /** By the key, 0 to 9, * and #: what one would dial. */
  keys: Record<string, string>
  /** Callers may dial an extension themselves. */
  directDial: boolean
  /** Seconds until a first key after the greeting. */
  waitSeconds: number
  /** Times the greeting is played. */
  rounds: number
  /** Where callers go who choose nothing, or nothing that exists; null: they are hung up on. */
  noInput: string | null
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type AttendantInput = Pick<Attendant, 'number' | 'name' | 'greeting'> & Partial<Pick<Attendant, 'keys' | 'directDial' | 'waitSeconds' | 'rounds' | 'noInput' | 'enabled'>>

export type Schedules = Kept<Schedule & { now: ScheduleState }, ScheduleInput>

export interface Attendants extends Kept<Attendant, AttendantInput> {
  /** A WAV file of the greeting as callers hear it. */
  greeting(actor: Actor, id: string): Promise<string>
  /** WAV or Opus in Ogg; undefined: the text is spoken again. */
  setRecording(actor: Actor, id: string, sound: Uint8Array | undefined): Promise<Attendant>
}
