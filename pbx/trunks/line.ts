import { isIP } from 'node:net'
import type { SnapshotTrunk } from '../directory/types.ts'
import type { Located } from '../door.ts'
import type { Headers, Origin } from '../stir/signer.ts'
import { locationBody } from './pidf-lo.ts'
import { ANONYMOUS, NOWHERE } from '../sip/anonymous.ts'
import { applyHeaderRules, headersOf, linesOf } from '../sip/header-rules.ts'
import type { BodyPart, SipAccount } from '../sip/types.ts'
import { wayToPeer, type Peer } from './peers.ts'
import { escapeUser, formatHostPort } from '../sip/uri.ts'

/** The way over a trunk, ready to be sent. */
export interface OutsideLine {
  trunkId: string
  uri: string
  /** Where it is sent when the URI does not say: the way a PBX registered over. */
  nextHop?: string
  /** By way of these, the next hop first (RFC 3608). */
  route?: readonly string[]
  /** host:port of the carrier, the host an address. */
  address: string
  transport: string
  /** In From: the carrier's domain. */
  domain: string
  from: { number: string; name: string | undefined; domain?: string }
  account: SipAccount | undefined
  headers: Readonly<Record<string, string>>
  /** What the rules of the trunk make of its headers, all of them together; signed after that, where calls of the trunk are. */
  rewrite?: (headers: Readonly<Record<string, string>>) => Headers
  /** What goes along with the session description. */
  parts?: readonly BodyPart[]
  /** Left when nothing at all is heard for so long; undefined: it is the last, and waited for. */
  silenceMs: number | undefined
}

const PORTS = { udp: 5060, tcp: 5060, tls: 5061 } as const

/** The carrier's host as URIs have it: an IPv6 address in brackets. */
export function hostOf({ host }: Pick<SnapshotTrunk, 'host'>): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** A URI at the carrier. */
export function uriOf(trunk: Pick<SnapshotTrunk, 'host' | 'port' | 'transport'>, user: string | undefined): string {
  const { port, transport } = trunk
  return `sip:${user === undefined ? '' : `${escapeUser(user)}@`}${hostOf(trunk)}${port === null ? '' : `:${port}`}${transport === 'udp' ? '' : `;transport=${transport}`}`
}

/** Which port its calls are sent to where DNS says none. */
export function portOf({ port, transport }: Pick<SnapshotTrunk, 'port' | 'transport'>): number {
  return port ?? PORTS[transport]
}

/** What a call over a trunk shows and how it is sent. */
export interface LineWish {
  number: string
  callerId: string | null
  emergency: boolean
  /** Where a caller for help is; null: it is not known, or no such call. */
  located: Located | null
  /** Where that is asked for; null: nowhere. */
  reference: string | null
  /** Where the call comes from, for its signature. */
  origin: Origin
  /** The caller withholds the number: only a carrier that is told it in a header of its own learns it, with the wish for privacy. */
  hidden: boolean
  /** Another trunk follows. */
  more: boolean
}

/** Headers that tell the emergency services the number of a caller. */
const CALL_BACK = new Set(['p-asserted-identity', 'p-preferred-identity', 'remote-party-id'])

/** A carrier that has a call says so within a round trip or two (100 Trying); T1 is 500 ms. */
const SILENCE_MS = 1_700

/**
 * @param addresses where its host leads, as far as is known
 * @param peer where the PBX is that registers with us
 * @param tenant its short name, for header rules
 * @param route the way that the carrier asked for when we registered with it
 * @param sign signs the headers; left out for a call for help, and for one whose caller withholds the number, which the signature would tell
 */
export function lineFor(trunk: SnapshotTrunk, addresses: readonly string[], peer: Peer | undefined, tenant: string, route: readonly string[], sign: (headers: Headers, from: string) => Headers, { number, callerId, emergency, located, reference, hidden, more }: LineWish): OutsideLine {
  // What has no domain of its own is told the address that we send from, which `localhost` stands for.
  const domain = peer ? 'localhost' : hostOf(trunk)
  const user = callerId ?? trunk.username ?? 'anonymous'
  const who = `<sip:${escapeUser(user)}@${domain}>`
  // Whom the emergency services call back is not rewritten.
  const rules = emergency ? trunk.headerRules.filter(({ header }) => !CALL_BACK.has(header.toLowerCase())) : trunk.headerRules
  const rule = (headers: Readonly<Record<string, string>>): Headers => (rules.length === 0 ? headers : headersOf(applyHeaderRules(rules, 'out', linesOf(headers), { caller: hidden ? ANONYMOUS.number : user, called: number, tenant })))
  const signed = trunk.signCalls && !emergency && !hidden
  const place = located && trunk.sendLocation ? locationBody(located, `${user}@${domain}`, Date.now(), trunk.locationBy, reference) : undefined
  return {
    trunkId: trunk.id,
    ...(peer
      ? { ...wayToPeer(peer, escapeUser(number)), address: formatHostPort(peer.source.address, peer.source.port), transport: peer.source.transport }
      : { uri: uriOf(trunk, number), address: formatHostPort(addresses[0] ?? '127.0.0.1', portOf(trunk)), transport: trunk.transport }),
    ...(route.length > 0 && { route }),
    domain,
    from: hidden ? { ...ANONYMOUS, domain: NOWHERE } : { number: user, name: undefined },
    account: trunk.username !== null && trunk.password !== null ? { username: trunk.username, password: trunk.password } : undefined,
    headers: {
      ...(callerId !== null && trunk.identity === 'pai' && { 'P-Asserted-Identity': who }),
      ...(callerId !== null && trunk.identity === 'rpid' && { 'Remote-Party-ID': `${who};party=calling;privacy=${hidden ? 'full' : 'off'};screen=yes` }),
      // RFC 3323 §4.2, RFC 3325 §9.3
      ...(hidden && { Privacy: 'id' }),
      ...(emergency && { Priority: 'emergency' }),
      ...place?.headers,
    },
    ...((rules.length > 0 || signed) && { rewrite: (headers) => (signed ? sign(rule(headers), user) : rule(headers)) }),
    ...(place?.part && { parts: [place.part] }),
    silenceMs: more ? SILENCE_MS : undefined,
  }
}
