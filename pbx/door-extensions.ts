/** Extensions, their devices, and where calls to them lead, as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'
import type { OwnSpeedDial } from './door-speed-dials.ts'
import type { OutsideCalls, OwnBlockedCaller } from './door-trunks.ts'

export interface Page {
  /** From 1. */
  page: number
  /** 1 to 100. */
  limit: number
}

export interface Paged<T> {
  rows: T[]
  total: number
}

/** What becomes of a phone that registers when there are as many as there may be: the oldest makes room, or it is refused. */
export type ContactsFull = 'replace' | 'reject'

/** Whether audio is encrypted: never, with phones that can, or with none that cannot. */
export type EncryptionPolicy = 'off' | 'offer' | 'require'

/** Which calls of an extension are recorded: none whatever is asked, those for which somebody asks, all. */
export type RecordingPolicy = 'never' | 'on-demand' | 'always'

/** Callers from outside who are asked for their name before phones ring: nobody, those whom no contact has, all. */
export type Screening = 'off' | 'unknown' | 'outside'

export interface Extension {
  id: string
  number: string
  name: string
  /** Null: the house's RING_SECONDS. */
  ringSeconds: number | null
  maxContacts: number
  /** What becomes of one phone more; null: as the settings of the house say. */
  contactsFull: ContactsFull | null
  enabled: boolean
  recording: RecordingPolicy
  /** Days its recordings are kept; null: the tenant's. */
  recordingDays: number | null
  /** Null: the house's MEDIA_ENCRYPTION. */
  encryption: EncryptionPolicy | null
  /** Numbers that calls go on to; null: none. While do not disturb is on, `forwardBusy` is where they go. */
  forwardAlways: string | null
  forwardBusy: string | null
  forwardNoAnswer: string | null
  /** While no phone is registered, or none answers. */
  forwardUnreachable: string | null
  doNotDisturb: boolean
  /** Callers who ring all the same. */
  vipNumbers: string[]
  /** Callers from outside whom it does not want, and exceptions. */
  blockedCallers: OwnBlockedCaller[]
  /** Whose lamps its phones get by one subscription, in order: extensions, slots, hours, codes. */
  lampNumbers: string[]
  /** Who is told by e-mail of calls to it that nobody answered. */
  missedCallMail: string[]
  /** Calls at once, from which on it is busy; null: as many as its phones take. */
  callLimit: number | null
  /** How far its calls to the outside may go. */
  outsideCalls: OutsideCalls
  /** Shown outside; null: the route's or the trunk's. */
  outsideNumber: string | null
  /** Calls outside that it may have at once, and begin within a minute, those that it forwards or transfers among them; null: no limit. */
  outsideAtOnce: number | null
  outsidePerMinute: number | null
  /** Calls also ring at `followMeTo`; with `followMeOwnPhones` false there only. */
  followMe: boolean
  followMeOwnPhones: boolean
  followMeTo: FollowMeTarget[]
  /** Calls that ring at extensions of the same may be picked up with *8; null: at those without one. */
  pickupGroup: string | null
  /** Whose calls its phones may listen to with *33: numbers of extensions and ring groups, and patterns such as 2XX; empty: nobody's. */
  supervises: string[]
  /** Its phones answer by themselves when colleagues call by intercom or page it. */
  pageable: boolean
  /** Callers find it by name in the company directory (*411). */
  listed: boolean
  /** Callers from outside who say their name before its phones ring, for whoever answers to hear and decide. */
  screening: Screening
  /** Short numbers for its own phones, which come before those of the company. */
  speedDials: OwnSpeedDial[]
  /** Callers who reach nobody may leave a message, where no forward of its own says otherwise. */
  voicemail: boolean
  version: number
  devices: Device[]
  createdAt: Date
  updatedAt: Date
}

export interface Device {
  id: string
  extensionId: string
  name: string
  sipUsername: string
  enabled: boolean
  /** The phone that is set up from here and has it as a line; null: people enter its password. */
  phoneId: string | null
  version: number
  credentialsChangedAt: Date
  createdAt: Date
  updatedAt: Date
}

/** Where else calls to an extension ring. */
export interface FollowMeTarget {
  /** An extension, or a number outside as one would dial it. */
  target: string
  /** Seconds after which it rings too. */
  delaySeconds: number
  /** For how long it rings then. */
  ringSeconds: number
  /** Only outside: whoever answers has to press 1 to take the call. */
  confirm: boolean
}

/** Shown once, right after it was made; only hashes are kept. */
export interface SipCredentials {
  deviceId: string
  username: string
  password: string
  /** Host a phone is to register at: the tenant's domain, or the address SIP listens on. */
  domain: string
  /** Of the first of the transports. */
  port: number
  /** What is served, each with its port: udp, tcp, tls, ws, wss. */
  transports: { name: string; port: number }[]
}

export interface ExtensionInput {
  number: string
  name: string
  ringSeconds?: number | null
  maxContacts?: number
  contactsFull?: ContactsFull | null
  enabled?: boolean
  recording?: RecordingPolicy
  recordingDays?: number | null
  encryption?: EncryptionPolicy | null
  forwardAlways?: string | null
  forwardBusy?: string | null
  forwardNoAnswer?: string | null
  forwardUnreachable?: string | null
  doNotDisturb?: boolean
  vipNumbers?: string[]
  blockedCallers?: OwnBlockedCaller[]
  lampNumbers?: string[]
  missedCallMail?: string[]
  callLimit?: number | null
  outsideCalls?: OutsideCalls
  outsideNumber?: string | null
  outsideAtOnce?: number | null
  outsidePerMinute?: number | null
  pickupGroup?: string | null
  /** Only by who may listen to calls. */
  supervises?: string[]
  /** True when absent. */
  pageable?: boolean
  /** True when absent. */
  listed?: boolean
  screening?: Screening
  speedDials?: OwnSpeedDial[]
  followMe?: boolean
  followMeOwnPhones?: boolean
  followMeTo?: FollowMeTarget[]
  /** True when absent. */
  voicemail?: boolean
}

/** A line of a file that makes or changes an extension, which is known by its number. */
export interface ExtensionLine {
  /** In the file, for what is said about it. */
  line: number
  /** A new one needs a name. What is absent stays as it is. */
  input: Partial<ExtensionInput> & { number: string }
  /** Name of the first device of a new one. */
  deviceName?: string
}

export interface ImportReport {
  created: number
  updated: number
  unchanged: number
  /** With any of these nothing was changed. */
  errors: { line: number; field: string; message: string }[]
  /** Of the devices of new extensions; shown once. Empty for a trial. */
  credentials: { number: string; name: string; username: string; password: string }[]
}

export interface ExtensionFilter extends Page {
  /** Matches number and name. */
  search?: string
  sort: 'number' | 'name' | 'created_at'
  order: 'asc' | 'desc'
}

/** A code that phones dial to change something, or type in a call. */
export interface FeatureCode {
  code: string
  /** It is typed while the phone talks, and dialled otherwise. */
  inCall: boolean
  /** What it is where nobody has changed it. */
  customary: string
  /** Switched off, it is a number like any other. */
  enabled: boolean
  action: string
  /** What it does, in words. */
  does: string
  /** A number is dialled behind it. */
  takesNumber: boolean
}

/** What would happen to a call. */
export interface RoutingExplanation {
  /** As it is understood. */
  number: string
  name: string | null
  direction: 'internal' | 'inbound' | 'outbound'
  steps: {
    step: string
    reason: string
    /** The case in which it comes, at the first step of the case; null: always, or as the one before. */
    when: string | null
    /** How many cases it lies in. */
    depth: number
    /** How the phones that ring are at this moment. */
    now: string | null
    /** What is configured to do this. */
    subject: { type: 'extension' | 'ring-group' | 'conference' | 'schedule' | 'attendant' | 'park-lot' | 'paging-group' | 'application'; id: string } | null
  }[]
}

/**
 * How the members of a ring group are rung. `all`: at once, or each after a wait of its own, sooner when nobody else rings.
 * `enterprise`: each by its own clock, whatever becomes of the others. `in-order`, `random`, `in-turn`: one after the other;
 * who is busy or declines makes way at once. `memory-hunt`: one more after the other, while the former go on ringing.
 * `first-available`: the first who can be rung, and nobody after that one.
 */
export type RingStrategy = 'all' | 'enterprise' | 'in-order' | 'random' | 'in-turn' | 'memory-hunt' | 'first-available'

/** An extension, or a number outside. */
export interface RingGroupMember {
  extensionId: string | null
  /** What one would dial for it; null for an extension. */
  number: string | null
  /** Seconds after which it rings too; only where all are rung. */
  delaySeconds: number
  /** For how long it rings; with `memory-hunt`, until the next does too. Null: as the group says. */
  ringSeconds: number | null
  /** Whoever answers outside has to press 1 to take the call; the others ring on meanwhile. */
  confirm: boolean
}

/** One of `extensionId` and `number`; numbers outside are confirmed unless said otherwise. */
export interface RingGroupMemberInput {
  extensionId?: string | null | undefined
  number?: string | null | undefined
  delaySeconds: number
  ringSeconds?: number | null | undefined
  confirm?: boolean | undefined
}

/** A number that rings several extensions and numbers outside. */
export interface RingGroup {
  id: string
  number: string
  name: string
  /** `in-turn` begins each call with the member after the one the last call began with. */
  strategy: RingStrategy
  members: RingGroupMember[]
  /** For how long in all; with `enterprise` each member's own time counts. */
  ringSeconds: number
  /** For how long each, where they are not rung all together. */
  memberSeconds: number
  /** How often all of them are rung one after the other; null: until the time is up. */
  rounds: number | null
  /** Members who are in a call are left out. */
  skipBusy: boolean
  /** Before the caller's name on the phones. */
  namePrefix: string
  /** Alert-Info (RFC 3261 §20.4) for a ringing sound of its own; empty: none. */
  alertInfo: string
  /** Where calls go on to that nobody answers; null: they end. */
  noAnswer: string | null
  /** Who is told by e-mail of calls that nobody answered. */
  missedCallMail: string[]
  /** Spoken to the caller before phones ring; empty: nothing. */
  greeting: string
  /** Of the recording that is played instead; null: none. */
  recordingSeconds: number | null
  /** The caller hears music while phones ring, and no ringing. */
  music: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface RingGroupInput {
  number: string
  name: string
  strategy?: RingStrategy
  members?: RingGroupMemberInput[]
  ringSeconds?: number
  memberSeconds?: number
  rounds?: number | null
  skipBusy?: boolean
  namePrefix?: string
  alertInfo?: string
  noAnswer?: string | null
  missedCallMail?: string[]
  greeting?: string
  music?: boolean
  enabled?: boolean
}

export interface RingGroups extends Kept<RingGroup, RingGroupInput> {
  /** A WAV file of the greeting as callers hear it. Refuses `not-found` when there is none. */
  greeting(actor: Actor, id: string): Promise<string>
  /** Played instead of the text, or none any more. Refuses `unprocessable` for what is no sound. */
  setRecording(actor: Actor, id: string, sound: Uint8Array | undefined): Promise<RingGroup>
}
