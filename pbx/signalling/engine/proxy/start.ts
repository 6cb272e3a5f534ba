/** Begins to forward a request that an application does not want to answer itself (RFC 3261 §16.3 to §16.6). */
import type { Owner } from '../dialog/dialog.ts'
import type { Agent } from '../agent/agent.ts'
import type { AppMessage } from '../agent/app-message.ts'
import { refuseAttempt } from '../agent/refuse.ts'
import { digits } from '../message/host.ts'
import { header, headerLines, type SipMessage } from '../message/message.ts'
import { parseSipUri, splitAddress, splitList } from '../message/uri.ts'
import { reasonPhrase } from '../message/write.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import { accepted, proxyAnswer, refused } from '../wire/payload.ts'
import type { BranchPlan, Target } from './branch.ts'
import { ProxyContext, type ProxyListener } from './context.ts'
import { addedHeaders, hopsUsedUp } from './forward.ts'
import { branchesFor } from './loop.ts'
import { readOrder, type ProxyOrder } from './order.ts'
import { ownRoutes, preprocess } from './routes.ts'

/** RFC 5393 §5.3.3: what a request without Max-Breadth counts as. */
const BREADTH = 60

/** Carries out `proxy|<transactionId>|…`. */
export function proxyFromApp(agent: Agent, owner: Owner, messageId: string, tokens: readonly string[], message: AppMessage): void {
  const transactionId = tokens[2] ?? ''
  const incoming = agent.incoming.get(transactionId)
  // What was answered, provisionally or within a dialog, has a dialog with the application and stays with it.
  if (!incoming || incoming.owner !== owner || incoming.transaction.answered || incoming.within || incoming.dialog) return owner.deliver(refused(messageId, `Unknown transaction id: ${transactionId}`))
  const read = readOrder(tokens.slice(3))
  const { request, transaction } = incoming
  if (typeof read === 'string') {
    incoming.answer(500)
    return owner.deliver(refused(messageId, read))
  }
  incoming.finish()
  const { order, fullResponse } = read
  const listener: ProxyListener = {
    onFinal: (text, flow) => fullResponse && owner.deliver(proxyAnswer(messageId, text, flow, agent.timers.now())),
    onDone: () => fullResponse && owner.deliver(accepted(messageId, 'done')),
  }
  const refusal = forward(agent, request, transaction, order, message, listener)
  if (refusal !== undefined) owner.deliver(refused(messageId, refusal))
  else if (!fullResponse) owner.deliver(accepted(messageId, 'done'))
}

/** @returns why it cannot be forwarded; then it was answered */
export function forward(agent: Agent, request: SipMessage, transaction: ServerTransaction, order: ProxyOrder, added: AppMessage | undefined, listener: ProxyListener): string | undefined {
  const reject = (status: number, extra: readonly string[] = []): string => {
    refuseAttempt(agent, transaction, request, status, extra)
    return `Rejected with ${status} ${reasonPhrase(status)}`
  }
  if (hopsUsedUp(request)) return `${reject(483)} due to Max-Forwards value of 0`
  const unknown = requiredOfProxies(request)
  if (unknown.length > 0) return reject(420, [`Unsupported: ${unknown.join(', ')}`])
  const breadth = digits(header(request, 'max-breadth') ?? '') ?? BREADTH
  if (breadth === 0) return reject(440)

  const routed = preprocess(agent, request, transaction.from)
  if (routed.flowFailed) return reject(430)
  const asked = parseSipUri(routed.uri)
  const local = asked !== undefined && agent.transport.isSelf(asked.host, asked.port)
  const targets = order.destinations.flatMap((destination): Target[] => {
    const uri = destination.includes('<') ? splitAddress(destination)?.uri : destination
    if (uri === undefined || !parseSipUri(uri)) return []
    // A Request-URI that names us says nothing to anybody else; any other stays, and the destination is the next hop.
    return [{ uri: local ? uri : routed.uri, routes: routed.routes, nextHop: uri, heard: routed.heard }]
  })
  if (targets.length === 0) {
    reject(500)
    return `error proxying request to ${order.destinations.join(', ')}`
  }
  const plan: BranchPlan = {
    agent, request, branch: branchesFor(request), added: (sentBy) => addedHeaders(added, sentBy), provisionalTimeout: order.provisionalTimeout, finalTimeout: order.finalTimeout, attempt: request.method === 'INVITE', faithful: false,
    recordRoutes: (flow) => (order.remainInDialog ? ownRoutes(agent, request.method === 'REGISTER' ? '' : request.callId, transaction.from, flow) : []),
  }
  // RFC 5393 §5.3.3: what may not be forked is tried in turn.
  const simultaneous = order.simultaneous && targets.length <= breadth
  new ProxyContext(plan, transaction, { targets, simultaneous, followRedirects: order.followRedirects, breadth }, listener).start()
  return undefined
}

/** Option tags of Proxy-Require (§16.3.5): none is known. */
export function requiredOfProxies(request: SipMessage): string[] {
  return request.names.includes('proxy-require') ? headerLines(request, 'proxy-require').flatMap(splitList) : []
}
