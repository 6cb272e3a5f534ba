/** What a REGISTER asks for, read from its headers and checked as far as that goes without knowing any binding. */
import { Refusal } from '../../config/errors.ts'
import { parseAddressList } from '../sip/address.ts'
import type { ReadAddress } from '../sip/address.ts'
import type { IncomingRequest } from '../sip/types.ts'
import { contactKey } from './binding.ts'
import type { Outbound } from './outbound.ts'

const SECURE: ReadonlySet<string> = new Set(['tls', 'wss'])

export interface WishedContact {
  key: string
  uri: string
  q: number
  /** Seconds; 0 asks for removal. */
  expires: number
}

export type Wish =
  /** No Contact: only tell what there is. */
  | { kind: 'fetch' }
  /** `Contact: *`. */
  | { kind: 'forget-all' }
  | { kind: 'update'; contacts: WishedContact[] }

export interface ExpiryBounds {
  expiresMin: number
  expiresDefault: number
  expiresMax: number
}

/**
 * RFC 3261 §10.3, step 6 and the part of step 7 that concerns one contact.
 *
 * @param outbound whether a reg-id names a flow
 * @throws Refusal `malformed`, or `interval-too-brief` (423)
 */
export function readWish(request: Pick<IncomingRequest, 'header' | 'source'>, bounds: ExpiryBounds, outbound: Outbound = 'not-asked'): Wish {
  const contact = request.header('contact')?.trim()
  if (contact === undefined || contact === '') return { kind: 'fetch' }
  const expiresHeader = request.header('expires')
  if (contact === '*') {
    // Step 6: only together with Expires: 0.
    if (expiresHeader?.trim() !== '0') throw new Refusal('malformed', 'Contact * needs Expires 0')
    return { kind: 'forget-all' }
  }
  const addresses = parseAddressList(contact)
  // A `*` beside other contacts is no address and comes out here too.
  if (!addresses) throw new Refusal('malformed', 'The Contact header is malformed')
  const contacts = new Map<string, WishedContact>()
  for (const address of addresses) {
    const { scheme } = address.uri
    // RFC 5627 §5.1: a GRUU leads to contacts, and so to itself.
    if (address.uri.params.has('gr')) throw new Refusal('forbidden', 'A GRUU cannot be registered as a contact')
    if (scheme === 'tel') throw new Refusal('malformed', 'The Contact header holds no SIP address')
    // RFC 3261 §26.2.2: nothing but TLS leads to a sips contact, and we reach a phone by the way it came.
    if (scheme === 'sips' && !SECURE.has(request.source.transport)) throw new Refusal('malformed', 'A sips contact must be registered over TLS')
    const wished = { key: contactKey(address, outbound !== 'impossible'), uri: withoutHeaders(address), q: readQ(address), expires: readExpires(address, expiresHeader, bounds) }
    // The same contact twice: the later one counts.
    contacts.set(wished.key, wished)
  }
  const kept = [...contacts.values()].filter((each) => each.expires > 0)
  // RFC 5626 §6: a flow is registered by itself.
  if (outbound === 'kept' && kept.length > 1) throw new Refusal('malformed', 'A contact with reg-id must be registered alone')
  return { kind: 'update', contacts: [...contacts.values()] }
}

/**
 * The contact's URI in its own spelling, without `?headers`: they would be put into every request to the phone
 * (RFC 3261 §19.1.5), and a Request-URI may hold none (§19.1.1).
 */
function withoutHeaders({ uri, uriText }: ReadAddress): string {
  return uri.headers === undefined ? uriText : uriText.slice(0, -(uri.headers.length + 1))
}

/** The `expires` parameter, else the Expires header, else our default; shortened to our longest (step 7). */
function readExpires(address: ReadAddress, header: string | undefined, bounds: ExpiryBounds): number {
  const text = (address.params.get('expires') ?? header)?.trim()
  if (text === undefined || text === '') return bounds.expiresDefault
  // RFC 3261 §20.19: a malformed value counts as 3600.
  const wished = /^\d+$/.test(text) ? Number(text) : 3600
  if (wished === 0) return 0
  // Step 7 forbids 423 for an hour and more, even if our shortest were longer.
  if (wished < bounds.expiresMin && wished < 3600) {
    throw new Refusal('interval-too-brief', `Registrations last at least ${bounds.expiresMin} seconds here.`)
  }
  return Math.min(wished, bounds.expiresMax)
}

/** RFC 3261 §20.10: 0 to 1 with three digits; 1 when absent or malformed, so that the phone rings. */
function readQ(address: ReadAddress): number {
  const text = address.params.get('q')
  return text !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1
}
