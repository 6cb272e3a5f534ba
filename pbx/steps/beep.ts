import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'

const BEEP: PlaySource = { kind: 'tone', frequencies: [1400], cadenceMs: [600, 40] }

/** Tells a phone that answered by itself that somebody is heard there now. Not waited for: it is heard as the talking begins. */
export function beep(world: CallWorld, call: Call, endpoint: Endpoint): void {
  if (!world.media.capabilities.play || endpoint.bypass === true) return
  endpoint.play(BEEP, { signal: call.signal }).catch((error: unknown) => {
    if (!(error instanceof Refusal)) call.log.error({ err: error }, `the beep failed: ${messageOf(error)}`)
    else call.log.warn(`the beep was not played: ${messageOf(error)}`)
  })
}
