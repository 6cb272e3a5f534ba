import type { CallRequest } from '../routing/request.ts'
import { ANONYMOUS } from '../sip/anonymous.ts'
import type { Leg } from './leg.ts'

/** From here on the others are told nothing of who calls. It stays in the leg, and so in the history. */
export function hideCaller(call: { caller: Leg; request: CallRequest }): void {
  call.caller.origin = { ...call.caller.origin, hidden: true }
  call.request = { ...call.request, caller: { ...call.request.caller, ...ANONYMOUS } }
}

/** As others are told. */
export function shownAs({ origin }: Leg): { number: string; name: string | null } {
  return origin.hidden === true ? ANONYMOUS : { number: origin.number, name: origin.name }
}
