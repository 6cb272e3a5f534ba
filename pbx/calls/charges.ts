/** Calls that cost: who pays for them, how many go on, how long they were. Kept for a day, so that limits can be held. */
import { newId } from '../../config/ids.ts'
import type { PaidCall } from '../directory/toll-calls.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * One call abroad on its way through trunks, legs and transfers: it goes on for as long as anybody holds it, and is paid for from its
 * first answer on. Every leg that is billed for it holds it until it ends.
 */
export class Charge {
  readonly id: string
  readonly tenantId: string
  readonly payerId: string | null
  readonly begunAt: number
  answeredAt: number | null
  forgiven = false
  /** Somebody is called: until then it holds a place, and counts for nothing else. */
  placed: boolean
  #holders = 1
  readonly #onOver: (charge: Charge) => void

  /** Held once by whoever made it. */
  constructor(from: { tenantId: string; payerId: string | null; begunAt: number; answeredAt: number | null }, onOver: (charge: Charge) => void) {
    this.id = newId()
    this.tenantId = from.tenantId
    this.payerId = from.payerId
    this.begunAt = from.begunAt
    this.answeredAt = from.answeredAt
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

  seconds(now: number): number {
    return this.answeredAt === null ? 0 : Math.max(0, (now - this.answeredAt) / 1000)
  }
}

/** What is known of the calls abroad of all tenants within a day. */
export interface Charges {
  /** Begins one: it counts at once, and the caller holds it. */
  begin(tenantId: string, payerId: string | null): Charge
  /** One that another process began. The caller holds it. */
  resume(saved: { tenantId: string; payerId: string | null; begunAt: number; answeredAt: number | null }): Charge
  readonly live: ReadonlySet<Charge>
  /** How many go on now: of one extension, or of all. */
  count(tenantId: string, payerId?: string): number
  /** How many an extension began within the last hour. */
  withinHour(tenantId: string, payerId: string): number
  /** Seconds paid for within the last 24 hours, those that go on among them: of one extension, or of all and the house. */
  secondsWithinDay(tenantId: string, payerId?: string): number
  /** What an extension did until now no longer counts for it. */
  forgive(tenantId: string, payerId: string): void
}

/**
 * @param past of the last day, as another process left it
 * @param keep is given each that is over
 */
export function createCharges(past: readonly PaidCall[], keep: (call: PaidCall) => void, clock: { now(): number }): Charges {
  const live = new Set<Charge>()
  const byTenant = new Map<string, PaidCall[]>()
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
    const { id, tenantId, payerId, begunAt, forgiven } = charge
    const call: PaidCall = { id, tenantId, payerId, begunAt, seconds: Math.round(charge.seconds(clock.now()) * 10) / 10, forgiven }
    known(tenantId).push(call)
    keep(call)
  }
  const add = (from: ConstructorParameters<typeof Charge>[0]): Charge => {
    const charge = new Charge(from, onOver)
    live.add(charge)
    return charge
  }
  const of = (tenantId: string, payerId: string): (PaidCall | Charge)[] => [...live, ...known(tenantId)].filter((call) => call.tenantId === tenantId && call.payerId === payerId && !call.forgiven)
  return {
    live,
    begin: (tenantId, payerId) => add({ tenantId, payerId, begunAt: clock.now(), answeredAt: null }),
    resume: add,
    count: (tenantId, payerId) => [...live].filter((charge) => charge.tenantId === tenantId && (payerId === undefined || charge.payerId === payerId)).length,
    withinHour: (tenantId, payerId) => of(tenantId, payerId).filter((call) => call.begunAt > clock.now() - HOUR_MS && (!(call instanceof Charge) || call.placed)).length,
    secondsWithinDay(tenantId, payerId) {
      const counts = (call: PaidCall | Charge): boolean => call.tenantId === tenantId && (payerId === undefined || (call.payerId === payerId && !call.forgiven))
      const over = known(tenantId).filter(counts).reduce((sum, { seconds }) => sum + seconds, 0)
      return [...live].filter(counts).reduce((sum, charge) => sum + charge.seconds(clock.now()), over)
    },
    forgive(tenantId, payerId) {
      for (const call of of(tenantId, payerId)) call.forgiven = true
    },
  }
}
