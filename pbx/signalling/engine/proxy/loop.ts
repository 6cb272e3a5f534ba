/** Loops and spirals (RFC 3261 §16.3.4 and §16.6.8, with the fields of RFC 5393 §4.2.1). */
import { createHash } from 'node:crypto'
import { headerLines, type SipMessage } from '../message/message.ts'
import { splitList } from '../message/uri.ts'
import { parseVia } from '../message/via.ts'
import { randomToken } from '../random.ts'
import type { Transport } from '../transport/transport.ts'

const OURS = /^z9hG4bK[0-9a-f]{16}p([0-9a-f]{16})$/

/** Everything that decides where a request goes: when it comes back with the same, it goes the same way again. */
function fingerprint(request: SipMessage): string {
  const deciding = [request.toTag, request.fromTag, request.callId, request.uri, String(request.cseq), ...headerLines(request, 'route'), ...headerLines(request, 'proxy-require'), ...headerLines(request, 'proxy-authorization')]
  return createHash('sha1').update(deciding.join('\n'), 'latin1').digest('hex').slice(0, 16)
}

/** Makes the branches of a request that is forwarded: each unique, each telling that request again. */
export function branchesFor(request: SipMessage): () => string {
  const told = fingerprint(request)
  return () => `z9hG4bK${randomToken()}p${told}`
}

/** Whether we forwarded this request before: a `spiral` when something that decides its way changed since, else a `loop`. */
export function visited(transport: Transport, request: SipMessage): 'loop' | 'spiral' | undefined {
  const first = request.names.indexOf('via')
  const alone = !request.names.includes('via', first + 1) && !(request.values[first] as string).includes(',')
  if (alone && !OURS.test(request.via.branch)) return undefined
  let found: 'spiral' | undefined
  for (const element of headerLines(request, 'via').flatMap(splitList)) {
    const via = parseVia(element)
    const told = via === undefined ? undefined : OURS.exec(via.branch)?.[1]
    if (!via || told === undefined || !transport.isSelf(via.host, via.port)) continue
    if (told === fingerprint(request)) return 'loop'
    found = 'spiral'
  }
  return found
}
