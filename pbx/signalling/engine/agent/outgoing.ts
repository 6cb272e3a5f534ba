/** A request of an application on its way: its responses, its CANCEL, the dialogs it makes. To which target it goes is the pursuit's affair. */
import { clientDialog, contactUri, dialogId, type Dialog, type Owner } from '../dialog/dialog.ts'
import { hasSdp, onRequest, onResponse } from '../dialog/offer.ts'
import { eventKey, refersSilently, referKey } from '../dialog/subscription.ts'
import { digits } from '../message/host.ts'
import { header, lists, type Headers, type SipMessage } from '../message/message.ts'
import { handOn, writeMessage } from '../message/write.ts'
import { uuid } from '../random.ts'
import { peerName, type Flow } from '../transport/flow.ts'
import { localPayload, networkPayload } from '../wire/payload.ts'
import { sendText, type Agent, type OutgoingRequest } from './agent.ts'
import { isSdp } from './app-message.ts'
import { cdrStart, cdrStop, refusalReason } from './cdr.ts'
import type { Way } from './next-hop.ts'
import { Pursuit, type Attempt, type PursuitUser, type Sent } from './pursuit.ts'
import { ackAndBye, sendAck, withDialogFlow } from './release.ts'
import { endCall, onAccepted, onNotified, subscriberKey } from './subscriptions.ts'

/** A request that was refused is sent again within this time, or never. */
const LOYALTY_MS = 60_000

/** What is to be sent. */
export interface OutgoingPlan extends Way {
  /** Makes the request for one target. */
  write: (flow: Flow, branch: string) => Sent
  /** As the application gave them. */
  headers: Headers
  body: string
  /** Authorization lines, which the ACK to a 2xx repeats. */
  credentials: readonly string[]
  fromTag: string
  /** The dialog it is sent in. */
  within: Dialog | undefined
  /** Of a request of the engine's own: told of its final response in the application's place, without one when none came. */
  own?: (status: number, response: SipMessage | undefined) => void
}

/** Requests that make a dialog and a subscription in it. */
const SUBSCRIBES = new Set(['SUBSCRIBE', 'REFER'])

export class Outgoing implements OutgoingRequest, PursuitUser {
  readonly id = uuid()
  readonly owner: Owner
  readonly method: string
  private readonly agent: Agent
  private readonly pursuit: Pursuit
  private readonly plan: OutgoingPlan
  private readonly within: Dialog | undefined
  /** It carries a session description. */
  private readonly offered: boolean
  private finished = false
  /** The dialog the first 2xx made; a 2xx that makes another is a fork. */
  private made: Dialog | undefined
  private early: Dialog[] = []

  constructor(agent: Agent, owner: Owner, plan: OutgoingPlan) {
    this.agent = agent
    this.owner = owner
    this.plan = plan
    this.within = plan.within
    this.pursuit = new Pursuit(agent, { ...plan, faithful: plan.within !== undefined, toTag: plan.within?.remoteTag ?? '' }, this)
    this.method = this.sent.method
    agent.outgoing.set(this.id, this)
    this.offered = hasSdp(plan.headers, plan.body)
    if (plan.within) onRequest(plan.within, 'ours', this.method, this.offered)
    if (plan.within && this.method === 'INVITE') plan.within.clientInvite = this
    if (!plan.within && SUBSCRIBES.has(this.method)) {
      const { from, cseq, callId } = this.sent
      const event = this.method === 'REFER' ? referKey(cseq) : eventKey(plan.headers)
      agent.subscribing.set(subscriberKey(callId, plan.fromTag), { owner, event, from, cseq, tags: new Set(), timer: undefined })
    }
  }

  /** As it is sent to the target that is being tried. */
  get sent(): Sent {
    return this.pursuit.current.sent
  }

  /** Over which it is sent to that target. */
  get flow(): Flow {
    return this.pursuit.current.flow
  }

  start(): void {
    this.pursuit.start()
  }

  /** No target is known: nothing was sent. */
  onUnreachable(reason: string): void {
    this.pursuit.drop()
    this.onFailure(503, reason)
  }

  cancel(extra: readonly string[] = []): { text: string; flow: Flow } {
    return { text: this.pursuit.cancel(extra), flow: this.flow }
  }

  /** Whether it is an INVITE that begins a call. */
  get attempt(): boolean {
    return !this.within && this.method === 'INVITE'
  }

  get byEngine(): boolean {
    return this.plan.own !== undefined
  }

  close(): void {
    this.pursuit.drop()
    this.finish()
  }

  onResponse(response: SipMessage): void {
    if (this.plan.name !== '') this.remember(response.status)
    if (response.status < 200) return this.onProvisional(response)
    if (this.method === 'INVITE' && response.status < 300) return this.onAnswer(response)
    if (this.finished) return
    this.finish()
    if (!this.within) for (const dialog of this.early) this.agent.dialogs.remove(dialog)
    if (this.within) onResponse(this.within, 'ours', this.method, this.offered, response.status, hasSdp(response, response.body), false)
    if (response.status < 300) this.onSuccess(response)
    else if (this.attempt) cdrStop(this.agent, 'network', refusalReason(response.status), response)
    this.deliver(response)
    this.afterFinal(response.status)
  }

  /** RFC 3263 §4: what one server of a name has begun, it goes on with. */
  private remember(status: number): void {
    if (this.within) this.within.chosen = { name: this.plan.name, flow: this.flow }
    else if (status >= 400 && status < 500) this.agent.loyalty.set(this.sent.callId, this.flow, this.agent.timers.now() + LOYALTY_MS)
  }

  onMove(): void {
    for (const dialog of this.early) this.agent.dialogs.remove(dialog)
    this.early = []
  }

  onFailure(status: number, reason: string): void {
    if (this.finished) return
    this.finish()
    this.onMove()
    if (this.within) onResponse(this.within, 'ours', this.method, this.offered, status, false, false)
    if (this.plan.own) return this.plan.own(status, undefined)
    const { via, from, to, callId, cseq } = this.sent
    const text = writeMessage(`SIP/2.0 ${status} ${reason}`, [`Via: ${via}`, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${this.method}`], '')
    if (this.attempt) cdrStop(this.agent, 'network', refusalReason(status), text)
    if (this.owner.open) this.owner.deliver(localPayload(text, this.agent.timers.now(), this.id, this.dialogIdOf()))
    this.afterFinal(status)
  }

  private finish(): void {
    this.finished = true
    this.agent.outgoing.delete(this.id)
    if (this.within?.clientInvite !== this) return
    this.within.clientInvite = undefined
    for (const send of this.within.afterRefresh.splice(0)) queueMicrotask(send)
  }

  private onProvisional(response: SipMessage): void {
    // 100 is hop by hop: applications are told of 101 and more.
    if (this.finished || response.status === 100) return
    if (this.method === 'INVITE' && response.toTag !== '') {
      const dialog = this.within ?? this.earlyDialog(response)
      const rseq = lists(response, 'require', '100rel') ? digits(header(response, 'rseq') ?? '') : undefined
      if (dialog && rseq !== undefined) {
        // RFC 3262 §4: repeated, or out of order; the application acknowledges each once.
        if (dialog.rseq !== 0 && rseq !== dialog.rseq + 1) return
        dialog.rseq = rseq
        onResponse(dialog, 'ours', 'INVITE', this.offered, response.status, hasSdp(response, response.body), true)
      }
    }
    this.deliver(response)
  }

  private earlyDialog(response: SipMessage): Dialog | undefined {
    const known = this.agent.dialogs.find(response.callId, response.fromTag, response.toTag)
    if (known) return known
    const target = contactUri(response)
    if (target === undefined) return undefined
    const dialog = clientDialog(response, this.method, this.sent.from, this.sent.cseq, this.flow, this.owner, target)
    this.choose(dialog, this.flow)
    onRequest(dialog, 'ours', 'INVITE', this.offered)
    this.early.push(dialog)
    this.agent.dialogs.add(dialog)
    return dialog
  }

  /** 2xx to INVITE: the first makes the dialog, a repeated one gets our ACK again, one of another fork ACK and BYE. */
  private onAnswer(response: SipMessage): void {
    if (this.within) return this.onReinviteAnswer(this.within, response)
    if (this.made) {
      if (response.toTag === this.made.remoteTag) return this.acknowledgeAgain(this.made, response)
      return this.release(response, this.pursuit.current)
    }
    this.finish()
    const dialog = this.dialogFrom(response, this.pursuit.current)
    this.made = dialog
    for (const other of this.early) if (other !== dialog) this.agent.dialogs.remove(other)
    dialog.confirmed = true
    dialog.awaitingAck = { cseq: response.cseq, credentials: this.plan.credentials }
    cdrStart(this.agent, 'network', 'uac', response)
    if (!this.owner.open) return ackAndBye(this.agent, dialog, response.cseq, 'SIP;cause=503;text="Application is gone"', 'system-initiated-termination')
    this.agent.dialogs.add(dialog)
    this.agreed(dialog, response)
    this.deliver(response)
  }

  /** What a 2xx to an INVITE or UPDATE settles. */
  private agreed(dialog: Dialog, response: SipMessage): void {
    if (this.method === 'INVITE') onResponse(dialog, 'ours', 'INVITE', this.offered, response.status, hasSdp(response, response.body), false)
    if (isSdp(this.plan.body)) dialog.localSdp = this.plan.body
    if (header(response, 'allow') !== undefined) dialog.allowsUpdate = lists(response, 'allow', 'update')
    this.agent.sessions.agree(dialog, header(response, 'session-expires'), true)
  }

  private forks: Dialog[] = []

  /** A target that was left answers late. When the one that was asked instead led to the same callee, it is the same call. */
  onLateAnswer(response: SipMessage, attempt: Attempt): void {
    if (this.made?.remoteTag === response.toTag) this.acknowledgeAgain(this.made, response)
    else this.release(response, attempt)
  }

  /** A 2xx that nobody wants: ACK and BYE, and the ACK again when it is repeated. */
  private release(response: SipMessage, attempt: Attempt): void {
    const fork = this.dialogFrom(response, attempt)
    if (fork.ack) this.acknowledgeAgain(fork, response)
    else ackAndBye(this.agent, fork, response.cseq, 'SIP;cause=200;text="Call completed elsewhere"')
  }

  private dialogFrom(response: SipMessage, { flow }: Attempt): Dialog {
    const known = this.forks.find((dialog) => dialog.remoteTag === response.toTag) ?? this.agent.dialogs.find(response.callId, response.fromTag, response.toTag)
    const target = contactUri(response)
    // Without Contact the peer can only be reached where it was heard.
    const dialog = clientDialog(response, this.method, this.sent.from, known?.localCSeq ?? this.sent.cseq, flow, this.owner, target ?? known?.remoteTarget ?? `sip:${peerName(flow)}`)
    if (known) {
      // RFC 3261 §13.2.2.4: the route set is computed anew from the 2xx.
      known.remoteTarget = dialog.remoteTarget
      known.routeSet = dialog.routeSet
      return known
    }
    this.choose(dialog, flow)
    onRequest(dialog, 'ours', this.method, this.offered)
    this.forks.push(dialog)
    return dialog
  }

  private choose(dialog: Dialog, flow: Flow): void {
    if (this.plan.name !== '') dialog.chosen = { name: this.plan.name, flow }
  }

  private onReinviteAnswer(dialog: Dialog, response: SipMessage): void {
    if (this.finished) return this.acknowledgeAgain(dialog, response)
    this.finish()
    dialog.remoteTarget = contactUri(response) ?? dialog.remoteTarget
    dialog.awaitingAck = { cseq: response.cseq, credentials: this.plan.credentials }
    this.agreed(dialog, response)
    // Nobody is left who could; unacknowledged, the far end would end the call.
    if (!this.owner.open && !this.byEngine) withDialogFlow(this.agent, dialog, (flow) => void sendAck(this.agent, dialog, flow, response.cseq, this.plan.credentials, ''))
    this.deliver(response)
  }

  private acknowledgeAgain(dialog: Dialog, response: SipMessage): void {
    if (dialog.ack && dialog.ack.cseq === response.cseq) sendText(this.agent, dialog.ack.flow, dialog.ack.text, undefined, dialog.callId, true, true)
  }

  private onSuccess(response: SipMessage): void {
    if (this.within) {
      if (this.method === 'UPDATE' || this.method === 'SUBSCRIBE') this.within.remoteTarget = contactUri(response) ?? this.within.remoteTarget
      if (this.method === 'UPDATE') this.agreed(this.within, response)
      if (SUBSCRIBES.has(this.method)) onAccepted(this.agent, this.within, this.method, this.sent.cseq, this.plan.headers, response)
      return
    }
    if (!SUBSCRIBES.has(this.method) || response.toTag === '' || (this.method === 'REFER' && refersSilently(response))) return
    const dialog = this.dialogFrom(response, this.pursuit.current)
    dialog.confirmed = true
    this.agent.dialogs.add(dialog)
    this.agent.subscribing.get(subscriberKey(this.sent.callId, this.plan.fromTag))?.tags.add(response.toTag)
    onAccepted(this.agent, dialog, this.method, this.sent.cseq, this.plan.headers, response)
  }

  /** BYE ends its call, unless it is to be sent again with credentials; a NOTIFY may end its subscription. */
  private afterFinal(status: number): void {
    const { agent, within } = this
    if (!within) {
      if (SUBSCRIBES.has(this.method)) this.stopSubscribing(status)
    } else if (this.method === 'BYE') {
      if (status !== 401 && status !== 407) endCall(agent, within)
    } else if (this.method === 'NOTIFY') onNotified(agent, within, this.plan.headers, status)
  }

  /** RFC 6665 §4.1.2.4: after a 2xx, NOTIFYs of other forks may come for 64*T1 (timer N); a refusal ends what they began. */
  private stopSubscribing(status: number): void {
    const { agent } = this
    const key = subscriberKey(this.sent.callId, this.plan.fromTag)
    const entry = agent.subscribing.get(key)
    const forget = (): void => {
      if (agent.subscribing.get(key) === entry) agent.subscribing.delete(key)
    }
    if (entry && status < 300) entry.timer = agent.timers.start(64 * agent.options.timing.t1, { onTimer: forget }, 'timer-N')
    else forget()
  }

  private deliver(response: SipMessage): void {
    if (this.plan.own) {
      if (response.status >= 200) this.plan.own(response.status, response)
      return
    }
    if (this.owner.open) this.owner.deliver(networkPayload(handOn(response), this.flow, this.agent.timers.now(), this.id, this.dialogIdOf(), undefined))
  }

  private dialogIdOf(): string {
    if (this.within) return this.within.id
    return this.method === 'INVITE' || SUBSCRIBES.has(this.method) ? dialogId(this.sent.callId, this.plan.fromTag) : ''
  }
}
