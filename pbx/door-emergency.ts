/** Calls for help as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'
import type { Kept } from './door-kept.ts'

/** A building with an address that an ambulance finds. */
export interface EmergencySite {
  id: string
  name: string
  /** ISO 3166 */
  country: string
  state: string
  city: string
  postalCode: string
  street: string
  houseNumber: string
  /** One of the company's, on which the dispatcher calls back; null: that of the caller. */
  callbackNumber: string | null
  /** Inbound numbers for calls for help only: each phone without a number of its own shows one of its own for hours. */
  callbackPool: string[]
  /** What an ambulance would miss, in words; calls go out all the same. */
  problems: string[]
  /** What its phones dial for help, the general number first. */
  helpNumbers: string[]
  version: number
  createdAt: Date
  updatedAt: Date
}

export type EmergencySiteInput = Pick<EmergencySite, 'name'> & Partial<Pick<EmergencySite, 'country' | 'state' | 'city' | 'postalCode' | 'street' | 'houseNumber' | 'callbackNumber' | 'callbackPool'>>

/** A place in a building. */
export interface EmergencyLocation {
  id: string
  siteId: string
  name: string
  floor: string
  room: string
  /** What helps to find it: the wing, the nearest door. */
  details: string
  /** Null: that of the site. */
  callbackNumber: string | null
  version: number
  createdAt: Date
  updatedAt: Date
}

export type EmergencyLocationInput = Pick<EmergencyLocation, 'siteId' | 'name'> & Partial<Pick<EmergencyLocation, 'floor' | 'room' | 'details' | 'callbackNumber'>>

/**
 * What tells of a place: an access point (`00:11:22:33:44:55`, the last digits may be `*`), a switch and its port
 * (`chassis/port`, the port may be `*`), or the network a phone comes from (`192.0.2.0/24`, a public address).
 */
export interface EmergencyNetwork {
  id: string
  kind: 'bssid' | 'switch-port' | 'network'
  value: string
  locationId: string
  version: number
  createdAt: Date
  updatedAt: Date
}

export type EmergencyNetworkInput = Pick<EmergencyNetwork, 'kind' | 'value' | 'locationId'>

/** A line of a wire map: what tells of a place, and the name of the place. */
export interface WireMapLine {
  line: number
  kind: EmergencyNetwork['kind']
  value: string
  place: string
}

/** What an import did, or would do; nothing is changed while there are errors. */
export interface WireMapReport {
  created: number
  updated: number
  unchanged: number
  errors: { line: number; field: string; message: string }[]
}

/** What a phone, or a program beside it, says of where it is. */
export interface NetworkReport {
  bssid?: string | undefined
  chassis?: string | undefined
  port?: string | undefined
  /** Its own address in its network. */
  address?: string | undefined
}

/** How a place is known, the most specific first. */
export type LocationSource = 'bssid' | 'switch-port' | 'network' | 'device' | 'confirmed' | 'default'

/** Where somebody is. */
export interface Located {
  locationId: string
  site: Omit<EmergencySite, 'id' | 'callbackNumber' | 'callbackPool' | 'problems' | 'helpNumbers' | 'version' | 'createdAt' | 'updatedAt'>
  name: string
  floor: string
  room: string
  details: string
  source: LocationSource
  /** In words: which network, or who said so. */
  why: string
  /** Since when it is known, in milliseconds since the epoch; null: it was configured, and does not age. */
  since: number | null
  problems: string[]
  callbackNumber: string | null
}

export interface EmergencySettings {
  /** Where phones are of which nothing else is known; null: nothing is sent for them. */
  locationId: string | null
  mailTo: string[]
  /** Extensions whose phones show a message. */
  extensions: string[]
  /** Minutes without acknowledgement after which others are told. */
  escalateMinutes: number
  escalateTo: string[]
  /** Hours for which the dispatcher's call back rings the very phone. */
  callbackHours: number
  /** Whether phones may ask where they are (HELD). */
  held: boolean
  /** Every place is tested after so many days; null: only when somebody asks. */
  testDays: number | null
  /** The hour from which on that happens, in the time zone of the organisation. */
  testHour: number
  /** What is called for a test, such as 933 where carriers have that; null: nothing, only what would be sent is looked at. */
  testNumber: string | null
}

/** A test of a place: called as a call for help from there would be. */
export interface LocationTest {
  id: string
  locationId: string
  testedAt: Date
  passed: boolean
  /** Null: nothing was called. */
  called: string | null
  trunk: string | null
  sipStatus: number | null
  /** Whether the place went along. */
  place: 'sent' | 'refused' | 'not-sent'
  callbackNumber: string | null
  /** As it was sent. */
  address: string
  /** What came of it, in a sentence. */
  message: string
  /** Null: the schedule. */
  askedBy: string | null
}

/** How a place stands. */
export interface TestedLocation {
  locationId: string
  name: string
  site: { id: string; name: string }
  last: LocationTest | null
  /** Its last good test. */
  passedAt: Date | null
  /** That is longer ago than the schedule wants. */
  overdue: boolean
  /** Somebody has asked for a test that has not come yet. */
  waiting: boolean
}

/** A phone and where it is. */
export interface LocatedDevice {
  deviceId: string
  name: string
  extension: { id: string; number: string; name: string }
  /** host of where it registered from; null: not registered. */
  address: string | null
  /** Where it always is, as the administrator says; null: it moves, or nobody said. */
  locationId: string | null
  confirmed: { locationId: string; at: Date } | null
  reported: (NetworkReport & { at: Date }) | null
  /** Null: nothing is known, and nothing would be sent. */
  located: Located | null
}

/** A PBX that registers with us, and where it is. */
export interface LocatedTrunk {
  trunkId: string
  name: string
  locationId: string | null
  located: Located | null
}

export interface EmergencyCall {
  id: string
  kind: 'call' | 'test'
  dialled: string
  startedAt: Date
  caller: { number: string; name: string | null; extensionId: string | null; deviceId: string | null; device: string | null; address: string }
  location: Located | null
  callbackNumber: string | null
  /** The number is one of the pool of a site; null: it is not. */
  pool: { size: number; takenFrom: { caller: string; at: number } | null } | null
  /** The trunks that were tried, in order. */
  attempts: { trunk: string; at: number; status: number | null; answered: boolean }[]
  answeredAt: Date | null
  endedAt: Date | null
  /** How it ended, in a sentence. */
  outcome: string | null
  /** Ordinary calls that were ended so that it fitted; those of others have no numbers. */
  displaced: { caller: string; called: string; held: string; at: number }[]
  notified: { how: 'mail' | 'phone' | 'panel'; to: string; at: number }[]
  escalatedAt: Date | null
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  note: string | null
}

/** A number of a pool, and who is called back on it now. */
export interface PoolNumber {
  number: string
  site: { id: string; name: string }
  holder: { callId: string; caller: string; device: string | null; since: Date; until: Date } | null
}

export interface EmergencyDoor {
  sites: Kept<EmergencySite, EmergencySiteInput>
  locations: Kept<EmergencyLocation, EmergencyLocationInput>
  networks: Kept<EmergencyNetwork, EmergencyNetworkInput>
  /** Adds and moves many networks at once, or none. @param trial only says what would happen */
  importNetworks(actor: Actor, lines: readonly WireMapLine[], trial: boolean): Promise<WireMapReport>
  settings(actor: Actor): Promise<EmergencySettings>
  configure(actor: Actor, input: Partial<EmergencySettings>): Promise<EmergencySettings>
  /** The numbers of all pools, by site. */
  pools(actor: Actor): Promise<PoolNumber[]>
  devices(actor: Actor): Promise<LocatedDevice[]>
  /** The phones of the extension with this number. */
  ofExtension(actor: Actor, number: string): Promise<LocatedDevice[]>
  device(actor: Actor, deviceId: string): Promise<LocatedDevice>
  /** Those whose PBX registers with us. */
  trunks(actor: Actor): Promise<LocatedTrunk[]>
  /** Where its PBX is; null: nobody said. */
  placeTrunk(actor: Actor, trunkId: string, locationId: string | null): Promise<LocatedTrunk>
  /** Where it always is; null: it moves. */
  place(actor: Actor, deviceId: string, locationId: string | null): Promise<LocatedDevice>
  /** Its user says where it is now. */
  confirm(actor: Actor, deviceId: string, locationId: string | null): Promise<LocatedDevice>
  /** A phone, or a program beside it, says what network it is in. */
  report(actor: Actor, deviceId: string, report: NetworkReport): Promise<LocatedDevice>
  /** All places, and how each has been tested. */
  tested(actor: Actor): Promise<TestedLocation[]>
  /** Tests these places as soon as nobody is in the way; all when absent. */
  testPlaces(actor: Actor, locationIds?: readonly string[]): Promise<TestedLocation[]>
  /** The tests of a place, the newest first. */
  testsOf(actor: Actor, locationId: string): Promise<LocationTest[]>
  calls(actor: Actor, page: Page): Promise<Paged<EmergencyCall>>
  call(actor: Actor, id: string): Promise<EmergencyCall>
  acknowledge(actor: Actor, id: string, note: string): Promise<EmergencyCall>
}
