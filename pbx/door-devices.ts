/** Phones: those with a password of their own, and those in browsers. */
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
