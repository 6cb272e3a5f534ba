/** Calls abroad are counted, so that stolen credentials cost little: some at once, some in an hour, and then the extension is locked. */
import { messageOf } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'
import type { OutsideStep } from '../routing/plan.ts'

const HOUR_MS = 3_600_000
const clocks = new WeakMap<CallWorld, Map<string, number[]>>()

/**
 * Whether a call abroad is too many; then why. Counting and taking happen in one turn: however many calls come at once, only
 * as many pass as may.
 */
export function tooMany(world: CallWorld, call: Call, step: OutsideStep): string | undefined {
  if (!step.abroad || step.emergency) return undefined
  const snapshot = world.directory.snapshot()
  const { settings } = snapshot.tollOf(call.tenantId)
  const payer = step.payerId ?? null
  const abroad = world.registry.list(call.tenantId).filter((other) => other !== call && other.abroad !== undefined && !other.over)
  if (abroad.length >= settings.atOnceTenant) return `${settings.atOnceTenant} calls abroad go on already, and no more may at once`
  const extension = payer === null ? undefined : snapshot.extension(payer)
  if (extension && abroad.filter((other) => other.abroad?.payerId === payer).length >= settings.atOnceExtension) return `${extension.number} (${extension.name}) is in ${settings.atOnceExtension} calls abroad already, and no more may be at once`
  if (extension) {
    const known = clocks.get(world) ?? new Map<string, number[]>()
    clocks.set(world, known)
    const now = Date.now()
    const times = (known.get(extension.id) ?? []).filter((at) => at > now - HOUR_MS)
    if (times.length >= settings.perHour) {
      const reason = `${settings.perHour} ${settings.perHour === 1 ? 'call' : 'calls'} abroad within an hour`
      known.delete(extension.id)
      void world.lockToll(call.tenantId, extension.id, reason).catch((error: unknown) => call.log.error({ err: error }, `an extension could not be locked: ${messageOf(error)}`))
      return `${extension.number} (${extension.name}) has made ${reason}, and is locked until somebody has looked`
    }
    known.set(extension.id, [...times, now])
  }
  call.abroad = { payerId: payer }
  return undefined
}
