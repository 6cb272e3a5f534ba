/**
 * Everything a call and a registration can tell, as data. News travels upward only as these
 * events. Each has an id; listeners are idempotent by it.
 */

export type EndResult = 'answered' | 'missed' | 'busy' | 'refused' | 'cancelled' | 'failed'

/** The verdict of every call: one result, one reason, who ended it, and a sentence for people. */
export interface Termination {
  result: EndResult
  /** A stable key, e.g. `caller-hung-up`, `no-answer`, `not-registered`, `media-vanished`. The list is in calls/termination.ts. */
  reason: string
  by: 'caller' | 'callee' | 'system'
  /** The SIP status that led here, when one did. */
  sipStatus: number | null
  /** Cause, and cure where there is one, in a sentence. */
  explanation: string
}

export type CallState = 'routing' | 'ringing' | 'early' | 'answered' | 'ending' | 'ended'

export type LegRole = 'caller' | 'callee'
export type LegState = 'new' | 'ringing' | 'early' | 'answered' | 'held' | 'ended'

/** Times are milliseconds since the epoch. */
export interface LegView {
  id: string
  role: LegRole
  state: LegState
  extensionId: string | null
  deviceId: string | null
  number: string
  name: string | null
  sipCallId: string
  /** host:port and transport of the phone. */
  address: string
  transport: string
  userAgent: string | null
  codec: string | null
  /** What the audio is encrypted with; null: nothing. Calls of before this was known have none. */
  security?: { keying: 'sdes' | 'dtls'; suite: string } | null
  startedAt: number
  ringingAt: number | null
  answeredAt: number | null
  endedAt: number | null
  /** Final SIP status of this leg, and why it ended in words. */
  sipStatus: number | null
  ended: string | null
  media: MediaFigures | null
  /** Of a line whose rate is known. */
  cost?: Cost | null
  /** Of a caller whose call was verified. */
  identity?: CallerIdentity | null
  /** Of a caller from outside: who sent the call on before it came here, whom it was for first at the beginning. */
  diverted?: readonly DivertedBy[]
}

/** Somebody outside who sent a call on; why is as RFC 5806 names it. */
export interface DivertedBy {
  /** `anonymous`: it is told to nobody. */
  number: string
  why: 'unconditional' | 'user-busy' | 'no-answer' | 'unavailable' | 'do-not-disturb' | 'deflection' | 'time-of-day' | 'follow-me' | 'out-of-service' | 'away' | 'unknown'
}

/** Whether a caller from outside is who the call says, by the signature of the call (STIR/SHAKEN). */
export interface CallerIdentity {
  /** 3GPP TS 24.229 §7.2A.20. */
  verstat: `TN-Validation-Passed-${'A' | 'B' | 'C'}` | 'TN-Validation-Failed' | 'No-TN-Validation'
  /** What the signature attests, whether it is good or not; null: it was not read. */
  attestation: 'A' | 'B' | 'C' | null
  /** Of the origin, a UUID that whoever signed gave it. */
  origin: string | null
  /** Why, in a sentence. */
  reason: string
}

/** What was paid for. */
export interface Cost {
  amount: number
  currency: string
}

/** Summary of media/contract EndpointStats kept with the call. */
export interface MediaFigures {
  packetsReceived: number
  packetsSent: number
  packetsLost: number
  lossRate: number
  jitterMs: number
  roundTripMs: number | null
  mos: number | null
  local: string
  remote: string | null
}

/** One step of a routing decision with its reason in words. */
export interface PlanView {
  /** Those of a case come after what may lead into it, `depth` cases deep; `when` says which, at its first one. */
  steps: { step: string; reason: string; when?: string | null; depth?: number }[]
  /** Whose PIN the caller entered, as its label. */
  pin?: string
}

/** A call that is going on, or its final state. */
/** Whoever called an extension last. */
export interface LastCaller {
  /** As it was shown; no number when it was withheld. */
  number: string
  /** Of the house; null: from outside. */
  extensionId: string | null
}

/** What an extension dialled last. */
export interface LastDialled {
  number: string
  /** It showed no number of its own. */
  withheld: boolean
}

/** The extension that somebody called last. */
export interface LastCalled {
  extensionId: string
  result: EndResult
  reason: string
}

export interface CallView {
  id: string
  /** The first call of a chain of transfers; its own id when there was none. */
  rootId: string
  tenantId: string
  state: CallState
  direction: 'internal' | 'inbound' | 'outbound'
  from: { number: string; name: string | null; extensionId: string | null }
  to: { number: string; name: string | null; extensionId: string | null }
  startedAt: number
  answeredAt: number | null
  endedAt: number | null
  /** Someone is on hold now. */
  onHold: boolean
  /** The phones send their sound to each other and not through us. */
  direct: boolean
  recording: 'off' | 'on' | 'paused'
  plan: PlanView
  legs: LegView[]
  termination: Termination | null
}

/** Somebody in a conference room. */
export interface ConferencePartyView {
  callId: string
  number: string
  name: string | null
  moderator: boolean
  muted: boolean
  talking: boolean
  /** Hears music until a moderator comes. */
  waiting: boolean
  since: number
}

/** A conference room with somebody in it. Times are milliseconds since the epoch. */
export interface ConferenceView {
  /** That of the room as configured. */
  id: string
  tenantId: string
  number: string
  name: string
  startedAt: number
  locked: boolean
  recording: boolean
  /** In the order they came. */
  parties: ConferencePartyView[]
}

/** Where a device can be reached, as people see it. */
export interface RegistrationView {
  id: string
  tenantId: string
  extensionId: string
  extensionNumber: string
  extensionName: string
  deviceId: string
  deviceName: string
  contact: string
  transport: string
  /** host:port the REGISTER came from. */
  received: string
  userAgent: string | null
  /** RFC 3261 §20.10 preference, 0 to 1. */
  q: number
  /** Which phone it is, and which of its flows, when it says so (RFC 5626). */
  instance: string | null
  regId: string | null
  /** The proxies in between, the one next to us first (RFC 3327). */
  path: string[]
  registeredAt: number
  expiresAt: number
  /** Answer to the last OPTIONS keep-alive: `unknown` before the first one. */
  reachable: 'yes' | 'no' | 'unknown'
  /** Its connection ended with the last run of the server; it is not rung until the phone comes back. */
  waiting: boolean
  /** Round trip of the last keep-alive in milliseconds. */
  roundTripMs: number | null
}

export type BanReason =
  /** More requests than the rate allows. */
  | 'flood'
  /** Messages that are no SIP, or cannot be read. */
  | 'garbage'
  /** It named itself after a scanning tool. */
  | 'scanner'
  /** It asked again and again for a domain that nobody here has. */
  | 'unknown-domain'
  | 'wrong-passwords'
  /** A person put it on the list. */
  | 'by-hand'

/** A network that is not listened to. Times are milliseconds since the epoch. */
export interface BanView {
  id: string
  /** The tenant that runs this machine: bans are for all of it. */
  tenantId: string
  /** An IPv4 address, the /64 of an IPv6 address, or a network a person wrote. */
  network: string
  reason: BanReason
  /** What gave it away, or a person's note. */
  detail: string
  since: number
  /** Null: until it is lifted. */
  until: number | null
  /** Messages and connections it tried meanwhile. */
  hits: number
  /** How often in a row it was banned, from 1; each time is longer. */
  level: number
  /** Who banned it; null when Dialplane did. */
  by: string | null
}

/** Whom a call was for at a time: an extension or a ring group that was rung, or the mailbox that took it. Times are milliseconds since the epoch. */
export interface Sought {
  type: 'extension' | 'ring-group' | 'mailbox'
  id: string
  at: number
  /** Null: until the call ended. */
  until: number | null
  /** The caller left a message there. */
  left?: boolean
}

export interface EventCatalogue {
  'call.started': { call: CallView }
  'call.updated': { call: CallView }
  /** Final: carries the whole call with its termination. The history row is written from this event alone. */
  'call.ended': { call: CallView; sought?: readonly Sought[] }
  'registration.changed': { registration: RegistrationView; change: 'added' | 'refreshed' | 'reachability' }
  /** `moved`: somebody else sits at the phone now, and it is registered for their extension. */
  'registration.removed': { registration: RegistrationView; why: 'unregistered' | 'expired' | 'replaced' | 'disconnected' | 'deleted' | 'moved' }
  'recording.finished': { recordingId: string; callId: string; status: 'finished' | 'failed'; seconds: number; failure: string | null }
  /** Who is in, who speaks, locked or not; several changes within a quarter of a second are told as one. */
  'conference.changed': { conference: ConferenceView }
  /** The last party left. */
  'conference.ended': { conferenceId: string }
  /** It is on the disk as sealed Opus and can be heard. */
  'recording.stored': { recordingId: string; callId: string }
  /** What a mailbox holds is another number of messages than before, or phones that do not ask are told of it, or are not any more. */
  'voicemail.changed': { extensionId: string; unheard: number; unheardUrgent: number; heard: number; heardUrgent: number }
  /** Another text message waits for the phones of this extension, or one does not any more. */
  'message.waiting': { extensionId: string }
  /** A call waits in this slot, or none any more. */
  'park.changed': { lotId: string; slot: string; parked: { callId: string; number: string; name: string | null; since: number } | null }
  /** Somebody sits down at a shared phone, or does not sit there any more. */
  'desk.changed': { deviceId: string; name: string; change: 'logged-in' | 'logged-out'; extensionId: string; number: string }
  /** An extension has called abroad too often. */
  'toll.locked': { extensionId: string; number: string; name: string; reason: string }
  /** Somebody calls for help. */
  'emergency.called': { callId: string; dialled: string; number: string; name: string | null; place: string | null }
  /** What is known of such a call is other than before. */
  'emergency.changed': { callId: string }
  /** A place was tested for calls for help. */
  'emergency.tested': { locationId: string; name: string; passed: boolean; message: string }
  /** So many places have had no good test for longer than the schedule wants. */
  'emergency.untested': { places: number }
  'recording.deleted': { recordingId: string; callId: string; by: string }
  'directory.changed': Record<never, never>
  /** There is no new backup, or it cannot be restored; told to the tenant that runs this machine. */
  'backup.failed': { backupId: string | null; cause: string }
  'ban.added': { ban: BanView }
  'ban.lifted': { ban: BanView; why: 'expired' | 'lifted' | 'allowed' }
}

export type EventName = keyof EventCatalogue

export type PbxEvent = {
  [K in EventName]: { id: string; type: K; tenantId: string; at: number; data: EventCatalogue[K] }
}[EventName]

export type EventOf<K extends EventName> = Extract<PbxEvent, { type: K }>
