/** Whether a phone is reached over the flow it opened (RFC 5626 §6): for good or not at all. */
import { Refusal } from '../../config/errors.ts'
import { parseAddressList, splitOutside } from '../sip/address.ts'
import { namesExtension } from '../sip/headers.ts'
import type { IncomingRequest } from '../sip/types.ts'

/**
 * `kept`: the phone asks for it and is told that we do it; `not-asked`: we do all the same what can be done;
 * `impossible`: a proxy in between does not, so a reg-id means nothing.
 */
export type Outbound = 'kept' | 'not-asked' | 'impossible'

/**
 * @param path the Path that was taken, the proxy next to the phone last
 * @param stun whether the engine answers STUN, without which a phone would give up its flow over UDP
 * @throws Refusal `first-hop-lacks-outbound` (439)
 */
export function decideOutbound(request: Pick<IncomingRequest, 'header' | 'source'>, path: readonly string[], stun: boolean): Outbound {
  const contact = request.header('contact')
  if (contact === undefined || !/;\s*reg-id\s*=/i.test(contact)) return 'not-asked'
  const flow = parseAddressList(contact)?.some(({ params }) => params.has('reg-id') && params.has('+sip.instance')) ?? false
  if (!flow) return 'not-asked'
  const asked = namesExtension(request.header('supported'), 'outbound')
  const firstHop = splitOutside(request.header('via') ?? '', ',').length <= 1
  // The proxy next to the phone holds the flow, and says so by `ob`.
  if (!firstHop && !/;ob(?=[;=>]|$)/i.test(path.at(-1) ?? '')) {
    if (asked) throw new Refusal('first-hop-lacks-outbound', 'First Hop Lacks Outbound Support')
    return 'impossible'
  }
  if (!asked || (request.source.transport === 'udp' && !stun && firstHop)) return 'not-asked'
  return 'kept'
}
