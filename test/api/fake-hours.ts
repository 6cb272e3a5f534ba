/** Opening hours, attendants, park lots and paging groups of the door of the PBX, kept in memory. */
import { fileURLToPath } from 'node:url'
import type { Actor } from '../../config/actor.ts'
import type { Attendant, AttendantInput, PagingGroup, PagingGroupInput, ParkLot, ParkLotInput, Pbx, Schedule, ScheduleInput, ScheduleState } from '../../pbx/index.ts'
import { fakeKept } from './fake-lines.ts'

export function createFakeHours(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): Pick<Pbx, 'schedules' | 'attendants' | 'parkLots' | 'pagingGroups'> {
  const now: ScheduleState = { is: 'closed', why: 'it is Sunday' }
  const attendants = fakeKept<Attendant, AttendantInput>(actors, checkVersion, 'attendant', { recordingSeconds: null, keys: {}, directDial: false, waitSeconds: 5, rounds: 3, noInput: null, enabled: true })
  const parkLots = fakeKept<ParkLot, ParkLotInput>(actors, checkVersion, 'park lot', { timeoutSeconds: 120, returnTo: null, enabled: true })
  return {
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
