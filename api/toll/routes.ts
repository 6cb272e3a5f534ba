/** Limits for calls abroad. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given, instant, isoOf } from '../http/fields.ts'

const tag = 'Outbound routes'
const country = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters')

const amount = z.number().positive().max(1e9).nullable().optional()

const TollSettings = z
  .object({
    countries: z.array(z.string()).nullable().meta({ description: 'ISO 3166 of the countries that may be called besides the own one; null: all.' }),
    atOnceExtension: z.number().int().meta({ description: 'Calls abroad at once of one extension.' }),
    atOnceTenant: z.number().int().meta({ description: 'Calls abroad at once of all together.' }),
    perHour: z.number().int().meta({ description: 'Calls abroad within an hour after which an extension is locked.' }),
    minutesExtension: z.number().int().nullable().meta({ description: 'Minutes abroad within 24 hours, after which an extension is locked and its calls end; null: no limit.' }),
    minutesTenant: z.number().int().nullable().meta({ description: 'Minutes abroad within 24 hours of all together; null: no limit.' }),
    spendDayExtension: z.number().nullable().meta({ description: 'What an extension may spend on calls within a day, in the currency of the rates; then it is locked and its calls end. Null: no limit.' }),
    spendMonthExtension: z.number().nullable().meta({ description: 'The same within a month.' }),
    spendDayTenant: z.number().nullable().meta({ description: 'What all together may spend on calls within a day; then calls end. Null: no limit.' }),
    spendMonthTenant: z.number().nullable().meta({ description: 'The same within a month.' }),
    mailTo: z.array(z.string()).meta({ description: 'Who is told of a lock.' }),
  })
  .meta({ id: 'TollSettings', description: 'How much may be called abroad before somebody looks.' })

export const TollSettingsUpdate = z
  .strictObject({
    countries: z.array(country).max(250).nullable().optional(), atOnceExtension: z.number().int().min(1).max(1_000).optional(), atOnceTenant: z.number().int().min(1).max(10_000).optional(), perHour: z.number().int().min(1).max(10_000).optional(),
    minutesExtension: z.number().int().min(1).max(100_000).nullable().optional(), minutesTenant: z.number().int().min(1).max(1_000_000).nullable().optional(),
    spendDayExtension: amount, spendMonthExtension: amount, spendDayTenant: amount, spendMonthTenant: amount,
    mailTo: z.array(z.string().trim().min(3).max(254)).max(20).optional(),
  })
  .meta({ id: 'TollSettingsUpdate' })

const TollLock = z
  .object({ extensionId: z.uuid(), number: z.string(), name: z.string(), reason: z.string(), spend: z.boolean().meta({ description: 'For all calls that cost, and not only for those abroad.' }), lockedAt: instant })
  .meta({ id: 'TollLock', description: 'An extension that calls nobody abroad any more until somebody has looked.' })

const Spending = z
  .object({
    currency: z.string().nullable().meta({ description: 'Of the rates; null: there are none, and nothing is known to cost anything.' }),
    states: z.array(z.object({ extension: z.object({ id: z.uuid(), number: z.string(), name: z.string() }).nullable().meta({ description: 'Null: all together.' }), window: z.enum(['day', 'month']), spent: z.number(), limit: z.number() }).meta({ id: 'SpendState' })),
  })
  .meta({ id: 'Spending', description: 'How much of the limits is spent, calls that go on among it.' })

const getSpending = defineRoute({
  method: 'get', path: '/toll/spending', operationId: 'getSpending', summary: 'How much of what may be spent on calls is', tag, permission: 'trunks.read', response: one(Spending),
  handle: ({ world, actor }) => Promise.resolve({ data: world.pbx.toll.spending(actor) }),
})

const getTollSettings = defineRoute({
  method: 'get', path: '/toll/settings', operationId: 'getTollSettings', summary: 'Limits for calls abroad', tag, permission: 'trunks.read', response: one(TollSettings),
  handle: ({ world, actor }) => Promise.resolve({ data: world.pbx.toll.settings(actor) }),
})

const updateTollSettings = defineRoute({
  method: 'patch', path: '/toll/settings', operationId: 'updateTollSettings', summary: 'Change the limits for calls abroad', tag, permission: 'trunks.write', body: TollSettingsUpdate, response: one(TollSettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.toll.configure(actor, given(body)) }),
})

const listTollLocks = defineRoute({
  method: 'get', path: '/toll/locks', operationId: 'listTollLocks', summary: 'Extensions that are locked for calls abroad', tag, permission: 'trunks.read', response: z.object({ data: z.array(TollLock) }),
  handle: ({ world, actor }) => Promise.resolve({ data: world.pbx.toll.locks(actor).map((lock) => ({ ...lock, lockedAt: isoOf(lock.lockedAt) })) }),
})

const unlockToll = defineRoute({
  method: 'delete', path: '/toll/locks/{id}', operationId: 'unlockToll', summary: 'Let an extension call abroad again', tag, permission: 'trunks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.toll.unlock(actor, params.id)
    return done
  },
})

export const tollRoutes = [getTollSettings, updateTollSettings, listTollLocks, unlockToll, getSpending]
