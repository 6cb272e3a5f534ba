/** Spending is limited by day and by month: calls that would pass a limit do not begin, and those that are about to are ended. */
import { messageOf } from '../../config/errors.ts'
import type { TollSettings } from '../door.ts'
import type { Charge } from './charges.ts'
import { hangUp } from './hang-up.ts'
import { terminate } from './termination.ts'
import { lock } from './toll-minutes.ts'
import type { CallWorld } from './world.ts'

const payerOf = ({ tenantId, payerId }: Payer): string => `${tenantId} ${payerId}`

const LOOK_MS = 1_000
/** From this share of a limit on somebody is told. */
const WARN_AT = 0.8

interface Limit {
  field: 'spendDayExtension' | 'spendMonthExtension' | 'spendDayTenant' | 'spendMonthTenant'
  of: 'extension' | 'tenant'
  window: 'day' | 'month'
}
const LIMITS: readonly Limit[] = [
  { field: 'spendDayTenant', of: 'tenant', window: 'day' }, { field: 'spendMonthTenant', of: 'tenant', window: 'month' },
  { field: 'spendDayExtension', of: 'extension', window: 'day' }, { field: 'spendMonthExtension', of: 'extension', window: 'month' },
]

type Payer = Pick<Charge, 'tenantId' | 'payerId'>

/** Whether what is spent is limited at all for whoever pays. */
export function isSpendingLimited(settings: TollSettings, payerId: string | null): boolean {
  return LIMITS.some(({ field, of }) => settings[field] !== null && (of === 'tenant' || payerId !== null))
}

/** How much of a limit is spent, the limits of one payer or of all: what calls that go on are about to cost among it. */
export function spendingOf(world: Pick<CallWorld, 'directory' | 'charges'>, { tenantId, payerId }: Payer): (Limit & { limit: number; spent: number })[] {
  const { settings } = world.directory.snapshot().tollOf(tenantId)
  return LIMITS.flatMap((one) => {
    const limit = settings[one.field]
    if (limit === null || (one.of === 'extension' && payerId === null)) return []
    return [{ ...one, limit, spent: world.charges.spent(tenantId, one.window, one.of === 'extension' ? (payerId ?? undefined) : undefined) }]
  })
}

/**
 * Why whoever pays may spend no more, as a part of a sentence; an extension is locked then. Undefined: it may.
 *
 * @param more what is about to be spent besides
 */
export function spendOver(world: CallWorld, payer: Payer, more = 0): string | undefined {
  const { tenantId, payerId } = payer
  const all = spendingOf(world, payer)
  for (const one of all) if (one.spent + more >= one.limit * WARN_AT) world.warnSpending(tenantId, one.of === 'extension' ? payerId : null, one.window, Math.min(one.spent + more, one.limit), one.limit)
  // Amounts are sums of many small ones.
  const over = all.find(({ spent, limit }) => spent + more > limit + 1e-9)
  if (!over) return undefined
  const amount = `${over.limit.toFixed(2)} ${world.rates.currencyOf(tenantId) ?? ''}`.trim()
  const period = over.window === 'day' ? 'within a day' : 'within a month'
  const extension = over.of === 'extension' && payerId !== null ? world.directory.snapshot().extension(payerId) : undefined
  if (!extension) return `${amount} ${period} is what all together may spend on calls, and more would be spent`
  lock(world, tenantId, extension.id, `calls that cost ${amount} ${period}`, 'spend')
  return `${extension.number} (${extension.name}) may spend ${amount} ${period} on calls, and is locked until somebody has looked`
}

/** Looks every second after the calls that cost. */
export function watchSpending(world: CallWorld): { stop(): void } {
  const timer = setInterval(() => {
    const costly = [...world.charges.live].filter(({ rate }) => rate !== null)
    const seen = new Map<string, string | undefined>()
    // Locking forgives: all calls of whoever pays end for the same reason, those that ring still among them.
    for (const charge of costly) if (charge.answeredAt !== null && !seen.has(payerOf(charge))) seen.set(payerOf(charge), spendOver(world, charge))
    const over = new Map(costly.flatMap((charge) => (seen.get(payerOf(charge)) === undefined ? [] : [[charge, seen.get(payerOf(charge))] as const])))
    if (over.size === 0) return
    for (const call of world.registry.all()) {
      const [why] = call.legs.flatMap(({ over: ended, charge }) => (ended || !charge ? [] : (over.get(charge) ?? [])))
      try {
        if (why !== undefined && !call.over) hangUp(world, call, terminate('toll-spend', 'system', null, `${why}.`))
      } catch (error) {
        world.logger.error({ err: error }, `a call that costs too much did not end: ${messageOf(error)}`)
      }
    }
  }, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
