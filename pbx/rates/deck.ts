/** The rates of one trunk: which one is that of a number, and what a call costs by it. Pure. */
import type { Rate } from '../door-rates.ts'

export type PricedRate = Rate & { currency: string }

export interface Deck {
  currency: string
  size: number
  /** The rate of the longest prefix that is valid at this moment; undefined: none. */
  find(digits: string, at: number): PricedRate | undefined
}

/** Money is kept to a millionth. */
const MILLIONTH = 1e6

/** What an answered call of so many seconds costs: steps are paid for when they begin. */
export function costOf({ price, first, then, fee }: Rate, seconds: number): number {
  const further = Math.max(0, seconds - first)
  // A call of 60.0000001 s is one of 60.
  const billed = first + Math.ceil(Math.round(further * 1000) / 1000 / then) * then
  return Math.round((fee + (price * billed) / 60) * MILLIONTH) / MILLIONTH
}

/** @param rates the same prefix may be there with several dates */
export function compileDeck(currency: string, rates: readonly Rate[]): Deck {
  const byPrefix = new Map<string, PricedRate[]>()
  let longest = 0
  for (const rate of rates) {
    const priced = { ...rate, currency }
    const list = byPrefix.get(rate.prefix)
    if (list) list.push(priced)
    else byPrefix.set(rate.prefix, [priced])
    longest = Math.max(longest, rate.prefix.length)
  }
  for (const list of byPrefix.values()) list.sort((a, b) => b.validFrom - a.validFrom)
  return {
    currency,
    size: rates.length,
    find(digits, at) {
      for (let length = Math.min(longest, digits.length); length > 0; length -= 1) {
        const found = byPrefix.get(digits.slice(0, length))?.find(({ validFrom }) => validFrom <= at)
        if (found) return found
      }
      return undefined
    },
  }
}

/** As the database keeps them. */
export function writeRates(rates: readonly Rate[]): string {
  return rates.map(({ prefix, price, first, then, fee, validFrom }) => `${prefix},${price},${first},${then},${fee},${Math.round(validFrom / 1000)}`).join('\n')
}

export function readRates(text: string): Rate[] {
  return text.split('\n').map((line) => {
    const [prefix = '', price, first, then, fee, validFrom] = line.split(',')
    return { prefix, price: Number(price), first: Number(first), then: Number(then), fee: Number(fee), validFrom: Number(validFrom) * 1000 }
  })
}
