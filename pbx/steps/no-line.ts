import { Refusal } from '../../config/errors.ts'
import type { CallerLine } from '../calls/call.ts'

/** Nobody is there to be told anything: the call begins with us. */
export const NO_LINE: CallerLine = {
  callId: '', answered: true, wantsOffer: false,
  progress: () => undefined,
  accept: () => Promise.reject(new Refusal('gone', 'nobody calls here')),
  reply: () => undefined,
}
