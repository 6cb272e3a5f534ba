/** Limits for calls abroad as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'

export type * from './door-rates.ts'

export interface TollSettings {
  /** ISO 3166 of the countries that may be called besides the own one; null: all of them. */
  countries: string[] | null
  /** Calls abroad at once, of one extension and of all together. */
  atOnceExtension: number
  atOnceTenant: number
  /** Calls abroad within an hour after which an extension is locked. */
  perHour: number
  /** Minutes abroad within 24 hours, after which an extension is locked and its calls end; null: no limit. */
  minutesExtension: number | null
  /** The same of all together; further calls are refused. */
  minutesTenant: number | null
  /** Spent on calls since the day or the month began, in the currency of the rates: of one extension, which is locked then and its calls end; null: no limit. */
  spendDayExtension: number | null
  spendMonthExtension: number | null
  /** The same of all together; calls end, and further ones are refused. */
  spendDayTenant: number | null
  spendMonthTenant: number | null
  /** Who is told of a lock. */
  mailTo: string[]
}

/** An extension that calls nobody abroad any more until somebody has looked. */
export interface TollLock {
  extensionId: string
  number: string
  name: string
  reason: string
  /** For all calls that cost, and not only for those abroad. */
  spend: boolean
  lockedAt: Date
}

/** How much of a limit of what may be spent is. */
export interface SpendState {
  /** Null: all together. */
  extension: { id: string; number: string; name: string } | null
  window: 'day' | 'month'
  spent: number
  limit: number
}

export interface TollDoor {
  settings(actor: Actor): TollSettings
  configure(actor: Actor, input: Partial<TollSettings>): Promise<TollSettings>
  locks(actor: Actor): TollLock[]
  /** Of all together, and of every extension that has spent anything. */
  spending(actor: Actor): { currency: string | null; states: SpendState[] }
  /** Refuses `not-found` for an extension that is not locked. */
  unlock(actor: Actor, extensionId: string): Promise<void>
}
