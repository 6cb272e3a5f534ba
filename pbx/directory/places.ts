/** Opening hours, attendants and park lots: what the panel and the API read and change. */
import type { AttendantRow, ParkLotRow, ScheduleRow } from '../../migrations/tables.ts'
import type { Attendant, AttendantInput, Kept, ParkLot, ParkLotInput, Schedule, ScheduleInput } from '../door.ts'
import { createColumnRepository, seen, type Columns } from './columns.ts'
import { checkAttendant, checkParkLot, checkSchedule } from './input-places.ts'
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
  return createColumnRepository<ScheduleRow, ScheduleInput, Schedule>(world, { table: 'schedules', subject: 'schedule', name: 'opening hours', check: checkSchedule, columns: SCHEDULE, jsonb: JSONB })
}

export function createAttendantRepository(world: DirectoryWorld): Directory['attendants'] {
  const repository = createColumnRepository<AttendantRow, AttendantInput, Attendant>(world, {
    table: 'attendants', subject: 'attendant', name: 'attendant', check: checkAttendant, columns: ATTENDANT, jsonb: JSONB, add: ({ recording_seconds: recordingSeconds }) => ({ recordingSeconds }),
  })
  return {
    ...repository,
    async setRecordingSeconds(actor, id, seconds) {
      await repository.get(actor, id)
      await world.database.change(actor, async (trx) => {
        await trx('attendants').where({ id }).update({ recording_seconds: seconds, version: trx.raw('version + 1'), updated_at: new Date() })
        return { result: undefined, audit: { action: 'attendant.recording', subjectType: 'attendant', subjectId: id, after: { seconds } } }
      })
      await world.refresh(actor.tenantId)
      return repository.get(actor, id)
    },
  }
}

export function createParkLotRepository(world: DirectoryWorld): Kept<ParkLot, ParkLotInput> {
  return createColumnRepository<ParkLotRow, ParkLotInput, ParkLot>(world, { table: 'park_lots', subject: 'park-lot', name: 'park lot', check: checkParkLot, columns: PARK_LOT })
}

export const toParkLot = (row: ParkLotRow): SnapshotParkLot => seen<SnapshotParkLot, ParkLotRow>(PARK_LOT, row)
export const toSchedule = (row: ScheduleRow): SnapshotSchedule => seen<SnapshotSchedule, ScheduleRow>(SCHEDULE, row)
export const toAttendant = (row: AttendantRow): SnapshotAttendant => ({ ...seen<SnapshotAttendant, AttendantRow>(ATTENDANT, row), recordingSeconds: row.recording_seconds })
