/** A server transaction (RFC 3261 §17.2): absorbs repeated requests, repeats responses. */
import type { SipMessage } from '../message/message.ts'
import type { Via } from '../message/via.ts'
import type { TimerHandle } from '../timers.ts'
import { isReliable, lostFlow, replyFlow, type Flow } from '../transport/flow.ts'
import type { TransactionEnvironment } from './environment.ts'
import { inviteServer, otherServer, type Action, type Input, type State, type Table, type TimerName } from './tables.ts'
import { timerLength } from './timing.ts'

/** Told of what the user must know. */
export interface ServerUser {
  /** No ACK to our failure response, or the response could not be sent. */
  onServerFailure(transaction: ServerTransaction, reason: 'timeout' | 'transport'): void
  /** A CANCEL for this INVITE came in and was answered; there is no final response yet (RFC 3261 §9.2). */
  onCancelled?(cancel: SipMessage, from: Flow): void
}

export class ServerTransaction {
  readonly key: string
  readonly method: string
  readonly callId: string
  /** Whether the call trace wants its messages. */
  readonly traced: boolean
  /** The tag we answer with; chosen at the first response that carries one. */
  localTag = ''
  /** What else of it is to be forgotten with it; empty when nothing. */
  mergeKey = ''
  state: State
  user: ServerUser | undefined
  /** Where the request came from. */
  readonly from: Flow
  private flow: Flow
  private readonly fallback: Flow
  private readonly via: Via
  /** Where else the sender may be, when its source cannot be reached; undefined before that was looked for. */
  private further: Flow[] | undefined
  private looking = false
  private readonly table: Table
  private readonly environment: TransactionEnvironment
  private readonly ended: (transaction: ServerTransaction) => void
  private response = ''
  private timers: { name: TimerName; handle: TimerHandle }[] = []
  private runs = 0
  private repeats = false

  constructor(key: string, request: SipMessage, from: Flow, traced: boolean, environment: TransactionEnvironment, ended: (transaction: ServerTransaction) => void) {
    this.key = key
    this.method = request.method
    this.callId = request.callId
    this.traced = traced
    this.from = from
    this.flow = replyFlow(request, from)
    this.fallback = lostFlow(request, from)
    this.via = request.via
    this.environment = environment
    this.ended = ended
    this.table = request.method === 'INVITE' ? inviteServer : otherServer
    this.state = request.method === 'INVITE' ? 'proceeding' : 'trying'
  }

  /** Whether a final response was given. */
  get answered(): boolean {
    return this.state !== 'proceeding' && this.state !== 'trying'
  }

  /** The request came in again. */
  again(): void {
    this.step('request')
  }

  /** ACK to a failure response. */
  acknowledged(): void {
    this.step('ack')
  }

  respond(status: number, text: string): void {
    this.response = text
    this.repeats = false
    this.step(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure')
  }

  /** Sends `text` outside the machine, which in Accepted does not repeat: the 2xx again (RFC 3261 §13.3.1.4), a reliable 1xx again. */
  repeat(text: string): void {
    this.send(text, true)
  }

  /** A further 2xx of a forked INVITE, which the machine has no state for (RFC 6026 §7.1). */
  sendAlso(text: string): void {
    this.send(text, false)
  }

  abandon(): void {
    this.step('abandon')
  }

  onTimer(name: TimerName): void {
    const at = this.timers.findIndex((timer) => timer.name === name)
    if (at !== -1) this.timers.splice(at, 1)
    this.step(`timer-${name}`)
  }

  /** The source cannot be reached; the name it calls itself by in the Via may lead elsewhere (RFC 3263 §5). */
  onSendError(): void {
    if (this.looking) return
    if (this.further !== undefined) return this.sendFurther()
    this.looking = true
    void this.environment.locateSender(this.via, this.from).then((flows) => {
      this.looking = false
      this.further = [...flows]
      this.sendFurther()
    })
  }

  private sendFurther(): void {
    const next = this.further?.shift()
    if (next === undefined) return this.step('transport-error')
    // Over a stream the transaction may be over by now; its response is still owed.
    this.flow = next
    if (this.response !== '') this.send(this.response, true)
  }

  private send(text: string, repeat: boolean): void {
    if (this.flow.connection?.open === false) this.flow = this.fallback
    this.environment.send(this.flow, text, this, this.callId, this.traced, repeat)
  }

  private step(input: Input): void {
    const rule = this.table[this.state]?.[input]
    if (rule === undefined) return
    this.state = rule.next
    for (const action of rule.actions) this.act(action)
    if (this.state === 'terminated') this.close()
  }

  private act(action: Action): void {
    switch (action) {
      case 'send':
      case 'send-again':
        // A request repeated before we had anything to say (only possible for other methods in Trying) is absorbed.
        if (this.response !== '') this.send(this.response, this.repeats)
        this.repeats = true
        break
      case 'report-timeout':
        this.user?.onServerFailure(this, 'timeout')
        break
      case 'report-error':
        this.user?.onServerFailure(this, 'transport')
        break
      default:
        if (action.startsWith('start-')) this.startTimer(action.slice(6) as TimerName)
        else if (action.startsWith('stop-')) this.stopTimer(action.slice(5) as TimerName)
    }
  }

  private startTimer(name: TimerName): void {
    const length = timerLength(name, this.environment.timing, isReliable(this.from), name === 'G' ? this.runs++ : 0, false)
    if (length === undefined) return
    this.timers.push({ name, handle: this.environment.timers.start(length, this, name) })
  }

  private stopTimer(name: TimerName): void {
    const at = this.timers.findIndex((timer) => timer.name === name)
    if (at === -1) return
    this.environment.timers.stop(this.timers[at]?.handle)
    this.timers.splice(at, 1)
  }

  /** Stops its timers and leaves the table; idempotent. */
  close(): void {
    for (const timer of this.timers) this.environment.timers.stop(timer.handle)
    this.timers = []
    this.state = 'terminated'
    this.user = undefined
    this.ended(this)
  }
}
