import { Refusal, refuseWrong, wrongField, type RefusalDetail } from '../config/errors.ts'
import type { PromptDesk } from '../media/contract.ts'
import type { Directory, SnapshotAttendant, SnapshotSchedule } from './directory/types.ts'
import type { AttendantInput, Attendants, Schedule, ScheduleInput, Schedules, ScheduleState } from './door.ts'
import { guardNumbered } from './numbered.ts'
import { circleOf, deadEnd } from './routing/handling.ts'
import { normaliseDialled } from './routing/number-format.ts'
import { stateAt } from './routing/schedule.ts'
import { recordingOf } from './steps/attendant.ts'

const WAYS = ['open', 'closed', 'holiday'] as const

/** Opening hours, of which every way must lead somewhere and none back. */
export function guardSchedules(directory: Directory): Schedules {
  const shown = (schedule: Schedule, tenantId: string): Schedule & { now: ScheduleState } => ({ ...schedule, now: stateAt(schedule, Date.now(), directory.snapshot().tenant(tenantId)?.timeZone ?? 'UTC') })
  const check = (tenantId: string, before: SnapshotSchedule | undefined, input: Partial<ScheduleInput>): void => {
    const number = input.number ?? before?.number ?? ''
    refuseTargets(directory, tenantId, number, { open: input.open, closed: input.closed, holiday: input.holiday })
    const targets = WAYS.flatMap((field) => input[field] ?? [])
    const circle = circleOf(directory.snapshot(), tenantId, number, targets)
    if (circle !== undefined) throw wrongField(WAYS.find((field) => input[field] != null) ?? 'open', circle)
  }
  const schedules = guardNumbered(directory.schedules, { directory, find: (id) => directory.snapshot().schedule(id), check })
  return {
    list: async (actor) => (await schedules.list(actor)).map((schedule) => shown(schedule, actor.tenantId)),
    get: async (actor, id) => shown(await schedules.get(actor, id), actor.tenantId),
    create: async (actor, input) => shown(await schedules.create(actor, input), actor.tenantId),
    update: async (actor, id, input, version) => shown(await schedules.update(actor, id, input, version), actor.tenantId),
    async remove(actor, id) {
      const routes = directory.snapshot().outboundRoutesOf(actor.tenantId).filter(({ scheduleId }) => scheduleId === id)
      if (routes.length > 0) throw new Refusal('conflict', `Outbound routes go by these opening hours: ${routes.map(({ name }) => name).join(', ')}. Change that first.`)
      await schedules.remove(actor, id)
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
  const guarded = guardNumbered(attendants, { directory, find: (id) => directory.snapshot().attendant(id), check })
  return {
    ...guarded,
    async remove(actor, id) {
      await guarded.remove(actor, id)
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
