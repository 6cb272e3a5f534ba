/**
 * A request on its way to the first of several targets that takes it (RFC 3263 §4.3). The next target is tried
 * when one cannot be reached, answers 503, or says nothing for a while: Timer B is waited for at the last one only.
 * Each target gets a transaction of its own, with a new branch. A request that is too long for UDP is tried over TCP
 * first (RFC 3261 §18.1.1); only a target that cannot be connected to gets it over UDP after all.
 */
import { header, type SipMessage } from '../message/message.ts'
import { reasonPhrase, writeMessage } from '../message/write.ts'
import type { TimerHandle } from '../timers.ts'
import type { ClientTransaction, ClientUser } from '../transaction/client.ts'
import { peerName, type Flow } from '../transport/flow.ts'
import { isTraced, type Agent } from './agent.ts'
import { overTcp, sameTarget, type Way } from './next-hop.ts'
import { branchToken } from './release.ts'

/** A request as it is sent to one target. */
export interface Sent {
  method: string
  uri: string
  via: string
  branch: string
  /** Route header lines. */
  routes: readonly string[]
  /** From and To values. */
  from: string
  to: string
  callId: string
  cseq: number
  text: string
}

export interface PursuitUser {
  /** A response of the target that is being tried, with the flow it was sent over. A 503 only of the last one. */
  onResponse(response: SipMessage, attempt: Attempt): void
  /** The target that was being tried is left for the next. */
  onMove(): void
  /** No target is left. `status` is 408 when the last one said nothing, else 503; `reason` names the cause for each. */
  onFailure(status: number, reason: string): void
  /** A target that was given up for its silence answers an INVITE 2xx all the same; its call must be ended. */
  onLateAnswer(response: SipMessage, attempt: Attempt): void
}

/** CANCEL and the ACK to a failure share Request-URI, Via, From, Call-ID, CSeq number and Route with their INVITE (RFC 3261 §9.1, §17.1.1.3). */
export function likeInvite(sent: Sent, method: string, to: string, extra: readonly string[]): string {
  const { uri, via, routes, from, callId, cseq } = sent
  return writeMessage(`${method} ${uri} SIP/2.0`, [`Via: ${via}`, 'Max-Forwards: 70', ...routes, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`, ...extra], '')
}

const nobody: ClientUser = { onResponse: () => undefined, onClientFailure: () => undefined }

/** One target, one transaction. */
export class Attempt implements ClientUser {
  readonly sent: Sent
  readonly flow: Flow
  private readonly agent: Agent
  private readonly pursuit: Pursuit
  private readonly transaction: ClientTransaction
  private cancelText: string | undefined
  private cancelSent = false
  private provisional = false
  private abandoned = false

  constructor(agent: Agent, pursuit: Pursuit, sent: Sent, flow: Flow, traced: boolean) {
    this.agent = agent
    this.pursuit = pursuit
    this.sent = sent
    this.flow = flow
    const { method, branch, callId, text } = sent
    const ackFor = method === 'INVITE' ? (response: SipMessage) => likeInvite(sent, 'ACK', response.to, []) : undefined
    this.transaction = agent.transactions.createClient({ method, branch, callId, text, ackFor }, flow, traced, this)
  }

  start(): void {
    this.transaction.start()
  }

  /** Ends the transaction; nothing more is heard of it. */
  drop(): void {
    this.transaction.abandon()
  }

  /**
   * The target is given up. An INVITE may have arrived all the same: it is cancelled as soon as that shows (RFC 3261 §9.1).
   * @param reason header line for the CANCEL
   */
  abandon(reason: string): void {
    if (this.sent.method !== 'INVITE') return this.drop()
    this.abandoned = true
    this.transaction.silence()
    this.cancel(reason)
  }

  /** @returns the CANCEL, as it is sent now, or after the first provisional response */
  cancel(...extra: string[]): string {
    if (this.cancelText === undefined) {
      this.cancelText = likeInvite(this.sent, 'CANCEL', this.sent.to, extra)
      if (this.provisional) this.sendCancel()
    }
    return this.cancelText
  }

  onResponse(response: SipMessage): void {
    this.provisional = true
    if (response.status < 200) this.sendCancel()
    if (!this.abandoned) this.pursuit.onResponse(response, this)
    else if (response.status >= 200 && response.status < 300) this.pursuit.user.onLateAnswer(response, this)
  }

  onClientFailure(reason: 'timeout' | 'transport', detail: string): void {
    if (!this.abandoned) this.pursuit.onFailure(reason, detail, this)
  }

  /** Whether a CANCEL has left. */
  get wasCancelled(): boolean {
    return this.cancelSent
  }

  /** Whether anything came back. */
  get heard(): boolean {
    return this.provisional
  }

  private sendCancel(): void {
    if (this.cancelText === undefined || this.cancelSent) return
    this.cancelSent = true
    const { branch, callId } = this.sent
    this.agent.transactions.createClient({ method: 'CANCEL', branch, callId, text: this.cancelText, ackFor: undefined }, this.flow, true, nobody).start()
    this.transaction.cancelled()
  }
}

export interface PursuitOptions extends Way {
  /** Makes the request for one target. The branch is new for each. */
  write: (flow: Flow, branch: string) => Sent
  /** Within a dialog the target that holds it is not left for being slow or busy. */
  faithful: boolean
  /** Of the dialog it is sent in, else empty. */
  toTag: string
  /** Makes a branch; random when absent. */
  branch?: () => string
}

export class Pursuit {
  readonly user: PursuitUser
  private readonly agent: Agent
  private readonly options: PursuitOptions
  private flows: readonly Flow[]
  private next = 0
  private attempt: Attempt
  /** Where the request goes over UDP when there is no TCP connection; the flow after the one that is being tried. */
  private fallback: Flow | undefined
  private patience: TimerHandle
  private readonly causes: string[] = []
  private cancelExtra: string[] | undefined
  private askedMore = false
  private over = false

  constructor(agent: Agent, options: PursuitOptions, user: PursuitUser) {
    this.agent = agent
    this.options = options
    this.user = user
    this.flows = options.flows
    this.attempt = this.another()
  }

  /** The target that is being tried, or that took the request. */
  get current(): Attempt {
    return this.attempt
  }

  start(): void {
    if (this.left && !this.options.faithful) this.patience = this.agent.timers.start(this.agent.options.timing.patience, this, 'patience')
    if (this.remembered) this.agent.memory.trying(this.attempt.flow)
    this.attempt.start()
  }

  /** Cancels the INVITE; no further target is tried. @returns the CANCEL as it is or will be sent */
  cancel(extra: readonly string[]): string {
    this.cancelExtra ??= [...extra]
    return this.attempt.cancel(...this.cancelExtra)
  }

  /** Waits no longer and tries no other target; only a late 2xx to an INVITE is still told. @param reason header line for the CANCEL */
  giveUp(reason: string): void {
    this.stop()
    this.attempt.abandon(reason)
  }

  /** Stops everything without a word to anybody. */
  drop(): void {
    this.stop()
    this.attempt.drop()
  }

  onResponse(response: SipMessage, attempt: Attempt): void {
    this.stopPatience()
    const busy = response.status === 503
    if (this.remembered) {
      if (busy) this.agent.memory.failed(attempt.flow, 'answered 503', retryAfter(response))
      else this.agent.memory.succeeded(attempt.flow)
    }
    if (busy && this.left && !this.options.faithful && this.cancelExtra === undefined) return this.move('answered 503')
    if (response.status >= 200) this.over = true
    this.user.onResponse(response, attempt)
  }

  onFailure(reason: 'timeout' | 'transport', detail: string, attempt: Attempt): void {
    this.stopPatience()
    if (this.over) return
    if (attempt.wasCancelled) return this.end(487, reasonPhrase(487))
    const cause = reason === 'timeout' ? 'said nothing' : detail.replace(/[\r\n|]+/g, ' ')
    if (this.remembered && !attempt.heard) this.agent.memory.failed(attempt.flow, cause)
    // RFC 3263 §4.3: a target that answered provisionally has the request.
    if (!attempt.heard && this.cancelExtra === undefined) {
      if (this.left || (this.fallback && reason === 'transport')) return this.move(cause, reason === 'transport')
      if (this.options.more !== undefined && !this.askedMore) return this.askMore(this.options.more, reason, cause)
    }
    this.fail(reason, cause)
  }

  /** The target said nothing for too long, and there are others. */
  onTimer(): void {
    this.patience = undefined
    this.attempt.abandon('Reason: SIP;cause=408;text="Another server was asked"')
    if (this.cancelExtra !== undefined) return this.end(487, reasonPhrase(487))
    if (this.remembered) this.agent.memory.failed(this.attempt.flow, 'said nothing')
    this.move('said nothing')
  }

  /** Whether there are other targets. */
  private get left(): boolean {
    return this.next + (this.fallback ? 1 : 0) < this.flows.length
  }

  /** Targets of names are; and that a target takes no TCP, so that not every long request asks again. */
  private get remembered(): boolean {
    return this.options.name !== '' || this.fallback !== undefined
  }

  private askMore(more: () => Promise<readonly Flow[]>, reason: 'timeout' | 'transport', cause: string): void {
    this.askedMore = true
    void more().then((found) => {
      if (this.over) return
      this.flows = [...this.flows, ...found.filter((flow) => !this.flows.some((tried) => sameTarget(tried, flow)))]
      if (this.left && this.cancelExtra === undefined) this.move(cause)
      else this.fail(reason, cause)
    })
  }

  /** Leaves the target that is being tried for the next. @param unconnected it has not got the request, and may get it over UDP */
  private move(cause: string, unconnected = false): void {
    this.note(cause)
    if (this.fallback && !unconnected) {
      this.next++
      this.fallback = undefined
    }
    this.user.onMove()
    this.attempt = this.another()
    this.start()
  }

  private another(): Attempt {
    const flow = this.flows[this.next++] as Flow
    const sent = this.write(flow)
    const tcp = flow === this.fallback || this.options.fixed === true ? undefined : overTcp(this.agent, flow, sent.text)
    this.fallback = tcp && flow
    if (tcp === undefined) return this.attemptAt(flow, sent)
    this.flows = [...this.flows.slice(0, this.next - 1), tcp, ...this.flows.slice(this.next - 1)]
    return this.attemptAt(tcp, this.write(tcp))
  }

  private attemptAt(flow: Flow, sent: Sent): Attempt {
    return new Attempt(this.agent, this, sent, flow, isTraced(this.agent, sent.method, this.options.toTag))
  }

  private write(flow: Flow): Sent {
    return this.options.write(flow, (this.options.branch ?? branchToken)())
  }

  private note(cause: string): void {
    const { flow } = this.attempt
    this.causes.push(`${peerName(flow)}/${flow.transport} ${cause}`)
  }

  private fail(reason: 'timeout' | 'transport', cause: string): void {
    this.note(cause)
    if (reason === 'transport') this.end(503, `Not sent: ${this.causes.join('; ')}`)
    else this.end(408, this.causes.length === 1 ? reasonPhrase(408) : `${reasonPhrase(408)}: ${this.causes.join('; ')}`)
  }

  private end(status: number, reason: string): void {
    this.stop()
    this.user.onFailure(status, reason)
  }

  private stop(): void {
    this.over = true
    this.stopPatience()
  }

  private stopPatience(): void {
    if (this.patience !== undefined) this.agent.timers.stop(this.patience)
    this.patience = undefined
  }
}

/** RFC 3261 §20.33, milliseconds; undefined without the header. */
function retryAfter(response: SipMessage): number | undefined {
  const seconds = /^\d{1,6}/.exec(header(response, 'retry-after') ?? '')?.[0]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}
