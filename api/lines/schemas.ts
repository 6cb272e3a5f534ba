import { z } from 'zod'
import { instant, line, orNull, readVersion, stamps } from '../http/fields.ts'

const whenNumber = z.string().regex(/^\+?[0-9 .()/-]{2,30}$/, 'must be a number')

export const TrunkStatus = z
  .object({
    state: z.enum(['off', 'unknown', 'up', 'failing', 'down']).meta({ description: 'failing: it answers, and the calls over it fail.' }),
    addresses: z.array(z.string()).meta({ description: 'Where its host leads.' }),
    registration: orNull(
      z.object({ state: z.enum(['registered', 'trying', 'refused', 'failed']), since: instant, expiresAt: instant.nullable(), nextTry: instant.nullable() }).meta({ id: 'TrunkRegistration' }),
    ).meta({ description: 'Null: it does not register.' }),
    cause: z.string().nullable().meta({ description: 'What is wrong, with what to do.' }),
    roundTripMs: z.number().nullable(),
    peer: orNull(z.object({ address: z.string(), transport: z.string(), contact: z.string(), userAgent: z.string().nullable() }).meta({ id: 'TrunkPeer' })).meta({ description: 'The PBX that is registered with us: where it was heard, and what it says it is.' }),
    calls: z.number().int().meta({ description: 'Going on over it now.' }),
  })
  .meta({ id: 'TrunkStatus' })

const pem = z.string().max(20_000)

export const HeaderRule = z
  .strictObject({
    direction: z.enum(['out', 'in']).meta({ description: 'out: of calls to the carrier. in: how calls of the carrier are read (From, P-Asserted-Identity, Privacy).' }),
    action: z.enum(['add', 'remove', 'replace']),
    header: z.string().trim().max(60).meta({ description: 'In full, such as X-Account. What carries the call itself, such as Via, CSeq or Contact, cannot be changed.' }),
    match: z.string().max(200).nullable().default(null).meta({ description: 'A regular expression of RE2: what is replaced, or the values that are removed. Null: all of the header.' }),
    value: z.string().max(500).default('').meta({ description: 'What is put there. $1 is the first parentheses of the expression; {caller}, {called} and {tenant} stand for themselves.' }),
  })
  .meta({ id: 'HeaderRule', description: 'A change to the headers of the INVITEs of a trunk.' })

export const HeaderPreviewRequest = z
  .strictObject({ direction: HeaderRule.shape.direction, rules: z.array(HeaderRule).max(50), message: z.string().min(1).max(20_000).meta({ description: 'An INVITE, as a trace shows it.' }) })
  .meta({ id: 'HeaderPreviewRequest' })
export const HeaderPreview = z
  .object({
    message: z.string(),
    steps: z.array(z.object({ rule: z.number().int().meta({ description: 'Its place among the rules, from 0.' }), header: z.string(), before: z.array(z.string()), after: z.array(z.string()), changed: z.boolean() }).meta({ id: 'HeaderPreviewStep' })).meta({ description: 'The rules of this direction, in order.' }),
    variables: z.object({ caller: z.string(), called: z.string(), tenant: z.string() }).meta({ id: 'HeaderPreviewVariables', description: 'What the variables stand for in this message.' }),
  })
  .meta({ id: 'HeaderPreview', description: 'What header rules make of a message.' })

const trunk = {
  port: z.number().int().min(1).max(65_535).nullable().meta({ description: 'Null: where DNS says (RFC 3263).' }),
  transport: z.enum(['udp', 'tcp', 'tls']),
  username: z.string().max(200).nullable().meta({ description: 'Null: the carrier knows us by our address.' }),
  register: z.boolean().meta({ description: 'We register there, and it sends calls to where we are.' }),
  registersHere: z.boolean().meta({ description: 'The far end is a PBX that registers with us, by the user name and the password; calls go where it is.' }),
  registerSeconds: z.number().int().min(60).max(86_400).meta({ description: 'For how long we ask to be registered there; the carrier may grant less.' }),
  clientCertificate: pem.nullable().meta({ description: 'PEM: what we prove to the carrier with who we are, over TLS. Entered together with clientKey; null takes both away.' }),
  peerAuthority: pem.nullable().meta({ description: 'PEM: the carrier’s certificate, or that of whoever issued it; nobody else is believed. Null: any authority that is known.' }),
  peerName: z.string().max(253).nullable().meta({ description: 'Whom its certificate must be for. Null: its host.' }),
  networks: z.array(z.string()).max(50).meta({ description: 'Further addresses and networks that its calls come from.' }),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a country code of two capitals').meta({ description: 'ISO 3166: numbers without a country code are of there, and calls abroad go elsewhere.' }),
  format: z.enum(['plus', 'digits', 'national', 'dialled']).meta({ description: 'How the carrier wants numbers: +4930…, 4930…, 030…, or as dialled.' }),
  callerId: z.string().nullable().meta({ description: 'Shown where nothing else is chosen.' }),
  identity: z.enum(['pai', 'rpid', 'none']).meta({ description: 'The header that names the caller besides From.' }),
  maxCalls: z.number().int().min(1).max(10_000).nullable().meta({ description: 'Calls at once. Null: no limit.' }),
  maxCallsPerSecond: z.number().int().min(1).max(1_000).nullable().meta({ description: 'Calls that may begin within a second; further ones take the next trunk, or wait a moment. Null: no limit.' }),
  emergency: z.boolean().meta({ description: 'It carries calls to the emergency services.' }),
  sendLocation: z.boolean().meta({ description: 'Such calls carry the place of the caller (PIDF-LO, RFC 6442); once more without it when the carrier refuses that.' }),
  locationBy: z.enum(['value', 'reference', 'both']).meta({ description: 'The place itself, an address under /held where the carrier asks for it (RFC 6753) during the call and for the hours of a call back, or both.' }),
  headerRules: z.array(HeaderRule).max(50).meta({ description: 'Carried out one after the other.' }),
  codecs: z.array(z.enum(['PCMU', 'PCMA', 'G722', 'opus'])).max(4).meta({ description: 'Offered to the carrier and taken from it, in order; nothing else is. Empty: all that the media engine has, and in calls of the carrier its own order.' }),
  dtmf: z.enum(['auto', 'rfc4733', 'inband', 'info']).meta({ description: 'How digits go to the carrier and come from it; the other party has them as its phone takes them. auto: as events (RFC 4733) where the carrier has them, else as tones in the sound. rfc4733: likewise, and its sound is never searched for tones. inband: tones in the sound. info: SIP INFO (application/dtmf-relay).' }),
  packetMs: z.union([z.literal(10), z.literal(20), z.literal(30), z.literal(40), z.literal(60)]).nullable().meta({ description: 'Milliseconds of sound in a packet to the carrier (ptime). Null: as it would like. Opus has 20 instead of 30.' }),
  signCalls: z.boolean().meta({ description: 'Calls over it say who calls whom, signed by the certificate of the organisation (STIR/SHAKEN, RFC 8224). Calls for help, and those whose caller withholds the number, are not.' }),
  verifyCalls: z.enum(['off', 'mark', 'refuse', 'require']).meta({ description: 'Signatures of calls of the carrier (STIR/SHAKEN, RFC 8224). off: not looked at. mark: verified, and told to phones and in the history. refuse: also, calls whose signature is wrong are refused (403, 436, 437, 438). require: all without a good one are, unsigned ones with 428.' }),
  readDiversion: z.boolean().meta({ description: 'It is believed who sent a call on before it came here (Diversion, RFC 5806; History-Info, RFC 7044): shown with the call and on phones, passed on, and no forward sends the call back there.' }),
  enabled: z.boolean(),
}

export const Trunk = z
  .object({ id: z.uuid(), name: z.string(), host: z.string(), hasPassword: z.boolean(), ...trunk, ...stamps, status: TrunkStatus })
  .meta({ id: 'Trunk', description: 'A line to a carrier.' })

const trunkInput = z.object({ ...trunk, clientKey: pem.nullable().meta({ description: 'PEM, the key of clientCertificate. Never shown again.' }), callerId: whenNumber.nullable() }).partial().shape
const host = z.string().max(260).meta({ description: 'Where the carrier is; empty where a PBX registers with us.' })
const password = z.string().max(200).nullable().optional().meta({ description: 'Null takes it away. Never shown again.' })

export const TrunkCreate = z.strictObject({ name: line(100), host: host.optional(), password, ...trunkInput }).meta({ id: 'TrunkCreate' })
export const TrunkUpdate = z.strictObject({ name: line(100).optional(), host: host.optional(), password, ...trunkInput, version: readVersion }).meta({ id: 'TrunkUpdate' })

/** What a carrier wants of a trunk, and what has to be asked for. */
export const Carrier = z
  .object({
    id: z.string(), name: z.string(),
    asks: z.object({ host: z.string(), username: z.string(), password: z.string() }).partial().meta({ description: 'Fields that the account with the carrier fills, each with what it is called there.' }),
    hostExample: z.string(), help: z.string().meta({ description: 'Where these are found, and what must be set there.' }),
    trunk: z.object({ host: z.string(), port: trunk.port, transport: trunk.transport, register: trunk.register, registersHere: trunk.registersHere, registerSeconds: trunk.registerSeconds, networks: trunk.networks, country: trunk.country, format: trunk.format, identity: trunk.identity, codecs: trunk.codecs, dtmf: trunk.dtmf, packetMs: trunk.packetMs }).meta({ id: 'CarrierTrunk', description: 'Of a new trunk to it.' }),
  })
  .meta({ id: 'Carrier', description: 'A carrier that is known, with what a trunk to it wants.' })

const callers = z.string().trim().min(1).max(30).meta({ description: '+12025550123, +1900* for all that begin so, or anonymous for who hides. The rule that says most counts.' })

const inbound = {
  destination: z.string().min(1).max(30).meta({ description: 'What would be dialled to reach where its calls go.' }),
  byCaller: z.array(z.strictObject({ caller: callers, destination: z.string().trim().min(1).max(30).meta({ description: 'What would be dialled to get there.' }) }).meta({ id: 'InboundByCaller' })).max(200).meta({ description: 'Who of the callers goes elsewhere.' }),
  namePrefix: z.string().max(20).meta({ description: 'Before the caller’s name on the phones.' }),
  maxCalls: z.number().int().min(1).max(10_000).nullable().meta({ description: 'Calls for it at once, from which on callers hear that it is busy. Null: no limit.' }),
  enabled: z.boolean(),
}

export const InboundNumber = z
  .object({ id: z.uuid(), number: z.string(), name: z.string(), ...inbound, ...stamps })
  .meta({ id: 'InboundNumber', description: 'A number that carriers send calls for.' })

export const InboundNumberCreate = z
  .strictObject({ number: whenNumber.meta({ description: 'With country code, or as the carrier sends it.' }), name: line(100), destination: inbound.destination, byCaller: inbound.byCaller.optional(), namePrefix: inbound.namePrefix.optional(), maxCalls: inbound.maxCalls.optional(), enabled: inbound.enabled.optional() })
  .meta({ id: 'InboundNumberCreate' })
export const InboundNumberUpdate = InboundNumberCreate.partial().extend({ version: readVersion }).meta({ id: 'InboundNumberUpdate' })

const route = {
  position: z.number().int().min(1).max(9999).meta({ description: 'The first that fits is taken.' }),
  strip: z.number().int().min(0).max(20).meta({ description: 'Digits taken away from the beginning.' }),
  prepend: z.string().max(21),
  callerId: z.string().nullable().meta({ description: 'Shown where the extension has none.' }),
  callers: z.array(z.string().min(1).max(16)).max(200).meta({ description: 'Extensions that may take it, as numbers or patterns such as 2XX. Empty: all, and the house itself.' }),
  scheduleId: z.uuid().nullable().meta({ description: 'Opening hours at which it may be taken. Null: always.' }),
  cheapestFirst: z.boolean().meta({ description: 'By the rates of the trunks, the cheapest is tried first, and those of the same price in turn.' }),
  pinSetId: z.uuid().nullable().meta({ description: 'Whoever calls is asked for one of its PINs; calls for help never are, and where nobody can be asked, as with a forward, the route is not taken. Null: no PIN.' }),
  enabled: z.boolean(),
}
const pattern = z.string().min(1).max(40).meta({ description: 'Digits, X (0–9), Z (1–9), N (2–9), and a dot at the end for whatever follows.' })
const trunkIds = z.array(z.uuid()).min(1).max(20).meta({ description: 'In the order in which they are tried.' })

export const OutboundRoute = z
  .object({ id: z.uuid(), name: z.string(), pattern, trunkIds, ...route, ...stamps })
  .meta({ id: 'OutboundRoute', description: 'Which calls go out over which trunks.' })

const routeInput = z.object({ ...route, callerId: whenNumber.nullable() }).partial().shape

export const OutboundRouteCreate = z.strictObject({ name: line(100), pattern, trunkIds, ...routeInput }).meta({ id: 'OutboundRouteCreate' })
export const OutboundRouteUpdate = z.strictObject({ name: line(100).optional(), pattern: pattern.optional(), trunkIds: trunkIds.optional(), ...routeInput, version: readVersion }).meta({ id: 'OutboundRouteUpdate' })

const label = line(100).meta({ description: 'Whose PIN it is: it is kept with each call.' })

export const PinSet = z
  .object({ id: z.uuid(), name: z.string(), pins: z.array(z.object({ id: z.uuid(), label: z.string() }).meta({ id: 'Pin' })), ...stamps })
  .meta({ id: 'PinSet', description: 'PINs for outbound routes. The PINs themselves are never shown.' })
const pins = z.array(z.strictObject({
  id: z.uuid().optional().meta({ description: 'Of a PIN that is there: it stays as it is where none is given.' }),
  label,
  pin: z.string().max(20).optional().meta({ description: '4 to 12 digits. Never shown again.' }),
}).meta({ id: 'PinInput' })).max(200).meta({ description: 'All of them: those that are left out are gone. Without any nobody can take the routes that ask for one.' })
export const PinSetCreate = z.strictObject({ name: line(100), pins: pins.optional() }).meta({ id: 'PinSetCreate' })
export const PinSetUpdate = z.strictObject({ name: line(100).optional(), pins: pins.optional(), version: readVersion }).meta({ id: 'PinSetUpdate' })
