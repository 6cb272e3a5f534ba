import { z } from 'zod'
import { instant, orNull } from '../http/fields.ts'
import { order, pageQuery, search } from '../http/envelope.ts'

export const Termination = z
  .object({
    result: z.enum(['answered', 'missed', 'busy', 'refused', 'cancelled', 'failed']),
    reason: z.string().meta({ description: 'A stable key, e.g. caller-hung-up.' }),
    by: z.enum(['caller', 'callee', 'system']),
    sipStatus: z.number().int().nullable(),
    explanation: z.string().meta({ description: 'Cause, and cure where there is one, in a sentence.' }),
  })
  .meta({ id: 'Termination' })

export const MediaFigures = z
  .object({
    packetsReceived: z.number().int(),
    packetsSent: z.number().int(),
    packetsLost: z.number().int(),
    lossRate: z.number().meta({ description: '0 to 1.' }),
    jitterMs: z.number(),
    roundTripMs: z.number().nullable(),
    mos: z.number().nullable().meta({ description: 'Estimated, 1 to 5.' }),
    local: z.string(),
    remote: z.string().nullable(),
  })
  .meta({ id: 'MediaFigures' })

export const LegSecurity = z
  .object({ keying: z.enum(['sdes', 'dtls']), suite: z.string().meta({ description: 'Name of the suite, e.g. AES_CM_128_HMAC_SHA1_80.' }) })
  .meta({ id: 'LegSecurity' })

export const CallerIdentity = z
  .object({
    verstat: z.enum(['TN-Validation-Passed-A', 'TN-Validation-Passed-B', 'TN-Validation-Passed-C', 'TN-Validation-Failed', 'No-TN-Validation']).meta({ description: 'As 3GPP TS 24.229 names it.' }),
    attestation: z.enum(['A', 'B', 'C']).nullable().meta({ description: 'What the signature attests, good or not. Null: it was not read.' }),
    origin: z.string().nullable().meta({ description: 'What whoever signed calls the origin of the call.' }),
    reason: z.string().meta({ description: 'Why, in a sentence.' }),
  })
  .meta({ id: 'CallerIdentity', description: 'Whether a caller is who the call says, by its signature (STIR/SHAKEN).' })

export const Leg = z
  .object({
    id: z.string(),
    role: z.enum(['caller', 'callee']),
    state: z.enum(['new', 'ringing', 'early', 'answered', 'held', 'ended']),
    extensionId: z.uuid().nullable(),
    deviceId: z.uuid().nullable(),
    number: z.string(),
    name: z.string().nullable(),
    sipCallId: z.string(),
    address: z.string().meta({ description: 'host:port of the phone.' }),
    transport: z.string(),
    userAgent: z.string().nullable(),
    codec: z.string().nullable(),
    security: orNull(LegSecurity).meta({ description: 'What the audio between this phone and Dialplane is encrypted with; null: nothing.' }),
    startedAt: instant,
    ringingAt: instant.nullable(),
    answeredAt: instant.nullable(),
    endedAt: instant.nullable(),
    sipStatus: z.number().int().nullable(),
    ended: z.string().nullable().meta({ description: 'Why this leg ended, in words.' }),
    media: orNull(MediaFigures),
    cost: orNull(z.object({ amount: z.number(), currency: z.string() }).meta({ id: 'Cost' })).meta({ description: 'What the line costs by the rates of its trunk; null: nothing is known.' }),
    identity: orNull(CallerIdentity).meta({ description: 'Of a caller from outside whose call was verified; null: it was not.' }),
    diverted: z.array(z.object({ number: z.string(), why: z.enum(['unconditional', 'user-busy', 'no-answer', 'unavailable', 'do-not-disturb', 'deflection', 'time-of-day', 'follow-me', 'out-of-service', 'away', 'unknown']) }).meta({ id: 'DivertedBy' })).meta({ description: 'Of a caller from outside: who sent the call on before it came here and why (RFC 5806), whom it was for first at the beginning.' }),
  })
  .meta({ id: 'Leg' })

export const Party = z
  .object({ number: z.string(), name: z.string().nullable(), extensionId: z.uuid().nullable() })
  .meta({ id: 'Party' })

export const PlanStep = z
  .object({
    step: z.string(),
    reason: z.string().meta({ description: 'Why routing chose it, in words.' }),
    when: z.string().nullable().meta({ description: 'The case in which it comes, at the first step of the case; null: always, or as the one before.' }),
    depth: z.number().int().meta({ description: 'How many cases it lies in.' }),
  })
  .meta({ id: 'PlanStep' })

const callFields = {
  id: z.uuid(),
  rootId: z.uuid().meta({ description: 'The first call of a chain of transfers; its own id when there was none.' }),
  state: z.enum(['routing', 'ringing', 'early', 'answered', 'ending', 'ended']),
  direction: z.enum(['internal', 'inbound', 'outbound']),
  from: Party,
  to: Party,
  startedAt: instant,
  answeredAt: instant.nullable(),
  endedAt: instant.nullable(),
  onHold: z.boolean(),
  direct: z.boolean().meta({ description: 'The phones send their sound to each other and not through the server (DIRECT_MEDIA_NETWORKS).' }),
  recording: z.enum(['off', 'on', 'paused']),
  plan: z.object({ steps: z.array(PlanStep) }),
  pin: z.string().nullable().meta({ description: 'Whose PIN the caller entered for the outbound route, as its label; null: none was asked for, or none was right.' }),
  legs: z.array(Leg),
  termination: orNull(Termination),
}

export const Call = z.object(callFields).meta({ id: 'Call', description: 'A call that is going on, or its final state.' })

const person = z.object({ at: instant, by: z.string() })

export const Recording = z
  .object({
    id: z.uuid(),
    callId: z.uuid(),
    rootId: z.uuid().meta({ description: 'Of the chain of transfers: its recordings share it.' }),
    direction: z.enum(['internal', 'inbound', 'outbound']),
    from: Party,
    to: Party,
    status: z.enum(['recording', 'finished', 'failed', 'deleted']),
    stored: z.boolean().meta({ description: 'It is on the disk as sealed Opus and can be heard.' }),
    seconds: z.number().nullable(),
    bytes: z.number().int().nullable().meta({ description: 'As Opus in Ogg once stored.' }),
    rate: z.number().int().nullable().meta({ description: 'Samples a second: 16000 when a side was wideband.' }),
    codecs: z.string().nullable().meta({ description: 'Of caller and callee.' }),
    marks: z.array(
      z.object({ at: z.number().meta({ description: 'Seconds from the start.' }), kind: z.enum(['pause', 'resume']), by: z.string() }).meta({ id: 'RecordingMark' }),
    ),
    failure: z.string().nullable(),
    startedBy: z.string().nullable(),
    startedAt: instant,
    endedAt: instant.nullable(),
    sha256: z.string().nullable().meta({ description: 'Of the Ogg file, hexadecimal.' }),
    hold: orNull(person.extend({ reason: z.string() }).meta({ id: 'LegalHold' })),
    deleted: orNull(person.meta({ id: 'RecordingDeletion' })),
  })
  .meta({ id: 'Recording' })

export const CallDetail = z
  .object({ ...callFields, recordings: z.array(Recording) })
  .meta({ id: 'CallDetail', description: 'A call with its recordings.' })

const filters = {
  search,
  extensionId: z.uuid().optional(),
  rootId: z.uuid().optional().meta({ description: 'Calls of one chain of transfers.' }),
  result: Termination.shape.result.optional(),
  direction: z.enum(['internal', 'inbound', 'outbound']).optional(),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Started at or after.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Started before.' }),
}

export const CallExportQuery = z.strictObject(filters)

export const CallQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  sort: z.enum(['started_at']).default('started_at'),
  order: order('desc'),
})

export const LiveCallQuery = z.strictObject(pageQuery)

export const TraceMessage = z
  .object({
    at: instant,
    offsetMs: z.number().meta({ description: 'Milliseconds since the call started, with fractions.' }),
    legId: z.string().nullable().meta({ description: 'Which of the legs it belongs to.' }),
    direction: z.enum(['in', 'out']),
    transport: z.string(),
    peer: z.string(),
    local: z.string().nullable(),
    summary: z.string().meta({ description: 'INVITE, 180 Ringing: the label of the arrow.' }),
    method: z.string(),
    status: z.number().int().nullable(),
    repeat: z.boolean().meta({ description: 'A retransmission.' }),
    hasSdp: z.boolean(),
    text: z.string().meta({ description: 'The whole message; credentials and SRTP keys are masked.' }),
  })
  .meta({ id: 'TraceMessage' })

export const Trace = z
  .object({ call: Call, messages: z.array(TraceMessage), note: z.string().nullable().meta({ description: 'Why it is incomplete, when it is.' }) })
  .meta({ id: 'Trace' })

export const SupervisionOrder = z
  .strictObject({
    extensionId: z.uuid().meta({ description: 'Whose phones are rung.' }),
    side: z.enum(['caller', 'callee']).meta({ description: 'The phone that alone hears a whisper.' }),
    mode: z.enum(['listen', 'whisper', 'barge']).default('listen').meta({ description: 'How it begins; the keys 4, 5 and 6 of the phone change it.' }),
  })
  .meta({ id: 'SupervisionOrder' })

const Side = z.enum(['caller', 'callee'])

export const TransferOrder = z
  .strictObject({
    side: Side.meta({ description: 'Who goes on to the number; the other one is let go once it is answered.' }),
    to: z.string().trim().min(1).max(100).meta({ description: 'An extension, group, park slot, room, feature code or number outside; spaces and signs do not matter, nor tel:.' }),
  })
  .meta({ id: 'TransferOrder' })

export const HoldOrder = z
  .strictObject({
    side: Side.meta({ description: 'For whom the call is held: the other one hears music, this one nothing.' }),
    on: z.boolean().meta({ description: 'False: they talk again, unless a phone holds the call itself.' }),
  })
  .meta({ id: 'HoldOrder' })

export const PlayOrder = z
  .strictObject({
    side: z.enum(['caller', 'callee', 'both']).default('both').meta({ description: 'Who hears it, and nothing else meanwhile.' }),
    text: z.string().trim().min(1).max(1000).optional().meta({ description: 'Spoken.' }),
    prompt: z.string().regex(/^[a-z0-9-]{1,60}$/).optional().meta({ description: 'A prompt by its name, in the own recording where there is one.' }),
    repeat: z.int().min(1).max(100).default(1).meta({ description: 'How often.' }),
  })
  .refine(({ text, prompt }) => (text === undefined) !== (prompt === undefined), { message: 'either text or prompt', path: ['text'] })
  .meta({ id: 'PlayOrder' })

export const DigitsOrder = z
  .strictObject({
    side: Side.meta({ description: 'Who gets them, as if the other had pressed them.' }),
    digits: z.string().regex(/^[0-9*#A-Da-d]{1,64}$/).meta({ description: '0 to 9, star, hash and A to D. Written into no log, audit or history.' }),
  })
  .meta({ id: 'DigitsOrder' })

export const OwnTransfer = z.strictObject({ to: TransferOrder.shape.to }).meta({ id: 'OwnTransfer' })
export const OwnHold = z.strictObject({ on: z.boolean().meta({ description: 'The other side hears music meanwhile.' }) }).meta({ id: 'OwnHold' })
export const OwnDigits = z.strictObject({ digits: DigitsOrder.shape.digits }).meta({ id: 'OwnDigits' })

export const ClickToDial = z
  .strictObject({
    extensionId: z.uuid().meta({ description: 'Whose phone rings first.' }),
    to: z.string().trim().min(1).max(100).meta({ description: 'The number as it was clicked: spaces and signs do not matter, nor tel:.' }),
    deviceId: z.uuid().nullable().optional().meta({ description: 'This phone alone; null or left out: those that the settings of the extension name.' }),
    autoAnswer: z.boolean().optional().meta({ description: 'The phone is asked to answer by itself; left out: as the settings of the extension say.' }),
  })
  .meta({ id: 'ClickToDial' })

export const ClickBody = z.strictObject(ClickToDial.omit({ extensionId: true }).shape).meta({ id: 'ClickToDialCall' })

export const RecordAction = z.strictObject({ action: z.enum(['start', 'pause', 'resume', 'stop']) }).meta({ id: 'RecordAction' })
