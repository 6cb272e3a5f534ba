/**
 * Who is asking. Every function reachable from outside takes an `Actor`; there is no default
 * and no actor that may do everything by omission. The tenant always comes from the credential.
 */

/** A UUID. Spelled out so that signatures say which id they want. */
export type TenantId = string

/** A person signed in to the panel, or a program with an API token. */
export interface PersonActor {
  kind: 'user' | 'token'
  tenantId: TenantId
  /** users.id or api_tokens.id */
  id: string
  /** Shown in the audit: an e-mail address or a token's name. */
  name: string
  permissions: ReadonlySet<string>
  /** The person's own extension; a token has that of whoever made it. */
  extensionId?: string
  /** The address the request came from, for the audit. */
  address?: string
}

/** A registered phone acting for its extension. */
export interface DeviceActor {
  kind: 'device'
  tenantId: TenantId
  /** devices.id */
  id: string
  name: string
  permissions: ReadonlySet<string>
}

/** Dialplane itself working for one tenant: a timer, a write that follows a call. */
export interface ServiceActor {
  kind: 'service'
  tenantId: TenantId
  /** The room that acts, e.g. `cdr`. */
  id: string
  name: string
  permissions: ReadonlySet<string>
}

export type Actor = PersonActor | DeviceActor | ServiceActor

const NONE: ReadonlySet<string> = new Set()

/** The actor for work that a room does on its own account inside one tenant. */
export function serviceActor(tenantId: TenantId, room: string): ServiceActor {
  return { kind: 'service', tenantId, id: room, name: room, permissions: NONE }
}
