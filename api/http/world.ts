import type { Request } from 'express'
import type { Actor, PersonActor, TenantId } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { OpenDatabase } from '../../config/database/open.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Logger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { BackupRow, BackupSettingsRow, CrmConnectionRow, SignInProviderRow, WebhookRow } from '../../migrations/tables.ts'
import type { HealthPart, Pbx } from '../../pbx/index.ts'
import type { Gate } from './gate.ts'
import type { Limiter } from './limit.ts'

/** A signed-in browser, beside the actor it acts for. */
export interface Session {
  id: string
  userId: string
  /** What the panel must send back in X-CSRF-Token with every write. */
  csrfToken: string
  /** When it ends however busy it is. */
  expiresAt: Date
}

/** A credential that was good when it was looked up. */
export interface Identified {
  actor: PersonActor
  /** Undefined for a program with a bearer token. */
  session: Session | undefined
}

/** Finds out who a credential belongs to; `undefined` when it is unknown, expired, revoked or its owner disabled. */
export interface Identity {
  /** @param touch whether this counts as use of the session; true when absent */
  bySession(cookie: string, address: string, touch?: boolean): Promise<Identified | undefined>
  byToken(token: string, address: string, touch?: boolean): Promise<Identified | undefined>
}

/** Password hashing with a bound on how many run at once. */
export interface Passwords {
  hash(plain: string): Promise<string>
  /** Takes the same time without a hash as with one, and is then false. */
  verify(hash: string | undefined, plain: string): Promise<boolean>
}

/** Told when sessions, tokens, users or roles of a tenant changed, so that open connections look again. */
export interface IdentityChanges {
  publish(tenantId: TenantId): void
  subscribe(listener: (tenantId: TenantId) => void): () => void
}

/** The one-time link that makes the first administrator. */
export interface SetupTokens {
  /** Makes a fresh token when there is no user yet; older ones stop working. */
  renew(): Promise<void>
  /** The token of this start while there is still no user. */
  current(): Promise<string | undefined>
}

/** Events on their way to others. */
export interface Webhooks {
  /** Why nothing is sent to this address; undefined when it may be. */
  refuses(url: URL): Promise<string | undefined>
  newSecret(tenantId: TenantId): { secret: string; sealed: Buffer }
  /** Which webhooks there are is read again. */
  reload(): Promise<void>
  /** Sends a test now. */
  test(webhook: WebhookRow, tenant: { name: string }): Promise<{ status: number | null; error: string | null; ms: number }>
  /** Looks for what is to be sent. */
  wake(): void
  close(): Promise<void>
}

/** The web pages that may call with tokens of a tenant's people. */
export interface DialPages {
  of(tenantId: TenantId): readonly string[]
  settings(actor: Actor): Promise<DialPagesSettings>
  configure(actor: Actor, input: { origins?: string[] }, version?: number): Promise<DialPagesSettings>
  close(): Promise<void>
}

export interface DialPagesSettings {
  origins: string[]
  /** 0: nobody has named any yet. */
  version: number
  updatedAt: Date | null
}

/** Calls on their way to CRMs. */
export interface CrmLogs {
  /** Why nothing is sent to this address; undefined when it may be. */
  refuses(url: URL): Promise<string | undefined>
  seal(tenantId: TenantId, token: string): Buffer
  /** Which connections there are is read again. */
  reload(): Promise<void>
  /** Asks the CRM whether it takes the credentials: the account, or what is wrong and what helps. */
  test(connection: CrmConnectionRow): Promise<{ account: string | null; error: string | null }>
  /** Looks for what is to be logged. */
  wake(): void
  close(): Promise<void>
}

/** What a provider of OpenID Connect said of somebody, after all of it was checked. */
export interface ProvenIdentity {
  subject: string
  email: string | undefined
  /** The provider says so itself. */
  emailVerified: boolean
  name: string | undefined
  groups: string[]
  /** A second factor was shown there (`amr`, RFC 8176). */
  mfa: boolean
  idToken: string
}

/** What is kept, sealed, in the browser while it is at the provider. */
export interface BegunSignIn {
  state: string
  nonce: string
  verifier: string
}

/** Providers of OpenID Connect. Every method refuses with what is wrong there and what helps. */
export interface OpenId {
  /** Why nothing is asked at this address; undefined when it may be. */
  refuses(issuer: URL): Promise<string | undefined>
  begin(provider: SignInProviderRow): Promise<{ url: string; begun: BegunSignIn }>
  finish(provider: SignInProviderRow, begun: BegunSignIn, answer: Readonly<Record<string, string | undefined>>): Promise<ProvenIdentity>
  /** Where one signs out there; undefined when it has no such place or does not answer. */
  signOutUrl(provider: SignInProviderRow, idToken: string | undefined): Promise<string | undefined>
  /** Asks it for its metadata and keys. */
  check(provider: SignInProviderRow): Promise<void>
}

/** Backups of the whole machine. */
export interface Backups {
  /** Where they are. */
  folder: string
  /** Makes one in the background and tries it out; the one that is made already, when there is one. Refuses `conflict` without a key. */
  start(actor: Actor): Promise<BackupRow>
  /** Restores one beside the real tables, in the background. */
  try(actor: Actor, row: BackupRow): Promise<BackupRow>
  pathOf(row: BackupRow): string
  exists(row: BackupRow): Promise<boolean>
  sealKey(key: Buffer): Buffer
  /** Free bytes on the disk of the folder; undefined: not known. */
  room(): Promise<number | undefined>
  nextAt(settings: BackupSettingsRow): Date | undefined
  health(): Promise<HealthPart>
  /** Looks whether one is due, as it does each minute. */
  tick(): Promise<void>
  close(): Promise<void>
}

/** Everything a handler may reach. Built once by startApi and handed to each. */
/** Who listens to a tenant's live events, and how that went since the start. */
export interface LiveStats {
  /** Open connections. */
  connections: number
  /** People and programs behind them. */
  listeners: number
  /** Connections that were told what they had missed. */
  resumed: number
  /** Connections that asked for what they had missed too late, or after a restart, and were told how things are. */
  tooLate: number
  /** Events kept for those who come back. */
  events: number
}

export interface World {
  settings: Settings
  logger: Logger
  database: OpenDatabase
  pbx: Pbx
  clock: Clock
  /** Version of Dialplane, from package.json. */
  version: string
  startedAt: Date
  gate: Gate
  identity: Identity
  passwords: Passwords
  secrets: Secrets
  identityChanges: IdentityChanges
  setup: SetupTokens
  webhooks: Webhooks
  crm: CrmLogs
  dialPages: DialPages
  backups: Backups
  openId: OpenId
  live: { stats(tenantId: TenantId): LiveStats }
  limits: { login: Limiter; loginAccount: Limiter; loginAddress: Limiter; requests: Limiter }
}

/** The address a request came from; behind a proxy on this machine, the one the proxy names. */
export function addressOf(request: Request): string {
  return request.ip ?? request.socket.remoteAddress ?? 'unknown'
}
