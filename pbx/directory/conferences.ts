import type { Secrets } from '../../config/secrets.ts'
import type { ConferenceRow } from '../../migrations/tables.ts'
import type { ConferenceInput, ConferenceRoom, ConferenceRooms } from '../door.ts'
import { fromRow, toRow, type Columns } from './columns.ts'
import { checkConference } from './input.ts'
import { createNumberedRepository } from './numbered.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'conference-pin'

const COLUMNS: Columns<Omit<ConferenceInput, 'pin' | 'moderatorPin'>, ConferenceRow> = [
  ['number', 'number'], ['name', 'name'], ['waitForModerator', 'wait_for_moderator'], ['endWithModerator', 'end_with_moderator'],
  ['maxParties', 'max_parties'], ['announce', 'announce'], ['mutedEntry', 'muted_entry'], ['record', 'record'], ['enabled', 'enabled'],
]

/** Conference rooms: what the panel and the API read and change. PINs go in and never come out. */
export function createConferenceRepository(world: DirectoryWorld): ConferenceRooms {
  return createNumberedRepository<ConferenceRow, ConferenceInput, ConferenceRoom>(world, {
    table: 'conferences',
    subject: 'conference',
    name: 'conference room',
    check: checkConference,
    toRow: (actor, input) => withPins(world.secrets, actor.tenantId, input),
    show: (_trx, row) => toConference(row),
    forAudit,
  })
}

/** A PIN as it was typed in; null when there is none. Throws when the envelope does not open. */
export function openPin(secrets: Secrets, tenantId: string, sealed: Buffer | null): string | null {
  return sealed === null ? null : secrets.open(PURPOSE, tenantId, sealed)
}

function toConference(row: ConferenceRow): ConferenceRoom {
  return {
    id: row.id, number: row.number, name: row.name, hasPin: row.pin_sealed !== null, hasModeratorPin: row.moderator_pin_sealed !== null,
    waitForModerator: row.wait_for_moderator, endWithModerator: row.end_with_moderator, maxParties: row.max_parties, announce: row.announce,
    mutedEntry: row.muted_entry, record: row.record, enabled: row.enabled, version: row.version, createdAt: row.created_at, updatedAt: row.updated_at,
  }
}

function withPins(secrets: Secrets, tenantId: string, input: Partial<ConferenceInput>): Record<string, unknown> {
  const row = toRow(COLUMNS, input)
  const seal = (pin: string | null): Buffer | null => (pin === null ? null : secrets.seal(PURPOSE, tenantId, pin))
  if (input.pin !== undefined) row['pin_sealed'] = seal(input.pin)
  if (input.moderatorPin !== undefined) row['moderator_pin_sealed'] = seal(input.moderatorPin)
  return row
}

function forAudit(row: ConferenceRow): Record<string, unknown> {
  return { ...fromRow(COLUMNS, row), hasPin: row.pin_sealed !== null, hasModeratorPin: row.moderator_pin_sealed !== null }
}
