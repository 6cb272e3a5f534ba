/** What transactions need from the layers around them; tests give a clock that is not real and a wire that loses. */
import type { Via } from '../message/via.ts'
import type { Timing } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { Flow, SendListener } from '../transport/flow.ts'

export interface TransactionEnvironment {
  timers: Timers
  timing: Timing
  /** `traced`: whether the call trace wants this message. `repeat`: sent before. */
  send(flow: Flow, text: string, listener: SendListener, callId: string, traced: boolean, repeat: boolean): void
  /** Where the sender of a request may be found by its Via when its source, `from`, cannot be reached (RFC 3263 §5). Never rejects. */
  locateSender(via: Via, from: Flow): Promise<readonly Flow[]>
}
