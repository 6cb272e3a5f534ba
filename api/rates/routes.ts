/** What calls over trunks cost. */
import { z } from 'zod'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { instant, isoOf } from '../http/fields.ts'
import { MOST_RATES, ratesAsCsv, readRates } from './csv.ts'

const tag = 'Trunks'
const CSV_MAX = 10_000_000

const RateDeck = z
  .object({ trunkId: z.uuid(), currency: z.string(), count: z.number().int(), importedAt: instant })
  .meta({ id: 'RateDeck', description: 'What calls over a trunk cost, as one list of rates.' })

const RateImport = z
  .strictObject({
    csv: z.string().min(1).max(CSV_MAX).meta({ description: `Columns: prefix and price (a minute); first and then (seconds that are paid for at least, and the steps after; 60 when absent), fee (of an answered call), currency, from (a day), destination (not kept). Up to ${MOST_RATES.toLocaleString('en')} rates.` }),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters').optional().meta({ description: 'Of rates without one of their own.' }),
    trial: z.boolean().default(false).meta({ description: 'Only say what is wrong.' }),
  })
  .meta({ id: 'RateImport' })

const RateImportReport = z
  .object({
    count: z.number().int(), currency: z.string().nullable(), saved: z.boolean(),
    errors: z.array(z.object({ line: z.number().int(), field: z.string(), message: z.string() })).meta({ description: 'The first hundred; nothing is saved while there is any.' }),
  })
  .meta({ id: 'RateImportReport' })

const Quote = z
  .object({
    trunkId: z.uuid(), trunk: z.string(), firstMinute: z.number().nullable().meta({ description: 'With the fee. Null: the list has no rate for the number.' }),
    rate: z.object({ prefix: z.string(), price: z.number(), first: z.number().int(), then: z.number().int(), fee: z.number(), currency: z.string() }).nullable(),
  })
  .meta({ id: 'RateQuote', description: 'What a call costs over one trunk.' })

const listRates = defineRoute({
  method: 'get', path: '/rates', operationId: 'listRates', summary: 'Trunks that have a list of rates', tag, permission: 'trunks.read', response: z.object({ data: z.array(RateDeck) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.rates.list(actor)).map((deck) => ({ ...deck, importedAt: isoOf(deck.importedAt) })) }),
})

const quoteRates = defineRoute({
  method: 'get', path: '/rates/quote', operationId: 'quoteRates', summary: 'What a call to a number costs over each trunk, the cheapest first', tag, permission: 'trunks.read',
  query: z.object({ number: z.string().min(1).max(40) }), response: z.object({ data: z.array(Quote) }),
  handle: ({ world, actor, query }) => Promise.resolve({ data: world.pbx.rates.quote(actor, query.number).map(({ rate, ...quote }) => ({ ...quote, rate: rate && { prefix: rate.prefix, price: rate.price, first: rate.first, then: rate.then, fee: rate.fee, currency: rate.currency } })) }),
})

const importRates = defineRoute({
  method: 'put', path: '/trunks/{id}/rates', operationId: 'importRates', summary: 'Put a list of rates in the place of the one before, all or nothing', tag, permission: 'trunks.write', params: idParams, body: RateImport, bodyMax: CSV_MAX + 1_000_000,
  response: one(RateImportReport),
  async handle({ world, actor, params, body }) {
    const { currency, rates, errors } = readRates(body.csv, body.currency, Date.now())
    const report = { count: rates.length, currency: currency ?? null, errors }
    if (errors.length > 0 || currency === undefined || body.trial) return { data: { ...report, saved: false } }
    await world.pbx.rates.replace(actor, params.id, currency, rates)
    return { data: { ...report, saved: true } }
  },
})

const exportRates = defineFileRoute({
  method: 'get', path: '/trunks/{id}/rates.csv', operationId: 'exportRates', summary: 'The rates of a trunk as CSV', tag, permission: 'trunks.read', params: idParams, file: 'text/csv; charset=utf-8',
  async handle({ world, actor, params }) {
    const { currency, rates } = await world.pbx.rates.rates(actor, params.id)
    return { bytes: Buffer.from(ratesAsCsv(currency, rates)), name: 'rates.csv' }
  },
})

const deleteRates = defineRoute({
  method: 'delete', path: '/trunks/{id}/rates', operationId: 'deleteRates', summary: 'Forget the rates of a trunk', tag, permission: 'trunks.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.rates.remove(actor, params.id)
    return done
  },
})

export const rateRoutes = [listRates, quoteRates, importRates, exportRates, deleteRates]
