import { z } from 'zod'
import { instant, line, orNull, readVersion, stamps } from '../http/fields.ts'

const text = z.string().trim().max(100)
const target = z.string().regex(/^[+*]?[0-9 .()-]{2,30}$/, 'must be a number').nullable()

const address = {
  country: z.string().meta({ description: 'ISO 3166, two letters.' }),
  state: z.string(), city: z.string(), postalCode: z.string(), street: z.string(), houseNumber: z.string(),
}
export const EmergencySite = z
  .object({
    id: z.uuid(), name: z.string(), ...address,
    callbackNumber: z.string().nullable().meta({ description: 'One of the company’s, shown to the dispatcher, who calls back on it; null: that of the caller.' }),
    callbackPool: z.array(z.string()).meta({ description: 'Inbound numbers for calls for help only (ELINs). A phone without a number of its own shows one of its own for `callbackHours`, so that a dispatcher who calls back reaches that very phone.' }),
    helpNumbers: z.array(z.string()).meta({ description: 'Numbers of the emergency services in its country, the general one first. Its phones reach them before every other rule, also behind the digits for an outside line; no number inside may be one.' }),
    problems: z.array(z.string()).meta({ description: 'What an ambulance would miss. Calls go out all the same.' }),
    ...stamps,
  })
  .meta({ id: 'EmergencySite', description: 'A building with an address that an ambulance finds.' })

const addressInput = { country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters').optional(), state: text.optional(), city: text.optional(), postalCode: text.optional(), street: text.optional(), houseNumber: text.optional(), callbackNumber: target.optional(), callbackPool: z.array(z.string().regex(/^[+]?[0-9 .()/-]{2,30}$/, 'must be a number')).max(50).optional() }
export const EmergencySiteCreate = z.strictObject({ name: line(100), ...addressInput }).meta({ id: 'EmergencySiteCreate' })
export const EmergencySiteUpdate = z.strictObject({ name: line(100).optional(), ...addressInput, version: readVersion }).meta({ id: 'EmergencySiteUpdate' })

export const EmergencyLocation = z
  .object({ id: z.uuid(), siteId: z.uuid(), name: z.string(), floor: z.string(), room: z.string(), details: z.string().meta({ description: 'What helps to find it.' }), callbackNumber: z.string().nullable().meta({ description: 'Null: that of the site.' }), ...stamps })
  .meta({ id: 'EmergencyLocation', description: 'A place in a building.' })
const place = { floor: text.optional(), room: text.optional(), details: text.optional(), callbackNumber: target.optional() }
export const EmergencyLocationCreate = z.strictObject({ siteId: z.uuid(), name: line(100), ...place }).meta({ id: 'EmergencyLocationCreate' })
export const EmergencyLocationUpdate = z.strictObject({ siteId: z.uuid().optional(), name: line(100).optional(), ...place, version: readVersion }).meta({ id: 'EmergencyLocationUpdate' })

const kind = z.enum(['bssid', 'switch-port', 'network']).meta({ description: '`bssid`: an access point, 00:11:22:33:44:55, the last digits may be *. `switch-port`: chassis/port, the port may be *. `network`: where phones register from, 192.0.2.0/24 or one address.' })
export const EmergencyNetwork = z.object({ id: z.uuid(), kind, value: z.string(), locationId: z.uuid(), ...stamps }).meta({ id: 'EmergencyNetwork', description: 'What tells of a place.' })
export const EmergencyNetworkCreate = z.strictObject({ kind, value: z.string().trim().min(1).max(130), locationId: z.uuid() }).meta({ id: 'EmergencyNetworkCreate' })
export const EmergencyNetworkUpdate = z.strictObject({ kind, value: z.string().trim().min(1).max(130), locationId: z.uuid(), version: readVersion }).meta({ id: 'EmergencyNetworkUpdate' })

export const EmergencySettings = z
  .object({
    locationId: z.uuid().nullable().meta({ description: 'Where phones are of which nothing else is known.' }),
    mailTo: z.array(z.string()), extensions: z.array(z.string()).meta({ description: 'Extensions whose phones show a message.' }),
    escalateMinutes: z.number().int().meta({ description: 'Minutes without acknowledgement after which others are told.' }), escalateTo: z.array(z.string()),
    callbackHours: z.number().int().meta({ description: 'Hours for which the dispatcher’s call back rings the very phone.' }),
    held: z.boolean().meta({ description: 'Whether phones may ask where they are: HELD (RFC 5985) at /held, by their address, or by their SIP user name and password.' }),
    testDays: z.number().int().nullable().meta({ description: 'Every place is tested after so many days; null: only when somebody asks.' }),
    testHour: z.number().int().meta({ description: 'The hour from which on that happens, within four hours, in the time zone of the organisation.' }),
    testNumber: z.string().nullable().meta({ description: 'What is called over the trunks for help, such as 933 where carriers have that; never a number of the emergency services. Null: nothing is called, and only what would be sent is looked at.' }),
  })
  .meta({ id: 'EmergencySettings' })
const mails = z.array(z.string().trim().min(3).max(254)).max(20).optional()
export const EmergencySettingsUpdate = z
  .strictObject({ locationId: z.uuid().nullable().optional(), mailTo: mails, extensions: z.array(z.string().regex(/^[0-9]{2,15}$/, 'must be the number of an extension')).max(50).optional(), escalateMinutes: z.number().int().min(1).max(120).optional(), escalateTo: mails, callbackHours: z.number().int().min(1).max(72).optional(), held: z.boolean().optional(), testDays: z.number().int().min(1).max(365).nullable().optional(), testHour: z.number().int().min(0).max(23).optional(), testNumber: z.string().max(20).nullable().optional() })
  .meta({ id: 'EmergencySettingsUpdate' })

export const Located = z
  .object({
    locationId: z.uuid(), site: z.object({ name: z.string(), ...address }), name: z.string(), floor: z.string(), room: z.string(), details: z.string(),
    source: z.enum(['bssid', 'switch-port', 'network', 'device', 'confirmed', 'default']).meta({ description: 'How it is known, the most specific first.' }),
    why: z.string(), since: instant.nullable().meta({ description: 'Since when; null: it was configured, and does not age.' }), problems: z.array(z.string()), callbackNumber: z.string().nullable(),
  })
  .meta({ id: 'Located', description: 'Where somebody is.' })

const report = { bssid: z.string().max(20).optional(), chassis: z.string().max(60).optional(), port: z.string().max(60).optional(), address: z.union([z.ipv4(), z.ipv6()]).optional() }
export const NetworkReport = z.strictObject(report).meta({ id: 'NetworkReport', description: 'What a phone, or a program beside it, says of the network it is in.' })
export const PlaceOf = z.strictObject({ locationId: z.uuid().nullable() }).meta({ id: 'PlaceOfDevice' })

export const LocatedDevice = z
  .object({
    deviceId: z.uuid(), name: z.string(), extension: z.object({ id: z.uuid(), number: z.string(), name: z.string() }), address: z.string().nullable().meta({ description: 'Where it registered from; null: it is not registered.' }),
    locationId: z.uuid().nullable().meta({ description: 'Where it always is; null: it moves, or nobody said.' }),
    confirmed: orNull(z.object({ locationId: z.uuid(), at: instant }).meta({ id: 'ConfirmedPlace' })), reported: orNull(z.object({ ...report, address: z.string().optional(), at: instant }).meta({ id: 'ReportedNetwork' })),
    located: orNull(Located).meta({ description: 'Null: nothing is known, and nothing would be sent.' }),
  })
  .meta({ id: 'LocatedDevice', description: 'A phone and where it is.' })

export const LocatedTrunk = z
  .object({ trunkId: z.uuid(), name: z.string(), locationId: z.uuid().nullable().meta({ description: 'Where it is, as was said; null: nobody did.' }), located: orNull(Located).meta({ description: 'Null: nothing is known, unless a network tells of the address that a call comes from.' }) })
  .meta({ id: 'LocatedTrunk', description: 'A PBX that registers with us, and where it is: its calls to the emergency services are of there.' })

export const NomadicLocation = z.object({ extension: z.string(), devices: z.array(LocatedDevice) }).meta({ id: 'NomadicLocation', description: 'Where the phones of an extension are.' })
export const LocationUpdate = z
  .strictObject({
    deviceId: z.uuid().optional(), locationId: z.uuid().nullable().optional().meta({ description: 'Where its user says it is; null: no longer.' }),
    network: NetworkReport.optional(),
  })
  .refine(({ locationId, network }) => locationId !== undefined || network !== undefined, 'needs locationId or network')
  .meta({ id: 'LocationUpdate' })

export const EmergencyCall = z
  .object({
    id: z.uuid().meta({ description: 'That of the call.' }), kind: z.enum(['call', 'test']), dialled: z.string(), startedAt: instant,
    caller: z.object({ number: z.string(), name: z.string().nullable(), extensionId: z.uuid().nullable(), deviceId: z.uuid().nullable(), device: z.string().nullable(), address: z.string() }),
    location: orNull(Located), callbackNumber: z.string().nullable(),
    pool: orNull(z.object({ size: z.number().int(), takenFrom: orNull(z.object({ caller: z.string(), at: instant }).meta({ id: 'TakenFrom' })).meta({ description: 'All numbers were in use: whose this was, whom a dispatcher reaches no more by it.' }) }).meta({ id: 'CallBackPool' })).meta({ description: 'The number shown is one of the pool of the site.' }),
    attempts: z.array(z.object({ trunk: z.string(), at: instant, status: z.number().int().nullable(), answered: z.boolean() })).meta({ description: 'The trunks that were tried, in order.' }),
    answeredAt: instant.nullable(), endedAt: instant.nullable(), outcome: z.string().nullable(),
    displaced: z.array(z.object({ caller: z.string(), called: z.string(), held: z.string(), at: instant })).meta({ description: 'Ordinary calls that were ended so that it fitted: whose, and what they held. Those of others on this server have no numbers.' }),
    notified: z.array(z.object({ how: z.enum(['mail', 'phone', 'panel']), to: z.string(), at: instant })),
    escalatedAt: instant.nullable(), acknowledgedAt: instant.nullable(), acknowledgedBy: z.string().nullable(), note: z.string().nullable(),
  })
  .meta({ id: 'EmergencyCall', description: 'A call for help, or a test of one, with all that is known of it.' })

export const PoolNumber = z
  .object({
    number: z.string(), site: z.object({ id: z.uuid(), name: z.string() }),
    holder: orNull(z.object({ callId: z.uuid(), caller: z.string(), device: z.string().nullable(), since: instant, until: instant }).meta({ id: 'PoolNumberHolder' })).meta({ description: 'Who is called back on it now; null: nobody.' }),
  })
  .meta({ id: 'PoolNumber', description: 'A number of the pool of a site.' })

export const Acknowledgement = z.strictObject({ note: z.string().trim().max(500).default('') }).meta({ id: 'Acknowledgement' })

export const LocationTest = z
  .object({
    id: z.uuid(), locationId: z.uuid(), testedAt: instant, passed: z.boolean(),
    called: z.string().nullable().meta({ description: 'Null: nothing was called.' }), trunk: z.string().nullable(), sipStatus: z.number().int().nullable(),
    place: z.enum(['sent', 'refused', 'not-sent']).meta({ description: 'Whether the place went along with the call (PIDF-LO).' }),
    callbackNumber: z.string().nullable(), address: z.string().meta({ description: 'As it was then.' }), message: z.string().meta({ description: 'What came of it, in a sentence.' }),
    askedBy: z.string().nullable().meta({ description: 'Null: the schedule.' }),
  })
  .meta({ id: 'LocationTest', description: 'A test of a place: the number for tests was called as a call for help from there would be.' })

export const TestedLocation = z
  .object({
    locationId: z.uuid(), name: z.string(), site: z.object({ id: z.uuid(), name: z.string() }), last: orNull(LocationTest),
    passedAt: instant.nullable().meta({ description: 'Its last good test.' }), overdue: z.boolean().meta({ description: 'That is longer ago than the schedule wants.' }), waiting: z.boolean().meta({ description: 'A test that somebody asked for has not come yet.' }),
  })
  .meta({ id: 'TestedLocation', description: 'How a place stands in the tests.' })

export const LocationTestRequest = z.strictObject({ locationIds: z.array(z.uuid()).min(1).max(1_000).optional().meta({ description: 'All when absent.' }) }).meta({ id: 'LocationTestRequest' })
