/** A request that is forwarded, from its first target to its one answer: the response context (RFC 3261 §16.2, §16.7). */
import type { Agent } from '../agent/agent.ts'
import { cdrStart, cdrStop, refusalReason } from '../agent/cdr.ts'
import { header, headerLines, type SipMessage } from '../message/message.ts'
import { handOn, reasonPhrase, writeResponse } from '../message/write.ts'
import { randomToken } from '../random.ts'
import type { ServerTransaction, ServerUser } from '../transaction/server.ts'
import type { Flow } from '../transport/flow.ts'
import { chooseBest, isChallenge, otherChallenges, type Outcome } from './best.ts'
import { Branch, type BranchPlan, type BranchUser, type Target } from './branch.ts'
import { writeUpstream } from './forward.ts'
import { readRedirects, targetKey } from './redirect.ts'

/** Told how it goes. */
export interface ProxyListener {
  /** A final response of a target. `flow` is undefined when it is one of ours because none came. */
  onFinal(text: string, flow: Flow | undefined): void
  /** The request has its answer. Called once. */
  onDone(): void
}

export interface ContextOptions {
  targets: readonly Target[]
  simultaneous: boolean
  followRedirects: boolean
  /** Branches that may exist at a time (RFC 5393 §5.3); undefined: not counted. */
  breadth: number | undefined
}

/** All that redirects of one request may add. */
const REDIRECTS_MAX = 20

export class ProxyContext implements BranchUser, ServerUser {
  private readonly agent: Agent
  private readonly plan: BranchPlan
  private readonly transaction: ServerTransaction
  private readonly options: ContextOptions
  private readonly listener: ProxyListener
  private readonly waiting: { target: Target; breadth: number | undefined }[]
  private readonly branches: Branch[] = []
  private readonly outcomes: Outcome[] = []
  private readonly seen: Set<string>
  private redirects = 0
  private cancelled = false
  /** The answer was given; only further 2xx are forwarded. */
  private answered = false
  private done = false

  constructor(plan: BranchPlan, transaction: ServerTransaction, options: ContextOptions, listener: ProxyListener) {
    this.agent = plan.agent
    this.plan = plan
    this.transaction = transaction
    this.options = options
    this.listener = listener
    const share = options.breadth === undefined || !options.simultaneous ? options.breadth : Math.floor(options.breadth / options.targets.length)
    this.waiting = options.targets.map((target) => ({ target, breadth: share }))
    this.seen = new Set(options.targets.map((target) => targetKey(target.uri)))
    transaction.user = this
    this.agent.forwarding.add(this)
  }

  start(): void {
    this.advance()
  }

  onProvisional(response: SipMessage): void {
    if (!this.transaction.answered) this.transaction.respond(response.status, writeUpstream(this.plan.request, response))
  }

  onSuccess(response: SipMessage, flow: Flow): void {
    const text = writeUpstream(this.plan.request, response)
    if (this.answered) {
      // §16.7.5: every 2xx to an INVITE is forwarded, whenever it comes.
      if (this.plan.request.method === 'INVITE') this.transaction.sendAlso(text)
      return
    }
    this.answered = true
    this.waiting.length = 0
    this.transaction.respond(response.status, text)
    if (this.plan.attempt) {
      cdrStart(this.agent, 'network', 'proxy-uac', response)
      cdrStart(this.agent, 'application', 'proxy-uas', text)
    }
    this.tell(response, flow)
    this.end('SIP;cause=200;text="Call completed elsewhere"')
  }

  onFailure(branch: Branch, status: number, response: SipMessage | undefined, flow: Flow | undefined): void {
    if (response && this.plan.attempt) cdrStop(this.agent, 'network', refusalReason(status), response)
    if (response) this.tell(response, flow)
    else this.listener.onFinal(writeResponse(this.plan.request, status, reasonPhrase(status), ''), undefined)
    if (this.answered) return this.settle()
    const left = response && status < 400 && this.options.followRedirects && !this.cancelled ? this.follow(branch, response) : response
    // §16.7.4: a redirection that was followed to the last contact is no answer of its own.
    if (left || !response) this.outcomes.push({ status, response: left })
    if (status >= 600) this.stop(`SIP;cause=${status};text="${(response?.reason ?? reasonPhrase(status)).replace(/["\\]/g, '')}"`)
    // Only the client can satisfy a challenge: the next target in turn would not help it.
    else if (response && !this.options.simultaneous && isChallenge(response)) this.waiting.length = 0
    this.advance()
  }

  /** §16.10: the branches are cancelled; their responses decide what the caller is told. */
  onCancelled(cancel: SipMessage): void {
    this.cancelled = true
    this.stop(header(cancel, 'reason') ?? '')
    this.advance()
  }

  /** Nothing more can be said to the client. */
  onServerFailure(): void {
    if (!this.answered) this.end('')
    else this.settle()
  }

  /** Stops its timers and forgets it; idempotent. */
  close(): void {
    for (const branch of this.branches) branch.close()
    this.agent.forwarding.delete(this)
  }

  /** Starts what may be started; answers when nothing is left to wait for. */
  private advance(): void {
    while (this.waiting.length > 0 && (this.options.simultaneous || !this.branches.some((branch) => branch.pending))) {
      const { target, breadth } = this.waiting.shift() as { target: Target; breadth: number | undefined }
      const branch = new Branch(this.plan, target, breadth, this)
      this.branches.push(branch)
      branch.start()
    }
    if (!this.answered && this.waiting.length === 0 && !this.branches.some((branch) => branch.pending)) this.answerBest()
  }

  /** Cancels what is on its way and starts nothing more. */
  private stop(reason: string): void {
    this.waiting.length = 0
    for (const branch of this.branches) branch.cancel(reason === '' ? [] : [`Reason: ${reason}`])
  }

  private end(reason: string): void {
    this.answered = true
    this.stop(reason)
    if (!this.done) {
      this.done = true
      this.listener.onDone()
    }
    this.settle()
  }

  /** Forgets the request when its answer was given and no branch waits any more. */
  private settle(): void {
    if (this.answered && !this.branches.some((branch) => branch.pending)) this.agent.forwarding.delete(this)
  }

  private answerBest(): void {
    const { request } = this.plan
    const best = chooseBest(this.outcomes, this.cancelled)
    const status = this.cancelled && !best?.response ? 487 : (best?.status ?? 480)
    this.answered = true
    // RFC 4320 §4.2: a 408 would come too late for any request but INVITE.
    if (status === 408 && !best?.response && request.method !== 'INVITE') this.transaction.abandon()
    // §16.7.6: a 503 would say that we are out of service, not one target of many.
    else if (status === 503 || !best?.response) this.answer(status === 503 ? 500 : status)
    else this.refuse(status, writeUpstream(request, best.response, otherChallenges(best, this.outcomes)))
    this.end('')
  }

  private answer(status: number): void {
    this.transaction.localTag ||= randomToken()
    this.refuse(status, writeResponse(this.plan.request, status, reasonPhrase(status), this.transaction.localTag))
  }

  private refuse(status: number, text: string): void {
    this.transaction.respond(status, text)
    if (this.plan.attempt) cdrStop(this.agent, 'application', refusalReason(status), text)
  }

  /**
   * Takes the contacts of a redirection as further targets (§16.7.4).
   * @returns the response without them; undefined when none is left
   */
  private follow(branch: Branch, response: SipMessage): SipMessage | undefined {
    const breadth = branch.breadth ?? Infinity
    const room = Math.min(REDIRECTS_MAX - this.redirects, this.options.simultaneous ? breadth : Infinity)
    const { taken, left } = readRedirects(headerLines(response, 'contact'), this.seen, room)
    this.redirects += taken.length
    const share = branch.breadth === undefined ? undefined : this.options.simultaneous ? Math.max(1, Math.floor(branch.breadth / Math.max(1, taken.length))) : branch.breadth
    this.waiting.unshift(...taken.map((uri) => ({ target: { uri, routes: [], nextHop: uri, heard: undefined }, breadth: share })))
    if (taken.length === 0) return response
    if (left.length === 0) return undefined
    const at = response.names.indexOf('contact')
    const kept = response.names.map((name, i) => ({ name, value: i === at ? left.join(', ') : (response.values[i] as string), keep: name !== 'contact' || i === at })).filter((one) => one.keep)
    return { ...response, names: kept.map((one) => one.name), values: kept.map((one) => one.value), tidy: false }
  }

  private tell(response: SipMessage, flow: Flow | undefined): void {
    if (!this.done) this.listener.onFinal(handOn(response), flow)
  }
}
