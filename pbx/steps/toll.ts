/** Calls abroad are counted, so that stolen credentials cost little: some at once, some in an hour, some minutes in a day. */
import type { Call } from '../calls/call.ts'
import type { Charge } from '../calls/charges.ts'
import { lock, minutesOver } from '../calls/toll-minutes.ts'
import type { CallWorld } from '../calls/world.ts'
import { spendOver } from '../calls/spend-limits.ts'
import { costOf } from '../rates/deck.ts'
import type { OutsideStep } from '../routing/plan.ts'

const KEPT_SECONDS = 2.5

/**
 * Whether a call abroad is too many, and why; otherwise its charge, which the caller holds, or none for a call that costs nothing of
 * note. Counting and taking happen in one turn: however many calls come at once, only as many pass as may.
 */
export function admit(world: CallWorld, { tenantId }: Call, step: OutsideStep): { refused: string } | { refused?: undefined; charge: Charge | undefined } {
  if (step.emergency) return { charge: undefined }
  const { charges } = world
  const abroad = step.abroad === true
  const rates = step.attempts.flatMap(({ trunkId }) => world.rates.find(trunkId, step.e164 ?? null) ?? [])
  // Which trunk carries it is not known yet: room is kept for the dearest.
  const dearest = rates.toSorted((a, b) => costOf(b, KEPT_SECONDS) - costOf(a, KEPT_SECONDS))[0] ?? null
  if (!abroad && dearest === null) return { charge: undefined }
  const snapshot = world.directory.snapshot()
  const { settings, locks } = snapshot.tollOf(tenantId)
  const payerId = step.payerId ?? null
  const extension = payerId === null ? undefined : snapshot.extension(payerId)
  // Since it was decided that it may.
  if (extension && (charges.locking.has(extension.id) || locks.get(extension.id)?.spend === true || (abroad && locks.has(extension.id)))) return { refused: `${extension.number} (${extension.name}) is locked until somebody has looked` }
  if (abroad && charges.count(tenantId) >= settings.atOnceTenant) return { refused: `${settings.atOnceTenant} calls abroad go on already, and no more may at once` }
  if (abroad && extension) {
    const who = `${extension.number} (${extension.name})`
    if (charges.count(tenantId, extension.id) >= settings.atOnceExtension) return { refused: `${who} is in ${settings.atOnceExtension} calls abroad already, and no more may be at once` }
    if (charges.withinHour(tenantId, extension.id) >= settings.perHour) {
      const reason = `${settings.perHour} ${settings.perHour === 1 ? 'call' : 'calls'} abroad within an hour`
      lock(world, tenantId, extension.id, reason)
      return { refused: `${who} has made ${reason}, and is locked until somebody has looked` }
    }
  }
  const refused = (abroad ? minutesOver(world, { tenantId, payerId }) : undefined) ?? (dearest === null ? undefined : spendOver(world, { tenantId, payerId }, costOf(dearest, KEPT_SECONDS)))
  return refused === undefined ? { charge: charges.begin(tenantId, payerId, { abroad, rate: dearest }) } : { refused }
}
