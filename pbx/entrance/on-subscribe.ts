import { Refusal } from '../../config/errors.ts'
import { ALLOW_EVENTS, packageOf } from '../sip/event.ts'
import type { IncomingRequest } from '../sip/types.ts'
import type { Step } from './visit.ts'

/** RFC 6665 §4.2.1.3: a package that nobody here notifies of is 489, with those there are. */
export const refuseSubscription: Step = ({ request }) => {
  if (eventOf(request) !== 'refer') return badEvent(request)
  // RFC 3515 §2.4.4: who wants to hear of a REFER gets its subscription with the REFER.
  throw new Refusal('forbidden', 'Only a REFER subscribes to itself')
}

/** A NOTIFY that belongs to no subscription of ours (RFC 6665 §4.1.3). Some phones keep a way through a NAT open with it: any answer does. */
export const refuseNotification: Step = ({ request }) => {
  if (eventOf(request) !== 'refer') return badEvent(request)
  request.reply(481)
  return 'answered'
}

function eventOf(request: IncomingRequest): string {
  const event = packageOf(request.header('event'))
  if (event === '') throw new Refusal('malformed', 'The Event header is missing')
  return event
}

function badEvent(request: IncomingRequest): 'answered' {
  request.reply(489, { headers: { 'Allow-Events': ALLOW_EVENTS } })
  return 'answered'
}
