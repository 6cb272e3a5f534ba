import { z } from 'zod'
import { Call } from '../calls/schemas.ts'
import { LiveConference } from '../conferences/schemas.ts'
import { instant, orNull } from '../http/fields.ts'
import { Ban } from '../shield/schemas.ts'
import { Registration } from '../telephony/schemas.ts'

const seq = z.number().int().meta({ description: 'Counts the events of the tenant. Numbers are left out where an event is not for this listener.' })
const where = { at: instant, resume: z.string().meta({ description: 'Come back with `?resume=…&after=…`, this and the last `seq`, to be told what was missed.' }), seq }

/** The first message on a live connection: how things are now. */
export const LiveHello = z
  .object({ type: z.literal('hello'), ...where, calls: z.array(Call), registrations: z.array(Registration), conferences: z.array(LiveConference) })
  .meta({ id: 'LiveHello' })

/** The first message to a listener that came back in time: what it missed follows. */
export const LiveResumed = z
  .object({ type: z.literal('resumed'), ...where, missed: z.number().int().meta({ description: 'How many messages follow that were missed.' }) })
  .meta({ id: 'LiveResumed' })

const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), id: z.string(), at: instant, seq, data })

const callEvent = <T extends string>(type: T) => event(type, z.object({ call: Call }))

export const LiveCallStarted = callEvent('call.started').meta({ id: 'LiveCallStarted' })
export const LiveCallUpdated = callEvent('call.updated').meta({ id: 'LiveCallUpdated' })
export const LiveCallEnded = callEvent('call.ended').meta({ id: 'LiveCallEnded' })

export const LiveRegistrationChanged = event(
  'registration.changed',
  z.object({ registration: Registration, change: z.enum(['added', 'refreshed', 'reachability']) }),
).meta({ id: 'LiveRegistrationChanged' })

export const LiveRegistrationRemoved = event(
  'registration.removed',
  z.object({ registration: Registration, why: z.enum(['unregistered', 'expired', 'replaced', 'disconnected', 'deleted', 'moved']) }),
).meta({ id: 'LiveRegistrationRemoved' })

export const LiveRecordingFinished = event(
  'recording.finished',
  z.object({
    recordingId: z.uuid(),
    callId: z.uuid(),
    status: z.enum(['finished', 'failed']),
    seconds: z.number(),
    failure: z.string().nullable(),
  }),
).meta({ id: 'LiveRecordingFinished' })

export const LiveRecordingStored = event('recording.stored', z.object({ recordingId: z.uuid(), callId: z.uuid() })).meta({ id: 'LiveRecordingStored' })
export const LiveRecordingDeleted = event('recording.deleted', z.object({ recordingId: z.uuid(), callId: z.uuid(), by: z.string() })).meta({ id: 'LiveRecordingDeleted' })

export const LiveBanAdded = event('ban.added', z.object({ ban: Ban })).meta({ id: 'LiveBanAdded' })
export const LiveBanLifted = event('ban.lifted', z.object({ ban: Ban, why: z.enum(['expired', 'lifted', 'allowed']) })).meta({ id: 'LiveBanLifted' })

export const LiveConferenceChanged = event('conference.changed', z.object({ conference: LiveConference })).meta({ id: 'LiveConferenceChanged' })
export const LiveConferenceEnded = event('conference.ended', z.object({ conferenceId: z.uuid() })).meta({ id: 'LiveConferenceEnded' })

export const LiveVoicemailChanged = event(
  'voicemail.changed',
  z.object({ extensionId: z.uuid(), unheard: z.number().int(), unheardUrgent: z.number().int(), heard: z.number().int(), heardUrgent: z.number().int() }),
).meta({ id: 'LiveVoicemailChanged' })

export const LiveMessageWaiting = event('message.waiting', z.object({ extensionId: z.uuid() })).meta({ id: 'LiveMessageWaiting' })

export const LiveParkChanged = event(
  'park.changed',
  z.object({ lotId: z.uuid(), slot: z.string(), parked: orNull(z.object({ callId: z.uuid(), number: z.string(), name: z.string().nullable(), since: instant }).meta({ id: 'LiveParked' })) }),
).meta({ id: 'LiveParkChanged' })

export const LiveDeskChanged = event('desk.changed', z.object({ deviceId: z.uuid(), name: z.string(), change: z.enum(['logged-in', 'logged-out']), extensionId: z.uuid(), number: z.string() })).meta({ id: 'LiveDeskChanged' })

export const LiveEmergencyCalled = event('emergency.called', z.object({ callId: z.uuid(), dialled: z.string(), number: z.string(), name: z.string().nullable(), place: z.string().nullable() })).meta({ id: 'LiveEmergencyCalled' })
export const LiveTollLocked = event('toll.locked', z.object({ extensionId: z.uuid(), number: z.string(), name: z.string(), reason: z.string() })).meta({ id: 'LiveTollLocked' })
export const LiveBackupFailed = event('backup.failed', z.object({ backupId: z.uuid().nullable(), cause: z.string() })).meta({ id: 'LiveBackupFailed' })
export const LiveEmergencyChanged = event('emergency.changed', z.object({ callId: z.uuid() })).meta({ id: 'LiveEmergencyChanged' })

export const LiveEmergencyTested = event('emergency.tested', z.object({ locationId: z.uuid(), name: z.string(), passed: z.boolean(), message: z.string() })).meta({ id: 'LiveEmergencyTested' })
export const LiveEmergencyUntested = event('emergency.untested', z.object({ places: z.number().int() })).meta({ id: 'LiveEmergencyUntested' })

/** Extensions, devices or conference rooms changed: read them again. */
export const LiveDirectoryChanged = event('directory.changed', z.object({})).meta({ id: 'LiveDirectoryChanged' })

/** Everything the server sends on a live connection, told apart by `type`. */
export const LiveMessage = z
  .discriminatedUnion('type', [
    LiveHello,
    LiveResumed,
    LiveCallStarted,
    LiveCallUpdated,
    LiveCallEnded,
    LiveRegistrationChanged,
    LiveRegistrationRemoved,
    LiveRecordingFinished,
    LiveRecordingStored,
    LiveRecordingDeleted,
    LiveVoicemailChanged,
    LiveMessageWaiting,
    LiveParkChanged,
    LiveEmergencyCalled,
    LiveDeskChanged,
    LiveTollLocked,
    LiveBackupFailed,
    LiveEmergencyChanged,
    LiveEmergencyTested,
    LiveEmergencyUntested,
    LiveDirectoryChanged,
    LiveBanAdded,
    LiveBanLifted,
    LiveConferenceChanged,
    LiveConferenceEnded,
  ])
  .meta({ id: 'LiveMessage' })
