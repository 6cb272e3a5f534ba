/** One WebSocket of a SIP peer: a message is a message, text or binary (RFC 7118 §4.2). */
import { isUtf8 } from 'node:buffer'
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { Limits, Timing } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { TableConnection } from './connections.ts'
import type { Flow, SendListener, TransportName } from './flow.ts'
import type { StreamEvents } from './stream-connection.ts'
import { Unsure } from './unsure.ts'

const PING = '\r\n\r\n'
const PONG = '\r\n'
/** RFC 6455 §7.4.1. */
const GOING_AWAY = 1001

export class WebSocketConnection implements TableConnection {
  readonly transport: TransportName
  readonly address: string
  readonly port: number
  readonly identity: string
  readonly flow: Flow
  lastHeard: number
  private readonly socket: WebSocket
  private readonly timers: Timers
  private readonly timing: Timing
  private readonly limits: Limits
  private slow: TimerHandle
  private reason = ''
  private ended = false
  private readonly unsure: Unsure
  private byUs = false

  constructor(transport: TransportName, socket: WebSocket, raw: Duplex, peer: { address: string; port: number; identity: string }, timers: Timers, timing: Timing, limits: Limits, events: StreamEvents) {
    this.transport = transport
    this.socket = socket
    this.address = peer.address
    this.port = peer.port
    this.identity = peer.identity
    this.flow = { transport, address: peer.address, port: peer.port, connection: this }
    this.timers = timers
    this.timing = timing
    this.limits = limits
    this.lastHeard = timers.now()
    this.unsure = new Unsure(timers)
    // Before the library reads it: what it completes stops the clock again.
    raw.prependListener('data', () => this.received())
    socket.on('message', (data) => this.completed(data, events))
    socket.on('ping', () => this.stopSlow())
    socket.on('pong', () => this.stopSlow())
    // What breaks the protocol is answered with a close of its own by the library.
    socket.on('error', (error) => (this.reason ||= error.message))
    socket.on('close', () => {
      this.ended = true
      this.stopSlow()
      events.onClosed(this, this.reason)
      if (!this.byUs) this.unsure.fail(this.reason || 'connection closed by the peer')
    })
  }

  get open(): boolean {
    return !this.ended && this.socket.readyState === this.socket.OPEN
  }

  /** A browser is nobody's server: what is meant for another host never goes there by mistake. */
  proves(): boolean {
    return true
  }

  send(text: string, listener: SendListener | undefined): void {
    if (!this.open) {
      listener?.onSendError('connection closed')
      return
    }
    const data = Buffer.from(text, 'latin1')
    this.socket.send(data, { binary: !isUtf8(data) })
    this.unsure.add(text, listener)
    if (this.socket.bufferedAmount > this.limits.backlog) this.destroy('the peer does not read')
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    this.byUs = true
    this.stopSlow()
    this.socket.close(GOING_AWAY)
    this.slow = this.timers.start(this.timing.connect, this, 'slow')
  }

  destroy(reason: string): void {
    this.reason ||= reason
    this.ended = true
    this.socket.terminate()
  }

  onTimer(): void {
    this.slow = undefined
    this.destroy('a message was not completed in time')
  }

  private received(): void {
    this.lastHeard = this.timers.now()
    if (!this.ended) this.slow ??= this.timers.start(this.timing.slowPeer, this, 'slow')
  }

  private completed(data: RawData, events: StreamEvents): void {
    if (this.ended) return
    this.stopSlow()
    const text = (data as Buffer).toString('latin1')
    // RFC 5626 §3.5.1, as WebSocket phones do it although they could ping.
    if (text === PING) this.send(PONG, undefined)
    else if (text !== PONG) events.onMessage(text, this.flow)
  }

  private stopSlow(): void {
    if (this.slow !== undefined) this.timers.stop(this.slow)
    this.slow = undefined
  }
}
