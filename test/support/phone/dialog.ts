/** What both ends of a call agree on to find each other again (RFC 3261 §12). */
import { callIdOf, cseqOf, headerOf, headersOf, need, paramOf, uriOf, type Header, type SipMessage } from './message.ts'

export interface Dialog {
  callId: string
  /** Our From or To with our tag. */
  local: string
  /** Theirs; without a tag until they gave one. */
  remote: string
  /** Where requests within the dialog go. */
  target: string
  routes: string[]
  /** Our last CSeq. */
  sequence: number
}

/** The dialog as the caller has it from a 2xx (or a provisional with a tag). */
export function dialogOfCaller(invite: SipMessage, response: SipMessage): Dialog {
  return {
    callId: callIdOf(invite),
    local: need(invite, 'From'),
    remote: need(response, 'To'),
    target: uriOf(headerOf(response, 'Contact') ?? invite.uri),
    routes: headersOf(response, 'Record-Route').reverse(),
    sequence: cseqOf(invite).number,
  }
}

/** The dialog as the callee has it. */
export function dialogOfCallee(invite: SipMessage, tag: string): Dialog {
  return {
    callId: callIdOf(invite),
    local: `${need(invite, 'To')};tag=${tag}`,
    remote: need(invite, 'From'),
    target: uriOf(headerOf(invite, 'Contact') ?? ''),
    routes: headersOf(invite, 'Record-Route'),
    sequence: 0,
  }
}

/** Headers of a request within the dialog, without Via and Contact. */
export function dialogHeaders(dialog: Dialog, method: string, sequence: number): Header[] {
  return [
    ['From', dialog.local],
    ['To', dialog.remote],
    ['Call-ID', dialog.callId],
    ['CSeq', `${sequence} ${method}`],
    ['Max-Forwards', '70'],
    ...dialog.routes.map((route): Header => ['Route', route]),
  ]
}

/** A response to `request`; a tag is added to To when it has none. */
export function responseTo(request: SipMessage, status: number, reason: string, tag: string, headers: Header[] = [], body = ''): SipMessage {
  const to = need(request, 'To')
  const needsTag = status > 100 && paramOf(to, 'tag') === undefined
  return {
    method: undefined,
    uri: '',
    status,
    reason,
    headers: [
      ...headersOf(request, 'Via').map((value): Header => ['Via', value]),
      ...headersOf(request, 'Record-Route').map((value): Header => ['Record-Route', value]),
      ['From', need(request, 'From')],
      ['To', needsTag ? `${to};tag=${tag}` : to],
      ['Call-ID', callIdOf(request)],
      ['CSeq', need(request, 'CSeq')],
      ...headers,
      ...(body ? [['Content-Type', 'application/sdp'] satisfies Header] : []),
    ],
    body,
  }
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying', 180: 'Ringing', 183: 'Session Progress', 200: 'OK', 405: 'Method Not Allowed', 480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist', 486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Acceptable Here', 603: 'Decline',
}

export const reasonOf = (status: number): string => REASONS[status] ?? 'Answer'
