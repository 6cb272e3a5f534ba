/** Requests outside dialogs that a handler decides on: asked, then carried out. */
import type { Owner } from '../dialog/dialog.ts'
import type { SipMessage } from '../message/message.ts'
import { handOn, reasonPhrase } from '../message/write.ts'
import { forward } from '../proxy/start.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { Flow } from '../transport/flow.ts'
import { readDecision, type Decision } from '../wire/decision.ts'
import { ask, dialTargetOf, readDialTarget, type DialTarget, type RequestHandler } from '../wire/handlers.ts'
import { networkPayload } from '../wire/payload.ts'
import type { Agent } from './agent.ts'
import { Incoming } from './incoming.ts'

/** Has the request until it is decided: hears nothing. */
const NOBODY: Owner = { open: false, quiet: true, backlog: 0, deliver: () => undefined, deliverLater: () => undefined }

/** The CANCEL that comes meanwhile is answered like any other; the decision is then carried out on nothing. */
export function decideByHandler(agent: Agent, handler: RequestHandler, request: SipMessage, transaction: ServerTransaction, from: Flow): void {
  const incoming = new Incoming(agent, NOBODY, request, transaction, undefined)
  const pending = (): boolean => agent.incoming.get(incoming.id) === incoming
  const target = dialTargetOf(handler)
  if (target) return void give(agent, incoming, from, agent.router.dial(target), pending)
  ask(handler, request, from).then(readDecision, () => undefined).then(
    (decision) => {
      if (!pending()) return
      if (decision) carryOut(agent, incoming, decision, from, handler.verify, pending)
      else incoming.answer(500)
    },
    // What it asked for could not be carried out.
    () => pending() && incoming.answer(500),
  )
}

function carryOut(agent: Agent, incoming: Incoming, decision: Decision, from: Flow, verify: boolean, pending: () => boolean): void {
  switch (decision.action) {
    case 'reject':
      return incoming.answer(decision.status, decision.reason ?? reasonPhrase(decision.status))
    case 'redirect':
      return incoming.answer(302, 'Moved Temporarily', decision.contacts.map((contact) => `Contact: ${contact}`))
    case 'proxy': {
      incoming.finish()
      forward(agent, incoming.request, incoming.transaction, decision.order, undefined, { onFinal: () => undefined, onDone: () => undefined })
      return
    }
    case 'tag':
      return void give(agent, incoming, from, Promise.resolve(agent.router.pick(incoming.request.method, decision.tag)), pending)
    case 'dial': {
      const target: DialTarget | undefined = readDialTarget(decision.uri, verify)
      return void give(agent, incoming, from, target ? agent.router.dial(target) : Promise.resolve(undefined), pending)
    }
  }
}

/** To the application, when there is one; else 480, as the real server says. */
async function give(agent: Agent, incoming: Incoming, from: Flow, found: Promise<Owner | undefined>, pending: () => boolean): Promise<void> {
  const owner = await found
  if (!pending()) return
  if (!owner?.open) return incoming.answer(480)
  incoming.owner = owner
  owner.deliver(networkPayload(handOn(incoming.request), from, agent.timers.now(), incoming.id, '', agent.transport.receivedOn(from)))
}
