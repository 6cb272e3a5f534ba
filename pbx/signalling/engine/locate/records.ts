/** DNS messages (RFC 1035) of the four kinds of records that locating needs: the question written, the reply read without trust. */
import { isIPv4, isIPv6 } from 'node:net'
import { decode, encode, RECURSION_DESIRED, type Answer } from 'dns-packet'

export type Kind = 'A' | 'AAAA' | 'SRV' | 'NAPTR'

export interface Question {
  /** Lower case, without a dot at the end. */
  name: string
  kind: Kind
}

export interface Address {
  kind: 'A' | 'AAAA'
  address: string
}

/** RFC 2782. */
export interface Srv {
  kind: 'SRV'
  priority: number
  weight: number
  port: number
  /** Empty: the service is decidedly not offered. */
  target: string
}

/** RFC 3403. */
export interface Naptr {
  kind: 'NAPTR'
  order: number
  preference: number
  /** Lower case. */
  flags: string
  /** Upper case, `SIP+D2U`. */
  service: string
  regexp: string
  replacement: string
}

export type DnsRecord = Address | Srv | Naptr

/** What a name server said. TTLs in seconds. */
export type Reply =
  /** Not to our question: late, misled or forged. To be ignored. */
  | { kind: 'foreign' }
  | { kind: 'garbled'; reason: string }
  /** To be asked again over TCP. */
  | { kind: 'truncated' }
  /** `plain`: it may understand the question without EDNS. */
  | { kind: 'refused'; rcode: string; plain: boolean }
  | { kind: 'found'; records: DnsRecord[]; ttl: number }
  /** The name is an alias of another, about which the reply says nothing. */
  | { kind: 'alias'; name: string; ttl: number }
  /** No such name, or no such records; not to be kept when `ttl` is 0 (RFC 2308 §5). */
  | { kind: 'nothing'; ttl: number }

/** Aliases followed for one question. */
export const ALIASES_MAX = 8
/** Records taken of one reply. */
const RECORDS_MAX = 64
/** What fits into a datagram everywhere (RFC 9715). */
const UDP_BYTES = 1232
/** RFC 2181 §8: a TTL with the top bit set counts as 0. Longer than a day is not believed. */
const TTL_MAX = 86_400
/** RFC 2308 §5: one to three hours for what does not exist. */
const NEGATIVE_TTL_MAX = 3600

const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/

/** The name in lower case without its last dot; undefined when it is none that can be asked for. */
export function cleanName(name: string): string | undefined {
  const clean = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  return HOST.test(clean) ? clean : undefined
}

export function writeQuery(id: number, { name, kind }: Question, edns: boolean): Buffer {
  return encode({
    id, type: 'query', flags: RECURSION_DESIRED, questions: [{ name, type: kind, class: 'IN' }],
    ...(edns ? { additionals: [{ type: 'OPT', name: '.', udpPayloadSize: UDP_BYTES, flags: 0, extendedRcode: 0, ednsVersion: 0, flag_do: false, options: [] }] } : {}),
  })
}

/** Reads what came back for the query with this id. Never throws. */
export function readReply(packet: Buffer, id: number, question: Question): Reply {
  if (packet.length < 12 || packet.readUInt16BE(0) !== id || (packet[2] as number) < 0x80) return { kind: 'foreign' }
  let message: ReturnType<typeof decode>
  try {
    message = decode(packet)
  } catch (error) {
    return { kind: 'garbled', reason: error instanceof Error ? error.message : String(error) }
  }
  const asked = message.questions?.[0]
  const rcode = rcodeOf(packet)
  // Servers that know no EDNS may answer with the bare head (RFC 6891 §7).
  const plain = rcode === 'FORMERR' || rcode === 'NOTIMP'
  if (asked === undefined && plain) return { kind: 'refused', rcode, plain }
  if (asked?.type !== question.kind || cleanName(asked.name) !== question.name) return { kind: 'foreign' }
  if (message.flag_tc) return { kind: 'truncated' }
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { kind: 'refused', rcode, plain }
  const end = follow(message.answers ?? [], question.name)
  if (end === undefined) return { kind: 'garbled', reason: `the aliases of ${question.name} lead in a circle` }
  const records = (message.answers ?? []).filter((answer) => owner(answer) === end.name && answer.type === question.kind)
  const read = records.slice(0, RECORDS_MAX).flatMap((answer) => readRecord(answer) ?? [])
  if (read.length > 0) return { kind: 'found', records: read, ttl: Math.min(end.ttl, ...records.map(ttlOf)) }
  if (records.length > 0) return { kind: 'garbled', reason: `no ${question.kind} record of ${question.name} makes sense` }
  const negative = (message.authorities ?? []).find((answer) => answer.type === 'SOA')
  if (end.name !== question.name && rcode === 'NOERROR' && negative === undefined) return { kind: 'alias', name: end.name, ttl: end.ttl }
  return { kind: 'nothing', ttl: negative?.type === 'SOA' ? Math.min(end.ttl, ttlOf(negative), negative.data.minimum ?? 0, NEGATIVE_TTL_MAX) : 0 }
}

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

function rcodeOf(packet: Buffer): string {
  const code = (packet[3] as number) & 0x0f
  return RCODES[code] ?? `RCODE ${code}`
}

/** Where the chain of aliases within one reply ends, and its shortest TTL; undefined when it has no end. */
function follow(answers: readonly Answer[], start: string): { name: string; ttl: number } | undefined {
  let name = start
  let ttl = TTL_MAX
  for (let aliases = 0; aliases <= ALIASES_MAX; aliases++) {
    const alias = answers.find((answer) => answer.type === 'CNAME' && owner(answer) === name)
    if (alias?.type !== 'CNAME') return { name, ttl }
    const next = cleanName(alias.data)
    if (next === undefined || next === start) return undefined
    name = next
    ttl = Math.min(ttl, ttlOf(alias))
  }
  return undefined
}

function owner(answer: Answer): string | undefined {
  return 'class' in answer && answer.class === 'IN' ? cleanName(answer.name) : undefined
}

function ttlOf(answer: Answer): number {
  const ttl = 'ttl' in answer ? (answer.ttl ?? 0) : 0
  return ttl >= 0x8000_0000 ? 0 : Math.min(ttl, TTL_MAX)
}

function readRecord(answer: Answer): DnsRecord | undefined {
  switch (answer.type) {
    case 'A':
      return isIPv4(answer.data) ? { kind: 'A', address: answer.data } : undefined
    case 'AAAA':
      return isIPv6(answer.data) ? { kind: 'AAAA', address: answer.data } : undefined
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = answer.data
      const name = target === '.' ? '' : cleanName(target)
      return name === undefined || (name !== '' && port === 0) ? undefined : { kind: 'SRV', priority, weight, port, target: name }
    }
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = answer.data
      return { kind: 'NAPTR', order, preference, flags: flags.toLowerCase(), service: services.toUpperCase(), regexp, replacement: cleanName(replacement) ?? '' }
    }
    default:
      return undefined
  }
}
