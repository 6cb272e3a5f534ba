import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { messageOf, Refusal } from '../../config/errors.ts'
import { credentialOf, identify, type Credential } from '../http/authenticate.ts'
import { bugOf, errorBody, HttpProblem, problemOf } from '../http/errors.ts'
import type { Identified, World } from '../http/world.ts'
import type { Listeners } from './listeners.ts'
import { openConnection, standardTimes, type LiveTimes, type Resumption } from './connection.ts'

export const LIVE_PATH = '/api/v1/ws'

// Listeners send nothing; a close frame's reason is at most 123 bytes.
const MESSAGE_MAX = 1_024
const CONNECTIONS_EACH = 20
const CONNECTIONS_ALL = 2_000
const REFUSED_MS = 2_000

export interface Live {
  /** Tells every listener that the server goes away. */
  close(): void
}

/** Where the listener was, if it says so in words that can be read; else it is told how things are. */
function resumptionOf(request: IncomingMessage): Resumption | undefined {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const token = query.get('resume')
  const after = query.get('after')
  return token === null || after === null || !/^\d{1,15}$/.test(after) ? undefined : { token, seq: Number(after) }
}

/** WebSockets of another kind, at a path of their own. */
export interface OtherSockets {
  path: string
  /** Lets one through; rejects with what speaks against it. */
  take(newcomer: { who: Identified; credential: Credential; request: IncomingMessage; socket: Duplex; head: Buffer; address: string }): Promise<void>
}

/** Serves WebSocket upgrades of `server` at {@link LIVE_PATH}, and leads those at another path on. */
export function startLive(server: Server, world: World, listeners: Listeners, addressOf: (request: IncomingMessage) => string, times: LiveTimes = standardTimes, other?: OtherSockets): Live {
  const logger = world.logger.child({ room: 'live' })
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MESSAGE_MAX })
  const { open, backlog } = listeners
  const unsubscribe = world.identityChanges.subscribe((tenantId) => {
    for (const connection of open.keys()) if (connection.tenantId === tenantId) void connection.recheck()
  })
  // Sockets between the upgrade request and its answer: the server no longer knows of them.
  const pending = new Set<Duplex>()
  let closed = false

  async function admit(request: IncomingMessage): Promise<{ who: Identified; credential: Credential; address: string; other: OtherSockets | undefined }> {
    if (closed) throw new Refusal('unavailable', 'The server is stopping.')
    if (!world.gate.allowsHost(request.headers.host)) throw new HttpProblem(421, 'misdirected', `This server is reached as ${world.gate.publicOrigin}.`)
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const elsewhere = pathname === other?.path ? other : undefined
    if (pathname !== LIVE_PATH && !elsewhere) throw new Refusal('not-found', `Live events are at ${LIVE_PATH}.`)
    const address = addressOf(request)
    world.limits.requests.take(address)
    const credential = credentialOf(request)
    const { origin } = request.headers
    // A browser sends cookies along with a WebSocket whatever page opens it; only Origin tells which (RFC 6455 §10.2).
    if (credential?.kind === 'cookie' && (origin === undefined || !world.gate.allowsOrigin(origin))) {
      throw new Refusal('forbidden', `Live events are for pages of ${world.gate.publicOrigin}; a program sends a bearer token.`)
    }
    const who = await identify(world, credential, address)
    if (credential === undefined) throw new Error('identified without a credential')
    if (elsewhere) return { who, credential, address, other: elsewhere }
    const own = [...open.values()].filter((id) => id === who.actor.id).length
    if (own >= CONNECTIONS_EACH || open.size >= CONNECTIONS_ALL) throw new Refusal('too-many', 'Too many live connections. Close some.', { retryAfter: 30 })
    return { who, credential, address, other: undefined }
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    pending.add(socket)
    socket.once('close', () => pending.delete(socket))
    socket.on('error', (error) => logger.debug({ reason: messageOf(error) }, 'upgrade failed'))
    admit(request).then(
      ({ who, credential, address, other: elsewhere }) => {
        if (closed) return socket.destroy()
        if (elsewhere) return void elsewhere.take({ who, credential, request, socket, head, address }).then(() => pending.delete(socket), (error: unknown) => refuse(socket, error))
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          pending.delete(socket)
          const connection = openConnection({ world, backlog }, webSocket, { actor: who.actor, credential, resume: resumptionOf(request) }, times, logger.child({ tenant: who.actor.tenantId, actor: who.actor.id }))
          listeners.admitted(connection, who.actor.id)
          webSocket.once('close', () => open.delete(connection))
        })
      },
      (error: unknown) => refuse(socket, error),
    )
  }

  function refuse(socket: Duplex, error: unknown): void {
    const problem = problemOf(error) ?? bugOf(error, logger)
    const body = JSON.stringify(errorBody(problem))
    const lines = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      'Cache-Control: no-store',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      ...(problem.retryAfter === undefined ? [] : [`Retry-After: ${problem.retryAfter}`]),
    ]
    // A peer that never closes its half would keep the socket for ever.
    const forced = setTimeout(() => socket.destroy(), REFUSED_MS)
    socket.once('close', () => clearTimeout(forced))
    socket.resume()
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  server.on('upgrade', onUpgrade)
  return {
    close() {
      if (closed) return
      closed = true
      unsubscribe()
      for (const socket of pending) socket.destroy()
      for (const connection of open.keys()) connection.close(1001, 'the server is stopping')
      backlog.close()
      sockets.close()
    },
  }
}
