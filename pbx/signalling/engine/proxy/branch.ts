/** One target of a request that is forwarded: how long it may take, and its CANCEL (RFC 3261 §16.6, §16.8, §16.10). Over which address it is reached is the pursuit's affair. */
import type { Agent } from '../agent/agent.ts'
import { cdrAttempt, cdrStop } from '../agent/cdr.ts'
import { nextHop, type Found } from '../agent/next-hop.ts'
import { Pursuit, type Attempt, type PursuitUser, type Sent } from '../agent/pursuit.ts'
import { viaFor } from '../dialog/request.ts'
import type { SipMessage } from '../message/message.ts'
import type { TimerHandle } from '../timers.ts'
import type { Flow } from '../transport/flow.ts'
import { writeForwarded, type Forwarded } from './forward.ts'

export interface Target {
  /** Request-URI. */
  uri: string
  /** Route values. */
  routes: readonly string[]
  /** The URI that decides where it is sent. */
  nextHop: string
  /** Where the peer was heard, which is used when the next hop is that peer. */
  heard: Flow | undefined
}

/** What all branches of a request share. */
export interface BranchPlan {
  agent: Agent
  request: SipMessage
  /** Makes a branch parameter. */
  branch(): string
  /** Our Record-Route or Path values for a request that leaves over `flow`. */
  recordRoutes(flow: Flow): readonly string[]
  added(sentBy: string): Forwarded['added']
  /** Milliseconds to wait for any response; undefined: as long as the transaction lasts. */
  provisionalTimeout: number | undefined
  finalTimeout: number | undefined
  /** An INVITE that begins a call. */
  attempt: boolean
  /** Within a dialog the target that holds it is not left for being slow. */
  faithful: boolean
}

export interface BranchUser {
  onProvisional(response: SipMessage): void
  /** A 2xx; to an INVITE also its repetitions, and those of further forks. */
  onSuccess(response: SipMessage, flow: Flow): void
  /** Its one failure: a response, or what the lack of one counts as. */
  onFailure(branch: Branch, status: number, response: SipMessage | undefined, flow: Flow | undefined): void
}

type TimerName = 'provisional' | 'final' | 'C'

const TIMEOUT = 'Reason: SIP;cause=408;text="Request Timeout"'

export class Branch implements PursuitUser {
  /** Branches that may grow out of this one (RFC 5393 §5.3); undefined: not counted. */
  readonly breadth: number | undefined
  private readonly target: Target
  private readonly plan: BranchPlan
  private readonly user: BranchUser
  private pursuit: Pursuit | undefined
  private decided = false
  private cancelled = false
  private readonly timers = new Map<TimerName, TimerHandle>()

  constructor(plan: BranchPlan, target: Target, breadth: number | undefined, user: BranchUser) {
    this.plan = plan
    this.target = target
    this.breadth = breadth
    this.user = user
  }

  /** No final response yet. */
  get pending(): boolean {
    return !this.decided
  }

  start(): void {
    const hop = nextHop(this.plan.agent, this.target.nextHop, this.target.heard, this.target.uri)
    if ('later' in hop) void hop.later.then((found) => !this.decided && this.found(found))
    else this.found('flows' in hop ? hop : { failure: hop.refusal })
  }

  /**
   * Ends an INVITE that is on its way (§9.1): at once when it had a provisional response, else as soon as one comes.
   * @param reason header lines
   */
  cancel(reason: readonly string[]): void {
    if (this.decided || this.cancelled) return
    this.cancelled = true
    if (!this.pursuit) this.fail(487, undefined)
    else if (this.plan.request.method === 'INVITE') {
      this.stopTimers()
      this.pursuit.cancel(reason)
    }
  }

  /** Stops its timers and forgets what is on its way; idempotent. */
  close(): void {
    this.decided = true
    this.stopTimers()
    this.pursuit?.drop()
  }

  onResponse(response: SipMessage, { flow }: Attempt): void {
    this.stop('provisional')
    if (response.status < 200) {
      if (this.decided || response.status === 100) return
      // §16.7.2: 101 and more show that the target is alive.
      if (this.timers.has('C')) this.wait('C', this.plan.agent.options.timing.proxyInvite)
      this.user.onProvisional(response)
    } else if (response.status < 300) this.succeed(response, flow)
    else this.fail(response.status, response)
  }

  /** A target that was left, or given up, answers all the same. */
  onLateAnswer(response: SipMessage, { flow }: Attempt): void {
    this.succeed(response, flow)
  }

  onMove(): void {}

  onFailure(status: number): void {
    this.fail(status, undefined)
  }

  /** It took too long: counts as 408 (§16.8). */
  onTimer(name: TimerName): void {
    this.timers.delete(name)
    this.pursuit?.giveUp(TIMEOUT)
    this.fail(408, undefined)
  }

  private found(found: Found): void {
    // §16.9: what cannot be sent counts as 503.
    if ('failure' in found) return this.fail(503, undefined)
    const { plan } = this
    const { timing } = plan.agent.options
    this.pursuit = new Pursuit(plan.agent, { ...found, write: (flow, branch) => this.write(flow, branch), faithful: plan.faithful, toTag: plan.request.toTag, branch: plan.branch }, this)
    if (plan.request.method === 'INVITE') {
      if (plan.provisionalTimeout !== undefined) this.wait('provisional', plan.provisionalTimeout)
      this.wait('C', timing.proxyInvite)
    }
    if (plan.finalTimeout !== undefined) this.wait('final', plan.finalTimeout)
    if (plan.attempt) cdrAttempt(plan.agent, 'application', this.pursuit.current.sent.text)
    else if (plan.request.method === 'BYE') cdrStop(plan.agent, 'application', 'normal-release', this.pursuit.current.sent.text)
    this.pursuit.start()
  }

  private write(flow: Flow, branch: string): Sent {
    const { plan, target } = this
    const { request } = plan
    const sentBy = plan.agent.transport.sentBy(flow)
    const via = viaFor(flow, sentBy, branch)
    const text = writeForwarded(request, { uri: target.uri, via, routes: target.routes, recordRoutes: plan.recordRoutes(flow), maxBreadth: this.breadth, added: plan.added(sentBy) })
    return { method: request.method, uri: target.uri, via, branch, routes: target.routes.map((route) => `Route: ${route}`), from: request.from, to: request.to, callId: request.callId, cseq: request.cseq, text }
  }

  private succeed(response: SipMessage, flow: Flow): void {
    this.decided = true
    this.stopTimers()
    this.user.onSuccess(response, flow)
  }

  private fail(status: number, response: SipMessage | undefined): void {
    if (this.decided) return
    this.decided = true
    this.stopTimers()
    this.user.onFailure(this, status, response, this.pursuit?.current.flow)
  }

  private wait(name: TimerName, milliseconds: number): void {
    this.stop(name)
    this.timers.set(name, this.plan.agent.timers.start(milliseconds, this, name))
  }

  private stop(name: TimerName): void {
    const timer = this.timers.get(name)
    if (timer !== undefined) this.plan.agent.timers.stop(timer)
    this.timers.delete(name)
  }

  private stopTimers(): void {
    for (const name of [...this.timers.keys()]) this.stop(name)
  }
}
