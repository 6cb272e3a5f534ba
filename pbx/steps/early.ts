import { messageOf, Refusal } from '../../config/errors.ts'
import type { PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'

/** Lets a caller hear something to its end before anybody has answered, as early media (183), which is never charged as answered. False where it was not heard. */
export async function playEarly(world: CallWorld, call: Call, source: PlaySource): Promise<boolean> {
  const { endpoint } = call.caller
  // Without the caller's offer there is no address to play to before it answers ours.
  if (!world.media.capabilities.play || !endpoint?.codec || endpoint.bypass === true) return false
  await call.mailbox.run(() => {
    if (call.over) return
    call.caller.step('media')
    call.invite.progress(183, { sdp: endpoint.localSdp })
    call.step('media')
  })
  try {
    await endpoint.play(source, { signal: call.signal })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.log.warn(`not heard by the caller, ${source.kind}: ${messageOf(error)}`)
    return false
  }
  return true
}
