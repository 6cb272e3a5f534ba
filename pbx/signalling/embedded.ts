/** Starts the engine in a thread of its own and watches over it. */
import { randomBytes } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { openControlLine, type ControlLine } from './control-line.ts'
import type { EngineStatus } from './engine/engine.ts'
import { defaultLimits, defaultTiming, type DnsOptions, type Limits, type SipOptions, type Timing, type TlsOptions } from './engine/options.ts'
import type { GateReport } from './engine/gate/orders.ts'
import { PULSE_MS } from './engine/gate/overload.ts'
import { beat, createPulseMemory } from './engine/gate/pulse.ts'
import type { NameReport } from './engine/locate/describe.ts'
import type { FromEngine, ToEngine, WorkerOptions } from './engine/protocol.ts'
import type { RequestHandler } from './engine/wire/handlers.ts'
import type { PeerPlace, TransportName } from './engine/transport/flow.ts'
import type { EngineGate, EngineLane, NameBook, Signalling, TraceRecord } from './signalling.ts'

/** What a thread may fill with short-lived objects before it tidies. Less than V8's own choice: memory for a little time. */
const YOUNG_MB = 16

/** How long the thread may take to close its sockets before it is ended. */
const CLOSE_MS = 3000

export interface EmbeddedOptions {
  sip: SipOptions
  /** The machine's name servers when left out. */
  dns?: DnsOptions
  /** Who decides on requests outside dialogs in place of connected applications, and what an application that is dialled must tell. */
  handlers?: readonly RequestHandler[]
  handlerSecret?: string
  /** The module of a guest that answers requests in the engine's thread; see the engine's `lane.ts`. A file URL. */
  lane?: string
  /** Hex; see the engine's options. */
  routeKey?: string
  /** Where applications connect; a free port of loopback and a secret of this start when absent. */
  control?: { host: string; port: number; secret: string }
  /** Applications may say what goes beyond drachtio's wire; they are heard with `onAside`. */
  aside?: boolean
  /** Registrations and keep-alives are traced as well. */
  traceAll?: boolean
  timing?: Partial<Timing>
  limits?: Partial<Limits>
}

export interface EmbeddedSignalling extends Omit<Signalling, 'certificates'> {
  /** The ports SIP is really served on, by transport. */
  readonly ports: Readonly<Partial<Record<TransportName, number>>>
  openLine(): ControlLine
  readonly gate: EngineGate
  readonly lane: EngineLane
  readonly names: NameBook
  onGone(listener: (peer: PeerPlace) => void): () => void
  /** What an application says beyond drachtio's wire, by the number of its connection; without text that is gone. */
  onAside(listener: (line: number, text: string | undefined) => void): () => void
  aside(line: number, text: string): void
  /** Whether this thread says how late it is; else it must be told how late its application is, in milliseconds. */
  pulse(on: boolean): void
  late(ms: number): void
  /** BYE to both sides of every call. @param reason value of its Reason header */
  endCalls(reason: string): void
  status(): Promise<EngineStatus>
  /** Other certificates for TLS connections made from now on. Rejects with a Refusal when they cannot be used; those before them stay then. */
  replaceCertificates(tls: TlsOptions): Promise<void>
}

/** One character a byte → text, for messages that are not plain ASCII. */
function decoded(records: TraceRecord[]): TraceRecord[] {
  for (const record of records) if (/[\x80-\xff]/.test(record.text)) record.text = Buffer.from(record.text, 'latin1').toString('utf8')
  return records
}

/** What says on which port a transport is served. */
const SETTINGS: Readonly<Record<string, string>> = { tls: 'SIP_TLS_PORT', ws: 'SIP_WS_PORT', wss: 'SIP_WSS_PORT' }

function refusal(reply: Extract<FromEngine, { kind: 'refused' }>): Refusal {
  const { host, port } = reply
  if (reply.transport === 'control') return new Refusal('conflict', `The control port cannot be opened: ${reply.message}. Set DRACHTIO to a free port of this machine's loopback.`)
  const setting = SETTINGS[reply.transport] ?? 'SIP_PORT'
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}/${reply.transport}`
  if (reply.code === 'EADDRINUSE') return new Refusal('conflict', `SIP port ${where} is taken by another program. Stop it, or set ${setting} to a free port.`)
  if (reply.code === 'EACCES') return new Refusal('forbidden', `SIP port ${where} may not be used by this user. Set ${setting} to a port above 1023.`)
  if (reply.code === 'EADDRNOTAVAIL') return new Refusal('conflict', `SIP address ${host} is not an address of this machine. Set SIP_HOST to one of its addresses, or leave it out for all.`)
  return new Refusal('unavailable', `SIP cannot be served on ${where}: ${reply.message}. Check SIP_HOST and ${setting}.`)
}

/** Rejects with a Refusal that names the port and what to set. */
export async function startEmbedded(options: EmbeddedOptions, logger: Logger): Promise<EmbeddedSignalling> {
  const control = options.control ?? { host: '127.0.0.1', port: 0, secret: randomBytes(24).toString('base64url') }
  const memory = createPulseMemory()
  const engineOptions: WorkerOptions = {
    pulse: memory,
    ...(options.lane === undefined ? {} : { lane: options.lane }),
    ...(options.handlers === undefined ? {} : { handlers: options.handlers }),
    ...(options.handlerSecret === undefined ? {} : { handlerSecret: options.handlerSecret }),
    ...(options.aside === undefined ? {} : { aside: options.aside }),
    ...(options.routeKey === undefined ? {} : { routeKey: options.routeKey }),
    sip: options.sip, control, dns: options.dns ?? { servers: [] }, traceAll: options.traceAll ?? false, timing: { ...defaultTiming, ...options.timing }, limits: { ...defaultLimits, ...options.limits },
  }
  const worker = new Worker(new URL('./engine/worker.ts', import.meta.url), { workerData: engineOptions, name: 'sip', resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
  const listeners = new Set<(records: readonly TraceRecord[]) => void>()
  const goneListeners = new Set<(peer: PeerPlace) => void>()
  const newsListeners = new Set<(news: never) => void>()
  const asideListeners = new Set<(line: number, text: string | undefined) => void>()
  const gateListeners = new Set<(report: GateReport) => void>()
  const failures: ((reason: string) => void)[] = []
  const statusWaiters: ((status: EngineStatus) => void)[] = []
  const nameWaiters = new Map<number, (reports: NameReport[] | undefined) => void>()
  let nameQuestions = 0
  const replaced: ((problem: string | undefined) => void)[] = []
  let dead: string | undefined
  let closing: Promise<void> | undefined

  const fail = (reason: string) => {
    if (dead !== undefined || closing) return
    dead = reason
    logger.fatal({ reason }, 'the SIP engine died')
    for (const listener of failures) listener(reason)
  }
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  // Nobody waits for a thread that is gone.
  void exited.then(() => nameWaiters.forEach((give) => give([])))

  const ready = await new Promise<Extract<FromEngine, { kind: 'ready' }>>((resolve, reject) => {
    worker.on('message', (message: FromEngine) => {
      switch (message.kind) {
        case 'ready':
          return resolve(message)
        case 'refused':
          return reject(refusal(message))
        case 'trace': {
          if (listeners.size === 0) return
          const records = decoded(message.records)
          for (const listener of listeners) listener(records)
          return
        }
        case 'status':
          return statusWaiters.shift()?.(message.status)
        case 'gate':
          for (const listener of gateListeners) listener(message.report)
          return
        case 'names':
          nameWaiters.get(message.id)?.(message.reports)
          nameWaiters.delete(message.id)
          return
        case 'gone':
          for (const listener of goneListeners) listener(message.peer)
          return
        case 'aside':
          for (const listener of asideListeners) listener(message.line, message.text)
          return
        case 'peer-refused':
          logger.warn(message.peer, `a SIP connection was refused: ${message.peer.reason}`)
          return
        case 'certificates':
          return replaced.shift()?.(message.problem)
        case 'failure':
          return fail(message.reason)
        case 'closed':
          return
      }
    })
    worker.on('error', (error) => {
      fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
      reject(error)
    })
    worker.on('exit', (code) => {
      fail(`the thread ended with code ${code}`)
      reject(new Error(`the SIP engine ended with code ${code} before it was ready`))
    })
  }).catch(async (error: unknown) => {
    closing = exited
    await worker.terminate()
    throw error
  })
  logger.info({ hosts: options.sip.hosts, ports: ready.ports, control: ready.controlPort }, 'SIP engine ready')

  let pulsedAt = performance.now()
  let pulsing = true
  const pulse = setInterval(() => {
    const now = performance.now()
    if (pulsing) beat(memory, Math.max(0, now - pulsedAt - PULSE_MS))
    pulsedAt = now
  }, PULSE_MS)

  return {
    control: { ...control, port: ready.controlPort },
    ports: ready.ports,
    openLine: () => openControlLine((port, taken) => worker.postMessage({ kind: 'application', port, taken } satisfies ToEngine, [port]), (news) => newsListeners.forEach((listener) => listener(news as never))),
    identity: undefined,
    external: false,
    trace(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onGone(listener) {
      goneListeners.add(listener)
      return () => void goneListeners.delete(listener)
    },
    onAside(listener) {
      asideListeners.add(listener)
      return () => void asideListeners.delete(listener)
    },
    aside: (line, text) => worker.postMessage({ kind: 'aside', line, text } satisfies ToEngine),
    pulse: (on) => void (pulsing = on),
    late: (ms) => beat(memory, ms),
    endCalls: (reason) => worker.postMessage({ kind: 'end-calls', reason } satisfies ToEngine),
    gate: {
      obey: (order) => worker.postMessage({ kind: 'gate', order } satisfies ToEngine),
      onReport(listener) {
        gateListeners.add(listener)
        return () => void gateListeners.delete(listener)
      },
    },
    lane: {
      obey: (order) => worker.postMessage({ kind: 'lane', order } satisfies ToEngine),
      onNews(listener) {
        newsListeners.add(listener)
        return () => void newsListeners.delete(listener)
      },
    },
    names: {
      async report(name, again = false) {
        const reports = await new Promise<NameReport[] | undefined>((resolve) => {
          const id = ++nameQuestions
          nameWaiters.set(id, resolve)
          worker.postMessage({ kind: 'names', id, name, again } satisfies ToEngine)
        })
        if (reports === undefined) throw new Refusal('unprocessable', `'${name}' is no name that can be looked up. A name looks like carrier.example or sip:carrier.example;transport=tcp.`)
        return reports
      },
    },
    onFailure(listener) {
      if (dead === undefined) failures.push(listener)
      else listener(dead)
    },
    status() {
      if (dead !== undefined || closing) return Promise.reject(new Error('the SIP engine is gone'))
      return new Promise((resolve) => {
        statusWaiters.push(resolve)
        worker.postMessage({ kind: 'status' } satisfies ToEngine)
      })
    },
    async replaceCertificates(tls) {
      const problem = await new Promise<string | undefined>((resolve) => {
        replaced.push(resolve)
        worker.postMessage({ kind: 'certificates', tls } satisfies ToEngine)
      })
      if (problem !== undefined) throw new Refusal('unprocessable', `The TLS certificates cannot be used: ${problem}. Those used before stay.`)
    },
    close() {
      clearInterval(pulse)
      closing ??= (async () => {
        if (dead !== undefined) {
          await worker.terminate()
          return
        }
        worker.postMessage({ kind: 'close' } satisfies ToEngine)
        const timer = setTimeout(() => void worker.terminate(), CLOSE_MS)
        await exited
        clearTimeout(timer)
      })()
      return closing
    },
  }
}
