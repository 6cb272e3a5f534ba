/** Wake-up calls, and settings of calls that somebody else sends on. */
import { z } from 'zod'
import type { WakeUp as Shown } from '../../pbx/index.ts'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { given, instant, isoOf, orNull, readVersion, stamps } from '../http/fields.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import type { World } from '../http/world.ts'

const tag = 'Wake-up calls'
const time = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be hours and minutes, such as 07:30').meta({ description: 'By the clock of the company, whatever that is on the day: 07:30.' })
const repeats = z.enum(['once', 'daily', 'working-days']).meta({ description: '`working-days`: Monday to Friday.' })
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, such as 2026-11-28')
const extensionId = z.uuid()

const WakeUp = z
  .object({
    id: z.uuid(), extensionId, time, repeats,
    on: day.meta({ description: 'The day on which it rings next.' }),
    state: z.enum(['waiting', 'due', 'desk']).meta({ description: '`due`: it is tried now, up to three times; `desk`: the desk is told that nobody answered.' }),
    last: orNull(z.object({ result: z.enum(['answered', 'not-answered', 'too-late']), at: instant }).meta({ id: 'WakeUpResult' })).meta({ description: 'Of the last time that it was due; each try is in the call history. One that rings once is gone afterwards.' }),
    ...stamps,
  })
  .meta({ id: 'WakeUp', description: 'A call that rings the phones of an extension at a time, and says what time it is.' })
const WakeUpCreate = z.strictObject({ extensionId, time, repeats: repeats.optional(), on: day.nullable().optional().meta({ description: 'The first day; the next on which it can be, when absent or null.' }) }).meta({ id: 'WakeUpCreate' })
const WakeUpUpdate = z.strictObject({ extensionId: extensionId.optional(), time: time.optional(), repeats: repeats.optional(), on: day.nullable().optional(), version: readVersion }).meta({ id: 'WakeUpUpdate' })

const present = ({ last, ...rest }: Shown): z.input<typeof WakeUp> => ({ ...stamped(rest), last: last && { result: last.result, at: isoOf(last.at) } })

const CallSettings = z
  .object({
    timeZone: z.string().meta({ description: 'Of the company, as IANA names it: wake-up calls, opening hours without a time zone of their own, and the talking clock go by it.' }),
    transferSeconds: z.number().int().nullable().meta({ description: 'Seconds after which a transferred call that nobody has answered returns to whoever transferred it; null: when what it was sent to is over, such as a mailbox.' }),
    wakeUpDesk: z.string().nullable().meta({ description: 'Number of the extension that is told of wake-up calls that nobody answers; null: none.' }),
  })
  .meta({ id: 'CallSettings' })
export const CallSettingsUpdate = z.strictObject({ timeZone: z.string().max(60).optional(), transferSeconds: z.number().int().min(5).max(600).nullable().optional(), wakeUpDesk: z.string().regex(/^[0-9]{2,15}$/, 'must be the number of an extension').nullable().optional() }).meta({ id: 'CallSettingsUpdate' })

const getCallSettings = defineRoute({
  method: 'get', path: '/call-settings', operationId: 'getCallSettings', summary: 'The clock of the company, when transferred calls return, and who is told of wake-up calls that nobody answers', tag: 'Call settings', permission: 'extensions.read', response: one(CallSettings),
  handle: ({ world, actor }) => Promise.resolve({ data: world.pbx.callSettings.settings(actor) }),
})

const updateCallSettings = defineRoute({
  method: 'patch', path: '/call-settings', operationId: 'updateCallSettings', summary: 'Set the clock of the company, say when transferred calls return, and who is told of wake-up calls that nobody answers', tag: 'Call settings', permission: 'extensions.write', body: CallSettingsUpdate, response: one(CallSettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.callSettings.configure(actor, given(body)) }),
})

export const wakeUpRoutes = [
  ...keptRoutes({
    path: '/wake-ups', one: 'WakeUp', many: 'WakeUps', tag, read: 'wakeups.read', write: 'wakeups.write',
    words: { list: 'Wake-up calls that are to come, by day and time', create: 'Set a wake-up call', get: 'A wake-up call', update: 'Change a wake-up call', remove: 'Cancel a wake-up call' },
    shown: WakeUp, create: WakeUpCreate, update: WakeUpUpdate, kept: ({ wakeUps }: World['pbx']) => wakeUps, present,
  }),
  getCallSettings,
  updateCallSettings,
]
