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
  /** It was registered over a connection that ended with the last run of the server: `no` until the phone is heard again. */
  waiting: boolean
  roundTripMs: number | null
  /** Keep-alives in a row without an answer. */
  missed: number
  /** A row of it may be in the database. */
  stored: boolean
  /** As last configured, for the news of its end when the extension is gone already. */
  names: { number: string; extension: string; device: string }
}

/** What a binding is made of, before it is in the table. */
export type NewBinding = Omit<Binding, 'reachable' | 'waiting' | 'roundTripMs' | 'missed' | 'stored' | 'names'>

// A B-tree index takes about 2,700 bytes a row.
const LONGEST_KEY = 400

/**
 * Two contacts are the same when they come from one instance (RFC 5626 §4.1), else when their URIs
 * are (RFC 3261 §19.1.4) as far as ringing goes: scheme, user, host, port and transport.
 *
 * @param flows whether each reg-id of an instance is a way of its own
 */
export function contactKey(contact: ReadAddress, flows = true): string {
  const instance = contact.params.get('+sip.instance')
  const { scheme, user, host, port, params } = contact.uri
  const key = instance
    ? `${instance.toLowerCase()};${(flows && contact.params.get('reg-id')) || ''}`
    : `${scheme}:${user ?? ''}@${host}:${port ?? ''};${params.get('transport')?.toLowerCase() ?? ''}`
  return key.length <= LONGEST_KEY ? key : `sha256:${hash('sha256', key, 'hex')}`
}

/** Which phone a contact is, and which of its flows, when it said so (RFC 5626 §4.1, §4.2); read back from the key. `regId` may be empty. */
export function instanceOf(binding: Pick<Binding, 'key'>): { instance: string; regId: string } | undefined {
  const found = /^(<[^>]*>);(\d*)$/.exec(binding.key)
  return found ? { instance: found[1] as string, regId: found[2] as string } : undefined
}

/** The flows to each phone, the best first: one that answers before one that does not, else the newest. All would ring the same phone (RFC 5626 §7). */
export function flowsOfEach(bindings: Iterable<Binding>): [Binding, ...Binding[]][] {
  const phones = new Map<string, [Binding, ...Binding[]]>()
  for (const binding of bindings) {
    const phone = instanceOf(binding)
    const key = phone ? `${binding.deviceId} ${phone.instance}` : binding.id
    const flows = phones.get(key)
    if (flows) flows.push(binding)
    else phones.set(key, [binding])
  }
  for (const flows of phones.values()) if (flows.length > 1) flows.sort((a, b) => Number(a.reachable === 'no') - Number(b.reachable === 'no') || b.updatedAt - a.updatedAt)
  return [...phones.values()]
}

/** The way back over which a REGISTER came, whatever its Contact claims: it leads through any NAT, and for TCP it is that connection. */
export function nextHopOf(source: SipSource): string {
  return `sip:${formatHostPort(source.address, source.port)};transport=${source.transport}`
}

/** @param spare the other flows of the same phone */
export function contactOf(binding: Binding, spare: readonly Binding[] = []): Contact {
  return {
    bindingId: binding.id,
    deviceId: binding.deviceId,
    instance: instanceOf(binding)?.instance,
    uri: binding.uri,
    nextHop: nextHopOf(binding.source),
    route: binding.path,
    transport: binding.source.transport,
    received: formatHostPort(binding.source.address, binding.source.port),
    userAgent: binding.userAgent,
    q: binding.q,
    reachable: binding.reachable,
    spare: spare.map((other) => contactOf(other)),
  }
}

export function namesOf(binding: Pick<Binding, 'extensionId' | 'deviceId'>, snapshot: DirectorySnapshot): Binding['names'] {
  const extension = snapshot.extension(binding.extensionId)
  return { number: extension?.number ?? '', extension: extension?.name ?? '', device: snapshot.device(binding.deviceId)?.name ?? '' }
}

/** The binding as people see it. */
export function viewOf(binding: Binding): RegistrationView {
  const phone = instanceOf(binding)
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
    q: binding.q,
    instance: phone?.instance ?? null,
    regId: phone?.regId || null,
    path: [...binding.path],
    registeredAt: binding.registeredAt,
    expiresAt: binding.expiresAt,
    reachable: binding.reachable,
    waiting: binding.waiting,
    roundTripMs: binding.roundTripMs,
  }
}
