/** What the door of the PBX offers of mail. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'

/** `tls` from the first byte (port 465), `starttls` or nothing at all (587), `none` for a relay on a trusted network (25). */
export type MailSecurity = 'tls' | 'starttls' | 'none'

/** Where a tenant's mail is handed over (SMTP, RFC 5321). */
export interface MailSettings {
  host: string
  port: number
  security: MailSecurity
  /** Null: the server takes mail without signing in. */
  username: string | null
  hasPassword: boolean
  /** Address mail is from. */
  sender: string
  senderName: string
  version: number
}

export interface MailSettingsInput {
  host: string
  port: number
  security: MailSecurity
  username: string | null
  /** Undefined: the stored one stays. */
  password?: string
  sender: string
  senderName: string
}

export interface OutgoingMail {
  id: string
  kind: string
  recipients: string[]
  title: string
  createdAt: Date
  state: 'waiting' | 'sent' | 'failed'
  tries: number
  /** Null unless it waits. */
  nextTry: Date | null
  /** What the server said last, or why it was not reached. */
  lastError: string | null
  sentAt: Date | null
}

export interface MailFilter extends Page {
  state?: OutgoingMail['state']
}

export interface MailDoor {
  /** Null: none was set up. */
  settings(actor: Actor): Promise<MailSettings | null>
  /** Refuses `unprocessable`, and `conflict` when `version` has passed. Mail that waits is tried at once. */
  setUp(actor: Actor, input: MailSettingsInput, version?: number): Promise<MailSettings>
  remove(actor: Actor): Promise<void>
  /** Sends one now, and resolves when the server has taken it. Refuses `unavailable` with what it said and what to do. */
  test(actor: Actor, to: string): Promise<void>
  /** Asks the server whether it would take mail, without sending any. Refuses `unavailable` with what it said and what to do; undefined: none is set up. */
  check(actor: Actor): Promise<string | undefined>
  /** Writes one down for the actor's tenant; it goes out by itself. */
  post(actor: Actor, mail: { kind: string; subjectId: string | null; urgent: boolean; recipients: readonly string[]; title: string; body: string }): Promise<void>
  list(actor: Actor, filter: MailFilter): Promise<Paged<OutgoingMail>>
  /** Tries again what waits or failed. */
  retry(actor: Actor, id: string): Promise<OutgoingMail>
  discard(actor: Actor, id: string): Promise<void>
}
