/** Requests within dialogs that run through us: forwarded because our Record-Route is in their Route (RFC 3261 §16.4, §16.6). */
import { traceIn, sendText, type Agent } from '../agent/agent.ts'
import { cdrStop } from '../agent/cdr.ts'
import { nextHop, withFirst } from '../agent/next-hop.ts'
import { refuse } from '../agent/refuse.ts'
import { viaFor } from '../dialog/request.ts'
import type { SipMessage } from '../message/message.ts'
import { parseSipUri } from '../message/uri.ts'
import { reasonPhrase, writeResponse } from '../message/write.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { Flow } from '../transport/flow.ts'
import type { BranchPlan, Target } from './branch.ts'
import { ProxyContext } from './context.ts'
import { hopsUsedUp, NOTHING_ADDED, writeForwarded } from './forward.ts'
import { branchesFor } from './loop.ts'
import { postprocess, preprocess } from './routes.ts'
import { requiredOfProxies } from './start.ts'

const nobody = { onFinal: () => undefined, onDone: () => undefined }

/** Where a request of a call that we forwarded goes; undefined when it is none, or ends here. */
function onward(agent: Agent, request: SipMessage, from: Flow): Target | undefined {
  if (!request.names.includes('route')) return undefined
  const { uri, routes, ours, heard } = preprocess(agent, request, from)
  if (!ours) return undefined
  const next = postprocess(uri, routes)
  const hop = parseSipUri(next.nextHop)
  if (!hop || agent.transport.isSelf(hop.host, hop.port)) return undefined
  return { ...next, heard: routes.length === 0 ? heard : undefined }
}

/** @returns whether it was dealt with */
export function forwardWithin(agent: Agent, request: SipMessage, transaction: ServerTransaction): boolean {
  const target = onward(agent, request, transaction.from)
  if (!target) return false
  const unknown = requiredOfProxies(request)
  if (hopsUsedUp(request)) refuse(transaction, request, 483)
  else if (unknown.length > 0) refuse(transaction, request, 420, reasonPhrase(420), [`Unsupported: ${unknown.join(', ')}`])
  else {
    if (request.method === 'BYE') cdrStop(agent, 'network', 'normal-release', request)
    if (request.method === 'INVITE') transaction.respond(100, writeResponse(request, 100, 'Trying', ''))
    const plan: BranchPlan = {
      agent, request, branch: branchesFor(request), added: () => NOTHING_ADDED, provisionalTimeout: undefined, finalTimeout: undefined, attempt: false, faithful: true, recordRoutes: () => [],
    }
    new ProxyContext(plan, transaction, { targets: [target], simultaneous: false, followRedirects: false, breadth: undefined }, nobody).start()
  }
  return true
}

/** ACK to a 2xx: has no transaction and gets no answer (§16.6, §17). @returns whether it was dealt with */
export function forwardAck(agent: Agent, request: SipMessage, text: string, from: Flow): boolean {
  const target = onward(agent, request, from)
  if (!target) return false
  traceIn(agent, request, text, from, false)
  if (hopsUsedUp(request)) agent.counters.dropped++
  else {
    withFirst(nextHop(agent, target.nextHop, target.heard, target.uri), (flow) => {
      const via = viaFor(flow, agent.transport.sentBy(flow), branchesFor(request)())
      const forwarded = writeForwarded(request, { uri: target.uri, via, routes: target.routes, recordRoutes: [], maxBreadth: undefined, added: NOTHING_ADDED })
      sendText(agent, flow, forwarded, undefined, request.callId, true, false)
    })
  }
  return true
}
