/** A request that was handed to an application and waits for its responses. */
import type { Dialog, Owner } from '../dialog/dialog.ts'
import type { SipMessage } from '../message/message.ts'
import { randomToken, uuid } from '../random.ts'
import { handOn, reasonPhrase, writeResponse } from '../message/write.ts'
import type { TimerHandle } from '../timers.ts'
import type { ServerTransaction, ServerUser } from '../transaction/server.ts'
import type { Flow } from '../transport/flow.ts'
import { networkPayload } from '../wire/payload.ts'
import type { Agent, IncomingRequest } from './agent.ts'
import { cdrStop } from './cdr.ts'

export class Incoming implements IncomingRequest, ServerUser {
  readonly id = uuid()
  /** Another once a handler has decided. */
  owner: Owner
  readonly request: SipMessage
  readonly transaction: ServerTransaction
  dialog: Dialog | undefined
  readonly within: boolean
  reliable: IncomingRequest['reliable']
  readonly held: (() => void)[] = []
  rseq = 0
  promised = false
  private readonly agent: Agent
  private unanswered: TimerHandle

  constructor(agent: Agent, owner: Owner, request: SipMessage, transaction: ServerTransaction, dialog: Dialog | undefined) {
    this.agent = agent
    this.owner = owner
    this.request = request
    this.transaction = transaction
    this.dialog = dialog
    this.within = dialog !== undefined
    transaction.user = this
    const { timing } = agent.options
    this.unanswered = agent.timers.start(request.method === 'INVITE' ? timing.inviteAnswer : timing.requestAnswer, this, 'unanswered')
    agent.incoming.set(this.id, this)
    if (request.method === 'REGISTER') agent.registering.add(this)
    if (dialog && request.method === 'INVITE') dialog.serverInvite = this
  }

  get dialogId(): string {
    return this.dialog?.id ?? ''
  }

  tag(wanted = ''): string {
    if (this.request.toTag !== '') return ''
    if (this.transaction.localTag === '') this.transaction.localTag = wanted !== '' ? wanted : randomToken()
    return this.transaction.localTag
  }

  answer(status: number, reason = reasonPhrase(status), extra: readonly string[] = []): void {
    if (status >= 200) this.finish()
    const text = writeResponse(this.request, status, reason, status === 100 ? '' : this.tag(), extra)
    this.transaction.respond(status, text)
    if (status < 300) return
    this.dropEarlyDialog()
    // Of 487 whoever cancelled it tells.
    if (this.attempt && status !== 487) cdrStop(this.agent, 'application', 'call-rejected', text)
  }

  heard(): void {
    if (this.unanswered !== undefined) this.agent.timers.stop(this.unanswered)
    this.unanswered = undefined
  }

  promise(): void {
    this.heard()
    this.promised = true
    this.agent.incoming.delete(this.id)
  }

  acknowledged(): void {
    this.reliable?.stop()
    this.reliable = undefined
    this.held.shift()?.()
  }

  finish(): void {
    this.heard()
    this.reliable?.stop()
    this.reliable = undefined
    this.held.length = 0
    this.agent.incoming.delete(this.id)
    this.agent.registering.delete(this)
    if (this.dialog?.serverInvite === this) this.dialog.serverInvite = undefined
  }

  dropEarlyDialog(): void {
    if (!this.within && this.dialog && !this.dialog.confirmed) this.agent.dialogs.remove(this.dialog)
  }

  /** Whether it is an INVITE that begins a call. */
  get attempt(): boolean {
    return !this.within && this.request.method === 'INVITE'
  }

  onTimer(): void {
    this.unanswered = undefined
    // RFC 4320: 408 would come too late to be of use to a request other than INVITE; 503 says where the fault is.
    this.answer(503, 'Application did not answer')
  }

  /** 487 (RFC 3261 §9.2); the application is told. */
  onCancelled(cancel: SipMessage, from: Flow): void {
    if (this.promised) return
    const { id, dialogId, owner } = this
    this.answer(487)
    if (this.attempt) cdrStop(this.agent, 'network', 'call-canceled', cancel)
    if (owner.open) owner.deliver(networkPayload(handOn(cancel), from, this.agent.timers.now(), id, dialogId, undefined))
  }

  onServerFailure(): void {
    // The peer does not acknowledge, or cannot be reached: nothing more can be said to it.
    this.finish()
    this.dropEarlyDialog()
  }
}
