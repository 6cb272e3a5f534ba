import { z } from 'zod'
import { dialled, line, ownNumber, readVersion, stamps } from '../http/fields.ts'

const strategy = z.enum(['all', 'enterprise', 'in-order', 'random', 'in-turn', 'memory-hunt', 'first-available']).meta({
  description: 'all: at once, or each after a wait of its own, sooner when nobody else rings. enterprise: each by its own wait and time, whatever becomes of the others. in-order, random, in-turn: one after the other, and who is busy or declines makes way at once; in-turn begins each call with the next member. memory-hunt: one more after the other, while the former go on ringing. first-available: the first who can be rung, and nobody after that one.',
})
const delaySeconds = z.number().int().min(0).max(120).meta({ description: 'Seconds after which it rings too; only with all and enterprise.' })
const ringSeconds = z.number().int().min(5).max(300).nullable().meta({ description: 'For how long it rings; with memory-hunt, until the next does too. null: memberSeconds, or with all as long as the group.' })
const outside = z.string().meta({ description: 'A number outside, as one would dial it; null for an extension.' })
const confirm = z.boolean().meta({ description: 'Only outside: whoever answers has to press 1 to take the call, and the others ring on meanwhile, so that a mailbox takes no call.' })
const members = z.array(z.object({ extensionId: z.uuid().nullable(), number: outside.nullable(), delaySeconds, ringSeconds, confirm }).meta({ id: 'RingGroupMember' }))
const wantedMembers = z
  .array(z.strictObject({ extensionId: z.uuid().nullable().optional(), number: dialled.nullable().optional(), delaySeconds, ringSeconds: ringSeconds.optional(), confirm: confirm.optional() }).meta({ id: 'RingGroupMemberInput', description: 'An extension or a number outside; the latter is confirmed unless said otherwise.' }))
  .max(100)

export const RingGroup = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    strategy,
    members,
    ringSeconds: z.number().int().meta({ description: "For how long in all; with enterprise each member's own time counts." }),
    memberSeconds: z.number().int().meta({ description: 'For how long each who has no time of its own, where they do not ring all together.' }),
    rounds: z.number().int().nullable().meta({ description: 'How often all of them are rung one after the other; null: until the time is up.' }),
    skipBusy: z.boolean().meta({ description: 'Members who are in a call are left out.' }),
    namePrefix: z.string().meta({ description: "Before the caller's name on the phones." }),
    alertInfo: z.string().meta({ description: 'Alert-Info header, for a ringing sound of its own; empty: none.' }),
    noAnswer: z.string().nullable().meta({ description: 'Number that calls go on to when nobody answers; null: they end.' }),
    missedCallMail: z.array(z.string()).meta({ description: 'Who is told by e-mail of calls that nobody answered, with who called, when, and for how long it rang; not where a message goes out by e-mail itself.' }),
    recordingSeconds: z.number().nullable().meta({ description: 'Of the recording that is played instead of the greeting; null: none.' }),
    greeting: z.string().meta({ description: 'Spoken by the voice of the house before phones ring, as early media: the call is not answered by it. Empty: none.' }),
    music: z.boolean().meta({ description: 'The caller hears music on hold while phones ring, and no ringing.' }),
    enabled: z.boolean(),
    ...stamps,
  })
  .meta({ id: 'RingGroup', description: 'A number that rings several extensions and numbers outside.' })

const number = ownNumber.meta({ description: 'What is dialled, 2 to 15 digits; nothing else has the same.' })
const options = {
  strategy: strategy.optional(),
  members: wantedMembers.optional(),
  ringSeconds: z.number().int().min(5).max(600).optional(),
  memberSeconds: z.number().int().min(5).max(120).optional(),
  rounds: z.number().int().min(1).max(20).nullable().optional(),
  skipBusy: z.boolean().optional(),
  namePrefix: z.string().max(20).optional(),
  alertInfo: z.string().max(100).optional(),
  noAnswer: dialled.nullable().optional(),
  missedCallMail: z.array(z.string().trim().max(254)).max(10).optional(),
  greeting: z.string().trim().max(1000).optional(),
  music: z.boolean().optional(),
  enabled: z.boolean().optional(),
}

export const RingGroupCreate = z.strictObject({ number, name: line(100), ...options }).meta({ id: 'RingGroupCreate' })

export const RingGroupUpdate = z
  .strictObject({
    number: number.optional(),
    name: line(100).optional(),
    ...options,
    version: readVersion,
  })
  .meta({ id: 'RingGroupUpdate' })

const RECORDING_MAX = 10_000_000

export const RECORDING_BODY_MAX = Math.ceil(RECORDING_MAX / 3) * 4 + 1_000

export const RingGroupRecording = z
  .strictObject({ sound: z.base64().min(1).max(Math.ceil(RECORDING_MAX / 3) * 4).meta({ description: 'A WAV file (16-bit PCM or G.711) or Opus in Ogg, base64; at most 10 MB.' }) })
  .meta({ id: 'RingGroupRecording' })
