import { PACKAGES } from '../sip/event.ts'
import { ALLOW, SUPPORTED } from '../sip/headers.ts'
import type { Step } from './visit.ts'

/** RFC 3261 §11.2: what we can do. Phones also ask to keep their way through NAT open, so nobody needs a password for it. */
export const tellAbilities: Step = ({ request }) => {
  request.reply(200, { headers: { Allow: ALLOW, 'Allow-Events': PACKAGES, Supported: SUPPORTED, Accept: 'application/sdp', 'Accept-Encoding': 'identity', 'Accept-Language': 'en' } })
  return 'answered'
}

/** RFC 3261 §8.2.1: known, but not here. */
export const refuseMethod: Step = ({ request }) => {
  request.reply(405, { headers: { Allow: ALLOW } })
  return 'answered'
}
