import type { z } from 'zod'
import type { EmergencyCall as CallOfPbx, Located as LocatedOfPbx, LocatedDevice as DeviceOfPbx, LocatedTrunk as TrunkOfPbx } from '../../pbx/index.ts'
import { given, isoOf, isoOrNull } from '../http/fields.ts'
import type { EmergencyCall, Located, LocatedDevice, LocatedTrunk } from './schemas.ts'

const presentLocated = (located: LocatedOfPbx | null): z.input<typeof Located> | null => located && { ...located, since: isoOrNull(located.since) }
/** A phone and where it is. */
export const presentDevice = ({ confirmed, reported, located, ...device }: DeviceOfPbx): z.input<typeof LocatedDevice> => ({
  ...device, confirmed: confirmed && { ...confirmed, at: isoOf(confirmed.at) }, reported: reported && { ...given(reported), at: isoOf(reported.at) }, located: presentLocated(located),
})

/** A PBX that registers with us, and where it is. */
export const presentTrunk = ({ located, ...trunk }: TrunkOfPbx): z.input<typeof LocatedTrunk> => ({ ...trunk, located: presentLocated(located) })

/** A call for help with all that is known of it. */
export const presentCall = ({ startedAt, pool, location, attempts, answeredAt, endedAt, displaced, notified, escalatedAt, acknowledgedAt, ...call }: CallOfPbx): z.input<typeof EmergencyCall> => ({
  ...call, startedAt: isoOf(startedAt), pool: pool && { ...pool, takenFrom: pool.takenFrom && { ...pool.takenFrom, at: isoOf(pool.takenFrom.at) } }, location: presentLocated(location), attempts: attempts.map((attempt) => ({ ...attempt, at: isoOf(attempt.at) })), answeredAt: isoOrNull(answeredAt), endedAt: isoOrNull(endedAt),
  displaced: displaced.map((each) => ({ ...each, at: isoOf(each.at) })), notified: notified.map((each) => ({ ...each, at: isoOf(each.at) })), escalatedAt: isoOrNull(escalatedAt), acknowledgedAt: isoOrNull(acknowledgedAt),
})
