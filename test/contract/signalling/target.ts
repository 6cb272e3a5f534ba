/** What the suite runs against: the embedded engine always, a real drachtio-server when its addresses are set. */
import { createRequire } from 'node:module'
import { EventEmitter, once } from 'node:events'
import type { ConnectionOptions, TlsOptions } from 'node:tls'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { startEmbedded, type EmbeddedSignalling } from '../../../pbx/signalling/embedded.ts'
import type { Limits, SipOptions, Timing } from '../../../pbx/signalling/engine/options.ts'
import { startNameServer, type NameServer } from '../../support/name-server.ts'
import { tcpListener, tcpPeer, tlsPeer, udpPeer, wsPeer, type Peer } from './peer.ts'

export interface Target {
  name: 'embedded' | 'drachtio-server'
  control: { host: string; port: number; secret: string }
  sip: { port: number }
  engine: EmbeddedSignalling | undefined
}

/** As much of drachtio-srf as the suite uses; its own types cover only a part. */
export interface SrfMessage extends EventEmitter {
  method: string
  status: number
  reason: string
  uri: string
  body: string
  source: string
  source_address: string
  source_port: number
  protocol: string
  stackTxnId: string
  stackDialogId: string
  receivedOn?: string
  sessionToken?: string
  msg: { headers: Record<string, string> }
  get(name: string): string
  has(name: string): boolean
  proxy(options: ProxyOptions): Promise<ProxyResult>
  cancel(options?: object, callback?: (error: unknown, request: SrfMessage) => void): void
}

export interface ProxyOptions {
  destination?: string | string[]
  remainInDialog?: boolean
  recordRoute?: boolean
  path?: boolean
  followRedirects?: boolean
  forking?: 'simultaneous' | 'sequential'
  provisionalTimeout?: string
  finalTimeout?: string
  headers?: Record<string, string>
}

/** What became of each target, in order of their final responses. */
export interface ProxyResult {
  connected: boolean
  finalStatus: number
  responses: { address: string; port: number; msgs: { status: number; msg: SrfMessage }[] }[]
}

export interface SrfReply {
  send(status: number, reason?: string | object, options?: object | ((error: unknown, message: SrfMessage) => void), callback?: (message: SrfMessage) => void): void
  finalResponseSent: boolean
}

export interface SrfDialog extends EventEmitter {
  id: string
  sip: { callId: string; localTag: string; remoteTag: string }
  local: { sdp: string; uri: string; contact: string }
  remote: { sdp: string; uri: string }
  destroy(options?: object): Promise<SrfMessage>
  modify(sdp: string): Promise<string>
  request(options: object): Promise<SrfMessage>
}

type Handler = (request: SrfMessage, response: SrfReply) => void

export interface Srf extends EventEmitter {
  connect(options: object): void
  disconnect(): void
  invite(handler: Handler): void
  register(handler: Handler): void
  options(handler: Handler): void
  message(handler: Handler): void
  info(handler: Handler): void
  use(method: string, handler: Handler): void
  request(uri: string, options: object, callback: (error: unknown, request: SrfMessage) => void): void
  createUAS(request: SrfMessage, response: SrfReply, options: object): Promise<SrfDialog>
  createUAC(uri: string, options: object, callbacks?: object): Promise<SrfDialog>
  createB2BUA(request: SrfMessage, response: SrfReply, uri: string, options: object): Promise<{ uas: SrfDialog; uac: SrfDialog }>
  proxyRequest(request: SrfMessage, destination: string | string[], options?: ProxyOptions): Promise<ProxyResult>
  proxyRequest(request: SrfMessage, destination: string | string[], options: ProxyOptions, callback: (error: unknown, result?: ProxyResult) => void): void
  removeRoute(verb: string): void
  readonly app: { client: Agent }
}

interface Agent {
  mapServer: Map<unknown, { pendingRequests: Map<string, (tokens: string[]) => void> }>
  wp: { send(socket: unknown, message: string): string }
}

const SrfClass = createRequire(import.meta.url)('drachtio-srf') as new () => Srf

/** One test's things, closed with it. */
export interface Scene {
  target: Target
  /** A connected application. `setUp` names its handlers; the methods they are for are routed when this resolves. */
  app(setUp?: (srf: Srf) => void): Promise<Srf>
  udp(address?: string): ReturnType<typeof udpPeer>
  tcp(address?: string): ReturnType<typeof tcpPeer>
  /** Connects to the embedded engine's TLS port. */
  tls(options?: ConnectionOptions): ReturnType<typeof tlsPeer>
  /** Connects to the embedded engine's WebSocket port; with `ca`, to the secure one. */
  ws(options?: Parameters<typeof wsPeer>[1]): ReturnType<typeof wsPeer>
  listener(tls?: TlsOptions): ReturnType<typeof tcpListener>
  /** The engine's only name server; for cases with `names`. */
  names: NameServer
  after(close: () => unknown): void
}

export const logger = createLogger('silent')

const external = process.env['DRACHTIO'] && process.env['DRACHTIO_SECRET'] && process.env['DRACHTIO_SIP']
  ? { control: process.env['DRACHTIO'], secret: process.env['DRACHTIO_SECRET'], sip: process.env['DRACHTIO_SIP'] }
  : undefined

function split(hostPort: string): { host: string; port: number } {
  const at = hostPort.lastIndexOf(':')
  return { host: hostPort.slice(0, at), port: Number(hostPort.slice(at + 1)) }
}

export interface CaseOptions {
  timing?: Partial<Timing>
  limits?: Partial<Limits>
  sip?: Partial<SipOptions>
  /** With a name server of the test's, instead of the machine's. */
  names?: boolean
  /** Why it cannot run on this machine. */
  skip?: string | false
  /** A name server that never answers comes before it. */
  deadNameServer?: boolean
  /** Why the case does not run against the real server: it differs by choice (README), or its timers cannot be shortened. */
  embeddedOnly?: string
}

/** No case takes longer; the wait for one message is shorter, so that its error says which message was missing. */
const CASE_MS = 30_000

/** Declares a case: one test a target. */
export function behaves(name: string, options: CaseOptions, play: (scene: Scene) => Promise<void>): void {
  test(`embedded: ${name}`, { skip: options.skip ?? false, timeout: CASE_MS }, async (context) => {
    const names = options.names ? await startNameServer() : undefined
    context.after(() => names?.close())
    const silent = options.deadNameServer ? await startNameServer() : undefined
    if (silent) silent.instead = () => undefined
    context.after(() => silent?.close())
    const engine = await startEmbedded({
      sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined, ...options.sip }, ...(names ? { dns: { servers: [...(silent ? [silent.address] : []), names.address] } } : {}),
      ...(options.timing ? { timing: options.timing } : {}), ...(options.limits ? { limits: options.limits } : {}),
    }, logger)
    context.after(() => engine.close())
    await run(context, { name: 'embedded', control: engine.control, sip: { port: engine.ports.udp as number }, engine }, play, names)
  })
  const skip = external === undefined ? 'DRACHTIO, DRACHTIO_SECRET and DRACHTIO_SIP are not set' : (options.embeddedOnly ?? false)
  test(`drachtio-server: ${name}`, { skip, timeout: CASE_MS }, async (context) => {
    if (!external) return
    await run(context, { name: 'drachtio-server', control: { ...split(external.control), secret: external.secret }, sip: { port: split(external.sip).port }, engine: undefined }, play)
  })
}

async function run(context: TestContext, target: Target, play: (scene: Scene) => Promise<void>, names?: NameServer): Promise<void> {
  const closers: (() => unknown)[] = []
  const keep = async <P extends Peer>(made: Promise<P>): Promise<P> => {
    const peer = await made
    closers.push(() => peer.close())
    return peer
  }
  const scene: Scene = {
    target,
    async app(setUp) {
      const srf = newApp(setUp)
      closers.push(() => disconnectApp(srf))
      await connectApp(srf, target.control)
      return srf
    },
    udp: (address) => keep(udpPeer(target.sip, address)),
    tcp: (address) => keep(tcpPeer(target.sip, address)),
    tls: (options = {}) => keep(tlsPeer({ port: target.engine?.ports.tls ?? 0 }, options)),
    ws: (options = {}) => keep(wsPeer(options.ca === undefined ? `ws://127.0.0.1:${target.engine?.ports.ws}/` : `wss://127.0.0.1:${target.engine?.ports.wss}/`, options)),
    listener: (tls) => keep(tcpListener(tls)),
    get names() {
      if (names === undefined) throw new Error('this case has no name server')
      return names
    },
    after: (close) => closers.push(close),
  }
  try {
    await play(scene)
  } finally {
    for (const close of closers.reverse()) await close()
  }
  context.diagnostic(`ran against ${target.name}`)
}

/** A stock application, not connected. */
export function newApp(setUp?: (srf: Srf) => void): Srf {
  const srf = new SrfClass()
  srf.on('error', () => undefined)
  setUp?.(srf)
  return srf
}

/** Connects an application; the methods it has handlers for are routed when this resolves. */
export async function connectApp(srf: Srf, control: Target['control']): Promise<void> {
  const connected = once(srf, 'connect')
  srf.connect(control)
  const [error] = (await connected) as [unknown]
  if (error instanceof Error) throw error
  await routed(srf)
}

export function disconnectApp(srf: Srf): void {
  if (srf.app.client.mapServer.size > 0) srf.disconnect()
}

/** Routes are sent without waiting for their OK; the answer to a ping after them proves that they were read. */
export function routed(srf: Srf): Promise<void> {
  const agent = srf.app.client
  const [first] = [...agent.mapServer]
  if (!first) return Promise.reject(new Error('not connected'))
  const [socket, state] = first
  return new Promise((resolve) => state.pendingRequests.set(agent.wp.send(socket, 'ping'), () => resolve()))
}
