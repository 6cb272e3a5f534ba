/**
 * Offers and answers within a dialog (RFC 3264, RFC 3311 §5, RFC 6337): only as much as is needed to say whose turn
 * it is. A description in an unreliable provisional response is a preview and counts for nothing.
 */
import { header, type Headers } from '../message/message.ts'
import type { Dialog } from './dialog.ts'

type Session = Pick<Dialog, 'offer' | 'offerless'>

/** Whether a message carries a session description, alone or as a part. */
export function hasSdp(headers: Headers, body: string): boolean {
  if (body === '') return false
  const type = header(headers, 'content-type')?.trim().toLowerCase()
  return type === undefined ? body.startsWith('v=0') : type.startsWith('application/sdp') || type.startsWith('multipart/')
}

/**
 * The status that refuses an offer that comes at the wrong time (RFC 3311 §5.2, RFC 3261 §14.2): 491 while ours waits
 * for its answer, 500 while the peer's own earlier one does. Undefined when it is welcome.
 */
export function refusesOffer(session: Session, method: string, sdp: boolean): 491 | 500 | undefined {
  if (!sdp || (method !== 'INVITE' && method !== 'UPDATE')) return undefined
  return session.offer === 'ours' ? 491 : session.offer === 'theirs' ? 500 : undefined
}

/** A request of one side is on its way to the other. */
export function onRequest(session: Session, by: 'ours' | 'theirs', method: string, sdp: boolean): void {
  switch (method) {
    case 'INVITE':
      session.offerless = !sdp
      if (sdp) session.offer = by
      break
    case 'UPDATE':
      if (sdp) session.offer = by
      break
    case 'PRACK':
    case 'ACK':
      // The answer to an offer that came in a response; in a PRACK else an offer of its own.
      if (session.offer !== undefined && session.offer !== by) session.offer = undefined
      else if (method === 'PRACK' && sdp) session.offer = by
  }
}

/**
 * A response to a request of `by`.
 * @param offered the request carried a description
 * @param reliable a provisional response that is acknowledged (RFC 3262)
 */
export function onResponse(session: Session, by: 'ours' | 'theirs', method: string, offered: boolean, status: number, sdp: boolean, reliable: boolean): void {
  const answers = method === 'INVITE' && status < 300 ? sdp && (status >= 200 || reliable) : status >= 200
  if (!answers) return
  if (offered) {
    if (session.offer === by) session.offer = undefined
  } else if (method === 'INVITE' && status < 300 && session.offerless) {
    session.offerless = false
    session.offer = by === 'ours' ? 'theirs' : 'ours'
  }
}
