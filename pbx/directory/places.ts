/** Opening hours, attendants and park lots: what the panel and the API read and change. */
import type { AttendantRow, ParkLotRow, ScheduleRow } from '../../migrations/tables.ts'
import type { Attendant, AttendantInput, Kept, ParkLot, ParkLotInput, Schedule, ScheduleInput } from '../door.ts'
import { around, fromRow, toRow, type Columns } from './columns.ts'
import { checkAttendant, checkParkLot, checkSchedule } from './input-places.ts'
import { createNumberedRepository } from './numbered.ts'
import type { Directory, SnapshotAttendant, SnapshotParkLot, SnapshotSchedule } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const SCHEDULE: Columns<ScheduleInput, ScheduleRow> = [
  ['number', 'number'], ['name', 'name'], ['timeZone', 'time_zone'], ['hours', 'hours'], ['holidays', 'holidays'], ['open', 'open_target'], ['closed', 'closed_target'],
  ['holiday', 'holiday_target'], ['override', 'override'], ['byPhone', 'by_phone'], ['enabled', 'enabled'],
]
const ATTENDANT: Columns<AttendantInput, AttendantRow> = [
  ['number', 'number'], ['name', 'name'], ['greeting', 'greeting'], ['keys', 'keys'], ['directDial', 'direct_dial'], ['waitSeconds', 'wait_seconds'], ['rounds', 'rounds'], ['noInput', 'no_input'], ['enabled', 'enabled'],
]
const PARK_LOT: Columns<ParkLotInput, ParkLotRow> = [
  ['number', 'number'], ['name', 'name'], ['firstSlot', 'first_slot'], ['lastSlot', 'last_slot'], ['timeoutSeconds', 'timeout_seconds'], ['returnTo', 'return_to'], ['enabled', 'enabled'],
]
const JSONB = new Set(['hours', 'holidays', 'keys'])

export function createScheduleRepository(world: DirectoryWorld): Kept<Schedule, ScheduleInput> {
  return createNumberedRepository<ScheduleRow, ScheduleInput, Schedule>(world, {
    table: 'schedules',
    subject: 'schedule',
    name: 'opening hours',
    check: checkSchedule,
    toRow: (_actor, input) => toRow(SCHEDULE, input, JSONB),
    show: (_trx, row) => ({ ...fromRow(SCHEDULE, row), ...around(row) }) as unknown as Schedule,
    forAudit: (row) => fromRow(SCHEDULE, row),
  })
}

export function createAttendantRepository(world: DirectoryWorld): Directory['attendants'] {
  const show = (row: AttendantRow): Attendant => ({ ...fromRow(ATTENDANT, row), recordingSeconds: row.recording_seconds, ...around(row) }) as unknown as Attendant
  const repository = createNumberedRepository<AttendantRow, AttendantInput, Attendant>(world, {
    table: 'attendants',
    subject: 'attendant',
    name: 'attendant',
    check: checkAttendant,
    toRow: (_actor, input) => toRow(ATTENDANT, input, JSONB),
    show: (_trx, row) => show(row),
    forAudit: (row) => fromRow(ATTENDANT, row),
  })
  return {
    ...repository,
    async setRecordingSeconds(actor, id, seconds) {
      await repository.get(actor, id)
      const row = await world.database.change(actor, async (trx) => {
        const [after] = (await trx('attendants').where({ id }).update({ recording_seconds: seconds, version: trx.raw('version + 1'), updated_at: new Date() }).returning('*')) as [AttendantRow]
        return { result: after, audit: { action: 'attendant.recording', subjectType: 'attendant', subjectId: id, after: { seconds } } }
      })
      await world.refresh(actor.tenantId)
      return show(row)
    },
  }
}

export function createParkLotRepository(world: DirectoryWorld): Kept<ParkLot, ParkLotInput> {
  return createNumberedRepository<ParkLotRow, ParkLotInput, ParkLot>(world, {
    table: 'park_lots',
    subject: 'park-lot',
    name: 'park lot',
    check: checkParkLot,
    toRow: (_actor, input) => toRow(PARK_LOT, input),
    show: (_trx, row) => ({ ...fromRow(PARK_LOT, row), ...around(row) }) as unknown as ParkLot,
    forAudit: (row) => fromRow(PARK_LOT, row),
  })
}

export function toParkLot(row: ParkLotRow): SnapshotParkLot {
  return { ...(fromRow(PARK_LOT, row) as unknown as Omit<SnapshotParkLot, 'id' | 'tenantId'>), id: row.id, tenantId: row.tenant_id }
}

export function toSchedule(row: ScheduleRow): SnapshotSchedule {
  return { ...(fromRow(SCHEDULE, row) as unknown as Omit<SnapshotSchedule, 'id' | 'tenantId'>), id: row.id, tenantId: row.tenant_id }
}

export function toAttendant(row: AttendantRow): SnapshotAttendant {
  return { ...(fromRow(ATTENDANT, row) as unknown as Omit<SnapshotAttendant, 'id' | 'tenantId' | 'recordingSeconds'>), recordingSeconds: row.recording_seconds, id: row.id, tenantId: row.tenant_id }
}
