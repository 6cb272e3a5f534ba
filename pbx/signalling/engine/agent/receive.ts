/** What came off the wire: read, checked, and given to the transaction it belongs to. */
import { parseMessage } from '../message/parse.ts'
import { header, stampSource, type SipMessage } from '../message/message.ts'
import { reasonPhrase, writeRefusal } from '../message/write.ts'
import { randomToken } from '../random.ts'
import { countRequest, countResponse } from '../traffic.ts'
import { isByteStream, replyFlow, TRANSPORTS, type Connection, type Flow } from '../transport/flow.ts'
import { isTraced, sendText, traceIn, type Agent } from './agent.ts'
import { onAck, onCancel, onRequest } from './serve.ts'

/** What is no SIP but this short keeps a NAT open: line ends, a null byte, `jaK`. */
const KEEP_ALIVE_MAX = 8

/** Seconds after which who was refused for overload may come again. */
const RETRY_FIRST = 5
const RETRY_SPREAD = 26

/** One datagram, or one message cut out of a stream. @param crowded it is a REGISTER, and too many wait already */
export function receiveText(agent: Agent, text: string, flow: Flow, crowded = false): void {
  if (agent.gate.bars(flow.address)) return flow.connection?.end()
  agent.counters.received++
  const parsed = parseMessage(text)
  if (parsed.kind === 'message') {
    if (parsed.message.request) countRequest(agent.traffic, parsed.message.method)
    else countResponse(agent.traffic.responsesIn, parsed.message.cseqMethod, String(Math.floor(parsed.message.status / 100)))
    if (parsed.message.request) receiveRequest(agent, parsed.message, text, flow, crowded)
    else receiveResponse(agent, parsed.message, text, flow)
    return
  }
  if (parsed.kind === 'bad' && parsed.message && parsed.message.method !== 'ACK') {
    agent.counters.malformed++
    stampSource(parsed.message, flow.address, flow.port)
    if (isTraced(agent, parsed.message.method, '')) traceIn(agent, parsed.message, text, flow, false)
    replyAlone(agent, parsed.message, flow, parsed.status, parsed.status === 400 ? parsed.reason : reasonPhrase(parsed.status))
  } else {
    agent.counters.dropped++
  }
  if (parsed.kind === 'bad') agent.gate.garbage(flow, parsed.reason)
  else if (text.length > KEEP_ALIVE_MAX) agent.gate.garbage(flow, 'no SIP')
  // What follows a message of unknown length cannot be trusted to begin at a message.
  if (isByteStream(flow) && (parsed.kind === 'noise' || !parsed.framed)) flow.connection?.end()
}

/** The head of a TCP message over the limit: 513, the connection is closed by the transport (RFC 3261 §21.5.7). */
export function receiveTooLong(agent: Agent, head: string, flow: Flow): void {
  agent.counters.received++
  agent.gate.garbage(flow, 'a message over the limit')
  const parsed = parseMessage(head)
  const message = parsed.kind === 'noise' ? undefined : parsed.message
  if (!message?.request || message.method === 'ACK') {
    agent.counters.dropped++
    return
  }
  agent.counters.malformed++
  stampSource(message, flow.address, flow.port)
  replyAlone(agent, message, flow, 513, reasonPhrase(513))
}

/** A response without a transaction: to what is too broken to have one. */
function replyAlone(agent: Agent, request: SipMessage, flow: Flow, status: number, reason: string, extra: readonly string[] = []): void {
  const text = writeRefusal(request, status, reason, request.toTag === '' ? randomToken() : '', extra)
  sendText(agent, replyFlow(request, flow), text, undefined, request.callId, isTraced(agent, request.method, ''), false)
}

function receiveResponse(agent: Agent, response: SipMessage, text: string, flow: Flow): void {
  // RFC 3261 §18.1.2: found by the branch that we gave; whatever else it says is not looked at.
  const transaction = agent.transactions.findClient(response)
  if (!transaction) {
    agent.counters.stray++
    agent.gate.stray(flow)
    if (isTraced(agent, response.cseqMethod, response.toTag)) traceIn(agent, response, text, flow, true)
    return
  }
  const repeat = transaction.state === 'completed' || transaction.state === 'accepted'
  if (transaction.traced) traceIn(agent, response, text, flow, repeat)
  if (repeat) agent.counters.retransmissionsAbsorbed++
  transaction.receive(response)
}

function isOutside(agent: Agent, request: SipMessage): boolean {
  return request.toTag === '' || agent.dialogs.find(request.callId, request.toTag, request.fromTag) === undefined
}

/**
 * RFC 5923 §8.1: a peer that has proved who it is may have requests to the port where it listens sent over the connection
 * it opened. Without a certificate anybody could draw another's calls to himself (§10).
 */
function aliasOf(agent: Agent, request: SipMessage, connection: Connection): void {
  const value = header(request, 'via') ?? ''
  if (/;[ \t]*alias[ \t]*(?:[;,]|$)/i.test(value.slice(0, request.via.length))) agent.transport.alias(connection, request.via.port || TRANSPORTS[connection.transport].port)
}

/** A phone that only stays where it is needs no application that is late. Where this thread itself is, its refusal costs less (`crowded`). */
function isForLane(agent: Agent, request: SipMessage, flow: Flow): boolean {
  return request.method === 'REGISTER' && agent.lane?.knows(request, flow) === true && agent.router.isOurs('REGISTER')
}

function receiveRequest(agent: Agent, request: SipMessage, text: string, flow: Flow, crowded: boolean): void {
  if (flow.connection && flow.connection.identity !== '') aliasOf(agent, request, flow.connection)
  stampSource(request, flow.address, flow.port)
  const ack = request.method === 'ACK'
  const outside = !ack && isOutside(agent, request)
  if (outside && !agent.gate.admits(request, flow)) return
  const transaction = agent.transactions.findServer(request, ack ? 'INVITE' : request.method)
  if (transaction && !(ack && transaction.state === 'accepted')) {
    agent.counters.retransmissionsAbsorbed++
    if (transaction.traced) traceIn(agent, request, text, flow, !ack || transaction.state === 'confirmed')
    if (ack) transaction.acknowledged()
    else transaction.again()
    return
  }
  if (ack) onAck(agent, request, text, flow)
  else {
    if (isTraced(agent, request.method, request.toTag)) traceIn(agent, request, text, flow, false)
    // Without a transaction (§8.2.7): refusing must cost little. Spread, so that those refused do not come back together.
    if (crowded || (outside && !isForLane(agent, request, flow) && agent.gate.overloads(request))) return replyAlone(agent, request, flow, 503, 'Overloaded', [`Retry-After: ${RETRY_FIRST + Math.floor(Math.random() * RETRY_SPREAD)}`])
    if (request.method === 'CANCEL') onCancel(agent, request, flow)
    else onRequest(agent, request, flow)
  }
}
