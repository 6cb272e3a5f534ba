import { z } from 'zod'
import { dialled, instant, line, orNull, readVersion } from '../http/fields.ts'
import { order, pageQuery, search } from '../http/envelope.ts'
import { OwnBlockedCaller, ownBlockedCallers } from '../lines/blocked-schemas.ts'
import { OwnSpeedDial, ownSpeedDials } from './speed-dial-schemas.ts'

export const Device = z
  .object({
    id: z.uuid(),
    extensionId: z.uuid(),
    name: z.string(),
    sipUsername: z.string(),
    phoneId: z.uuid().nullable().meta({ description: 'The phone that fetches its password from here; null: people enter it.' }),
    enabled: z.boolean(),
    version: z.number().int(),
    credentialsChangedAt: instant,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Device' })

export const RecordingPolicy = z.enum(['never', 'on-demand', 'always']).meta({
  id: 'RecordingPolicy',
  description: 'Which calls are recorded: none whatever is asked, those for which somebody asks (panel, API, *1 on the phone), all.',
})

const screening = z.enum(['off', 'unknown', 'outside'])

const followed = {
  delaySeconds: z.number().int().min(0).max(120).meta({ description: 'Seconds after which it rings too.' }),
  ringSeconds: z.number().int().min(5).max(120).meta({ description: 'For how long it rings then.' }),
  confirm: z.boolean().meta({ description: 'Only outside: whoever answers has to press 1 to take the call, and the others ring on meanwhile, so that a mailbox takes no call.' }),
}
const FollowMeTarget = z.object({ target: z.string().meta({ description: 'An extension, or a number outside as one would dial it.' }), ...followed }).meta({ id: 'FollowMeTarget' })
const FollowMeTargetInput = z.strictObject({ target: dialled, ...followed }).meta({ id: 'FollowMeTargetInput' })

export const Extension = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    ringSeconds: z.number().int().nullable().meta({ description: 'Null: the house standard, RING_SECONDS.' }),
    maxContacts: z.number().int().meta({ description: 'Phones registered at once over all devices.' }),
    contactsFull: z.enum(['replace', 'reject']).nullable().meta({ description: 'What becomes of one phone more: the oldest registration gives way, or it is refused with 403. Null: the house standard, REGISTER_FULL.' }),
    enabled: z.boolean(),
    recording: RecordingPolicy,
    recordingDays: z.number().int().nullable().meta({ description: 'Days its recordings are kept; null: those of the recording settings.' }),
    encryption: z.enum(['off', 'offer', 'require']).nullable().meta({ description: 'Whether the audio of its phones is encrypted (SRTP). Null: the house standard, MEDIA_ENCRYPTION.' }),
    forwardAlways: z.string().nullable().meta({ description: 'Number that all calls go on to; null: none.' }),
    forwardBusy: z.string().nullable().meta({ description: 'When busy, and while do not disturb is on.' }),
    forwardNoAnswer: z.string().nullable(),
    forwardUnreachable: z.string().nullable().meta({ description: 'While no phone is registered, or none answers.' }),
    doNotDisturb: z.boolean(),
    missedCallMail: z.array(z.string()).meta({ description: 'Who is told by e-mail of calls that nobody answered, with who called, when, and for how long it rang; not where a message goes out by e-mail itself.' }),
    lampNumbers: z.array(z.string()).meta({ description: 'Whose lamps its phones get by one subscription to `blf` (RFC 4662), in order.' }),
    vipNumbers: z.array(z.string()).meta({ description: 'Callers who ring although do not disturb is on.' }),
    callLimit: z.number().int().nullable().meta({ description: 'Calls at once, from which on it is busy; null: as many as its phones take.' }),
    outsideCalls: z.enum(['none', 'national', 'international']).meta({ description: 'How far its calls to the outside may go.' }),
    pickupGroup: z.string().nullable().meta({ description: 'Calls that ring at extensions of the same are picked up with *8; null: at those without one.' }),
    blockedCallers: z.array(OwnBlockedCaller).meta({ description: 'Callers from outside whom it does not want, and exceptions, besides those of the company.' }),
    supervises: z.array(z.string()).meta({ description: 'Whose calls its phones may listen to with *33: numbers of extensions and of ring groups, whose members count, and patterns such as 2XX; `.` alone is everybody. Empty: nobody\'s.' }),
    pageable: z.boolean().meta({ description: 'Its phones answer by themselves when colleagues call by intercom (*80) or page it.' }),
    listed: z.boolean().meta({ description: 'Callers find it by name in the company directory (*411).' }),
    screening: screening.meta({ description: 'Which callers from outside are asked for their name before its phones ring; whoever answers hears it and presses 1 to take the call or 2 not to. `unknown`: those whom no contact has; `outside`: all. Never colleagues, vipNumbers, callers who are always put through, and whoever calls back after a call for help.' }),
    speedDials: z.array(OwnSpeedDial).meta({ description: 'Short numbers for its own phones, which come before those of the company.' }),
    followMe: z.boolean().meta({ description: 'Calls ring at followMeTo too. Do not disturb, forwardAlways and callLimit come first; what nobody answers goes on by forwardNoAnswer or to voicemail.' }),
    followMeOwnPhones: z.boolean().meta({ description: 'Its own phones ring as well.' }),
    followMeTo: z.array(FollowMeTarget),
    outsideNumber: z.string().nullable().meta({ description: 'Shown outside; null: the one of the route or trunk.' }),
    outsideAtOnce: z.number().int().nullable().meta({ description: 'Calls outside at once, those that it forwards or transfers there among them; further ones are refused (outside-limit). Never calls for help. Null: no limit.' }),
    outsidePerMinute: z.number().int().nullable().meta({ description: 'Calls outside that may begin within any 60 seconds; further ones are refused (outside-limit). Never calls for help. Null: no limit.' }),
    voicemail: z.boolean().meta({ description: 'Callers who reach nobody may leave a message, where no forward says otherwise.' }),
    version: z.number().int(),
    devices: z.array(Device),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Extension' })

export const SipCredentials = z
  .object({
    deviceId: z.uuid(),
    username: z.string(),
    password: z.string().meta({ description: 'Shown this once; only hashes are kept.' }),
    domain: z.string().meta({ description: 'Host the phone registers at.' }),
    port: z.number().int().meta({ description: 'Of the first of the transports.' }),
    transports: z
      .array(z.object({ name: z.string(), port: z.number().int() }).meta({ id: 'SipTransport' }))
      .meta({ description: 'What is served, the most common first: udp, tcp, tls, wss, ws.' }),
  })
  .meta({ id: 'SipCredentials' })

export const CreatedExtension = z.object({ extension: Extension, credentials: SipCredentials }).meta({ id: 'CreatedExtension' })

export const CreatedDevice = z.object({ device: Device, credentials: SipCredentials }).meta({ id: 'CreatedDevice' })

const number = z
  .string()
  .regex(/^[0-9]{2,15}$/, 'must be 2 to 15 digits')
  .meta({ description: 'What others dial, 2 to 15 digits.' })
const ringSeconds = z.number().int().min(5).max(300).nullable().optional()
const recordingDays = z.number().int().min(1).max(3650).nullable().optional()
const maxContacts = z.number().int().min(1).max(100).optional()
const contactsFull = z.enum(['replace', 'reject']).nullable().optional()
const encryption = z.enum(['off', 'offer', 'require']).nullable().optional()
const target = dialled.nullable().optional()
const handling = {
  forwardAlways: target,
  forwardBusy: target,
  forwardNoAnswer: target,
  forwardUnreachable: target,
  doNotDisturb: z.boolean().optional(),
  voicemail: z.boolean().optional(),
  missedCallMail: z.array(z.string().trim().max(254)).max(10).optional(),
  lampNumbers: z.array(z.string().trim().regex(/^[*0-9][0-9]{0,14}$/, 'must be a number inside or a code')).max(200).optional().meta({ description: 'Extensions, park slots, opening hours and feature codes whose lamps the phones get by one subscription.' }),
  blockedCallers: ownBlockedCallers.optional(),
  vipNumbers: z.array(z.string().regex(/^\+?[0-9 .()-]{2,30}$/, 'must be a number')).max(50).optional(),
  callLimit: z.number().int().min(1).max(50).nullable().optional(),
  outsideCalls: z.enum(['none', 'national', 'international']).optional(),
  pickupGroup: line(40).nullable().optional(),
  supervises: z.array(z.string().trim().regex(/^(?=.)[0-9XNZxnz]{0,15}\.?$/, 'must be a number or a pattern such as 2XX')).max(200).optional().meta({ description: 'Changed only by who has the permission calls.listen.' }),
  pageable: z.boolean().optional(),
  listed: z.boolean().optional(),
  screening: screening.optional(),
  speedDials: ownSpeedDials.optional(),
  followMe: z.boolean().optional(),
  followMeOwnPhones: z.boolean().optional(),
  followMeTo: z.array(FollowMeTargetInput).max(10).optional(),
  outsideNumber: target,
  outsideAtOnce: z.number().int().min(1).max(50).nullable().optional(),
  outsidePerMinute: z.number().int().min(1).max(600).nullable().optional(),
}

/** Characters of an import. */
export const IMPORT_MAX = 5_000_000

export const ExtensionCreate = z
  .strictObject({
    number,
    name: line(100),
    ringSeconds,
    maxContacts,
    contactsFull,
    enabled: z.boolean().optional(),
    recording: RecordingPolicy.optional(),
    recordingDays,
    encryption,
    ...handling,
    deviceName: line(100).optional().meta({ description: 'Name of its first device; Phone when absent.' }),
  })
  .meta({ id: 'ExtensionCreate' })

export const ExtensionUpdate = z
  .strictObject({
    number: number.optional(),
    name: line(100).optional(),
    ringSeconds,
    maxContacts,
    contactsFull,
    enabled: z.boolean().optional(),
    recording: RecordingPolicy.optional(),
    recordingDays,
    encryption,
    ...handling,
    version: readVersion,
  })
  .meta({ id: 'ExtensionUpdate' })

export const ExtensionImport = z
  .strictObject({
    csv: z.string().min(1).max(IMPORT_MAX).meta({ description: 'A line of column names, then a line an extension. number is needed; the others as in the export. An empty cell sets the standard, a column that is not there changes nothing.' }),
    trial: z.boolean().default(false).meta({ description: 'Only say what would happen.' }),
  })
  .meta({ id: 'ExtensionImport' })

export const ExtensionImportReport = z
  .object({
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    errors: z.array(z.object({ line: z.number().int().meta({ description: 'In the file; the column names are line 1.' }), field: z.string(), message: z.string() })).meta({ description: 'With any of these nothing was changed.' }),
    credentials: z
      .array(z.object({ number: z.string(), name: z.string(), username: z.string(), password: z.string() }))
      .meta({ description: 'Of the first devices of new extensions, shown this once; empty for a trial.' }),
  })
  .meta({ id: 'ExtensionImportReport' })

export const DeviceCreate = z.strictObject({ name: line(100) }).meta({ id: 'DeviceCreate' })

export const DeviceUpdate = z
  .strictObject({ name: line(100).optional(), enabled: z.boolean().optional(), version: readVersion })
  .meta({ id: 'DeviceUpdate' })

export const ExtensionQuery = z.strictObject({
  ...pageQuery,
  search,
  sort: z.enum(['number', 'name', 'created_at']).default('number'),
  order: order('asc'),
})

export const Registration = z
  .object({
    id: z.uuid(),
    extensionId: z.uuid(),
    extensionNumber: z.string(),
    extensionName: z.string(),
    deviceId: z.uuid(),
    deviceName: z.string(),
    contact: z.string(),
    transport: z.string(),
    received: z.string().meta({ description: 'host:port the REGISTER came from.' }),
    userAgent: z.string().nullable(),
    q: z.number().meta({ description: 'Preference of this contact, 0 to 1.' }),
    instance: z.string().nullable().meta({ description: 'Which phone it is, when it says so (+sip.instance, RFC 5626).' }),
    regId: z.string().nullable().meta({ description: 'Which of the ways to that phone this is (reg-id, RFC 5626).' }),
    path: z.array(z.string()).meta({ description: 'Proxies between, the nearest first (RFC 3327).' }),
    registeredAt: instant,
    expiresAt: instant,
    waiting: z.boolean().meta({ description: 'Its connection ended when the server restarted: it is not rung until the phone comes back.' }),
    reachable: z.enum(['yes', 'no', 'unknown']).meta({ description: 'Answer to the last OPTIONS keep-alive.' }),
    roundTripMs: z.number().nullable().meta({ description: 'Round trip of the last keep-alive.' }),
  })
  .meta({ id: 'Registration' })

export const RegistrationQuery = z.strictObject({
  ...pageQuery,
  search,
  extensionId: z.uuid().optional(),
  sort: z.enum(['extension_number', 'registered_at', 'expires_at']).default('extension_number'),
  order: order('asc'),
})

export const RoutingQuestion = z.strictObject({
  from: z.string().regex(/^(?:anonymous|\+?[0-9]{2,15})$/, 'must be the number of an extension, or of somebody outside with its country code').optional().meta({ description: 'The extension that calls, or somebody from outside: +12025550123, anonymous. Anybody of the house when absent.' }),
  to: z.string().min(1).max(64).meta({ description: 'What is dialled.' }),
  at: instant.optional().meta({ description: 'When, for opening hours; now when absent.' }),
})

export const RoutingExplanation = z
  .object({
    number: z.string().meta({ description: 'As it is understood.' }),
    name: z.string().nullable(),
    direction: z.enum(['internal', 'inbound', 'outbound']),
    steps: z.array(
      z
        .object({
          step: z.string(),
          reason: z.string(),
          when: z.string().nullable().meta({ description: 'The case in which it comes, at the first step of the case.' }),
          depth: z.number().int().meta({ description: 'How many cases it lies in.' }),
          now: z.string().nullable().meta({ description: 'How the phones that ring are at this moment.' }),
          subject: orNull(z.object({ type: z.enum(['extension', 'ring-group', 'conference', 'schedule', 'attendant', 'park-lot', 'paging-group', 'application']), id: z.uuid() }).meta({ id: 'RoutingSubject' })).meta({ description: 'What is configured to do this; its settings change the step.' }),
        })
        .meta({ id: 'RoutingStep' }),
    ),
  })
  .meta({ id: 'RoutingExplanation' })

export const FeatureCode = z
  .object({
    code: z.string(), customary: z.string().meta({ description: 'What it is where nobody has changed it.' }), enabled: z.boolean().meta({ description: 'Switched off, it is a number like any other.' }),
    action: z.string(), does: z.string(), takesNumber: z.boolean().meta({ description: 'A number is dialled behind it.' }),
    inCall: z.boolean().meta({ description: 'It is typed while the phone talks, and dialled otherwise. A number behind it ends with # or a pause.' }),
  })
  .meta({ id: 'FeatureCode' })

export const FeatureCodeUpdate = z
  .strictObject({ code: z.string().trim().min(2).max(5).optional().meta({ description: 'A * and one to four digits; in calls a * or # and one to three of the keys 0-9, * and #.' }), enabled: z.boolean().optional() })
  .meta({ id: 'FeatureCodeUpdate' })
