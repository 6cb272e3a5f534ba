/** Lines to the outside as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** How far calls to the outside may go. */
export type OutsideCalls = 'none' | 'national' | 'international'

/** How a carrier wants numbers: `+4930…`, `4930…`, `030…`, or as they were dialled. */
export type NumberFormat = 'plus' | 'digits' | 'national' | 'dialled'

/** A change to the headers of the INVITEs of a trunk. */
export interface HeaderRule {
  /** To the carrier, or how a call of the carrier is read. */
  direction: 'out' | 'in'
  action: 'add' | 'remove' | 'replace'
  /** In full, such as `X-Account`. */
  header: string
  /** A regular expression of RE2: what is replaced, or the values that are removed; null: all of the header. */
  match: string | null
  /** What is put there: `$1` is the first parentheses of the expression; `{caller}`, `{called}` and `{tenant}` stand for themselves. */
  value: string
}

/** What header rules make of a message that somebody pasted. */
export interface HeaderPreview {
  message: string
  /** Those of the direction, in order; a header that is not there has no values. */
  steps: { rule: number; header: string; before: string[]; after: string[]; changed: boolean }[]
  variables: { caller: string; called: string; tenant: string }
}

/** A line to a carrier. */
export interface Trunk {
  id: string
  name: string
  /** Its SIP domain, host name or address; empty where a PBX registers with us. */
  host: string
  /** Null: where DNS says (RFC 3263). */
  port: number | null
  transport: 'udp' | 'tcp' | 'tls'
  /** Null: the carrier knows us by our address. */
  username: string | null
  hasPassword: boolean
  /** We register there, and it sends calls to where we are. */
  register: boolean
  /** The far end is a PBX that registers with us, by the user name and the password; its calls go where it is. */
  registersHere: boolean
  /** For how long we ask to be registered there; the carrier may grant less. */
  registerSeconds: number
  /** PEM: what we prove to the carrier with who we are, over TLS; its key is never shown. */
  clientCertificate: string | null
  /** PEM: the carrier's certificate, or that of whoever issued it; nobody else is believed. Null: any authority that is known. */
  peerAuthority: string | null
  /** Whom its certificate must be for; null: its host. */
  peerName: string | null
  /** Further networks that its calls come from. */
  networks: string[]
  /** ISO 3166: numbers without a country code are of there. */
  country: string
  format: NumberFormat
  /** The number that is shown where nothing else is chosen. */
  callerId: string | null
  /** The header that names the caller besides From (RFC 3325, or Remote-Party-ID). */
  identity: 'pai' | 'rpid' | 'none'
  /** Calls at once; null: no limit. */
  maxCalls: number | null
  /** Calls that may begin within a second; null: no limit. */
  maxCallsPerSecond: number | null
  /** It carries calls to the emergency services. */
  emergency: boolean
  /** Such calls carry the place of the caller (PIDF-LO, RFC 6442). */
  sendLocation: boolean
  /** The place itself, where to ask for it, or both (RFC 6442). */
  locationBy: 'value' | 'reference' | 'both'
  /** One after the other. */
  headerRules: HeaderRule[]
  /** Codecs that are offered and taken, in order; empty: all that the media engine has, and for calls of the carrier in its order. */
  codecs: ('PCMU' | 'PCMA' | 'G722' | 'opus')[]
  /** How digits go to the carrier and come from it: as events (RFC 4733) where it has them, else in the sound; as events, with nothing sought in the sound; in the sound; by SIP INFO. */
  dtmf: 'auto' | 'rfc4733' | 'inband' | 'info'
  /** Milliseconds of sound a packet; null: as the carrier would like. */
  packetMs: 10 | 20 | 30 | 40 | 60 | null
  /** Calls over it say who calls whom, signed (STIR/SHAKEN). */
  signCalls: boolean
  /** What becomes of calls of the carrier by their signatures: nothing, they are shown as good or not, those with a wrong one are refused, all without a good one are. */
  verifyCalls: 'off' | 'mark' | 'refuse' | 'require'
  /** It is believed who sent a call on before it came here (Diversion, History-Info). */
  readDiversion: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface TrunkInput {
  name: string
  host?: string
  port?: number | null
  transport?: Trunk['transport']
  username?: string | null
  /** Null takes it away; absent leaves it. Never read back. */
  password?: string | null
  register?: boolean
  registersHere?: boolean
  registerSeconds?: number
  /** Together with its key; null takes both away. */
  clientCertificate?: string | null
  clientKey?: string | null
  peerAuthority?: string | null
  peerName?: string | null
  networks?: string[]
  country?: string
  format?: NumberFormat
  callerId?: string | null
  identity?: Trunk['identity']
  maxCalls?: number | null
  maxCallsPerSecond?: number | null
  emergency?: boolean
  sendLocation?: boolean
  locationBy?: Trunk['locationBy']
  headerRules?: HeaderRule[]
  codecs?: Trunk['codecs']
  dtmf?: Trunk['dtmf']
  packetMs?: Trunk['packetMs']
  signCalls?: boolean
  verifyCalls?: Trunk['verifyCalls']
  readDiversion?: boolean
  enabled?: boolean
}

/** How a trunk is at this moment. Times are milliseconds since the epoch. */
export interface TrunkStatus {
  /** `failing`: it answers, and the calls over it fail. */
  state: 'off' | 'unknown' | 'up' | 'failing' | 'down'
  /** Where its host leads. */
  addresses: string[]
  /** Null: it does not register. */
  registration: { state: 'registered' | 'trying' | 'refused' | 'failed'; since: number; expiresAt: number | null; nextTry: number | null } | null
  /** What is wrong, with what to do, in a sentence. */
  cause: string | null
  roundTripMs: number | null
  /** The PBX that is registered with us: where it was heard, and what it says it is. */
  peer: { address: string; transport: string; contact: string; userAgent: string | null } | null
  /** Going on over it now. */
  calls: number
}

/** One that a route uses is not removed: `conflict`. */
export interface Trunks extends Kept<Trunk & { status: TrunkStatus }, TrunkInput> {
  /** Asks the carrier now: registers anew, or sends OPTIONS. */
  test(actor: Actor, id: string): Promise<Trunk & { status: TrunkStatus }>
  /** What rules would make of this INVITE. Refused `unprocessable` when it is none, or a rule is wrong. */
  previewHeaders(actor: Actor, rules: HeaderRule[], direction: HeaderRule['direction'], message: string): HeaderPreview
}

/** Where some callers of a number go. */
export interface InboundByCaller {
  /** `+12025550123`, `+1202*` for all that begin so, or `anonymous` for who hides. */
  caller: string
  /** What would be dialled to get there. */
  destination: string
}

/** A number that carriers send us calls for. */
export interface InboundNumber {
  id: string
  /** With country code, `+15551234567`, or as the carrier sends it. */
  number: string
  name: string
  /** What would be dialled to reach where its calls go. */
  destination: string
  /** Who of the callers goes elsewhere. What says most of a caller's number counts. */
  byCaller: InboundByCaller[]
  /** Before the caller's name on the phones. */
  namePrefix: string
  /** Calls for it at once, from which on callers hear that it is busy; null: no limit. */
  maxCalls: number | null
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type InboundNumberInput = Pick<InboundNumber, 'number' | 'name' | 'destination'> & Partial<Pick<InboundNumber, 'byCaller' | 'namePrefix' | 'maxCalls' | 'enabled'>>

/** Which calls go out over which trunks. The first that fits in order of position is taken. */
export interface OutboundRoute {
  id: string
  name: string
  position: number
  /** Digits, `+`, and X (0–9), Z (1–9), N (2–9), `.` for anything that follows. */
  pattern: string
  /** Digits taken away from the beginning. */
  strip: number
  prepend: string
  /** In the order in which they are tried. */
  trunkIds: string[]
  callerId: string | null
  /** Numbers or patterns of the extensions that may take it; empty: all, and the house itself. */
  callers: string[]
  /** Opening hours at which it may be taken; null: always. */
  scheduleId: string | null
  /** By the rates of the trunks, the cheapest is tried first; those of the same price in turn. */
  cheapestFirst: boolean
  /** Whoever calls is asked for one of its PINs; null: for none. */
  pinSetId: string | null
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type OutboundRouteInput = Pick<OutboundRoute, 'name' | 'pattern' | 'trunkIds'> & Partial<Pick<OutboundRoute, 'position' | 'strip' | 'prepend' | 'callerId' | 'callers' | 'scheduleId' | 'cheapestFirst' | 'pinSetId' | 'enabled'>>

/** PINs for outbound routes: whoever calls over one is asked for any of them. */
export interface PinSet {
  id: string
  name: string
  /** Who has which: the label is kept with each call. The PINs themselves are never shown. */
  pins: { id: string; label: string }[]
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface PinSetInput {
  name: string
  /** All of them. One with an `id` keeps its PIN where none is given; those that are left out are gone. Without any nobody can take its routes. */
  pins?: { id?: string | undefined; label: string; pin?: string | undefined }[]
}

/** One that a route asks for is not removed: `conflict`. */
export type PinSets = Kept<PinSet, PinSetInput>

/** What such a caller hears; `hold`: waits with music for as long as the house says; `allow`: it is put through all the same. */
export type BlockedAction = 'decline' | 'busy' | 'not-in-service' | 'voicemail' | 'hold' | 'allow'

/** The same in the list of an extension, for calls to it. */
export type OwnBlockedCaller = Pick<BlockedCaller, 'number' | 'name' | 'action'>

/** A caller from outside who is not put through, or an exception. */
export interface BlockedCaller {
  id: string
  /** `+12025550123`, `+1900*` for all that begin so, `/^\+1900/` for all that an expression (RE2) is found in, or `anonymous` for who hides. The rule that says most counts. */
  number: string
  /** Why. */
  name: string
  action: BlockedAction
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type BlockedCallerInput = Pick<BlockedCaller, 'number' | 'name'> & Partial<Pick<BlockedCaller, 'action' | 'enabled'>>

export type InboundNumbers = Kept<InboundNumber, InboundNumberInput>
export type OutboundRoutes = Kept<OutboundRoute, OutboundRouteInput>

/** Many at once, by their caller, all or none. */
export type BlockedCallers = Kept<BlockedCaller, BlockedCallerInput> & {
  /** @param called the reason of new ones whose line names none; `trial`: only says what would happen */
  import(actor: Actor, lines: readonly BlockedCallerLine[], called: string, trial: boolean): Promise<BlockedImportReport>
}

/** A line of a file that makes or changes a rule, which is known by its caller. */
export interface BlockedCallerLine {
  line: number
  /** What is absent stays as it is. */
  input: Partial<BlockedCallerInput> & { number: string }
}

export interface BlockedImportReport {
  created: number
  updated: number
  unchanged: number
  /** With any of these nothing was changed. */
  errors: { line: number; field: string; message: string }[]
}
