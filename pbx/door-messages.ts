/** Text messages as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'

export interface MessageSettings {
  /** Days a message waits for a phone that takes it. */
  keepDays: number
  /** Messages of one extension within a minute. */
  perMinute: number
}

/** A message that no phone has taken yet. Its words are nobody's but the receiver's. */
export interface WaitingMessage {
  id: string
  extensionId: string
  to: { number: string; name: string }
  /** The number is empty when a program sent it. */
  from: { number: string; name: string | null }
  contentType: string
  bytes: number
  sentAt: Date
  expiresAt: Date
}

export interface MessageInput {
  /** An extension's number. */
  to: string
  text: string
  /** The number of the extension it is from; absent: whoever asks, by name. */
  from?: string
}

export interface MessagesDoor {
  settings(actor: Actor): MessageSettings
  configure(actor: Actor, input: Partial<MessageSettings>): Promise<MessageSettings>
  /** In the order in which they came. */
  waiting(actor: Actor, filter: Page & { extensionId?: string }): Promise<Paged<WaitingMessage>>
  /** Refuses `not-found` where there is no such extension, `conflict` when no more can wait for it, `too-many`. */
  send(actor: Actor, input: MessageInput): Promise<{ state: 'delivered' | 'waiting' }>
  discard(actor: Actor, id: string): Promise<void>
}
