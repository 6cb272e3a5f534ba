/**
 * What the PBX offers to the API: the types of the door in `pbx/index.ts`.
 * Every function takes the actor it acts for and works inside that actor's tenant.
 */
import type { Actor } from '../config/actor.ts'
import type { Extension, ExtensionFilter, ExtensionInput, ExtensionLine, FeatureCode, ImportReport, Page, Paged, RingGroups, RoutingExplanation, SipCredentials } from './door-extensions.ts'
import type { CallsDoor } from './door-calls.ts'
import type { ClickDoor } from './door-click.ts'
import type { PushDoor } from './door-push.ts'
import type { Devices, SharedPhones, Softphones } from './door-devices.ts'
import type { Kept } from './door-kept.ts'
import type { SpeedDials } from './door-speed-dials.ts'
import type { BlockedCallers, InboundNumbers, OutboundRoutes, PinSets, Trunks } from './door-trunks.ts'
import type { PromptDoor } from './door-prompts.ts'
import type { RecordingDoor } from './door-recordings.ts'
import type { EmergencyDoor } from './door-emergency.ts'
import type { Held } from './door-held.ts'
import type { Attendants, Schedules } from './door-hours.ts'
import type { MessagesDoor } from './door-messages.ts'
import type { CallSettingsDoor, WakeUps } from './door-wake-ups.ts'
import type { MailDoor } from './door-mail.ts'
import type { Applications } from './door-applications.ts'
import type { PagingGroups } from './door-paging.ts'
import type { ParkLots } from './door-parking.ts'
import type { PhonesDoor } from './door-phones.ts'
import type { Stir } from './door-stir.ts'
import type { Certificates, Drain } from './door-system.ts'
import type { RatesDoor, TollDoor } from './door-toll.ts'
import type { VoicemailDoor } from './door-voicemail.ts'
import type { MediaServerState } from '../media/contract.ts'
import type { BanReason, BanView, ConferenceView, EventCatalogue, PbxEvent, RegistrationView } from './events/catalogue.ts'

export type * from './door-calls.ts'
export type * from './door-click.ts'
export type * from './door-push.ts'
export type * from './door-devices.ts'
export type * from './door-prompts.ts'
export type * from './door-recordings.ts'
export type * from './door-emergency.ts'
export type * from './door-held.ts'
export type * from './door-hours.ts'
export type * from './door-mail.ts'
export type * from './door-applications.ts'
export type * from './door-paging.ts'
export type * from './door-parking.ts'
export type * from './door-phones.ts'
export type * from './door-messages.ts'
export type * from './door-wake-ups.ts'
export type * from './door-stir.ts'
export type * from './door-system.ts'
export type * from './door-toll.ts'
export type * from './door-voicemail.ts'

export type { MediaServerState }

export type * from './door-extensions.ts'
export type * from './door-speed-dials.ts'
export type * from './door-trunks.ts'
export type * from './door-kept.ts'

/** How a room says that somebody came or went. */
export type ConferenceAnnounce = 'none' | 'tones' | 'words'

/** A conference room as it is configured. */
export interface ConferenceRoom {
  id: string
  number: string
  name: string
  hasPin: boolean
  hasModeratorPin: boolean
  waitForModerator: boolean
  endWithModerator: boolean
  maxParties: number
  announce: ConferenceAnnounce
  mutedEntry: boolean
  record: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface ConferenceInput {
  number: string
  name: string
  /** Null: none. 4 to 12 digits. */
  pin?: string | null
  moderatorPin?: string | null
  waitForModerator?: boolean
  endWithModerator?: boolean
  maxParties?: number
  announce?: ConferenceAnnounce
  mutedEntry?: boolean
  record?: boolean
  enabled?: boolean
}

export type ConferenceAction = 'lock' | 'unlock' | 'mute-all' | 'unmute-all' | 'end'

/** Who is in a room that is removed goes on until they leave. */
export type ConferenceRooms = Kept<ConferenceRoom, ConferenceInput>

/** A network that is never banned. */
export interface AllowedNetwork {
  id: string
  tenantId: string
  network: string
  note: string
  by: string
  createdAt: Date
}

export interface BanFilter extends Page {
  /** Matches network, detail and who added it. */
  search?: string
  reason?: BanReason
  sort: 'since' | 'until' | 'hits' | 'network'
  order: 'asc' | 'desc'
}

export interface BanInput {
  /** An address or a network with its prefix; an IPv6 address means its /64. */
  network: string
  note: string
  /** Null: until it is lifted. */
  until: Date | null
}

/** One place that a SIP name leads to. */
export interface SipTarget {
  transport: string
  address: string
  port: number
  /** The SRV name that led to it; empty for a host that was asked for its addresses only. */
  srv: string
  host: string
  priority: number
  weight: number
  /** How many of the requests try it first as things are, 0 to 1. */
  share: number
  /** `set-aside`: it failed and is tried last; `probing`: the next request decides whether it is well again. */
  state: 'good' | 'set-aside' | 'probing'
  failures: number
  /** Until when it is set aside. */
  until: Date | null
  /** How it failed last. */
  cause: string | null
}

/** Where a SIP name leads (RFC 3263). */
export interface SipName {
  /** `sip:example.com;transport=tcp` */
  name: string
  host: string
  foundAt: Date
  /** When it is looked up anew. */
  until: Date | null
  naptr: { order: number; preference: number; service: string; replacement: string }[]
  /** Best first. */
  targets: SipTarget[]
  /** What the name servers did wrong. */
  trouble: string[]
  /** The name servers fail, so this is older than it should be. */
  stale: boolean
  /** Why it leads nowhere. */
  failure: string | null
}

/** What came of a call between two phones of our own. */
export interface AudioTest {
  /** Null: the engine cannot be tested so. */
  ok: boolean | null
  /** In a sentence, with the cure. */
  message: string
  /** What each of the two heard of the other: its tone, the share of the sound that is it, and how much came. */
  heard: { frequency: number; share: number; seconds: number }[]
}

export interface HealthPart {
  name: string
  ok: boolean
  message: string
}

export interface Pbx {
  extensions: {
    list(actor: Actor, filter: ExtensionFilter): Promise<Paged<Extension>>
    get(actor: Actor, id: string): Promise<Extension>
    /** Creates the extension with a first device named `deviceName` (`Phone` when absent). */
    create(actor: Actor, input: ExtensionInput & { deviceName?: string }): Promise<{ extension: Extension; credentials: SipCredentials }>
    /** `version` is the one that was read; another in the database is a `conflict`. */
    update(actor: Actor, id: string, input: Partial<ExtensionInput>, version?: number): Promise<Extension>
    /** Makes and changes many by number, all or none; `trial` only says what would happen. What is wrong is in the report, by line. */
    import(actor: Actor, lines: readonly ExtensionLine[], trial: boolean): Promise<ImportReport>
    /** Ends its registrations; calls going on are let go on. */
    remove(actor: Actor, id: string): Promise<void>
  }
  devices: Devices
  softphones: Softphones
  sharedPhones: SharedPhones
  registrations: {
    list(actor: Actor): RegistrationView[]
    /** Forgets one binding; the phone may register again. */
    remove(actor: Actor, id: string): Promise<void>
  }
  calls: CallsDoor
  clickToDial: ClickDoor
  push: PushDoor
  conferences: ConferenceRooms & {
    /** Those with somebody in, by number. */
    live(actor: Actor): ConferenceView[]
    /** What a moderator may do with the whole room. Refuses `not-found` when nobody is in it. */
    steer(actor: Actor, id: string, action: ConferenceAction): Promise<ConferenceView>
    /** The same with one party, by the id of its call. Kicking ends that call. */
    steerParty(actor: Actor, id: string, callId: string, action: 'mute' | 'unmute' | 'kick'): Promise<ConferenceView>
  }
  ringGroups: RingGroups
  schedules: Schedules
  parkLots: ParkLots
  pagingGroups: PagingGroups
  applications: Applications
  phones: PhonesDoor
  blockedCallers: BlockedCallers
  speedDials: SpeedDials
  emergency: EmergencyDoor
  held: Held
  toll: TollDoor
  stir: Stir
  rates: RatesDoor
  attendants: Attendants
  trunks: Trunks
  inboundNumbers: InboundNumbers
  outboundRoutes: OutboundRoutes
  pinSets: PinSets
  routing: {
    /** @param call `from`: an extension's number, or of somebody outside: `+12025550123`, `anonymous`; anybody's of the house when absent. Refuses `unprocessable` for one that is none. */
    explain(actor: Actor, call: { from?: string; to: string; /** Milliseconds since the epoch; now when absent. */ at?: number }): RoutingExplanation
    featureCodes(actor: Actor): FeatureCode[]
    /**
     * Another code for an action, or the action switched off or on; nothing given: as is customary. Holds at once. Refuses `not-found` for an
     * action that is none, `unprocessable` for a code that means something else, `conflict` while calls are sent on by the code as it is.
     */
    changeFeatureCode(actor: Actor, action: string, change: { code?: string; enabled?: boolean } | undefined): Promise<FeatureCode>
    /** Several at once, each by its action; null: as is customary. Refuses as `changeFeatureCode` does, and changes none then. */
    changeFeatureCodes(actor: Actor, changes: Readonly<Record<string, { code: string; enabled: boolean } | null>>): Promise<void>
  }
  /** Hostile traffic. Bans concern the whole machine, so they are the affair of the tenant that runs it; others see none. */
  shield: {
    bans(actor: Actor, filter: BanFilter): Paged<BanView>
    /** Refuses `conflict` for a network with a healthy phone, or one that is allowed; `forbidden` for other tenants. */
    ban(actor: Actor, input: BanInput): Promise<BanView>
    lift(actor: Actor, id: string): Promise<void>
    allowed(actor: Actor): AllowedNetwork[]
    /** From now on the network is never banned; bans within it end. */
    allow(actor: Actor, input: { network: string; note: string }): Promise<AllowedNetwork>
    disallow(actor: Actor, id: string): Promise<void>
  }
  recordings: RecordingDoor
  voicemail: VoicemailDoor
  mail: MailDoor
  messages: MessagesDoor
  wakeUps: WakeUps
  callSettings: CallSettingsDoor
  prompts: PromptDoor
  /** Has two phones of our own call each other, and measures the sound both ways. */
  testAudio(actor: Actor): Promise<AudioTest>
  /** Tells what a room above has found out, to all who listen. */
  tell<K extends 'backup.failed'>(actor: Actor, type: K, data: EventCatalogue[K]): void
  /** Events of the actor's tenant from now on. Returns the way to stop. */
  subscribe(actor: Actor, listener: (event: PbxEvent) => void): () => void
  certificates: {
    list(actor: Actor): Certificates
    /** Reads the files again now. Refuses `unprocessable` what cannot be used; those before stay in use. */
    read(actor: Actor): Promise<Certificates>
  }
  /** Where SIP names lead: the whole machine's, so for its owner only. `unsupported` with a drachtio-server. */
  targets: {
    /** All that were asked for lately; none for other tenants. */
    list(actor: Actor): Promise<SipName[]>
    /** One, looked up when it is not known. */
    find(actor: Actor, name: string): Promise<SipName>
    /** Forgets what was found, and that targets failed, and looks the name up. */
    lookUpAgain(actor: Actor, name: string): Promise<SipName>
  }
  /** FreeSWITCHes that carry the audio: the whole machine's, so for its owner only. */
  mediaServers: {
    /** None with the embedded engine, and for other tenants. */
    list(actor: Actor): readonly MediaServerState[]
    /** Gives a server no new calls, or some again. Refuses `not-found`, `forbidden`, and `unsupported` with the embedded engine. Writes an audit row. */
    drain(actor: Actor, address: string, on: boolean): Promise<MediaServerState>
  }
  /** Figures of the whole machine in Prometheus's text format. Refuses `forbidden` for other tenants than the one that runs it. */
  metrics(actor: Actor): Promise<string>
  /** Signalling, media and database as they are now. */
  health(): Promise<HealthPart[]>
  /** Addresses phones register at. */
  sipAddresses(): string[]
  /** Whether new calls are taken, and changing that: the whole machine's, so for its owner only. */
  drained: {
    state(): Drain
    begin(actor: Actor, thenStop: boolean): Promise<Drain>
    end(actor: Actor): Promise<Drain>
  }
  /** From now on new calls are refused with 503, emergency calls excepted; resolves when the last call is over. `onDrained` is told when the process is to stop with it. */
  drain(): Promise<void>
  onDrained(listener: () => void): void
  /** Ends calls with BYE, then closes. */
  close(): Promise<void>
}
