/** Calls abroad are counted, so that stolen credentials cost little: some at once, some in an hour, some minutes in a day. */
import type { Call } from '../calls/call.ts'
import type { Charge } from '../calls/charges.ts'
import { lock, minutesOver } from '../calls/toll-minutes.ts'
import type { CallWorld } from '../calls/world.ts'
import type { OutsideStep } from '../routing/plan.ts'

/**
 * Whether a call abroad is too many, and why; otherwise its charge, which the caller holds, or none for a call that costs nothing of
 * note. Counting and taking happen in one turn: however many calls come at once, only as many pass as may.
 */
export function admit(world: CallWorld, { tenantId }: Call, step: OutsideStep): { refused: string } | { refused?: undefined; charge: Charge | undefined } {
  if (!step.abroad || step.emergency) return { charge: undefined }
  const { charges } = world
  const snapshot = world.directory.snapshot()
  const { settings } = snapshot.tollOf(tenantId)
  const payerId = step.payerId ?? null
  if (charges.count(tenantId) >= settings.atOnceTenant) return { refused: `${settings.atOnceTenant} calls abroad go on already, and no more may at once` }
  const extension = payerId === null ? undefined : snapshot.extension(payerId)
  if (extension) {
    const who = `${extension.number} (${extension.name})`
    if (charges.count(tenantId, extension.id) >= settings.atOnceExtension) return { refused: `${who} is in ${settings.atOnceExtension} calls abroad already, and no more may be at once` }
    if (charges.withinHour(tenantId, extension.id) >= settings.perHour) {
      const reason = `${settings.perHour} ${settings.perHour === 1 ? 'call' : 'calls'} abroad within an hour`
      lock(world, tenantId, extension.id, reason)
      return { refused: `${who} has made ${reason}, and is locked until somebody has looked` }
    }
  }
  const refused = minutesOver(world, { tenantId, payerId })
  return refused === undefined ? { charge: charges.begin(tenantId, payerId) } : { refused }
}
