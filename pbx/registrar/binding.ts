import { hash } from 'node:crypto'
import type { DirectorySnapshot } from '../directory/types.ts'
import type { RegistrationView } from '../events/catalogue.ts'
import type { ReadAddress } from '../sip/address.ts'
import type { SipSource } from '../sip/types.ts'
import { formatHostPort } from '../sip/uri.ts'
import type { Contact } from './types.ts'

/** A binding of RFC 3261 §10: this device can be reached at this contact until then. Times are milliseconds since the epoch. */
export interface Binding {
  readonly id: string
  readonly tenantId: string
  readonly extensionId: string
  readonly deviceId: string
  /** What makes two contacts of one device the same. */
  readonly key: string
  readonly registeredAt: number
  uri: string
  callId: string
  cseq: number
  q: number
  userAgent: string | undefined
  source: SipSource
  /** The Path it was registered with, the proxy next to us first; empty for most. */
  path: readonly string[]
  updatedAt: number
  expiresAt: number
  /** SnapshotDevice.credentialsChangedAt when it was made: renewed credentials end it. */
  credentialsChangedAt: number
  reachable: 'yes' | 'no' | 'unknown'
  roundTripMs: number | null
  /** Keep-alives in a row without an answer. */
  missed: number
  /** A row of it may be in the database. */
  stored: boolean
  /** As last configured, for the news of its end when the extension is gone already. */
  names: { number: string; extension: string; device: string }
}

/** What a binding is made of, before it is in the table. */
export type NewBinding = Omit<Binding, 'reachable' | 'roundTripMs' | 'missed' | 'stored' | 'names'>

// A B-tree index takes about 2,700 bytes a row.
const LONGEST_KEY = 400

/**
 * Two contacts are the same when they come from one instance (RFC 5626 §4.1), else when their URIs
 * are (RFC 3261 §19.1.4) as far as ringing goes: scheme, user, host, port and transport.
 */
export function contactKey(contact: ReadAddress): string {
  const instance = contact.params.get('+sip.instance')
  const { scheme, user, host, port, params } = contact.uri
  const key = instance
    ? `${instance.toLowerCase()};${contact.params.get('reg-id') ?? ''}`
    : `${scheme}:${user ?? ''}@${host}:${port ?? ''};${params.get('transport')?.toLowerCase() ?? ''}`
  return key.length <= LONGEST_KEY ? key : `sha256:${hash('sha256', key, 'hex')}`
}

/** Which phone a contact is, and which of its flows, when it said so (RFC 5626 §4.1, §4.2); read back from the key. `regId` may be empty. */
export function instanceOf(binding: Pick<Binding, 'key'>): { instance: string; regId: string } | undefined {
  const found = /^(<[^>]*>);(\d*)$/.exec(binding.key)
  return found ? { instance: found[1] as string, regId: found[2] as string } : undefined
}

/** Of the flows to one instance only one: one that answers before one that does not, else the newest. All would ring the same phone (RFC 5626 §7). */
export function oneFlowEach(bindings: Iterable<Binding>): Binding[] {
  const best = new Map<string, Binding>()
  for (const binding of bindings) {
    const phone = instanceOf(binding)
    const key = phone ? `${binding.deviceId} ${phone.instance}` : binding.id
    const other = best.get(key)
    if (other === undefined || isBetter(binding, other)) best.set(key, binding)
  }
  return [...best.values()]
}

function isBetter(one: Binding, other: Binding): boolean {
  if ((one.reachable === 'no') !== (other.reachable === 'no')) return other.reachable === 'no'
  return one.updatedAt > other.updatedAt
}

/** The way back over which a REGISTER came, whatever its Contact claims: it leads through any NAT, and for TCP it is that connection. */
export function nextHopOf(source: SipSource): string {
  return `sip:${formatHostPort(source.address, source.port)};transport=${source.transport}`
}

export function contactOf(binding: Binding): Contact {
  return {
    bindingId: binding.id,
    deviceId: binding.deviceId,
    uri: binding.uri,
    nextHop: nextHopOf(binding.source),
    route: binding.path,
    transport: binding.source.transport,
    received: formatHostPort(binding.source.address, binding.source.port),
    userAgent: binding.userAgent,
    q: binding.q,
    reachable: binding.reachable,
  }
}

export function namesOf(binding: Pick<Binding, 'extensionId' | 'deviceId'>, snapshot: DirectorySnapshot): Binding['names'] {
  const extension = snapshot.extension(binding.extensionId)
  return { number: extension?.number ?? '', extension: extension?.name ?? '', device: snapshot.device(binding.deviceId)?.name ?? '' }
}

/** The binding as people see it. */
export function viewOf(binding: Binding): RegistrationView {
  return {
    id: binding.id,
    tenantId: binding.tenantId,
    extensionId: binding.extensionId,
    extensionNumber: binding.names.number,
    extensionName: binding.names.extension,
    deviceId: binding.deviceId,
    deviceName: binding.names.device,
    contact: binding.uri,
    transport: binding.source.transport,
    received: formatHostPort(binding.source.address, binding.source.port),
    userAgent: binding.userAgent ?? null,
    registeredAt: binding.registeredAt,
    expiresAt: binding.expiresAt,
    reachable: binding.reachable,
    roundTripMs: binding.roundTripMs,
  }
}
