/** Where phones can be reached now (RFC 3261 §10: the location service). */
import type { Actor } from '../../config/actor.ts'
import type { SnapshotDevice } from '../directory/types.ts'
import type { RegistrationView } from '../events/catalogue.ts'
import type { IncomingRequest, SipSource, SipUri } from '../sip/types.ts'

/** One place to ring. */
export interface Contact {
  bindingId: string
  deviceId: string
  /** Which phone it is, when it says so: `<urn:uuid:…>`. */
  instance: string | undefined
  /** The contact as the phone registered it: the Request-URI. */
  uri: string
  /** `sip:host:port;transport=…` of the flow the REGISTER came over, through any NAT. */
  nextHop: string
  /** Route values that lead to it through the proxies in between (RFC 3327); they go before `nextHop`. */
  route: readonly string[]
  transport: string
  /** host:port the REGISTER came from. */
  received: string
  userAgent: string | undefined
  /** RFC 3261 §20.10 preference, 0 to 1. */
  q: number
  /** `no` after two unanswered keep-alives: not worth ringing. `unknown` before the first one. */
  reachable: 'yes' | 'no' | 'unknown'
  /** The other flows of the same phone, the next best first (RFC 5626): for when this one fails, never at the same time. */
  spare: readonly Contact[]
}

/** Of a binding what answering its phone takes. */
export interface HeldBinding {
  readonly id: string
  readonly deviceId: string
  readonly key: string
  readonly uri: string
  readonly q: number
  readonly callId: string
  readonly cseq: number
  readonly userAgent: string | undefined
  readonly source: SipSource
  readonly path: readonly string[]
  readonly expiresAt: number
}

/** A REGISTER that only renewed a binding. Times are milliseconds since the epoch. */
export interface Renewal {
  bindingId: string
  callId: string
  cseq: number
  at: number
  expiresAt: number
}

export interface Registrar {
  /** Carries out an authenticated REGISTER and answers it. Rejects with a Refusal when it may not be carried out; nothing has changed then. */
  register(request: IncomingRequest, device: SnapshotDevice): Promise<void>
  /** All contacts of an extension, preferred first; of several flows to one phone the best, with the others in `spare` (RFC 5626 §7). Callers skip those with `reachable: 'no'`. */
  contactsOf(extensionId: string): Contact[]
  /**
   * The phone that a GRUU of this tenant means (RFC 5627); undefined when the URI is none, `invalid` when it means nobody (any
   * more). `instance` may be of a phone that is not registered now.
   */
  phoneOf(tenantId: string, uri: SipUri): { number: string; instance: string } | 'invalid' | undefined
  /** A connection that phones had opened is closed: those that were registered over it can no longer be reached, and are forgotten (RFC 5626 §5.3). */
  disconnected(peer: SipSource): void
  /** All bindings of an extension, in the order in which they came. */
  bindingsOf(extensionId: string): ReadonlySet<HeldBinding>
  /** Every extension that has one. */
  extensions(): Iterable<string>
  /** Phones whose REGISTER changed nothing but the time were answered already, by whoever was lent the binding (`pbx/lane`). */
  renewed(renewals: Iterable<Renewal>): void
  list(tenantId: string): RegistrationView[]
  /** Forgets one binding and writes an audit row; the phone may register again. */
  remove(actor: Actor, id: string): Promise<void>
  /** Whether a phone that answers, or was not asked yet, is registered from this IP address. */
  hasLivePhoneAt(address: string): boolean
  /** Every address for which that is so. */
  liveAddresses(): Iterable<string>
  /** How many phones are registered from each address, whether they answer or not. */
  boundAt(): Iterable<readonly [address: string, count: number]>
  /** Bindings in memory, and rows still to be written. */
  figures(): { bindings: number; unwritten: number }
  /** Writes what is left and stops. */
  close(): Promise<void>
}
