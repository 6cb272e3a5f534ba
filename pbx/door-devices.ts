/** Phones: those with a password of their own, those in browsers, and those that people take turns at. */
import type { Actor } from '../config/actor.ts'
import type { Device, SipCredentials } from './door-extensions.ts'

export interface Devices {
  create(actor: Actor, extensionId: string, input: { name: string }): Promise<{ device: Device; credentials: SipCredentials }>
  update(actor: Actor, id: string, input: { name?: string; enabled?: boolean }, version?: number): Promise<Device>
  /** A new password; the old one stops working at once and the device's registrations end. */
  renewCredentials(actor: Actor, id: string): Promise<SipCredentials>
  remove(actor: Actor, id: string): Promise<void>
}

/** Phones in browsers. Whose extension it is, is the caller's to know. */
export interface Softphones {
  /** A fresh password for the session's device, which is made when there is none; it works only between `connect` and its end, and goes with the session. */
  issue(actor: Actor, wish: { sessionId: string; extensionId: string }): Promise<SipCredentials>
  /** The session's device; undefined when it has none (any more). */
  find(actor: Actor, sessionId: string): Promise<Device | undefined>
  /** The session holds a connection; returns what is to be called when it does not any more. */
  connect(deviceId: string): () => void
}

/** How people take turns at a phone. */
export interface SharedPhoneSettings {
  /** What it may call while nobody sits there, besides help: nobody, or numbers inside. */
  calls: 'help' | 'internal'
  /** Whoever sits there is logged out after so many hours, */
  hours: number | null
  /** and at this time of day, `18:30`, by the clock of the company. */
  at: string | null
}

/** A phone that people take turns at. */
export interface SharedPhone extends SharedPhoneSettings {
  /** Of the device. */
  id: string
  name: string
  /** The extension that it has while nobody sits there. */
  home: { id: string; number: string; name: string }
  registered: boolean
  /** Who sits there; null: nobody. */
  login: { extensionId: string; number: string; name: string; since: Date; until: Date | null } | null
}

export interface SharedPhones {
  list(actor: Actor): SharedPhone[]
  /** Has people take turns at a device, or says how. */
  share(actor: Actor, deviceId: string, settings: SharedPhoneSettings): Promise<SharedPhone>
  /** It is its own extension's alone again; whoever sits there is logged out. */
  unshare(actor: Actor, deviceId: string): Promise<void>
  /** Refuses `conflict` when nobody sits there. */
  logOut(actor: Actor, deviceId: string): Promise<SharedPhone>
}
