import { Refusal } from '../../config/errors.ts'
import { accepts, packageOf, PACKAGES } from '../sip/event.ts'
import type { IncomingRequest } from '../sip/types.ts'
import { REGINFO } from '../registrar/reginfo.ts'
import type { Watchers } from '../registrar/watchers.ts'
import { TYPES, type PackageName } from '../presence/documents.ts'
import type { Lamps } from '../presence/lamps.ts'
import { callerOf, type Step } from './visit.ts'

/** RFC 6665 §4.2.1.3: a package that nobody here notifies of is 489, with those there are. */
export const knowPackage: Step = ({ request }) => {
  const event = eventOf(request)
  if (event === 'reg' || isLamp(event)) return
  if (event !== 'refer') return badEvent(request)
  // RFC 3515 §2.4.4: who wants to hear of a REFER gets its subscription with the REFER.
  throw new Refusal('forbidden', 'Only a REFER subscribes to itself')
}

const isLamp = (event: string): event is PackageName => Object.hasOwn(TYPES, event)

/** Registrations of the own extension only (RFC 3680 §4.6); calls, messages and presence as `lamps` lets them be watched. */
export function createWatch(watchers: Pick<Watchers, 'watch'>, lamps: Pick<Lamps, 'watch'>): Step {
  return (visit) => {
    const { request } = visit
    const { device, extension } = callerOf(visit)
    const event = eventOf(request)
    if (isLamp(event)) {
      if (accepts(request.header('accept'), TYPES[event])) lamps.watch(request, device, event)
      else request.reply(406, { headers: { Accept: TYPES[event] } })
      return 'answered'
    }
    const { user } = request.requestUri
    if (user !== extension.number && user !== device.sipUsername) throw new Refusal('forbidden', 'Only the own registrations may be watched')
    if (!accepts(request.header('accept'), REGINFO)) {
      request.reply(406, { headers: { Accept: REGINFO } })
      return 'answered'
    }
    watchers.watch(request, device)
    return 'answered'
  }
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
  request.reply(489, { headers: { 'Allow-Events': PACKAGES } })
  return 'answered'
}
