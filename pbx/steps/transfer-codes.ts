import type { Call } from '../calls/call.ts'
import { endAfterBug } from '../calls/hang-up.ts'
import { watchInCallKeys } from '../calls/in-call-keys.ts'
import type { CallWorld } from '../calls/world.ts'
import { consultByKeys } from './consult.ts'
import { transferByKeys } from './keyed-transfer.ts'

/** Transfers by the codes that phones type in calls. */
export function watchTransferCodes(world: CallWorld): () => void {
  const guarded = (call: Call, work: Promise<void>): void => void work.catch((error: unknown) => endAfterBug(world, call, error))
  return watchInCallKeys(world, {
    'call-transfer': (call, leg) => guarded(call, transferByKeys(world, call, leg)),
    'call-consult': (call, leg) => guarded(call, consultByKeys(world, call, leg)),
    'call-return': (call, leg) => { if (leg === call.caller) call.consultation?.back() },
  })
}
