/** The transaction user (RFC 3261 §8): what its parts share. */
import type { Dialog, DialogStore, Owner } from '../dialog/dialog.ts'
import type { Gate } from '../gate/gate.ts'
import type { Cache } from '../locate/cache.ts'
import type { Lane } from '../lane.ts'
import type { Locator } from '../locate/locator.ts'
import type { TargetMemory } from '../locate/memory.ts'
import type { SipMessage } from '../message/message.ts'
import type { Counters, EngineOptions } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { Trace } from '../trace.ts'
import { countResponseText, type Traffic } from '../traffic.ts'
import type { TransactionLayer } from '../transaction/layer.ts'
import type { Turnstile } from './turnstile.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { DialTarget, RequestHandler } from '../wire/handlers.ts'
import { peerName, type Flow, type SendListener } from '../transport/flow.ts'
import type { Transport } from '../transport/transport.ts'

/** Which application gets a request. */
export interface Router {
  /** The next connection, round robin, that asked for this method; undefined when there is none. */
  pick(method: string, tag?: string): Owner | undefined
  /** Whether requests of this method go to the application of this process, and to nobody else. */
  isOurs(method: string): boolean
  /** Who decides on requests of this method instead; undefined: the applications that asked for it. */
  handlerFor(method: string): RequestHandler | undefined
  /** An application that is connected to for a request; undefined when it cannot be reached, or does not tell the secret. */
  dial(target: DialTarget): Promise<Owner | undefined>
}

/** A request that was handed to an application and has no final response yet. */
export interface IncomingRequest {
  readonly id: string
  readonly owner: Owner
  readonly request: SipMessage
  readonly transaction: ServerTransaction
  /** The dialog it came in, or made. */
  dialog: Dialog | undefined
  /** Whether it came in within a dialog. */
  readonly within: boolean
  /** Whether it is an INVITE that begins a call. */
  readonly attempt: boolean
  /** Our reliable provisional response that waits for its PRACK (RFC 3262 §3). */
  reliable: { rseq: number; sdp: boolean; stop(): void } | undefined
  /** Responses that may only be sent after that PRACK, in order. */
  readonly held: (() => void)[]
  /** The application gave its 2xx, which waits for that PRACK. */
  readonly promised: boolean
  /** RSeq of the last one; 0 before the first. */
  rseq: number
  /** Empty when there is none. */
  readonly dialogId: string
  /** Our tag in responses: the dialog's, or one chosen at the first response (RFC 3261 §8.2.6.2). */
  tag(wanted?: string): string
  /** Sends a response of the engine's own. */
  answer(status: number, reason?: string, extra?: readonly string[]): void
  /** The application said something: it is alive. */
  heard(): void
  /** A final response is about to be sent, or none ever will: the application can say no more. */
  finish(): void
  /** Its 2xx waits for a PRACK: the application can say no more, and a CANCEL comes too late. */
  promise(): void
  /** The reliable provisional response was acknowledged: the next one held may go. */
  acknowledged(): void
  /** After a failure response the dialog that provisional ones made is gone (§12.3). */
  dropEarlyDialog(): void
}

/** A request of an application that has no final response yet. */
export interface OutgoingRequest {
  readonly id: string
  readonly owner: Owner
  readonly method: string
  /** Of the engine's own accord: the application knows nothing of it. */
  readonly byEngine: boolean
  /**
   * Cancels an INVITE (§9.1): at once when it had a provisional response, else as soon as one comes.
   * @param extra header lines for the CANCEL
   * @returns the CANCEL as it is or will be sent
   */
  cancel(extra?: readonly string[]): { text: string; flow: Flow }
  /** Stops its timers. */
  close(): void
}

/** A request of an application that subscribes. */
export interface Subscribing {
  owner: Owner
  event: string
  /** Its From value. */
  from: string
  cseq: number
  /** Tags of the far ends that have, or had, a dialog of it: what one of them says after its end begins nothing. */
  tags: Set<string>
  /** Timer N (RFC 6665 §4.1.2.4), once the request was accepted. */
  timer: TimerHandle
}

/** Session timers of the dialogs (RFC 4028). */
export interface Sessions {
  /**
   * A 2xx to an INVITE or UPDATE agreed on `value` of Session-Expires, or on none.
   * @param weAsked the request was ours
   */
  agree(dialog: Dialog, value: string | undefined, weAsked: boolean): void
}

/** A call that ended while its application was away. */
export interface EndedMeanwhile {
  /** Of the dialog. */
  id: string
  /** Whether the far end hung up, or the engine gave up on it. */
  by: 'peer' | 'stack'
  reason: string
  /** Milliseconds since the epoch. */
  at: number
}

/** What an application gets that comes back. */
export interface Claim {
  /** Ids of the dialogs that are its own. */
  kept: string[]
  /** What ended since it was last here, the oldest forgotten when there were very many. */
  ended: EndedMeanwhile[]
}

export interface Keeping {
  /** The application says who it is: dialogs of the one that said the same before are its own from now on. */
  claim(owner: Owner, identity: string): Claim
  /** Its connection is gone. Returns whether its calls are kept. */
  leave(owner: Owner): boolean
  /** Whether this dialog waits for its application. */
  keeps(dialog: Dialog): boolean
  /** A request in such a dialog. `again` is called with it when the application is back. */
  receive(dialog: Dialog, request: SipMessage, transaction: ServerTransaction, again: () => void): void
  /** Such a dialog is over. */
  ended(dialog: Dialog, by: EndedMeanwhile['by'], reason: string): void
  /** What was handed to the application before it left, and not answered. */
  unanswered(dialog: Dialog, request: SipMessage, answer: (status: number, reason?: string, extra?: readonly string[]) => void): void
  /** BYE to every call, kept or not. @param reason value of its Reason header */
  endAll(reason: string): void
  close(): void
}

export interface Agent {
  readonly options: EngineOptions
  readonly timers: Timers
  readonly counters: Counters
  readonly traffic: Traffic
  readonly trace: Trace
  readonly gate: Gate
  readonly turnstile: Turnstile
  /** Answers REGISTERs in the application's place. */
  readonly lane: Lane | undefined
  readonly transport: Transport
  readonly transactions: TransactionLayer
  readonly dialogs: DialogStore
  readonly sessions: Sessions
  readonly keeping: Keeping
  readonly router: Router
  readonly locator: Locator
  /** Which targets of names failed lately. */
  readonly memory: TargetMemory
  /** Which target of a name refused a request, by Call-ID: the next try is to come back to it. */
  readonly loyalty: Cache<Flow>
  /** Requests handed to an application that have no final response yet, by transaction id. */
  readonly incoming: Map<string, IncomingRequest>
  /** Of those the REGISTERs. */
  readonly registering: Set<IncomingRequest>
  /** Requests of applications that have no final response yet, by transaction id. */
  readonly outgoing: Map<string, OutgoingRequest>
  /** Requests that are forwarded and not answered yet, or whose branches are not over. */
  readonly forwarding: Set<{ close(): void }>
  /** Proves that a Route or Path entry is ours. */
  readonly routeKey: Buffer
  /** SUBSCRIBE and REFER outside dialogs that a NOTIFY may answer before, or beside, their 2xx; by `subscriberKey`. */
  readonly subscribing: Map<string, Subscribing>
  /** INVITEs outside dialogs in progress, by Call-ID, From tag and CSeq: one that comes by a second way is merged (§8.2.2.2). */
  readonly merged: Set<string>
}

/** The call trace has every message but REGISTER and OPTIONS outside dialogs, unless all are asked for. */
export function isTraced(agent: Pick<Agent, 'options'>, method: string, toTag: string): boolean {
  return agent.options.traceAll === true || method !== 'REGISTER' && (method !== 'OPTIONS' || toTag !== '')
}

export function traceIn(agent: Agent, message: SipMessage, text: string, flow: Flow, repeat: boolean): void {
  agent.trace.record('in', flow.transport, peerName(flow), agent.transport.localName(flow), message.callId, repeat, text)
}

/** Every message leaves through here. */
export function sendText(agent: Pick<Agent, 'counters' | 'traffic' | 'trace' | 'gate' | 'transport'>, flow: Flow, text: string, listener: SendListener | undefined, callId: string, traced: boolean, repeat: boolean): void {
  // Who is barred hears nothing any more, also not what was on its way to be repeated.
  if (text.startsWith('SIP/')) {
    if (agent.gate.silences(flow.address)) return
    countResponseText(agent.traffic.responsesOut, text)
  }
  agent.counters.sent++
  if (repeat) agent.counters.retransmissionsSent++
  if (traced) agent.trace.record('out', flow.transport, peerName(flow), agent.transport.localName(flow), callId, repeat, text)
  agent.transport.send(flow, text, listener)
}
