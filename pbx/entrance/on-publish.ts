import { Refusal } from '../../config/errors.ts'
import type { Publications } from '../presence/publications.ts'
import { packageOf } from '../sip/event.ts'
import { callerOf, type Step } from './visit.ts'

const PUBLISHED = 'presence'

/** RFC 3903 §6 step 2: presence is all that phones may publish. */
export const knowPublished: Step = ({ request }) => {
  if (packageOf(request.header('event')) === PUBLISHED) return
  request.reply(489, { headers: { 'Allow-Events': PUBLISHED } })
  return 'answered'
}

/** A phone speaks for its own extension. */
export function createPublish(publications: Pick<Publications, 'publish'>): Step {
  return (visit) => {
    const { device, extension } = callerOf(visit)
    const { user } = visit.request.requestUri
    if (user !== extension.number && user !== device.sipUsername) throw new Refusal('forbidden', 'Only the own presence may be published')
    publications.publish(visit.request, device)
    return 'answered'
  }
}
