import type { Actor } from '../../config/actor.ts'
import type { SharedPhoneSettings } from '../door.ts'

/** A phone somebody was logged out of, and whoever that was. */
export interface LeftDesk {
  deviceId: string
  name: string
  extensionId: string
  number: string
}

export interface SharedPhoneRepository {
  share(actor: Actor, deviceId: string, settings: SharedPhoneSettings): Promise<void>
  unshare(actor: Actor, deviceId: string): Promise<LeftDesk[]>
  /** Whoever sat there, and where this extension sat, are logged out; they are returned. */
  logIn(actor: Actor, deviceId: string, extensionId: string, until: Date | null): Promise<LeftDesk[]>
  /** `due`: only a login that ends by then. Empty when there was none. */
  logOut(actor: Actor, deviceId: string, why: string, due?: Date): Promise<LeftDesk[]>
}
