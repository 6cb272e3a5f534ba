/** One application's connection to the control port: frames in and out, the secret before anything else. */
import { timingSafeEqual } from 'node:crypto'
import type { Owner } from '../dialog/dialog.ts'
import type { EngineOptions } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import { createFrameReader, type Framer } from './frames.ts'
import type { Line, OpenLine } from './line.ts'
import { accepted, rejected } from './payload.ts'

/** Before the secret was told, a frame may be this long. */
const FIRST_FRAME_MAX = 4096

export const VERSION = 'v0.9.10'

export interface ApplicationHooks {
  /** One message, split: tokens of the first line, and the SIP text after it (undefined when there is none). */
  onMessage(application: Application, tokens: string[], text: string | undefined): void
  /** `proto/host:port,…` as peers see us, and as we are. */
  addresses(): { advertised: string; local: string }
  onAuthenticated(application: Application): void
  onClosed(application: Application): void
}

export class Application implements Owner {
  /** Methods it asked for, lower case, as often as it asked. */
  readonly routes: string[] = []
  private readonly secret: string
  private readonly line: Line
  private readonly options: EngineOptions
  private readonly timers: Timers
  private readonly hooks: ApplicationHooks
  private readonly framer: Framer
  /** What it told of itself, for those who ask for it by name. */
  tags: ReadonlySet<string> = new Set()
  private authenticated = false
  private patience: TimerHandle
  private queue = ''
  private later: TimerHandle
  private flushing: NodeJS.Immediate | undefined
  private closed = false

  /** @param secret what it must tell */
  constructor(open: OpenLine, secret: string, options: EngineOptions, timers: Timers, hooks: ApplicationHooks) {
    this.secret = secret
    this.options = options
    this.timers = timers
    this.hooks = hooks
    this.framer = createFrameReader(FIRST_FRAME_MAX, { onFrame: (payload) => this.onFrame(payload), onGarbled: (reason) => this.reject('', reason) })
    this.patience = timers.start(options.timing.authenticate, this, 'patience')
    this.line = open({
      onText: (text) => {
        // What it still sends after its end is not read.
        if (!this.closed) this.framer.push(text)
      },
      onClosed: () => this.close(),
    })
  }

  get open(): boolean {
    return !this.closed
  }

  get quiet(): boolean {
    return this.line.quiet
  }

  get backlog(): number {
    return this.line.backlog + this.queue.length
  }

  /** Queues one payload; what is queued within one turn of the loop leaves in one write. */
  deliver(payload: string): void {
    if (this.closed) return
    this.queue += `${payload.length}#${payload}`
    this.flushing ??= setImmediate(() => this.flush())
  }

  deliverLater(payload: string): void {
    if (this.closed) return
    this.queue += `${payload.length}#${payload}`
    if (this.flushing === undefined) this.later ??= this.timers.start(this.options.timing.echo, this, 'later')
  }

  /** Answers NO and hangs up: what comes after a message that cannot be read cannot be trusted. */
  reject(messageId: string, reason: string): void {
    this.deliver(rejected(messageId, reason))
    this.flush()
    this.close()
  }

  onTimer(name: 'patience' | 'later'): void {
    if (name === 'later') this.flush()
    else this.reject('', 'not authenticated in time')
  }

  /** Sends what is queued and ends; idempotent. */
  close(): void {
    if (this.closed) return
    this.flush()
    this.closed = true
    this.timers.stop(this.patience)
    this.line.end()
    this.hooks.onClosed(this)
  }

  private flush(): void {
    if (this.flushing) clearImmediate(this.flushing)
    this.flushing = undefined
    if (this.later !== undefined) this.timers.stop(this.later)
    this.later = undefined
    if (this.queue === '' || this.closed) return
    const queue = this.queue
    this.queue = ''
    this.line.send(queue)
    // An application that stopped reading holds requests that nobody will answer.
    if (this.line.backlog > this.options.limits.applicationBacklog) this.line.destroy()
  }

  private onFrame(payload: string): void {
    if (this.closed) return
    const lineEnd = payload.indexOf('\r\n')
    const tokens = (lineEnd === -1 ? payload : payload.slice(0, lineEnd)).split('|')
    if (tokens.length < 2 || tokens[0] === '') return this.reject(tokens[0] ?? '', 'a message needs an id and a type')
    if (!this.authenticated) return this.authenticate(tokens)
    this.hooks.onMessage(this, tokens, lineEnd === -1 ? undefined : payload.slice(lineEnd + 2))
  }

  private authenticate(tokens: string[]): void {
    const [id = '', type, secret = '', tags = ''] = tokens
    if (type !== 'authenticate') return this.reject(id, 'authenticate first')
    if (!sameSecret(secret, this.secret)) return this.reject(id, 'incorrect secret')
    this.authenticated = true
    this.timers.stop(this.patience)
    this.framer.allow(this.options.limits.frame)
    const { advertised, local } = this.hooks.addresses()
    this.tags = new Set(tags.split(',').filter((tag) => tag !== ''))
    this.deliver(accepted(id, advertised, VERSION, local))
    this.hooks.onAuthenticated(this)
  }
}

function sameSecret(told: string, secret: string): boolean {
  const a = Buffer.from(told, 'latin1')
  const b = Buffer.from(secret)
  return a.length === b.length && timingSafeEqual(a, b)
}
