/** A client transaction (RFC 3261 §17.1): repeats its request, matches the responses, acknowledges failures of INVITE. */
import type { SipMessage } from '../message/message.ts'
import type { TimerHandle } from '../timers.ts'
import { isReliable, type Flow } from '../transport/flow.ts'
import type { TransactionEnvironment } from './environment.ts'
import { inviteClient, otherClient, type Action, type Input, type State, type Table, type TimerName } from './tables.ts'
import { timerLength } from './timing.ts'

export interface ClientUser {
  onResponse(response: SipMessage): void
  /** Nothing came in 64*T1 (`timeout`), or the request could not be sent. */
  onClientFailure(reason: 'timeout' | 'transport', detail: string): void
}

/** What is to be sent, and what is needed to match and to acknowledge it. */
export interface ClientRequest {
  method: string
  branch: string
  callId: string
  text: string
  /** Makes the ACK to a failure response of this INVITE (RFC 3261 §17.1.1.3). */
  ackFor: ((response: SipMessage) => string) | undefined
}

export class ClientTransaction {
  readonly key: string
  readonly request: ClientRequest
  readonly flow: Flow
  readonly traced: boolean
  state: State
  private readonly user: ClientUser
  private readonly table: Table
  private readonly environment: TransactionEnvironment
  private readonly ended: (transaction: ClientTransaction) => void
  private timers: { name: TimerName; handle: TimerHandle }[] = []
  private runs = 0
  private response: SipMessage | undefined
  private ack = ''
  private errorDetail = ''

  constructor(key: string, request: ClientRequest, flow: Flow, traced: boolean, user: ClientUser, environment: TransactionEnvironment, ended: (transaction: ClientTransaction) => void) {
    this.key = key
    this.request = request
    this.flow = flow
    this.traced = traced
    this.user = user
    this.environment = environment
    this.ended = ended
    const invite = request.method === 'INVITE'
    this.table = invite ? inviteClient : otherClient
    this.state = invite ? 'calling' : 'trying'
  }

  /** Sends the request for the first time. */
  start(): void {
    this.startTimer(this.request.method === 'INVITE' ? 'A' : 'E')
    this.startTimer(this.request.method === 'INVITE' ? 'B' : 'F')
    this.environment.send(this.flow, this.request.text, this, this.request.callId, this.traced, false)
  }

  receive(response: SipMessage): void {
    this.response = response
    this.step(response.status < 200 ? 'provisional' : response.status < 300 ? 'success' : 'failure')
    this.response = undefined
  }

  abandon(): void {
    this.step('abandon')
  }

  /** A CANCEL was sent for it: it ends as a timeout 64*T1 later, unless a final response comes. */
  cancelled(): void {
    this.step('cancelled')
  }

  /** Repeats its INVITE no more; what comes late is still passed up. */
  silence(): void {
    this.step('silence')
  }

  onTimer(name: TimerName): void {
    const at = this.timers.findIndex((timer) => timer.name === name)
    if (at !== -1) this.timers.splice(at, 1)
    this.step(`timer-${name}`)
  }

  onSendError(reason: string): void {
    this.errorDetail = reason
    this.step('transport-error')
  }

  private step(input: Input): void {
    const rule = this.table[this.state]?.[input]
    if (rule === undefined) return
    this.state = rule.next
    for (const action of rule.actions) this.act(action)
    if (this.state === 'terminated') this.close()
  }

  private act(action: Action): void {
    const { request, environment } = this
    switch (action) {
      case 'send-again':
        environment.send(this.flow, request.text, this, request.callId, this.traced, true)
        break
      case 'send-ack': {
        const repeat = this.ack !== ''
        if (!repeat && request.ackFor && this.response) this.ack = request.ackFor(this.response)
        environment.send(this.flow, this.ack, this, request.callId, this.traced, repeat)
        break
      }
      case 'pass-up':
        if (this.response) this.user.onResponse(this.response)
        break
      case 'report-timeout':
        this.user.onClientFailure('timeout', 'no response')
        break
      case 'report-error':
        this.user.onClientFailure('transport', this.errorDetail)
        break
      default:
        if (action.startsWith('start-')) this.startTimer(action.slice(6) as TimerName)
        else if (action.startsWith('stop-')) this.stopTimer(action.slice(5) as TimerName)
    }
  }

  private startTimer(name: TimerName): void {
    const repeating = name === 'A' || name === 'E'
    const length = timerLength(name, this.environment.timing, isReliable(this.flow), repeating ? this.runs++ : 0, this.state === 'proceeding')
    if (length === undefined || this.state === 'terminated') return
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
    this.ended(this)
  }
}
