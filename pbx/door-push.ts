/** Browsers that are woken for a call, as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'

/** What a browser gives out when it lets a page send to it (Push API, `PushSubscription.toJSON()`). */
export interface PushSubscription {
  /** At the browser maker's push service. */
  endpoint: string
  keys: { p256dh: string; auth: string }
}

export interface PushDoor {
  /** What a browser is told that messages will be signed with (VAPID, RFC 8292): base64url of a P-256 point. */
  publicKey: string
  /** This browser, as long as the session lives; a new one takes the place of that before. Refuses `invalid` for an address that is not sent to. */
  subscribe(actor: Actor, sessionId: string, subscription: PushSubscription): Promise<void>
  unsubscribe(actor: Actor, sessionId: string): Promise<void>
  isSubscribed(actor: Actor, sessionId: string): Promise<boolean>
}
