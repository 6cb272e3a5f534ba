/** The messages of a call, written by hand. */
import { field, message, tag, token, type Arrived, type Peer } from './peer.ts'

export const SDP = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 40000 RTP/AVP 0', 'a=sendrecv', ''].join('\r\n')

export interface Call {
  callId: string
  fromTag: string
  branch: string
  cseq: number
  to: string
}

export function newCall(user = '200'): Call {
  return { callId: `${token()}@test`, fromTag: token(), branch: `z9hG4bK${token()}`, cseq: 1, to: `<sip:${user}@127.0.0.1>` }
}

function via(peer: Peer, branch: string): string {
  return `Via: SIP/2.0/${peer.transport.toUpperCase()} ${peer.host}:${peer.port};branch=${branch};rport`
}

function contact(peer: Peer): string {
  return `Contact: <sip:100@${peer.host}:${peer.port}${peer.transport === 'udp' ? '' : `;transport=${peer.transport === 'wss' ? 'ws' : peer.transport}`}>`
}

/** A request of `call`; further headers by line. */
export function request(peer: Peer, call: Call, method: string, options: { uri?: string; branch?: string; headers?: string[]; body?: string; cseq?: number; maxForwards?: number } = {}): string {
  const uri = options.uri ?? 'sip:200@127.0.0.1'
  const headers = [
    via(peer, options.branch ?? call.branch), `Max-Forwards: ${options.maxForwards ?? 70}`, `From: "Tester" <sip:100@127.0.0.1>;tag=${call.fromTag}`, `To: ${call.to}`,
    `Call-ID: ${call.callId}`, `CSeq: ${options.cseq ?? call.cseq} ${method}`, ...(method === 'INVITE' || method === 'REGISTER' || method === 'SUBSCRIBE' ? [contact(peer)] : []), ...(options.headers ?? []),
  ]
  return message(`${method} ${uri} SIP/2.0`, headers, options.body ?? '')
}

export function invite(peer: Peer, call: Call, options: Parameters<typeof request>[3] = {}): string {
  return request(peer, call, 'INVITE', { headers: ['Content-Type: application/sdp', ...(options.headers ?? [])], body: SDP, ...withoutHeaders(options) })
}

function withoutHeaders(options: NonNullable<Parameters<typeof request>[3]>) {
  const { headers: _headers, ...rest } = options
  return rest
}

/** Takes over the To of a response and where in-dialog requests go. */
export function established(call: Call, answer: Arrived): { uri: string } {
  call.to = field(answer.text, 'To')
  return { uri: /<([^>]+)>/.exec(field(answer.text, 'Contact'))?.[1] ?? '' }
}

export function ack(peer: Peer, call: Call, uri: string, body = ''): string {
  return request(peer, call, 'ACK', { uri, branch: `z9hG4bK${token()}`, body, headers: body === '' ? [] : ['Content-Type: application/sdp'] })
}

/** ACK to a failure response: in the INVITE's own transaction. */
export function ackFailure(peer: Peer, call: Call, response: Arrived): string {
  return request(peer, { ...call, to: field(response.text, 'To') }, 'ACK')
}

/** Our response to a request that arrived. */
export function respond(peer: Peer, arrived: Arrived, status: number, reason: string, options: { tag?: string; headers?: string[]; body?: string; contact?: boolean } = {}): string {
  const to = field(arrived.text, 'To')
  const lines = arrived.text.split('\r\n').filter((line) => /^(via|record-route)\s*:/i.test(line))
  lines.push(`From: ${field(arrived.text, 'From')}`, `To: ${tag(to) === '' && options.tag !== undefined ? `${to};tag=${options.tag}` : to}`)
  lines.push(`Call-ID: ${field(arrived.text, 'Call-ID')}`, `CSeq: ${field(arrived.text, 'CSeq')}`)
  if (options.contact !== false && arrived.method === 'INVITE' && status > 100 && status < 300) lines.push(contact(peer).replace('100@', '200@'))
  lines.push(...(options.headers ?? []))
  if (options.body !== undefined) lines.push('Content-Type: application/sdp')
  return message(`SIP/2.0 ${status} ${reason}`, lines, options.body ?? '')
}
