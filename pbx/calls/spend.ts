/** What was spent on calls, by day: of each extension, and of a tenant as a whole. Days are `2026-11-28`, in the tenant's time. */
import type { SpentDay } from '../directory/toll-calls.ts'

const ALL = '*'
const keyOf = (payerId: string | null | undefined): string => (payerId === undefined ? ALL : (payerId ?? ''))

export class Spending {
  readonly #tenants = new Map<string, Map<string, Map<string, number>>>()

  constructor(past: readonly SpentDay[] = []) {
    for (const { tenantId, payerId, day, amount, forgiven } of past) {
      this.#put(tenantId, ALL, day, amount)
      this.#put(tenantId, keyOf(payerId), day, amount - forgiven)
    }
  }

  /** @param forgiven it counts for all, and no longer for the extension */
  add(tenantId: string, payerId: string | null, day: string, amount: number, forgiven = false): void {
    this.#put(tenantId, ALL, day, amount)
    if (!forgiven) this.#put(tenantId, keyOf(payerId), day, amount)
  }

  /**
   * @param payerId undefined: all together
   * @param from the first day that counts
   */
  sum(tenantId: string, payerId: string | undefined, from: string): number {
    let sum = 0
    for (const [day, amount] of this.#tenants.get(tenantId)?.get(keyOf(payerId)) ?? []) if (day >= from) sum += amount
    return sum
  }

  forgive(tenantId: string, payerId: string): void {
    this.#tenants.get(tenantId)?.delete(keyOf(payerId))
  }

  #put(tenantId: string, key: string, day: string, amount: number): void {
    const payers = this.#tenants.get(tenantId) ?? new Map<string, Map<string, number>>()
    this.#tenants.set(tenantId, payers)
    const days = payers.get(key) ?? new Map<string, number>()
    payers.set(key, days)
    days.set(day, (days.get(day) ?? 0) + amount)
    // No limit reaches back further than a month.
    if (days.size > 40) days.delete([...days.keys()].toSorted()[0] ?? '')
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day at a moment, there. */
export function dayIn(timeZone: string, at: number): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  formats.set(timeZone, format)
  return format.format(at)
}
