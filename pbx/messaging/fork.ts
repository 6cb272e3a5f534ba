/** One message to all phones of an extension at once (RFC 3428 §5); the first 2xx is what counts. */
import type { Contact } from '../registrar/types.ts'
import type { OutgoingRequest, SipServer } from '../sip/types.ts'

/** `refused`: every phone that was reached does not want this message; `unreached`: at least one may take it another time. */
export type Outcome = 'delivered' | 'refused' | 'unreached'

/** Nobody answered, no way, a flow that failed (RFC 5626 §5.3.1), or something that passes. */
const PASSING: ReadonlySet<number> = new Set([408, 430, 480, 486, 491, 500, 503, 504])
const FLOW_FAILED: ReadonlySet<number> = new Set([408, 430, 503])

/**
 * Resolves with `delivered` at the first 2xx, else when all have answered.
 *
 * @param onRefused told of each contact that does not want it
 */
export function forkMessage(sip: Pick<SipServer, 'request'>, contacts: readonly Contact[], request: Omit<OutgoingRequest, 'method' | 'uri' | 'nextHop' | 'route'>, onRefused: (contact: Contact) => void): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const branches = contacts.map(async (contact) => {
    const status = await alongFlows(sip, contact, request)
    if (status < 300) resolve('delivered')
    if (status < 300 || PASSING.has(status)) return 'unreached'
    onRefused(contact)
    return 'refused'
  })
  void Promise.all(branches).then((outcomes) => resolve(outcomes.length > 0 && outcomes.every((one) => one === 'refused') ? 'refused' : 'unreached'))
  return promise
}

/** The flows of one phone, one after the other: both at once would show it twice. */
async function alongFlows(sip: Pick<SipServer, 'request'>, contact: Contact, request: Omit<OutgoingRequest, 'method' | 'uri' | 'nextHop' | 'route'>): Promise<number> {
  let status = 503
  for (const { uri, nextHop, route } of [contact, ...contact.spare]) {
    try {
      ;({ status } = await sip.request({ ...request, method: 'MESSAGE', uri, nextHop, ...(route.length > 0 && { route }) }))
    } catch {
      // It could not be sent.
      status = 503
    }
    if (!FLOW_FAILED.has(status)) break
  }
  return status
}
