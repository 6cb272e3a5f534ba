import { messageOf } from '../../config/errors.ts'
import type { PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { Leg } from '../calls/leg.ts'
import type { RecordingSettings } from '../door.ts'

/** The tone that telephony knows for it is one of 1400 Hz. */
const beep = (...cadenceMs: number[]): PlaySource => ({ kind: 'tone', frequencies: [1400], cadenceMs })

/** Says to both sides that they are recorded, in the way the tenant wants. A notice that cannot be played is no reason to end anything. */
export function tellParties(call: Call, notice: RecordingSettings['notice']): void {
  if (notice === 'none') return
  for (const leg of [call.caller, call.callee]) if (leg) play(call, leg, notice === 'beep' ? beep(600) : { kind: 'prompt', name: 'call-recorded', tenantId: call.tenantId })
}

/** Says to one phone that its wish was heard: one beep when recording starts, two when it stops. */
export function confirm(call: Call, leg: Leg, started: boolean): void {
  play(call, leg, started ? beep(200) : beep(200, 200, 200))
}

function play(call: Call, leg: Leg, source: PlaySource): void {
  leg.endpoint?.play(source, { signal: call.signal }).catch((error: unknown) => call.log.warn({ leg: leg.id }, `a notice of recording was not played: ${messageOf(error)}`))
}
