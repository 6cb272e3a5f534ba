import { z } from 'zod'
import { order, pageQuery, search } from '../http/envelope.ts'
import { line } from '../http/fields.ts'
import { Recording } from '../calls/schemas.ts'

export const RecordingQuery = z.strictObject({
  ...pageQuery,
  search,
  extensionId: z.uuid().optional(),
  callId: z.uuid().optional(),
  rootId: z.uuid().optional().meta({ description: 'Recordings of one chain of transfers.' }),
  direction: Recording.shape.direction.optional(),
  status: Recording.shape.status.optional().meta({ description: 'Without it, all but the deleted.' }),
  held: z.enum(['true', 'false']).optional().meta({ description: 'Under legal hold or not.' }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Started at or after.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Started before.' }),
  sort: z.enum(['started_at', 'seconds']).default('started_at'),
  order: order('desc'),
})

export const AudioQuery = z.strictObject({
  download: z.enum(['true', 'false']).optional().meta({ description: 'To be saved: the audit then says downloaded instead of listened to.' }),
})

export const Peaks = z
  .object({ left: z.array(z.number().int()), right: z.array(z.number().int()) })
  .meta({ id: 'RecordingPeaks', description: 'The loudest moments of each side, 0 to 255, evenly spaced over its length.' })

export const HoldInput = z.strictObject({ reason: line(200) }).meta({ id: 'HoldInput' })

const days = z.number().int().min(1).max(3650).nullable().meta({ description: 'Days recordings are kept where the extension says nothing; null: as long as the call history.' })
const notice = z.enum(['none', 'beep', 'announcement']).meta({ description: 'What both sides hear when a recording starts or goes on.' })

export const RecordingSettings = z
  .object({ days, standardDays: z.number().int().meta({ description: 'Days that apply while `days` is null.' }), notice })
  .meta({ id: 'RecordingSettings' })

export const RecordingSettingsUpdate = z.strictObject({ days: days.optional(), notice: notice.optional() }).meta({ id: 'RecordingSettingsUpdate' })
