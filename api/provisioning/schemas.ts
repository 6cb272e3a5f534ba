import { z } from 'zod'
import { instant, line, orNull, readVersion, stamps } from '../http/fields.ts'

const key = z.object({
  type: z.enum(['line', 'lamp', 'speed-dial', 'park', 'empty']).meta({ description: 'A line of the phone, the lamp and number of somebody, a number, a slot of parked calls, nothing.' }),
  value: z.string().max(40).meta({ description: 'The number; of a line which one, from 1.' }),
  label: z.string().max(40).meta({ description: 'Beside the key. Empty: as the phone says.' }),
})
export const PhoneKey = key.meta({ id: 'PhoneKey', description: 'What a key of a phone does.' })
const keys = z.array(PhoneKey).max(100).meta({ description: 'In the order of the keys. Empty: a key for each line.' })
const lines = z.array(z.uuid()).max(20).meta({ description: 'Extensions, in the order of the lines. Each gets a device of its own, whose password only the phone is told.' })
const transport = z.enum(['udp', 'tcp', 'tls'])
const timeZone = z.string().max(60).nullable().meta({ description: 'Null: that of the tenant.' })
const language = z.enum(['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt'])
const networks = z.array(z.string().max(60)).max(20).meta({ description: 'From where it may fetch its settings. Empty: from anywhere.' })
const mac = z.string().max(30).nullable().meta({ description: 'With or without separators; null for an app.' })

export const PhoneVendor = z.object({
  id: z.string(), name: z.string(), soft: z.boolean().meta({ description: 'An app, without a MAC address.' }),
  models: z.array(z.object({ id: z.string(), name: z.string(), lines: z.number().int().meta({ description: 'At most.' }), keys: z.number().int().meta({ description: 'That are set from here.' }) })),
  file: z.string().meta({ description: 'What it asks for; {mac} is its MAC address.' }), howTo: z.string().meta({ description: 'How its address is entered there.' }),
  dhcp: orNull(z.object({ option: z.number().int(), suffix: z.string() })).meta({ description: 'The option of DHCP by which it is told its address, and what is written behind that. Null for an app.' }),
}).meta({ id: 'PhoneVendor' })

export const ProvisionedPhone = z.object({
  id: z.uuid(), name: z.string(), vendor: z.string(), model: z.string(), mac: z.string().nullable(), lines, deviceIds: z.array(z.uuid()).meta({ description: 'The devices of its lines, in the same order.' }), keys, transport, timeZone, language: z.string(), networks,
  state: z.enum(['never', 'current', 'behind']).meta({ description: 'Whether it has its settings as they are now; never: it has fetched none.' }),
  fetch: orNull(z.object({ at: instant, address: z.string(), userAgent: z.string(), file: z.string() })).meta({ description: 'When it fetched something last.' }),
  told: orNull(z.object({ at: instant, status: z.number().int().nullable() })).meta({ description: 'When it was asked to fetch its settings, and its answer.' }),
  link: orNull(z.object({ until: instant, usedFrom: z.string().nullable() })).meta({ description: 'The link for its first settings, and where it was used.' }),
  ...stamps,
}).meta({ id: 'ProvisionedPhone', description: 'A phone that is set up from here.' })

const options = { keys: keys.optional(), transport: transport.optional(), timeZone: timeZone.optional(), language: language.optional(), networks: networks.optional(), mac: mac.optional() }
export const ProvisionedPhoneCreate = z.strictObject({ name: line(60), vendor: z.string().max(40), model: z.string().max(40), lines, ...options }).meta({ id: 'ProvisionedPhoneCreate' })
export const ProvisionedPhoneUpdate = z.strictObject({ name: line(60).optional(), vendor: z.string().max(40).optional(), model: z.string().max(40).optional(), lines: lines.optional(), ...options, version: readVersion }).meta({ id: 'ProvisionedPhoneUpdate' })

export const PhoneKeysChange = z.strictObject({ phoneIds: z.array(z.uuid()).min(1).max(1_000), keys }).meta({ id: 'PhoneKeysChange' })
export const PhoneLink = z.object({
  url: z.string().meta({ description: 'For the phone: the folder.' }), fileUrl: z.string().meta({ description: 'The file itself, for phones that want to be told, and for QR codes.' }), until: instant,
  served: z.boolean().meta({ description: 'False: phones get nothing here but in networks that may do without TLS. Set PUBLIC_URL to an https address.' }),
}).meta({ id: 'PhoneLink' })
export const PhoneAsk = z.strictObject({ restart: z.boolean().optional() }).meta({ id: 'PhoneAsk' })
export const PhoneAsked = z.object({ outcome: z.enum(['taken', 'refused', 'waiting', 'not-registered']).meta({ description: 'waiting: it is in a call, and is asked when that is over.' }), status: z.number().int().nullable().meta({ description: 'What it answered; null: nothing.' }) }).meta({ id: 'PhoneAsked' })

const openTo = z.array(z.string().max(60)).min(1).max(20).meta({ description: 'Networks of the phones.' })
export const PhoneOpening = z.object({ until: instant, networks: openTo, by: z.string() }).meta({ id: 'PhoneOpening', description: 'For a while phones of these networks that were added get their first settings by their MAC address.' })
export const PhoneOpeningMade = z.object({ opening: PhoneOpening, url: z.string(), served: z.boolean().meta({ description: 'As of a link.' }) }).meta({ id: 'PhoneOpeningMade' })
export const PhoneOpeningCreate = z.strictObject({ hours: z.number().int().min(1).max(168), networks: openTo }).meta({ id: 'PhoneOpeningCreate' })
