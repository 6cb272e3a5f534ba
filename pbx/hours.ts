import { refuseWrong, wrongField, type RefusalDetail } from '../config/errors.ts'
import type { PromptDesk } from '../media/contract.ts'
import type { Directory, SnapshotAttendant, SnapshotSchedule } from './directory/types.ts'
import type { AttendantInput, Attendants, Schedule, ScheduleInput, Schedules, ScheduleState } from './door.ts'
import { refuseUsed } from './extensions.ts'
import { circleOf, deadEnd } from './routing/handling.ts'
import { normaliseDialled } from './routing/number-format.ts'
import { stateAt } from './routing/schedule.ts'
import { recordingOf } from './steps/attendant.ts'

const WAYS = ['open', 'closed', 'holiday'] as const

/** Opening hours, of which every way must lead somewhere and none back. */
export function guardSchedules(directory: Directory): Schedules {
  const { schedules } = directory
  const shown = (schedule: Schedule, tenantId: string): Schedule & { now: ScheduleState } => ({ ...schedule, now: stateAt(schedule, Date.now(), directory.snapshot().tenant(tenantId)?.timeZone ?? 'UTC') })
  const check = (tenantId: string, before: SnapshotSchedule | undefined, input: Partial<ScheduleInput>): void => {
    const number = input.number ?? before?.number ?? ''
    refuseTargets(directory, tenantId, number, { open: input.open, closed: input.closed, holiday: input.holiday })
    const targets = WAYS.flatMap((field) => input[field] ?? [])
    const circle = circleOf(directory.snapshot(), tenantId, number, targets)
    if (circle !== undefined) throw wrongField(WAYS.find((field) => input[field] != null) ?? 'open', circle)
  }
  return {
    list: async (actor) => (await schedules.list(actor)).map((schedule) => shown(schedule, actor.tenantId)),
    get: async (actor, id) => shown(await schedules.get(actor, id), actor.tenantId),
    async create(actor, input) {
      check(actor.tenantId, undefined, input)
      return shown(await schedules.create(actor, input), actor.tenantId)
    },
    async update(actor, id, input, version) {
      const before = directory.snapshot().schedule(id)
      if (before?.tenantId === actor.tenantId) {
        check(actor.tenantId, before, input)
        if (input.number !== undefined && input.number !== before.number) refuseUsed(directory, actor.tenantId, before.number)
      }
      return shown(await schedules.update(actor, id, input, version), actor.tenantId)
    },
    async remove(actor, id) {
      const before = directory.snapshot().schedule(id)
      if (before?.tenantId === actor.tenantId) refuseUsed(directory, actor.tenantId, before.number)
      return schedules.remove(actor, id)
    },
  }
}

/** Attendants, of which every key must lead somewhere. Keys may lead back to other menus, for a caller chooses that; a line on which nobody does anything must not go round for ever. */
export function guardAttendants(directory: Directory, desk: Pick<PromptDesk, 'own' | 'preview'>): Attendants {
  const { attendants } = directory
  const check = (tenantId: string, before: SnapshotAttendant | undefined, input: Partial<AttendantInput>): void => {
    const number = input.number ?? before?.number ?? ''
    const keys = Object.fromEntries(Object.entries(input.keys ?? {}).map(([key, target]) => [`keys.${key}`, target]))
    // A key that plays the menu once more is customary.
    const others = Object.fromEntries(Object.entries(keys).filter(([, target]) => normaliseDialled(target) !== number))
    refuseTargets(directory, tenantId, number, { ...others, noInput: input.noInput })
    const circle = input.noInput == null ? undefined : circleOf(directory.snapshot(), tenantId, number, [input.noInput])
    if (circle !== undefined) throw wrongField('noInput', circle)
  }
  return {
    list: (actor) => attendants.list(actor),
    get: (actor, id) => attendants.get(actor, id),
    async create(actor, input) {
      check(actor.tenantId, undefined, input)
      return attendants.create(actor, input)
    },
    async update(actor, id, input, version) {
      const before = directory.snapshot().attendant(id)
      if (before?.tenantId === actor.tenantId) {
        check(actor.tenantId, before, input)
        if (input.number !== undefined && input.number !== before.number) refuseUsed(directory, actor.tenantId, before.number)
      }
      return attendants.update(actor, id, input, version)
    },
    async remove(actor, id) {
      const before = directory.snapshot().attendant(id)
      if (before?.tenantId === actor.tenantId) refuseUsed(directory, actor.tenantId, before.number)
      await attendants.remove(actor, id)
      await desk.own.remove(recordingOf(id), actor.tenantId)
    },
    async greeting(actor, id) {
      const attendant = await attendants.get(actor, id)
      const own = attendant.recordingSeconds === null ? undefined : await desk.own.find(recordingOf(id), actor.tenantId)
      return own ?? desk.preview(attendant.greeting)
    },
    async setRecording(actor, id, sound) {
      await attendants.get(actor, id)
      if (sound === undefined) {
        const attendant = await attendants.setRecordingSeconds(actor, id, null)
        await desk.own.remove(recordingOf(id), actor.tenantId)
        return attendant
      }
      return attendants.setRecordingSeconds(actor, id, await desk.own.keep(recordingOf(id), actor.tenantId, { sound }))
    },
  }
}

/** @throws Refusal `unprocessable` that names every field whose number is a dead end, or the object itself */
function refuseTargets(directory: Directory, tenantId: string, number: string, targets: Record<string, string | null | undefined>): void {
  const snapshot = directory.snapshot()
  const details: RefusalDetail[] = Object.entries(targets).flatMap(([field, target]) => {
    if (typeof target !== 'string') return []
    const message = normaliseDialled(target) === number ? 'Calls cannot go on to the number itself.' : deadEnd(snapshot, tenantId, target)
    return message === undefined ? [] : [{ field, message }]
  })
  refuseWrong(details)
}
