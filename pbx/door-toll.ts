/** Limits for calls abroad as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'

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
  /** Who is told of a lock. */
  mailTo: string[]
}

/** An extension that calls nobody abroad any more until somebody has looked. */
export interface TollLock {
  extensionId: string
  number: string
  name: string
  reason: string
  lockedAt: Date
}

export interface TollDoor {
  settings(actor: Actor): TollSettings
  configure(actor: Actor, input: Partial<TollSettings>): Promise<TollSettings>
  locks(actor: Actor): TollLock[]
  /** Refuses `not-found` for an extension that is not locked. */
  unlock(actor: Actor, extensionId: string): Promise<void>
}
