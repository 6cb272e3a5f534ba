/** Calls that cost: who pays for them, how many go on, how long they were. Kept for a day, so that limits can be held. */
import { newId } from '../../config/ids.ts'
import type { PricedRate } from '../rates/deck.ts'
import { costOf } from '../rates/deck.ts'
import { dayIn, Spending } from './spend.ts'
import type { PaidCall, SpentDay } from '../directory/toll-calls.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Calls that cost are looked after every second: what they will have cost by the look after the next is counted as spent. */
const AHEAD_SECONDS = 2.5

/**
 * One call abroad on its way through trunks, legs and transfers: it goes on for as long as anybody holds it, and is paid for from its
 * first answer on. Every leg that is billed for it holds it until it ends.
 */
export class Charge {
  readonly id: string
  readonly tenantId: string
  readonly payerId: string | null
  readonly begunAt: number
  /** It leads to another country, or may. */
  readonly abroad: boolean
  /** What it costs: of the dearest way as long as it is not known which it takes; null: nothing is known. */
  rate: PricedRate | null
  answeredAt: number | null
  forgiven = false
  /** Somebody is called: until then it holds a place, and counts for nothing else. */
  placed: boolean
  #holders = 1
  readonly #onOver: (charge: Charge) => void

  /** Held once by whoever made it. */
  constructor(from: SavedCharge, onOver: (charge: Charge) => void) {
    this.id = newId()
    this.tenantId = from.tenantId
    this.payerId = from.payerId
    this.begunAt = from.begunAt
    this.answeredAt = from.answeredAt
    this.abroad = from.abroad ?? true
    this.rate = from.rate ?? null
    this.placed = from.answeredAt !== null
    this.#onOver = onOver
  }

  hold(): void {
    this.#holders += 1
  }

  release(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.#onOver(this)
  }

  place(): void {
    this.placed = true
  }

  answered(at: number): void {
    this.answeredAt ??= at
  }

  /** What it has cost until now. */
  cost(now: number): number {
    return this.rate === null || this.answeredAt === null ? 0 : costOf(this.rate, this.seconds(now))
  }

  /** What it costs for certain if it goes on for a moment: before it is answered that is kept free for it. */
  committed(now: number): number {
    return this.rate === null ? 0 : costOf(this.rate, this.seconds(now) + AHEAD_SECONDS)
  }

  seconds(now: number): number {
    return this.answeredAt === null ? 0 : Math.max(0, (now - this.answeredAt) / 1000)
  }
}

/** As another process left it. */
export interface SavedCharge {
  tenantId: string
  payerId: string | null
  begunAt: number
  answeredAt: number | null
  /** Absent: it does. */
  abroad?: boolean
  rate?: PricedRate | null
}

/** What is known of the calls abroad of all tenants within a day. */
export interface Charges {
  /** Begins one: it counts at once, and the caller holds it. */
  begin(tenantId: string, payerId: string | null, what?: { abroad: boolean; rate: PricedRate | null }): Charge
  /** One that another process began. The caller holds it. */
  resume(saved: SavedCharge): Charge
  readonly live: ReadonlySet<Charge>
  /** Extensions that are being locked at this moment. */
  readonly locking: Set<string>
  /** What was spent since the day or the month began, and what calls that go on are about to cost: of one extension, or of all and the house. */
  spent(tenantId: string, window: 'day' | 'month', payerId?: string): number
  /** How many abroad go on now: of one extension, or of all. */
  count(tenantId: string, payerId?: string): number
  /** Calls outside of an extension that go on now, whether they cost or not. */
  outside(tenantId: string, payerId: string): number
  /** How many of those it began within the last 60 seconds. */
  withinMinute(tenantId: string, payerId: string): number
  /** How many an extension began within the last hour. */
  withinHour(tenantId: string, payerId: string): number
  /** Seconds paid for within the last 24 hours, those that go on among them: of one extension, or of all and the house. */
  secondsWithinDay(tenantId: string, payerId?: string): number
  /** What an extension did until now no longer counts for it. */
  forgive(tenantId: string, payerId: string): void
}

/** What was spent before, and which day it is there. */
export interface Books {
  spent: readonly SpentDay[]
  dayOf(tenantId: string, at: number): string
}

const NO_BOOKS: Books = { spent: [], dayOf: (_tenantId, at) => dayIn('UTC', at) }

/**
 * @param past those abroad of the last day, as another process left it
 * @param keep is given each that is over
 */
export function createCharges(past: readonly PaidCall[], keep: (call: PaidCall) => void, clock: { now(): number }, books: Books = NO_BOOKS): Charges {
  const spending = new Spending(books.spent)
  const live = new Set<Charge>()
  const byTenant = new Map<string, PaidCall[]>()
  /** Begun within a minute, by payer. */
  const latest = new Map<string, Charge[]>()
  const keyOf = (tenantId: string, payerId: string): string => `${tenantId} ${payerId}`
  const lastMinute = (tenantId: string, payerId: string): Charge[] => (latest.get(keyOf(tenantId, payerId)) ?? []).filter(({ begunAt }) => begunAt > clock.now() - MINUTE_MS)
  const known = (tenantId: string): PaidCall[] => {
    const list = (byTenant.get(tenantId) ?? []).filter(({ begunAt, seconds }) => begunAt + seconds * 1000 > clock.now() - DAY_MS)
    byTenant.set(tenantId, list)
    return list
  }
  for (const call of past) known(call.tenantId).push(call)
  const onOver = (charge: Charge): void => {
    live.delete(charge)
    // Somebody else answered before its turn came.
    if (!charge.placed) return
    const { id, tenantId, payerId, begunAt, forgiven, abroad } = charge
    const call: PaidCall = { id, tenantId, payerId, begunAt, seconds: Math.round(charge.seconds(clock.now()) * 10) / 10, forgiven, abroad, cost: charge.cost(clock.now()) }
    if (call.cost > 0) spending.add(tenantId, payerId, books.dayOf(tenantId, begunAt), call.cost, forgiven)
    if (abroad) known(tenantId).push(call)
    if (abroad || call.cost > 0) keep(call)
  }
  const add = (from: ConstructorParameters<typeof Charge>[0]): Charge => {
    const charge = new Charge(from, onOver)
    live.add(charge)
    if (from.payerId !== null) latest.set(keyOf(from.tenantId, from.payerId), [...lastMinute(from.tenantId, from.payerId), charge])
    return charge
  }
  const of = (tenantId: string, payerId: string): (PaidCall | Charge)[] => [...live, ...known(tenantId)].filter((call) => call.tenantId === tenantId && call.payerId === payerId && !call.forgiven)
  return {
    live,
    locking: new Set(),
    begin: (tenantId, payerId, what = { abroad: true, rate: null }) => add({ tenantId, payerId, begunAt: clock.now(), answeredAt: null, ...what }),
    resume: add,
    spent(tenantId, window, payerId) {
      const now = clock.now()
      const today = books.dayOf(tenantId, now)
      const over = spending.sum(tenantId, payerId, window === 'day' ? today : `${today.slice(0, 8)}01`)
      return [...live].reduce((sum, charge) => (charge.tenantId === tenantId && (payerId === undefined || (charge.payerId === payerId && !charge.forgiven)) ? sum + charge.committed(now) : sum), over)
    },
    count: (tenantId, payerId) => [...live].filter((charge) => charge.abroad && charge.tenantId === tenantId && (payerId === undefined || charge.payerId === payerId)).length,
    outside: (tenantId, payerId) => [...live].filter((charge) => charge.tenantId === tenantId && charge.payerId === payerId).length,
    // One whose turn never came, because somebody else answered, was none.
    withinMinute: (tenantId, payerId) => lastMinute(tenantId, payerId).filter((charge) => charge.placed || live.has(charge)).length,
    withinHour: (tenantId, payerId) => of(tenantId, payerId).filter((call) => call.abroad && call.begunAt > clock.now() - HOUR_MS && (!(call instanceof Charge) || call.placed)).length,
    secondsWithinDay(tenantId, payerId) {
      const counts = (call: PaidCall | Charge): boolean => call.abroad && call.tenantId === tenantId && (payerId === undefined || (call.payerId === payerId && !call.forgiven))
      const over = known(tenantId).filter(counts).reduce((sum, { seconds }) => sum + seconds, 0)
      return [...live].filter(counts).reduce((sum, charge) => sum + charge.seconds(clock.now()), over)
    },
    forgive(tenantId, payerId) {
      for (const call of of(tenantId, payerId)) call.forgiven = true
      spending.forgive(tenantId, payerId)
    },
  }
}
