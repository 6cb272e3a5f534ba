/** What transactions need from the layers around them; tests give a clock that is not real and a wire that loses. */
import type { Timing } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { Flow, SendListener } from '../transport/flow.ts'

export interface TransactionEnvironment {
  timers: Timers
  timing: Timing
  /** `traced`: whether the call trace wants this message. `repeat`: sent before. */
  send(flow: Flow, text: string, listener: SendListener, callId: string, traced: boolean, repeat: boolean): void
}
