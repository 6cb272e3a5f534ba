import { Refusal } from '../../config/errors.ts'
import { accepts } from '../sip/event.ts'
import { EXTENSIONS, REGISTRAR_EXTENSIONS, SUBSCRIBE_EXTENSIONS } from '../sip/headers.ts'
import type { Step } from './visit.ts'

/**
 * Whether the request can be understood at all (RFC 3261 §8.2): the header fields every request
 * needs, no extension required that we lack, a body of a kind we know.
 */
export const understand: Step = ({ request, invite }) => {
  if (request.callId === '') throw new Refusal('malformed', 'The Call-ID header is missing')
  // Read here so that what is malformed is refused before anything is done; each says which it is.
  void request.requestUri
  void request.from
  void request.to
  void request.cseq
  const required = request.header('require')
  const known = request.method === 'REGISTER' ? REGISTRAR_EXTENSIONS : request.method === 'SUBSCRIBE' ? SUBSCRIBE_EXTENSIONS : EXTENSIONS
  if (required !== undefined) {
    // §8.2.2.3: the answer names those that we lack.
    const tags = required.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '' && !known.includes(tag.toLowerCase()))
    if (tags.length > 0) throw new Refusal('unsupported', 'An extension that this server does not have is required', {
      details: tags.map((tag) => ({ field: 'Require', message: tag })),
    })
  }
  if (!invite) {
    // RFC 3891 §3
    if (request.header('replaces') !== undefined) throw new Refusal('malformed', 'Replaces is for INVITE alone')
    return
  }
  // Without Accept an INVITE takes SDP (RFC 3261 §20.1); phones that send it empty do too.
  if (!accepts(request.header('accept'), 'application/sdp')) {
    // RFC 3261 §21.4.7: an answer to a call is SDP, or none.
    request.reply(406)
    return 'answered'
  }
  if (request.body === '') return
  const encoding = request.header('content-encoding')?.trim().toLowerCase()
  const type = (request.contentType ?? 'application/sdp').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/sdp' && (encoding === undefined || encoding === 'identity')) return
  // §8.2.3
  request.reply(415, { headers: { Accept: 'application/sdp', 'Accept-Encoding': 'identity' } })
  return 'answered'
}
