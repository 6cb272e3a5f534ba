/** A request of an application on its way: its responses, its CANCEL, the dialogs it makes. */
import { clientDialog, contactUri, dialogId, type Dialog, type Owner } from '../dialog/dialog.ts'
import { digits } from '../message/host.ts'
import { header, lists, type SipMessage } from '../message/message.ts'
import { handOn, reasonPhrase, writeMessage } from '../message/write.ts'
import { uuid } from '../random.ts'
import type { TimerHandle } from '../timers.ts'
import type { ClientTransaction, ClientUser } from '../transaction/client.ts'
import { peerName, type Flow } from '../transport/flow.ts'
import { localPayload, networkPayload } from '../wire/payload.ts'
import { isTraced, sendText, type Agent, type OutgoingRequest } from './agent.ts'
import { ackAndBye } from './release.ts'

/** What was sent. */
export interface Sent {
  method: string
  uri: string
  via: string
  branch: string
  routes: readonly string[]
  /** From and To values. */
  from: string
  to: string
  callId: string
  cseq: number
  /** Authorization lines, which the ACK to a 2xx repeats. */
  credentials: readonly string[]
  text: string
}

export class Outgoing implements OutgoingRequest, ClientUser {
  readonly id = uuid()
  readonly owner: Owner
  readonly method: string
  private readonly agent: Agent
  private readonly sent: Sent
  private readonly flow: Flow
  /** The dialog it was sent in. */
  private readonly within: Dialog | undefined
  private readonly transaction: ClientTransaction
  private readonly fromTag: string
  private provisional = false
  private finished = false
  /** The dialog the first 2xx made; a 2xx that makes another is a fork. */
  private made: Dialog | undefined
  private early: Dialog[] = []
  private cancelText: string | undefined
  private cancelSent = false
  private giveUp: TimerHandle

  constructor(agent: Agent, owner: Owner, sent: Sent, fromTag: string, flow: Flow, within: Dialog | undefined) {
    this.agent = agent
    this.owner = owner
    this.method = sent.method
    this.sent = sent
    this.fromTag = fromTag
    this.flow = flow
    this.within = within
    const ackFor = sent.method === 'INVITE' ? (response: SipMessage) => this.likeInvite('ACK', response.to, []) : undefined
    this.transaction = agent.transactions.createClient(
      { method: sent.method, branch: sent.branch, callId: sent.callId, text: sent.text, ackFor }, flow, isTraced(sent.method, within?.remoteTag ?? ''), this,
    )
    agent.outgoing.set(this.id, this)
    if (within && sent.method === 'INVITE') within.clientInvite = this
  }

  start(): void {
    this.transaction.start()
  }

  /** The next hop's name is unknown: nothing was sent. */
  onUnreachable(): void {
    this.transaction.abandon()
    this.fail(503, 'Next hop is unknown')
  }

  cancel(extra: readonly string[] = []): { text: string; flow: Flow } {
    if (this.cancelText === undefined) {
      this.cancelText = this.likeInvite('CANCEL', this.sent.to, extra)
      // RFC 3261 §9.1: not before a provisional response.
      if (this.provisional) this.sendCancel()
    }
    return { text: this.cancelText, flow: this.flow }
  }

  close(): void {
    this.finish()
  }

  onResponse(response: SipMessage): void {
    this.provisional = true
    if (response.status < 200) return this.onProvisional(response)
    if (this.method === 'INVITE' && response.status < 300) return this.onAnswer(response)
    if (this.finished) return
    this.finish()
    if (!this.within) for (const dialog of this.early) this.agent.dialogs.remove(dialog)
    if (response.status < 300) this.onSuccess(response)
    this.deliver(response)
    if (this.within) this.afterFinal(this.within, response)
  }

  onClientFailure(reason: 'timeout' | 'transport', detail: string): void {
    this.fail(reason === 'timeout' ? 408 : 503, reason === 'timeout' ? reasonPhrase(408) : `Not sent: ${detail.replace(/[\r\n|]+/g, ' ')}`)
  }

  /** No final response within 64*T1 after CANCEL: the INVITE counts as cancelled (RFC 3261 §9.1). */
  onTimer(): void {
    this.giveUp = undefined
    this.transaction.abandon()
    this.fail(487, reasonPhrase(487))
  }

  private fail(status: number, reason: string): void {
    if (this.finished) return
    this.finish()
    for (const dialog of this.early) this.agent.dialogs.remove(dialog)
    const { via, from, to, callId, cseq } = this.sent
    const text = writeMessage(`SIP/2.0 ${status} ${reason}`, [`Via: ${via}`, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${this.method}`], '')
    if (this.owner.open) this.owner.deliver(localPayload(text, this.agent.timers.now(), this.id, this.dialogIdOf()))
    if (this.within && this.method === 'BYE') this.agent.dialogs.remove(this.within)
  }

  private finish(): void {
    this.finished = true
    if (this.giveUp !== undefined) this.agent.timers.stop(this.giveUp)
    this.giveUp = undefined
    this.agent.outgoing.delete(this.id)
    if (this.within?.clientInvite === this) this.within.clientInvite = undefined
  }

  private onProvisional(response: SipMessage): void {
    if (this.cancelText !== undefined && !this.cancelSent) this.sendCancel()
    // 100 is hop by hop: applications are told of 101 and more.
    if (this.finished || response.status === 100) return
    if (this.method === 'INVITE' && response.toTag !== '') {
      const dialog = this.within ?? this.earlyDialog(response)
      const rseq = lists(response, 'require', '100rel') ? digits(header(response, 'rseq') ?? '') : undefined
      if (dialog && rseq !== undefined) {
        // RFC 3262 §4: repeated, or out of order; the application acknowledges each once.
        if (dialog.rseq !== 0 && rseq !== dialog.rseq + 1) return
        dialog.rseq = rseq
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
    this.early.push(dialog)
    this.agent.dialogs.add(dialog)
    return dialog
  }

  /** 2xx to INVITE: the first makes the dialog, a repeated one gets our ACK again, one of another fork ACK and BYE. */
  private onAnswer(response: SipMessage): void {
    if (this.within) return this.onReinviteAnswer(this.within, response)
    if (this.made) {
      if (response.toTag === this.made.remoteTag) return this.acknowledgeAgain(this.made, response)
      const fork = this.dialogFrom(response)
      if (fork.ack) this.acknowledgeAgain(fork, response)
      else ackAndBye(this.agent, fork, response.cseq, 'SIP;cause=200;text="Call completed elsewhere"')
      return
    }
    this.finish()
    const dialog = this.dialogFrom(response)
    this.made = dialog
    for (const other of this.early) if (other !== dialog) this.agent.dialogs.remove(other)
    dialog.confirmed = true
    dialog.awaitingAck = { cseq: response.cseq, credentials: this.sent.credentials }
    if (!this.owner.open) return ackAndBye(this.agent, dialog, response.cseq, 'SIP;cause=503;text="Application is gone"')
    this.agent.dialogs.add(dialog)
    this.deliver(response)
  }

  private forks: Dialog[] = []

  private dialogFrom(response: SipMessage): Dialog {
    const known = this.forks.find((dialog) => dialog.remoteTag === response.toTag) ?? this.early.find((dialog) => dialog.remoteTag === response.toTag)
    const target = contactUri(response)
    // Without Contact the peer can only be reached where it was heard.
    const dialog = clientDialog(response, this.method, this.sent.from, known?.localCSeq ?? this.sent.cseq, this.flow, this.owner, target ?? known?.remoteTarget ?? `sip:${peerName(this.flow)}`)
    if (known) {
      // RFC 3261 §13.2.2.4: the route set is computed anew from the 2xx.
      known.remoteTarget = dialog.remoteTarget
      known.routeSet = dialog.routeSet
      return known
    }
    this.forks.push(dialog)
    return dialog
  }

  private onReinviteAnswer(dialog: Dialog, response: SipMessage): void {
    if (this.finished) return this.acknowledgeAgain(dialog, response)
    this.finish()
    dialog.remoteTarget = contactUri(response) ?? dialog.remoteTarget
    dialog.awaitingAck = { cseq: response.cseq, credentials: this.sent.credentials }
    this.deliver(response)
  }

  private acknowledgeAgain(dialog: Dialog, response: SipMessage): void {
    if (dialog.ack && dialog.ack.cseq === response.cseq) sendText(this.agent, dialog.ack.flow, dialog.ack.text, undefined, dialog.callId, true, true)
  }

  private onSuccess(response: SipMessage): void {
    if (this.within) {
      if (this.method === 'UPDATE' || this.method === 'SUBSCRIBE') this.within.remoteTarget = contactUri(response) ?? this.within.remoteTarget
      return
    }
    if (this.method !== 'SUBSCRIBE' || response.toTag === '') return
    const dialog = this.dialogFrom(response)
    dialog.confirmed = true
    this.agent.dialogs.add(dialog)
  }

  /** BYE ends the dialog, unless it is to be sent again with credentials; so does the last NOTIFY of a subscription. */
  private afterFinal(dialog: Dialog, response: SipMessage): void {
    const challenged = response.status === 401 || response.status === 407
    const over = this.method === 'BYE' || (this.method === 'NOTIFY' && dialog.method === 'SUBSCRIBE' && /\r\nsubscription-state[ \t]*:[ \t]*terminated/i.test(this.sent.text))
    if (over && !challenged) this.agent.dialogs.remove(dialog)
  }

  private deliver(response: SipMessage): void {
    if (this.owner.open) this.owner.deliver(networkPayload(handOn(response), this.flow, this.agent.timers.now(), this.id, this.dialogIdOf(), undefined))
  }

  private dialogIdOf(): string {
    if (this.within) return this.within.id
    return this.method === 'INVITE' || this.method === 'SUBSCRIBE' ? dialogId(this.sent.callId, this.fromTag) : ''
  }

  private sendCancel(): void {
    if (this.finished || this.cancelText === undefined) return
    this.cancelSent = true
    const { branch, callId } = this.sent
    const silent = { onResponse: () => undefined, onClientFailure: () => undefined }
    this.agent.transactions.createClient({ method: 'CANCEL', branch, callId, text: this.cancelText, ackFor: undefined }, this.flow, true, silent).start()
    this.giveUp = this.agent.timers.start(64 * this.agent.options.timing.t1, this, 'give-up')
  }

  /** CANCEL and the ACK to a failure share Request-URI, Via, From, Call-ID, CSeq number and Route with their INVITE (RFC 3261 §9.1, §17.1.1.3). */
  private likeInvite(method: string, to: string, extra: readonly string[]): string {
    const { uri, via, routes, from, callId, cseq } = this.sent
    return writeMessage(`${method} ${uri} SIP/2.0`, [`Via: ${via}`, 'Max-Forwards: 70', ...routes, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`, ...extra], '')
  }
}
