/** The number that tells a phone where help would be sent. Pure, like all of routing. */
import type { DirectorySnapshot } from '../directory/types.ts'
import { addressLine, locate } from './locate.ts'
import type { LocationTestStep } from './plan.ts'
import type { CallRequest } from './request.ts'

/** What North American carriers use for it. */
const LOCATION_TEST = '933'

/** Undefined when something else was dialled, or by whom it tells nothing. */
export function toLocationTest(number: string, request: CallRequest, snapshot: DirectorySnapshot): LocationTestStep | undefined {
  if (number !== LOCATION_TEST || request.inbound) return undefined
  const located = locate(snapshot.emergencyOf(request.tenantId), request.caller) ?? null
  return { kind: 'location-test', located, reason: located ? `${number} tells that help would come to ${addressLine(located)}, as ${located.why}` : `${number} tells that it is not known where the phone is` }
}
