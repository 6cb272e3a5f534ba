/** What the door of the PBX offers of voicemail. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'

/** What a caller hears: while nobody answers, while busy, instead of both for a while; and the spoken name of whose mailbox it is. */
export type GreetingKind = 'unavailable' | 'busy' | 'temporary' | 'name'

/** The messages of a mailbox, as a lamp on a phone shows them. */
export interface MessageCounts {
  unheard: number
  unheardUrgent: number
  heard: number
  heardUrgent: number
}

/** The mailbox of an extension. */
export interface Mailbox extends MessageCounts {
  /** The extension's. */
  id: string
  number: string
  name: string
  /** Callers who reach nobody may leave a message; switched with the extension. */
  enabled: boolean
  hasPin: boolean
  /** The extension's own phones are asked for the PIN too. */
  askOwnPhone: boolean
  /** Number that callers reach with 0; null: none. */
  operator: string | null
  maxMessages: number
  /** Longest message in seconds. */
  maxSeconds: number
  /** Days after which messages go; null: never. */
  keepDays: number | null
  /** Phones of the extension that do not subscribe to waiting messages are told of them all the same. */
  mwiUnsolicited: boolean
  /** Each message goes to these by e-mail. */
  mailTo: string[]
  /** With its sound. */
  mailAttach: boolean
  /** What becomes of a message that went out by e-mail: it stays new, counts as heard, or is deleted. */
  mailThen: 'keep' | 'heard' | 'delete'
  /** Those that are there, with their length in seconds. */
  greetings: Partial<Record<GreetingKind, number>>
  version: number
}

export interface MailboxInput {
  askOwnPhone?: boolean
  operator?: string | null
  maxMessages?: number
  maxSeconds?: number
  keepDays?: number | null
  mwiUnsolicited?: boolean
  mailTo?: string[]
  mailAttach?: boolean
  mailThen?: Mailbox['mailThen']
}

export interface VoiceMessage {
  id: string
  mailboxId: string
  /** Whose mailbox it is in. */
  to: { number: string; name: string }
  from: { number: string; name: string | null }
  callId: string | null
  leftAt: Date
  seconds: number
  urgent: boolean
  heardAt: Date | null
  /** Who sent it on to this mailbox. */
  forwardedBy: string | null
  /** When it went out by e-mail. */
  mailedAt: Date | null
}

export interface VoiceMessageFilter extends Page {
  mailboxId?: string
  /** Only those that were heard, or only those that were not. */
  heard?: boolean
  /** Matches number and name of who left it. */
  search?: string
  sort: 'left_at' | 'seconds'
  order: 'asc' | 'desc'
}

/** Sound for streaming. Close it. */
export interface VoiceSound {
  message: VoiceMessage
  bytes: number
  /** SHA-256 of the Ogg file. */
  sha256: string
  read(start: number, end: number): AsyncGenerator<Buffer, void, undefined>
  close(): Promise<void>
}

export interface VoicemailDoor {
  boxes(actor: Actor): Promise<Mailbox[]>
  box(actor: Actor, id: string): Promise<Mailbox>
  update(actor: Actor, id: string, input: MailboxInput, version?: number): Promise<Mailbox>
  /** Null: none; its own phone then asks for a new one. Refuses `unprocessable` what is easy to guess. */
  setPin(actor: Actor, id: string, pin: string | null): Promise<Mailbox>
  /** A WAV file of a greeting that was recorded; refuses `not-found`. */
  greeting(actor: Actor, id: string, kind: GreetingKind): Promise<string>
  /** WAV, Opus in Ogg, or a text to speak; undefined: none any more. */
  setGreeting(actor: Actor, id: string, kind: GreetingKind, by: { sound: Uint8Array } | { text: string } | undefined): Promise<Mailbox>
  messages(actor: Actor, filter: VoiceMessageFilter): Promise<Paged<VoiceMessage>>
  message(actor: Actor, id: string): Promise<VoiceMessage>
  /** Each listening is audited. */
  open(actor: Actor, id: string, as: 'ogg' | 'wav', purpose: 'listen' | 'download'): Promise<VoiceSound>
  mark(actor: Actor, id: string, change: { heard?: boolean; urgent?: boolean }): Promise<VoiceMessage>
  forward(actor: Actor, id: string, mailboxIds: readonly string[]): Promise<void>
  remove(actor: Actor, id: string): Promise<void>
}
