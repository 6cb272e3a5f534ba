import { newId } from '../../config/ids.ts'
import { isUniqueViolation } from '../../config/database/failure.ts'
import { Refusal } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { ConferenceRow } from '../../migrations/tables.ts'
import type { ConferenceInput, ConferenceRoom, ConferenceRooms } from '../door.ts'
import { checkConference, numberTaken, outdated } from './input.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'conference-pin'

const COLUMNS: readonly (readonly [Exclude<keyof ConferenceInput, 'pin' | 'moderatorPin'>, keyof ConferenceRow])[] = [
  ['number', 'number'], ['name', 'name'], ['waitForModerator', 'wait_for_moderator'], ['endWithModerator', 'end_with_moderator'],
  ['maxParties', 'max_parties'], ['announce', 'announce'], ['mutedEntry', 'muted_entry'], ['record', 'record'], ['enabled', 'enabled'],
]

/** Conference rooms: what the panel and the API read and change. PINs go in and never come out. */
export function createConferenceRepository(world: DirectoryWorld): ConferenceRooms {
  const { database, secrets } = world
  return {
    list: (actor) =>
      database.read(actor, async (trx) => {
        const rows = await trx<ConferenceRow>('conferences').orderByRaw('length(number), number')
        return rows.map(toConference)
      }),

    get: (actor, id) =>
      database.read(actor, async (trx) => {
        const row = await trx<ConferenceRow>('conferences').where({ id }).first()
        if (!row) throw notFound()
        return toConference(row)
      }),

    async create(actor, input) {
      const values = checkConference(input)
      const created = await database
        .change(actor, async (trx) => {
          const now = new Date()
          const row = { ...toRow(secrets, actor.tenantId, values), id: newId(), tenant_id: actor.tenantId, created_at: now, updated_at: now }
          const [inserted] = await trx<ConferenceRow>('conferences').insert(row as ConferenceRow).returning('*')
          const after = inserted as ConferenceRow
          return { result: toConference(after), audit: { action: 'conference.create', subjectType: 'conference', subjectId: after.id, after: forAudit(after) } }
        })
        .catch((error: unknown) => {
          throw taken(error, input.number)
        })
      await world.refresh(actor.tenantId)
      return created
    },

    async update(actor, id, input, version) {
      const values = checkConference(input)
      const updated = await database
        .change(actor, async (trx) => {
          const before = await trx<ConferenceRow>('conferences').where({ id }).forUpdate().first()
          if (!before) throw notFound()
          if (version !== undefined && version !== before.version) throw outdated()
          const row = { ...toRow(secrets, actor.tenantId, values), version: before.version + 1, updated_at: new Date() }
          const [changed] = await trx<ConferenceRow>('conferences').where({ id }).update(row).returning('*')
          const after = changed as ConferenceRow
          return { result: toConference(after), audit: { action: 'conference.update', subjectType: 'conference', subjectId: id, before: forAudit(before), after: forAudit(after) } }
        })
        .catch((error: unknown) => {
          throw taken(error, input.number ?? '')
        })
      await world.refresh(actor.tenantId)
      return updated
    },

    async remove(actor, id) {
      await database.change(actor, async (trx) => {
        const [row] = await trx<ConferenceRow>('conferences').where({ id }).delete().returning('*')
        if (!row) throw notFound()
        return { result: undefined, audit: { action: 'conference.delete', subjectType: 'conference', subjectId: id, before: forAudit(row) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
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

/** Only what was given; the rest keeps its value, or gets the table's default. */
function toRow(secrets: Secrets, tenantId: string, input: Partial<ConferenceInput>): Partial<ConferenceRow> {
  const row: Record<string, unknown> = {}
  for (const [field, column] of COLUMNS) if (input[field] !== undefined) row[column] = input[field]
  const seal = (pin: string | null): Buffer | null => (pin === null ? null : secrets.seal(PURPOSE, tenantId, pin))
  if (input.pin !== undefined) row['pin_sealed'] = seal(input.pin)
  if (input.moderatorPin !== undefined) row['moderator_pin_sealed'] = seal(input.moderatorPin)
  return row
}

function forAudit(row: ConferenceRow): Record<string, unknown> {
  const facts = Object.fromEntries(COLUMNS.map(([field, column]) => [field, row[column]]))
  return { ...facts, hasPin: row.pin_sealed !== null, hasModeratorPin: row.moderator_pin_sealed !== null }
}

function notFound(): Refusal {
  return new Refusal('not-found', 'There is no such conference room.')
}

function taken(error: unknown, number: string): unknown {
  if (isUniqueViolation(error, 'conferences_tenant_id_number_key')) return numberTaken(`There is already a conference room ${number}.`)
  return isUniqueViolation(error, 'dialled_numbers_pkey') ? numberTaken(`The number ${number} is in use already.`) : error
}
