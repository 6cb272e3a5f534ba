/** Opening hours, attendants, park lots and paging groups of the door of the PBX, kept in memory. */
import { fileURLToPath } from 'node:url'
import type { Actor } from '../../config/actor.ts'
import type { Application, ApplicationInput, Attendant, AttendantInput, PagingGroup, PagingGroupInput, ParkLot, ParkLotInput, Pbx, Schedule, ScheduleInput, ScheduleState } from '../../pbx/index.ts'
import { fakeKept } from './fake-lines.ts'

export function createFakeHours(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): Pick<Pbx, 'schedules' | 'attendants' | 'parkLots' | 'pagingGroups' | 'applications'> {
  const now: ScheduleState = { is: 'closed', why: 'it is Sunday' }
  const attendants = fakeKept<Attendant, AttendantInput>(actors, checkVersion, 'attendant', { recordingSeconds: null, keys: {}, directDial: false, waitSeconds: 5, rounds: 3, noInput: null, enabled: true })
  const parkLots = fakeKept<ParkLot, ParkLotInput>(actors, checkVersion, 'park lot', { timeoutSeconds: 120, returnTo: null, enabled: true })
  const applications = fakeKept<Application, ApplicationInput>(actors, checkVersion, 'application', { answerMs: 3000, outsideCalls: 'none', hasSecret: false, enabled: true })
  return {
    applications: {
      ...applications,
      async renewSecret(actor, id) {
        await applications.get(actor, id)
        return 'whsec_c2VjcmV0'
      },
      async tryOut(actor, id) {
        await applications.get(actor, id)
        return { asked: '{}', status: 200, ms: 12, answer: '{"verbs":[{"verb":"hangup"}]}', verbs: ['Hang up'], problem: null }
      },
    },
    pagingGroups: fakeKept<PagingGroup, PagingGroupInput>(actors, checkVersion, 'paging group', { members: [], callers: [], twoWay: false, skipBusy: true, answerSeconds: 8, fromOutside: false, enabled: true }),
    parkLots: {
      ...parkLots,
      parked(actor) {
        actors.push(actor)
        return []
      },
    },
    schedules: fakeKept<Schedule & { now: ScheduleState }, ScheduleInput>(actors, checkVersion, 'opening hours', { timeZone: null, hours: [], holidays: [], holiday: null, override: 'automatic', byPhone: true, enabled: true, now }),
    attendants: {
      ...attendants,
      async greeting(actor, id) {
        await attendants.get(actor, id)
        return fileURLToPath(import.meta.url)
      },
      setRecording: async (actor, id, sound) => ({ ...(await attendants.get(actor, id)), recordingSeconds: sound ? 1 : null }),
    },
  }
}
