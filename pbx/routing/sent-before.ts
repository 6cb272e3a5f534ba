import type { DirectorySnapshot } from '../directory/types.ts'
import { parseNumber } from './outside.ts'
import type { OutsideStep } from './plan.ts'
import type { CallRequest } from './request.ts'

/** Sent on as often as that, a call is not sent outside once more. */
const MOST = 10

/** Why a call is not sent on to a number outside, where it has been already before it came here; undefined: it may be. */
export function sentBefore({ diverted = [], inbound }: Pick<CallRequest, 'diverted' | 'inbound'>, { number, e164 }: OutsideStep, snapshot: DirectorySnapshot): string | undefined {
  if (diverted.length >= MOST) return `this call was sent on ${diverted.length} times before it came here`
  const country = snapshot.trunk(inbound?.trunkId ?? '')?.country ?? 'US'
  const meant = e164 ?? number
  const loops = diverted.some((one) => one.hidden !== true && (parseNumber(one.number, country)?.e164 ?? one.number) === meant)
  return loops ? `${meant} has sent this very call on to here` : undefined
}
