import SrfModule from 'drachtio-srf'
import { messageOf, Refusal } from '../../config/errors.ts'
import { systemClock } from '../../config/clock.ts'
import type { Logger } from '../../config/logger.ts'
import { createQuietLog } from '../../config/quiet-log.ts'
import { createClaims } from './claim.ts'
import { Dialog } from './dialog.ts'
import { ALLOW, readHeader, readReason } from './headers.ts'
import { ReceivedInvite, ReceivedRequest } from './incoming.ts'
import { openLink, type EngineAddress } from './link.ts'
import { sendOutside, SentInvite } from './outgoing.ts'
import { createPendingInvites } from './pending-invites.ts'
import { ReceivedSubscribe } from './subscription.ts'
import { asksTooShort, type SessionWish } from './session-timer.ts'
import type { SrfConstructor, SrfReply, SrfRequest } from './srf-types.ts'
import { gatherWrites, guard } from './stack.ts'
import type { ReliableWish, Stack } from './stack.ts'
import { readFrame } from './tap.ts'
import { belongsToCall, toTraced } from './trace.ts'
import type { TraceFeed, TraceRecord } from './trace.ts'
import type { IncomingInvite, IncomingRequest, SipServer, TracedMessage } from './types.ts'

/** Where the engine is: the part of `startSignalling` that this room needs. */
export interface SipConnection extends EngineAddress {
  /** The embedded engine's feed; undefined with a real drachtio-server, whose frames are tapped instead. */
  trace: TraceFeed | undefined
  /** What proves to an engine of ours that we are the same as before; undefined where calls end with the link. */
  identity?: string | undefined
}

export interface ConnectOptions extends SipConnection {
  logger: Logger
  /** Session timers we ask for; none when absent. */
  session?: SessionWish
  /** Which provisional responses go reliably to who does not insist; `media` when absent. */
  reliable?: ReliableWish
  /** How long the engine keeps calls while there is no link, in seconds. */
  graceSeconds?: number
  /** How long the first connection may take, in milliseconds; 10,000 when absent. */
  timeoutMs?: number
}

/** Figures for tests and the health page: all are 0 when nothing is going on. */
export interface SipFigures {
  dialogs: number
  invites: number
  waiting: number
  /** What srf itself still remembers. */
  srf: number
}

/**
 * Connects to a signalling engine and resolves when it accepted us. Reconnects by itself later;
 * what was going on then is told that it ended.
 *
 * @throws Refusal `unauthenticated` when the secret is wrong, `unavailable` when nobody answers in time
 */
export async function connectSip(options: ConnectOptions): Promise<SipServer & { figures(): SipFigures }> {
  const { logger } = options
  // By this tag a handler of the operator's gives requests back to us (SIP_HANDLERS).
  const srf = new (SrfModule as unknown as SrfConstructor)('dialplane')
  const stack: Stack = { srf, logger, dialogs: new Map(), early: new Map(), invites: createPendingInvites(), waiting: new Set(), session: options.session ?? { expires: 0, min: 90 }, reliable: options.reliable ?? 'media' }
  const quiet = createQuietLog(logger, systemClock)
  const handlers = new Map<string, (request: IncomingRequest) => void>()
  const wireListeners = new Set<(messages: readonly TracedMessage[]) => void>()
  const traceListeners = new Set<(messages: readonly TracedMessage[]) => void>()
  const connectionListeners = new Set<(connected: boolean, reason: string) => void>()
  const calls = new Set<string>()
  const claims = options.identity === undefined ? undefined : createClaims(stack, options.identity, (options.graceSeconds ?? 0) * 1000)
  let claimed = false
  let inviteHandler: ((invite: IncomingInvite) => void) | undefined
  let listening: readonly string[] = []
  let connected = false
  let closing = false

  const unready = (res: SrfReply): void => res.send(503, undefined, { headers: { 'Retry-After': '5' } })

  const receive = (req: SrfRequest, res: SrfReply): void => {
    const method = req.msg.method
    // A PRACK may still come when the answer is on its way.
    const early = req.stackDialogId ? stack.early.get(req.stackDialogId) : undefined
    if (early && method === 'PRACK') return early.handle(req, res)
    const dialog = (req.stackDialogId ? stack.dialogs.get(req.stackDialogId) : undefined) ?? (method === 'BYE' ? undefined : early)
    if (dialog) return dialog.handle(req, res)
    if (method === 'ACK') return
    if (method === 'BYE') {
      const invite = req.source === 'network' ? stack.invites.byCallId(req.msg.headers['call-id'] ?? '') : undefined
      res.send(invite ? 200 : 481, undefined, {})
      return invite?.endedByBye(readReason(readHeader(req.msg, 'reason')))
    }
    // RFC 3261 §12.2.2: a request inside a dialog that we do not know.
    if (req.stackDialogId || /;\s*tag\s*=/i.test(req.msg.headers['to'] ?? '')) return res.send(481, undefined, {})
    if (method === 'INVITE') {
      if (!inviteHandler) return unready(res)
      if (asksTooShort(req.msg, stack.session)) return res.send(422, undefined, { headers: { 'Min-SE': String(stack.session.min) } })
      return inviteHandler(new ReceivedInvite(stack, req, res))
    }
    const handler = handlers.get(method)
    if (handler) return handler(method === 'SUBSCRIBE' ? new ReceivedSubscribe(stack, req, res) : new ReceivedRequest(stack, req, res))
    if (handlers.size === 0) return unready(res)
    res.send(405, undefined, { headers: { Allow: ALLOW } })
  }

  // Everything goes through this one function, requests inside dialogs included; the routes of the link only tell the engine what we take.
  srf.use((req, res, next) => {
    // Of a response that is sent no more; srf answers it.
    if (req.msg.method === 'PRACK' && !stack.early.has(req.stackDialogId)) return next()
    try {
      receive(req, res)
    } catch (error) {
      quiet.write('error', `${req.msg.method} ${messageOf(error)}`, { err: error, method: req.msg.method, callId: req.msg.headers['call-id'] }, `a request could not be handled: ${messageOf(error)}`)
      if (!res.finished && req.msg.method !== 'ACK') res.send(500, undefined, {})
    }
  })

  const tellTrace = (records: readonly TraceRecord[]): void => {
    if (wireListeners.size > 0) {
      const all = records.map(toTraced)
      for (const listener of wireListeners) listener(all)
    }
    if (traceListeners.size === 0) return
    for (const record of records) if (record.text.startsWith('INVITE ')) remember(calls, record.callId)
    const messages = records.filter((record) => belongsToCall(record, (callId) => calls.has(callId))).map(toTraced)
    if (messages.length > 0) for (const listener of traceListeners) listener(messages)
  }

  const loseLink = (reason: string): void => {
    if (!connected) return
    connected = false
    if (!closing) claims?.lost(reason)
    const left = [...stack.waiting].filter((waiting) => !claims || !waiting.lasting?.())
    for (const waiting of left) stack.waiting.delete(waiting)
    for (const waiting of left) waiting.linkLost(reason)
    for (const listener of connectionListeners) listener(false, reason)
  }

  const first = Promise.withResolvers<void>()
  let lastError = 'nobody answered'
  srf.on('connect', (error, hostports) => {
    if (closing) {
      // A reconnection was under way when we closed.
      for (const socket of srf.app.client.mapServer.keys()) socket.destroy()
      return
    }
    if (error) {
      lastError = messageOf(error)
      first.reject(new Refusal('unauthenticated', 'The signalling engine did not accept our secret (DRACHTIO_SECRET).'))
      return logger.error({ err: error }, 'the signalling engine did not accept our secret')
    }
    link.accepted()
    listening = hostports.split(',').filter((part) => part !== '')
    connected = true
    logger.info({ listening }, 'connected to the signalling engine')
    first.resolve()
    if (claimed) void claims?.claim()
    for (const listener of connectionListeners) listener(true, 'connected')
  })
  srf.on('error', (error) => {
    lastError = messageOf(error)
    logger.warn({ err: error }, `the connection to the signalling engine failed: ${lastError}`)
  })
  srf.on('close', () => loseLink(closing ? 'Dialplane is stopping' : 'the connection to the signalling engine was lost'))

  const link = openLink(srf, options)
  const stopTrace = options.trace?.(tellTrace)
  const wire = srf.app.client.wp
  // Before srf reads a frame, so that the answers to all frames of one chunk leave together.
  wire.prependListener('msg', () => gatherWrites(stack))
  wire.on('msg', guard(stack, 'reading a frame', (_socket: unknown, frame: string) => {
    stack.invites.readFrame(frame)
    claims?.readFrame(frame)
    const record = !options.trace && traceListeners.size + wireListeners.size > 0 ? readFrame(frame, Date.now()) : undefined
    if (record) tellTrace([record])
  }))

  const close = async (): Promise<void> => {
    if (closing) return
    closing = true
    claims?.close()
    stopTrace?.()
    await link.close()
    loseLink('Dialplane is stopping')
  }

  const timer = setTimeout(() => {
    const { host, port } = options.control
    first.reject(new Refusal('unavailable', `The signalling engine at ${host}:${port} cannot be reached: ${lastError}.`))
  }, options.timeoutMs ?? 10_000)
  try {
    await first.promise
  } catch (error) {
    await close()
    throw error
  } finally {
    clearTimeout(timer)
  }

  return {
    get listening() {
      return listening
    },
    get connected() {
      return connected
    },
    onRequest: (method, handler) => void handlers.set(method, handler),
    onInvite: (handler) => void (inviteHandler = handler),
    invite: (outgoing) => new SentInvite(stack, outgoing),
    request: (outgoing) => sendOutside(stack, outgoing),
    keepsCalls: claims !== undefined && (options.graceSeconds ?? 0) > 0,
    restore({ userAgent, session, ...saved }) {
      const dialog = new Dialog(stack, { ...saved, userAgent: userAgent ?? undefined, session: session ?? undefined, localSdp: '', remoteSdp: '' })
      claims?.expect(dialog)
      return dialog
    },
    async claim() {
      claimed = true
      if (claims) return claims.claim()
      // Whoever signals for us now never had these.
      for (const dialog of stack.dialogs.values()) (dialog as Dialog).linkLost('the signalling engine ended with the process before')
    },
    onTrace: (listener) => void traceListeners.add(listener),
    onWire: (listener) => void wireListeners.add(listener),
    onConnection: (listener) => void connectionListeners.add(listener),
    figures() {
      let remembered = 0
      for (const link of srf.app.client.mapServer.values()) {
        remembered += link.pendingRequests.size + link.pendingSipRequests.size + link.pendingNetworkInvites.size + link.pendingAckOrPrack.size
      }
      return { dialogs: stack.dialogs.size, invites: stack.invites.size, waiting: stack.waiting.size, srf: remembered }
    },
    close,
  }
}

/** Call-IDs of calls, to tell their OPTIONS from keep-alives; the oldest go first when there are very many. */
function remember(calls: Set<string>, callId: string): void {
  calls.add(callId)
  if (calls.size > 20_000) for (const old of calls) if (calls.delete(old) && calls.size <= 10_000) break
}
