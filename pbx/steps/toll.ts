/** Calls outside are counted: those of an extension that has a limit, and those abroad, so that stolen credentials cost little: some at once, some in an hour, some minutes in a day. */
import type { Call } from '../calls/call.ts'
import type { Charge, Charges } from '../calls/charges.ts'
import { lock, minutesOver } from '../calls/toll-minutes.ts'
import type { CallWorld } from '../calls/world.ts'
import { spendOver } from '../calls/spend-limits.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import { costOf, type PricedRate } from '../rates/deck.ts'
import type { OutsideStep } from '../routing/plan.ts'

const KEPT_SECONDS = 2.5

/** Why a call outside may not begin, and what that is in its record. */
interface Refused {
  refused: string
  cause: 'outside-forbidden' | 'outside-limit'
}

/**
 * Whether a call outside is too many, and why; otherwise its charge, which the caller holds, or none for a call of the house that costs
 * nothing of note. Counting and taking happen in one turn: however many calls come at once, only as many pass as may.
 */
export function admit(world: CallWorld, { tenantId, request }: Call, step: OutsideStep): Refused | { refused?: undefined; charge: Charge | undefined } {
  if (step.emergency) return { charge: undefined }
  const { charges } = world
  const abroad = step.abroad === true
  const rates = step.attempts.flatMap(({ trunkId }) => world.rates.find(trunkId, step.e164 ?? null) ?? [])
  // Which trunk carries it is not known yet: room is kept for the dearest.
  const dearest = rates.toSorted((a, b) => costOf(b, KEPT_SECONDS) - costOf(a, KEPT_SECONDS))[0] ?? null
  const payerId = step.payerId ?? null
  if (!abroad && dearest === null && payerId === null) return { charge: undefined }
  const snapshot = world.directory.snapshot()
  const extension = payerId === null ? undefined : snapshot.extension(payerId)
  // Whoever calls back after a call for help is let through to wherever that leads.
  const capped = extension && request.callBack === undefined ? overCaps(charges, extension) : undefined
  if (capped !== undefined) return { refused: capped, cause: 'outside-limit' }
  const refused = abroad || dearest !== null ? refusedToll(world, { tenantId, payerId, extension, abroad, dearest }) : undefined
  return refused === undefined ? { charge: charges.begin(tenantId, payerId, { abroad, rate: dearest }) } : { refused, cause: 'outside-forbidden' }
}

/** Why an extension may begin no other call outside now, as a part of a sentence; undefined: it may. */
export function overCaps(charges: Pick<Charges, 'outside' | 'withinMinute'>, { id, tenantId, number, name, outsideAtOnce, outsidePerMinute }: Capped): string | undefined {
  const who = `${number} (${name})`
  if (outsideAtOnce !== null && charges.outside(tenantId, id) >= outsideAtOnce) return `${who} is in ${outsideAtOnce} ${outsideAtOnce === 1 ? 'call' : 'calls'} outside already, and no more may be at once`
  if (outsidePerMinute !== null && charges.withinMinute(tenantId, id) >= outsidePerMinute) return `${who} has begun ${outsidePerMinute} ${outsidePerMinute === 1 ? 'call' : 'calls'} outside within a minute, and no more may begin`
  return undefined
}

type Capped = Pick<SnapshotExtension, 'id' | 'tenantId' | 'number' | 'name' | 'outsideAtOnce' | 'outsidePerMinute'>

interface Wanted {
  tenantId: string
  payerId: string | null
  extension: SnapshotExtension | undefined
  abroad: boolean
  dearest: PricedRate | null
}

function refusedToll(world: CallWorld, { tenantId, payerId, extension, abroad, dearest }: Wanted): string | undefined {
  const { charges } = world
  const { settings, locks } = world.directory.snapshot().tollOf(tenantId)
  // Since it was decided that it may.
  if (extension && (charges.locking.has(extension.id) || locks.get(extension.id)?.spend === true || (abroad && locks.has(extension.id)))) return `${extension.number} (${extension.name}) is locked until somebody has looked`
  if (abroad && charges.count(tenantId) >= settings.atOnceTenant) return `${settings.atOnceTenant} calls abroad go on already, and no more may at once`
  if (abroad && extension) {
    const who = `${extension.number} (${extension.name})`
    if (charges.count(tenantId, extension.id) >= settings.atOnceExtension) return `${who} is in ${settings.atOnceExtension} calls abroad already, and no more may be at once`
    if (charges.withinHour(tenantId, extension.id) >= settings.perHour) {
      const reason = `${settings.perHour} ${settings.perHour === 1 ? 'call' : 'calls'} abroad within an hour`
      lock(world, tenantId, extension.id, reason)
      return `${who} has made ${reason}, and is locked until somebody has looked`
    }
  }
  return (abroad ? minutesOver(world, { tenantId, payerId }) : undefined) ?? (dearest === null ? undefined : spendOver(world, { tenantId, payerId }, costOf(dearest, KEPT_SECONDS)))
}
