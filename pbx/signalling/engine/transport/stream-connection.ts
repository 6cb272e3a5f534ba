/** One connection to a SIP peer over a byte stream, whoever opened it. */
import type { Socket } from 'node:net'
import type { Limits, Timing } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import { createFramer, type Framer } from './framing.ts'
import type { TableConnection } from './connections.ts'
import type { Flow, SendListener, TransportName } from './flow.ts'
import { answerStun } from './stun.ts'
import { Unsure } from './unsure.ts'

/** What every kind of connection tells. */
export interface StreamEvents {
  onMessage(text: string, flow: Flow): void
  /** The head of a message over the limit, when it could be cut out. */
  onTooLong(head: string, flow: Flow): void
  /** `reason` is empty for an ordinary end. Called once. */
  onClosed(connection: TableConnection, reason: string): void
}

export interface StreamPeer {
  address: string
  port: number
  /** False while the connection is still being made; what is sent meanwhile waits. */
  connected: boolean
  identity: string
  proves: (host: string | undefined) => boolean
}

export class StreamConnection implements TableConnection {
  readonly transport: TransportName
  readonly address: string
  readonly port: number
  readonly identity: string
  readonly proves: (host: string | undefined) => boolean
  /** What a message over it comes from. */
  readonly flow: Flow
  lastHeard: number
  private readonly socket: Socket
  private readonly framer: Framer
  private readonly timers: Timers
  private readonly timing: Timing
  private readonly limits: Limits
  private slow: TimerHandle
  private waiting: { text: string; listener: SendListener | undefined }[] | undefined
  private reason = ''
  private ended = false
  private readonly unsure: Unsure
  /** The end was ours, so what was written before it is read. */
  private byUs = false

  constructor(transport: TransportName, socket: Socket, peer: StreamPeer, timers: Timers, timing: Timing, limits: Limits, events: StreamEvents) {
    this.socket = socket
    this.transport = transport
    this.address = peer.address
    this.port = peer.port
    this.identity = peer.identity
    this.proves = peer.proves
    this.flow = { transport, address: peer.address, port: peer.port, connection: this }
    this.timers = timers
    this.timing = timing
    this.limits = limits
    this.lastHeard = timers.now()
    this.unsure = new Unsure(timers)
    this.framer = createFramer(limits.message, {
      onMessage: (text) => events.onMessage(text, this.flow),
      onPing: () => this.send('\r\n', undefined),
      onStun: (bytes) => {
        const answer = answerStun(Buffer.from(bytes, 'latin1'), this.address, this.port)
        if (answer) this.send(answer.toString('latin1'), undefined)
      },
      onBroken: (reason, head) => {
        this.reason = reason
        if (head !== undefined) events.onTooLong(head, this.flow)
        this.end()
      },
    })
    if (!peer.connected) {
      this.waiting = []
      this.slow = timers.start(timing.connect, this, 'slow')
    }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.setEncoding('latin1')
    socket.on(transport === 'tls' ? 'secureConnect' : 'connect', () => this.connected())
    socket.on('data', (chunk: string) => this.received(chunk))
    socket.on('error', (error) => (this.reason ||= error.message))
    socket.on('end', () => this.finish())
    socket.on('close', () => {
      this.stopSlow()
      this.ended = true
      const waiting = this.waiting ?? []
      this.waiting = undefined
      events.onClosed(this, this.reason)
      for (const { listener } of waiting) listener?.onSendError(this.reason || 'connection closed')
      if (!this.byUs) this.unsure.fail(this.reason || 'connection closed by the peer')
    })
  }

  get open(): boolean {
    return !this.ended
  }

  send(text: string, listener: SendListener | undefined): void {
    if (this.ended) {
      listener?.onSendError('connection closed')
      return
    }
    if (this.waiting) {
      this.waiting.push({ text, listener })
      return
    }
    this.socket.write(text, 'latin1')
    this.unsure.add(text, listener)
    // A peer that does not read must not fill our memory.
    if (this.socket.writableLength > this.limits.backlog) this.destroy('the peer does not read')
  }

  /** Sends what is queued, then closes. */
  end(): void {
    if (!this.ended) this.byUs = true
    this.finish()
  }

  private finish(): void {
    if (this.ended) return
    this.ended = true
    this.stopSlow()
    this.socket.end()
    // A peer that keeps its side open must not keep ours.
    this.slow = this.timers.start(this.timing.connect, this, 'slow')
  }

  destroy(reason: string): void {
    this.reason ||= reason
    this.ended = true
    this.socket.destroy()
  }

  onTimer(): void {
    this.slow = undefined
    this.destroy(this.waiting ? 'no connection in time' : 'a message was not completed in time')
  }

  private connected(): void {
    this.stopSlow()
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const { text, listener } of waiting) this.send(text, listener)
  }

  private received(chunk: string): void {
    this.lastHeard = this.timers.now()
    this.framer.push(chunk)
    if (this.ended) return
    if (!this.framer.partial) this.stopSlow()
    else this.slow ??= this.timers.start(this.timing.slowPeer, this, 'slow')
  }

  private stopSlow(): void {
    if (this.slow !== undefined) this.timers.stop(this.slow)
    this.slow = undefined
  }
}
