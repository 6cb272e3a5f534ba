import { z } from 'zod'
import { instant, line, ownNumber, readVersion, stamps } from '../http/fields.ts'

const announce = z.enum(['none', 'tones', 'words']).meta({ description: 'How those who are in hear that somebody comes or goes.' })

export const Conference = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    hasPin: z.boolean().meta({ description: 'A PIN is asked for. PINs can be set and never read.' }),
    hasModeratorPin: z.boolean().meta({ description: 'Who enters it is a moderator.' }),
    waitForModerator: z.boolean().meta({ description: 'All others hear music until a moderator is there.' }),
    endWithModerator: z.boolean().meta({ description: 'It ends when the last moderator leaves.' }),
    maxParties: z.number().int(),
    announce,
    mutedEntry: z.boolean().meta({ description: 'All but moderators come in muted.' }),
    record: z.boolean().meta({ description: 'It is recorded from the first to the last.' }),
    enabled: z.boolean(),
    ...stamps,
  })
  .meta({ id: 'Conference', description: 'A conference room as it is configured.' })

const number = ownNumber.meta({ description: 'What is dialled, 2 to 15 digits; no extension has the same.' })
const pin = z
  .string()
  .regex(/^[0-9]{4,12}$/, 'must be 4 to 12 digits')
  .nullable()
  .optional()
  .meta({ description: '4 to 12 digits; null takes it away. Never shown again.' })
const options = {
  pin,
  moderatorPin: pin,
  waitForModerator: z.boolean().optional(),
  endWithModerator: z.boolean().optional(),
  maxParties: z.number().int().min(2).max(200).optional(),
  announce: announce.optional(),
  mutedEntry: z.boolean().optional(),
  record: z.boolean().optional(),
  enabled: z.boolean().optional(),
}

export const ConferenceCreate = z.strictObject({ number, name: line(100), ...options }).meta({ id: 'ConferenceCreate' })

export const ConferenceUpdate = z
  .strictObject({
    number: number.optional(),
    name: line(100).optional(),
    ...options,
    version: readVersion,
  })
  .meta({ id: 'ConferenceUpdate' })

export const ConferenceParty = z
  .object({
    callId: z.uuid(),
    number: z.string(),
    name: z.string().nullable(),
    moderator: z.boolean(),
    muted: z.boolean(),
    talking: z.boolean(),
    waiting: z.boolean().meta({ description: 'Hears music until a moderator comes.' }),
    since: instant,
  })
  .meta({ id: 'ConferenceParty' })

export const LiveConference = z
  .object({
    id: z.uuid().meta({ description: 'That of the room as configured.' }),
    number: z.string(),
    name: z.string(),
    startedAt: instant,
    locked: z.boolean(),
    recording: z.boolean(),
    parties: z.array(ConferenceParty).meta({ description: 'In the order they came.' }),
  })
  .meta({ id: 'LiveConference', description: 'A conference room with somebody in it.' })

export const ConferenceAction = z.strictObject({ action: z.enum(['lock', 'unlock', 'mute-all', 'unmute-all', 'end']) }).meta({ id: 'ConferenceAction' })
export const ConferencePartyAction = z.strictObject({ callId: z.uuid().meta({ description: 'Whom: the call of the party.' }), action: z.enum(['mute', 'unmute', 'kick']) }).meta({ id: 'ConferencePartyAction' })
