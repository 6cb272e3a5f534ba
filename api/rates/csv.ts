/** Rates as carriers send them: a CSV whose first line names the columns. */
import type { Rate } from '../../pbx/index.ts'
import { csvOf, readCsv } from '../http/csv.ts'

export const MOST_RATES = 100_000
const COLUMNS = ['prefix', 'price', 'first', 'then', 'fee', 'currency', 'from', 'destination'] as const

export interface RateFault {
  line: number
  field: string
  message: string
}

/**
 * @param currency of lines that name none
 * @throws Refusal `unprocessable` for a file that cannot be read as such
 */
export function readRates(csv: string, currency: string | undefined, now: number): { currency: string | undefined; rates: Rate[]; errors: RateFault[] } {
  const errors: RateFault[] = []
  const seen = new Set<string>()
  const currencies = new Set<string>()
  const rates = readCsv(csv, COLUMNS, ['prefix', 'price'], MOST_RATES).flatMap(({ line, values }): Rate[] => {
    const wrong = (field: string, message: string): void => void errors.push({ line, field, message })
    const prefix = (values.prefix ?? '').replace(/^\+|[\s-]/g, '')
    if (!/^[1-9][0-9]{0,14}$/.test(prefix)) wrong('prefix', 'Up to 15 digits that begin with a country code, such as 4930.')
    const amount = (field: 'price' | 'fee', empty: number | undefined): number => {
      const text = (values[field] ?? '').replace(',', '.')
      if (text === '' && empty !== undefined) return empty
      if (!/^[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text)) wrong(field, 'An amount such as 0.0125, with at most six decimals.')
      return Number(text)
    }
    const seconds = (field: 'first' | 'then'): number => {
      const text = values[field] ?? ''
      if (text === '') return 60
      if (!/^[1-9][0-9]{0,3}$/.test(text) || Number(text) > 3_600) wrong(field, 'Seconds from 1 to 3600.')
      return Number(text)
    }
    const from = values.from ?? ''
    const validFrom = from === '' ? 0 : Date.parse(from)
    if (!/^([0-9]{4}-[0-9]{2}-[0-9]{2}.*)?$/.test(from) || Number.isNaN(validFrom)) wrong('from', 'A day such as 2027-01-01.')
    const named = (values.currency ?? currency ?? '').toUpperCase()
    if (!/^[A-Z]{3}$/.test(named)) wrong('currency', 'Three letters, such as USD.')
    else currencies.add(named)
    const key = `${prefix} ${validFrom}`
    if (seen.has(key)) wrong('prefix', `${prefix} is there twice${from === '' ? '' : ` from ${from}`}.`)
    seen.add(key)
    return [{ prefix, price: amount('price', undefined), first: seconds('first'), then: seconds('then'), fee: amount('fee', 0), validFrom: validFrom || 0 }]
  })
  if (rates.length === 0) errors.push({ line: 1, field: 'prefix', message: 'The file has no rates.' })
  if (currencies.size > 1) errors.push({ line: 1, field: 'currency', message: `All rates must be in one currency; the file has ${[...currencies].join(', ')}.` })
  if (rates.length > 0 && rates.every(({ validFrom }) => validFrom > now)) errors.push({ line: 1, field: 'from', message: 'None of the rates holds yet. Leave the ones that hold now in the file until then.' })
  return { currency: [...currencies][0], rates, errors: errors.toSorted((a, b) => a.line - b.line).slice(0, 100) }
}

export function ratesAsCsv(currency: string, rates: readonly Rate[]): string {
  return csvOf([
    COLUMNS.slice(0, 7),
    ...rates.map(({ prefix, price, first, then, fee, validFrom }) => [prefix, price, first, then, fee, currency, validFrom === 0 ? null : new Date(validFrom).toISOString().slice(0, 10)]),
  ])
}
