/**
 * What is configured, as the call path sees it: plain data, read from memory, never from the
 * database while a phone waits.
 */
import type { Actor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { Application, Applications, Attendant, AttendantInput, BlockedCaller, BlockedCallers, CallSettings, ClickSettings, ConferenceAnnounce, ConferenceRooms, ContactsFull, EmergencyLocation, EmergencyLocationInput, EmergencyNetwork, EmergencyNetworkInput, EmergencySettings, EmergencySite, EmergencySiteInput, EncryptionPolicy, FollowMeTarget, HeaderRule, InboundNumber, InboundNumbers, Kept, MessageSettings, NetworkReport, NumberFormat, OutboundRoute, OutboundRoutes, OutsideCalls, OwnBlockedCaller, OwnSpeedDial, PagingGroup, PagingGroups, ParkLot, ParkLotInput, Pbx, PinSets, RecordingPolicy, RingGroup, RingGroupInput, RingGroupMember, RingStrategy, Schedule, ScheduleInput, Screening, SpeedDials, SharedPhoneSettings, StirSettingsInput, TollSettings, Trunk, TrunkInput, WireMapLine, WireMapReport } from '../door.ts'
import type { PhoneRepository } from './phone-record.ts'
import type { SharedPhoneRepository } from './desk-record.ts'

export type { EmergencySite, Located, LocationSource, NetworkReport, RingStrategy } from '../door.ts'

export interface SnapshotTenant {
  id: string
  slug: string
  name: string
  /** Digest realm, part of every stored HA1. */
  realm: string
  /** Host names phones of this tenant register under, lower case. */
  domains: readonly string[]
  isDefault: boolean
  timeZone: string
}

export interface SnapshotExtension {
  id: string
  tenantId: string
  number: string
  name: string
  /** Null: the house's RING_SECONDS. */
  ringSeconds: number | null
  /** Contacts registered at once over all devices. */
  maxContacts: number
  /** Null: as the settings of the house say. */
  contactsFull: ContactsFull | null
  enabled: boolean
  recording: RecordingPolicy
  /** Null: the house's MEDIA_ENCRYPTION. */
  encryption: EncryptionPolicy | null
  /** Numbers that calls go on to: all, when busy, when nobody answers, while no phone is reachable. */
  forwardAlways: string | null
  forwardBusy: string | null
  forwardNoAnswer: string | null
  forwardUnreachable: string | null
  doNotDisturb: boolean
  /** Callers who ring all the same. */
  vipNumbers: readonly string[]
  /** Callers from outside whom it does not want, and exceptions. */
  blockedCallers: readonly SnapshotOwnBlockedCaller[]
  /** Whose lamps its phones get by one subscription, in order. */
  lampNumbers: readonly string[]
  /** Who is told by e-mail of calls that nobody answered. */
  missedCallMail: readonly string[]
  /** Calls at once, from which on it is busy; null: no limit. */
  callLimit: number | null
  outsideCalls: OutsideCalls
  /** Shown outside; null: the route's or the trunk's. */
  outsideNumber: string | null
  /** Calls outside at once, and begun within a minute; null: no limit. */
  outsideAtOnce: number | null
  outsidePerMinute: number | null
  /** Callers who reach nobody may leave a message. */
  voicemail: boolean
  /** Calls that ring at others of the same may be picked up; null: of those without one. */
  pickupGroup: string | null
  /** Whose calls it may listen to by code: numbers of extensions and ring groups, and patterns; empty: nobody's. */
  supervises: readonly string[]
  /** Colleagues may call it by intercom, and page it. */
  pageable: boolean
  /** Callers find it by name. */
  listed: boolean
  /** Callers from outside who are asked for their name before it rings. */
  screening: Screening
  /** Short numbers for its own phones, before those of the company. */
  speedDials: readonly SnapshotSpeedDial[]
  /** Calls ring there too; without the own phones only there. */
  followMe: boolean
  followMeOwnPhones: boolean
  followMeTo: readonly FollowMeTarget[]
}

export interface SnapshotTrunk {
  id: string
  tenantId: string
  name: string
  host: string
  port: number | null
  transport: Trunk['transport']
  username: string | null
  /** Never logged, never sent. */
  password: string | null
  register: boolean
  registersHere: boolean
  registerSeconds: number
  /** PEM. */
  clientCertificate: string | null
  /** PEM. Never logged, never sent. */
  clientKey: string | null
  peerAuthority: string | null
  peerName: string | null
  networks: readonly string[]
  country: string
  format: NumberFormat
  callerId: string | null
  identity: Trunk['identity']
  maxCalls: number | null
  maxCallsPerSecond: number | null
  emergency: boolean
  sendLocation: boolean
  locationBy: 'value' | 'reference' | 'both'
  headerRules: readonly HeaderRule[]
  codecs: Readonly<Trunk['codecs']>
  dtmf: Trunk['dtmf']
  packetMs: Trunk['packetMs']
  signCalls: boolean
  verifyCalls: Trunk['verifyCalls']
  readDiversion: boolean
  enabled: boolean
}

export type SnapshotInboundNumber = Omit<InboundNumber, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

export type SnapshotOutboundRoute = Omit<OutboundRoute, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

export interface SnapshotConference {
  id: string
  tenantId: string
  number: string
  name: string
  /** What a party, and a moderator, has to type in. Never logged, never sent. */
  pin: string | null
  moderatorPin: string | null
  /** Everybody else hears music until a moderator is there. */
  waitForModerator: boolean
  /** It ends when the last moderator leaves. */
  endWithModerator: boolean
  maxParties: number
  announce: ConferenceAnnounce
  mutedEntry: boolean
  record: boolean
  enabled: boolean
}

export interface SnapshotRingGroup {
  id: string
  tenantId: string
  number: string
  name: string
  strategy: RingStrategy
  members: readonly RingGroupMember[]
  ringSeconds: number
  memberSeconds: number
  rounds: number | null
  skipBusy: boolean
  namePrefix: string
  alertInfo: string
  noAnswer: string | null
  missedCallMail: readonly string[]
  greeting: string
  recordingSeconds: number | null
  music: boolean
  /** Whose turn it was when this was read. */
  nextMember: number
  enabled: boolean
}

export type SnapshotSchedule = Omit<Schedule, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

/** Limits for calls abroad of a tenant, and its extensions that are locked. */
export interface SnapshotToll {
  settings: TollSettings
  locks: ReadonlyMap<string, { reason: string; spend: boolean; lockedAt: Date }>
}

/** What calls of a tenant are signed with (STIR/SHAKEN). */
export interface SnapshotStir {
  /** PEM, with its chain. */
  certificate: string | null
  /** PEM. Never logged, never sent. */
  key: string | null
  /** Null: published by us. */
  certificateUrl: string | null
  /** PEM of whose signatures are believed. */
  authorities: string | null
}

/** How click-to-dial goes for an extension. */
export interface SnapshotClick extends ClickSettings {
  version: number
  updatedAt: Date | null
}

/** Where callers for help of a tenant are. */
export interface SnapshotEmergency {
  sites: readonly Omit<EmergencySite, 'problems' | 'helpNumbers' | 'version' | 'createdAt' | 'updatedAt'>[]
  locations: readonly Omit<EmergencyLocation, 'version' | 'createdAt' | 'updatedAt'>[]
  networks: readonly Pick<EmergencyNetwork, 'kind' | 'value' | 'locationId'>[]
  /** By device. Times in milliseconds since the epoch. */
  devices: ReadonlyMap<string, {
    locationId: string | null
    confirmedLocationId: string | null
    confirmedAt: number | null
    /** The address it was registered from then; null: it was not. */
    confirmedFrom: string | null
    reported: NetworkReport | null
    reportedAt: number | null
    reportedFrom: string | null
  }>
  /** The place of a PBX that registers with us, by trunk. */
  trunks: ReadonlyMap<string, string>
  settings: EmergencySettings
}

export type SnapshotParkLot = Omit<ParkLot, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

/** `secret` null: nobody has asked for one yet, and requests are not signed. */
export type SnapshotApplication = Omit<Application, 'hasSecret' | 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string; secret: string | null }

export type SnapshotPagingGroup = Omit<PagingGroup, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

/** PINs as the call path sees them: each as the hash with the salt of the set. */
export interface SnapshotPinSet {
  id: string
  tenantId: string
  name: string
  salt: Buffer
  pins: readonly { id: string; label: string; hash: Buffer }[]
}

export type SnapshotBlockedCaller = Pick<BlockedCaller, 'number' | 'name' | 'action' | 'enabled'>

export type SnapshotOwnBlockedCaller = OwnBlockedCaller

export type SnapshotSpeedDial = OwnSpeedDial

/** Feature codes that are not the customary ones, by action. */
export type ChangedCodes = Readonly<Record<string, { readonly code: string; readonly enabled: boolean }>>

export type SnapshotAttendant = Omit<Attendant, 'version' | 'createdAt' | 'updatedAt'> & { tenantId: string }

export interface SnapshotDevice {
  id: string
  tenantId: string
  /** Whose it is now: at a shared phone of whoever sits there. */
  extensionId: string
  name: string
  sipUsername: string
  enabled: boolean
  /** H(username:realm:password) in hex. Never logged, never sent. */
  ha1: { md5: string; sha256: string }
  /** Milliseconds since the epoch. Registrations made with older credentials end. */
  credentialsChangedAt: number
  /** Of a phone in a browser. */
  sessionId?: string | null
  /** Of a phone that people take turns at. */
  desk?: SnapshotDesk
}

export interface SnapshotDesk extends SharedPhoneSettings {
  /** The extension that the phone has while nobody sits there. */
  homeId: string
  /** Who sits there does so since and until then, in milliseconds since the epoch; `until` null: until somebody ends it. */
  login: { since: number; until: number | null } | null
}

/** A consistent picture of all tenants at one moment. Lookups are map reads; nothing in it changes. */
export interface DirectorySnapshot {
  defaultTenant(): SnapshotTenant | undefined
  tenants(): SnapshotTenant[]
  tenant(id: string): SnapshotTenant | undefined
  /** By host name, letter case ignored. IP literals belong to nobody: the entrance gives them to the default tenant. */
  /** Of all tenants. */
  domains(): string[]
  tenantByDomain(host: string): SnapshotTenant | undefined
  extension(id: string): SnapshotExtension | undefined
  extensionsOf(tenantId: string): readonly SnapshotExtension[]
  extensionByNumber(tenantId: string, number: string): SnapshotExtension | undefined
  conference(id: string): SnapshotConference | undefined
  conferenceByNumber(tenantId: string, number: string): SnapshotConference | undefined
  ringGroup(id: string): SnapshotRingGroup | undefined
  ringGroupsOf(tenantId: string): readonly SnapshotRingGroup[]
  ringGroupByNumber(tenantId: string, number: string): SnapshotRingGroup | undefined
  schedule(id: string): SnapshotSchedule | undefined
  schedulesOf(tenantId: string): readonly SnapshotSchedule[]
  scheduleByNumber(tenantId: string, number: string): SnapshotSchedule | undefined
  attendant(id: string): SnapshotAttendant | undefined
  attendantsOf(tenantId: string): readonly SnapshotAttendant[]
  attendantByNumber(tenantId: string, number: string): SnapshotAttendant | undefined
  emergencyOf(tenantId: string): SnapshotEmergency
  tollOf(tenantId: string): SnapshotToll
  /** The same object as long as nothing is changed. */
  stirOf(tenantId: string): SnapshotStir
  clickToDialOf(extensionId: string): SnapshotClick
  messagesOf(tenantId: string): MessageSettings
  callSettingsOf(tenantId: string): Omit<CallSettings, 'timeZone'>
  changedCodesOf(tenantId: string): ChangedCodes
  blockedOf(tenantId: string): readonly SnapshotBlockedCaller[]
  speedDialsOf(tenantId: string): readonly SnapshotSpeedDial[]
  application(id: string): SnapshotApplication | undefined
  applicationsOf(tenantId: string): readonly SnapshotApplication[]
  applicationByNumber(tenantId: string, number: string): SnapshotApplication | undefined
  pagingGroup(id: string): SnapshotPagingGroup | undefined
  pagingGroupsOf(tenantId: string): readonly SnapshotPagingGroup[]
  pagingGroupByNumber(tenantId: string, number: string): SnapshotPagingGroup | undefined
  parkLot(id: string): SnapshotParkLot | undefined
  parkLotsOf(tenantId: string): readonly SnapshotParkLot[]
  trunk(id: string): SnapshotTrunk | undefined
  /** By name. */
  trunksOf(tenantId: string): readonly SnapshotTrunk[]
  inboundNumbersOf(tenantId: string): readonly SnapshotInboundNumber[]
  /** In order. */
  outboundRoutesOf(tenantId: string): readonly SnapshotOutboundRoute[]
  pinSet(id: string): SnapshotPinSet | undefined
  device(id: string): SnapshotDevice | undefined
  deviceByUsername(tenantId: string, username: string): SnapshotDevice | undefined
  devicesOf(extensionId: string): readonly SnapshotDevice[]
}

/** Phones in browsers: what the entrance asks beside what the door offers. */
export type SoftphoneRoom = Pbx['softphones'] & {
  /** False for a browser's device whose session has no connection open: its password alone is worth nothing. */
  mayProve(device: Pick<SnapshotDevice, 'id' | 'sessionId'>): boolean
}

export interface Directory {
  /** The picture now. Keep it for one decision, not longer. */
  snapshot(): DirectorySnapshot
  extensions: Pbx['extensions']
  devices: Pbx['devices']
  phones: PhoneRepository
  softphones: SoftphoneRoom
  sharedPhones: SharedPhoneRepository
  conferences: ConferenceRooms
  trunks: Kept<Trunk, TrunkInput>
  inboundNumbers: InboundNumbers
  outboundRoutes: OutboundRoutes
  pinSets: PinSets
  clickToDial: {
    /** Refuses `conflict` when `version` is not the one that is kept. */
    configure(actor: Actor, extensionId: string, input: Partial<ClickSettings>, version?: number): Promise<void>
  }
  messages: { configure(actor: Actor, input: Partial<MessageSettings>): Promise<void> }
  callSettings: { configure(actor: Actor, input: Partial<CallSettings>): Promise<void> }
  /** The key goes with its certificate. */
  stir: { configure(actor: Actor, input: StirSettingsInput): Promise<void> }
  toll: {
    configure(actor: Actor, input: Partial<TollSettings>): Promise<void>
    /** @param alongside what else is to be written in the same transaction */
    lock(tenantId: string, extensionId: string, reason: string, spend: boolean, alongside: (trx: Transaction) => Promise<void>): Promise<void>
    unlock(actor: Actor, extensionId: string): Promise<void>
  }
  emergency: {
    sites: Kept<EmergencySite, EmergencySiteInput>
    locations: Kept<EmergencyLocation, EmergencyLocationInput>
    networks: Kept<EmergencyNetwork, EmergencyNetworkInput>
    configure(actor: Actor, input: Partial<EmergencySettings>): Promise<void>
    /** Only what is given changes; `from` is the address it is registered from. Refuses `not-found` for a device that is none of the tenant's. */
    importNetworks(actor: Actor, lines: readonly WireMapLine[], trial: boolean): Promise<WireMapReport>
    setTrunk(actor: Actor, trunkId: string, locationId: string | null): Promise<void>
    setDevice(actor: Actor, deviceId: string, change: { locationId?: string | null; confirmedLocationId?: string | null; reported?: NetworkReport }, from: string | null): Promise<void>
  }
  blockedCallers: BlockedCallers
  speedDials: SpeedDials
  featureCodes: {
    /** @param next what is to be changed of what is; throws what speaks against it */
    change(actor: Actor, next: (before: ChangedCodes) => ChangedCodes): Promise<void>
  }
  parkLots: Kept<ParkLot, ParkLotInput>
  pagingGroups: PagingGroups
  applications: Omit<Applications, 'tryOut'>
  schedules: Kept<Schedule, ScheduleInput>
  attendants: Kept<Attendant, AttendantInput> & {
    /** Whether a recording is played instead of the text, and how long it is. */
    setRecordingSeconds(actor: Actor, id: string, seconds: number | null): Promise<Attendant>
  }
  ringGroups: Kept<RingGroup, RingGroupInput> & {
    /** Whether a recording is played instead of the greeting, and how long it is. */
    setRecordingSeconds(actor: Actor, id: string, seconds: number | null): Promise<RingGroup>
    /** Takes this call's turn in a group that rings in turn: a number that rises with every call, also over a restart. */
    takeTurn(id: string): number
  }
  /** Called after the snapshot of a tenant was replaced. Returns the way to stop. */
  onChange(listener: (tenantId: string) => void): () => void
  close(): Promise<void>
}
