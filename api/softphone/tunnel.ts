/**
 * SIP over WebSocket for phones in browsers, at the panel's own address: no second certificate and port, and nobody gets
 * through without a session. What comes is passed on to the WebSocket listener of the SIP engine as it is.
 */
import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { messageOf, Refusal } from '../../config/errors.ts'
import { identify, type Credential } from '../http/authenticate.ts'
import type { Identified, World } from '../http/world.ts'

export const SOFTPHONE_PATH = '/api/v1/softphone/sip'

/** Header and key purpose by which the engine learns who is behind us (`pbx/signalling/engine/transport/peer.ts`). */
const PEER_HEADER = 'x-dialplane-peer'
const MESSAGE_MAX = 65_536
const UNSENT_MAX = 1_048_576
const RECHECK_MS = 45_000
const PING_MS = 30_000
const CONNECT_MS = 5_000
/** One page has one; a page that is loaded anew may overlap with its former self. */
const CONNECTIONS_EACH = 5

/** A WebSocket upgrade whose credential was looked at. */
export interface Newcomer {
  who: Identified
  credential: Credential
  request: IncomingMessage
  socket: Duplex
  head: Buffer
  address: string
}

export interface Tunnel {
  path: string
  /** Lets it through; rejects with what speaks against it, and nothing was answered then. */
  take(newcomer: Newcomer): Promise<void>
  close(): void
}

/** @param routeKey what the engine was started with: it believes who signs with it */
export function createTunnel(world: World, routeKey: Buffer): Tunnel {
  const logger = world.logger.child({ room: 'softphone' })
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MESSAGE_MAX, handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false) })
  const open = new Map<WebSocket, { tenantId: string; sessionId: string; recheck: () => Promise<void> }>()
  const unsubscribe = world.identityChanges.subscribe((tenantId) => {
    for (const one of open.values()) if (one.tenantId === tenantId) void one.recheck()
  })

  function join(client: WebSocket, engine: WebSocket, { who, credential, address }: Newcomer, deviceId: string, sessionId: string): void {
    const { actor } = who
    const leave = world.pbx.softphones.connect(deviceId)
    let alive = true
    const end = (code: number, reason: string): void => {
      client.close(code, reason)
      engine.terminate()
    }
    const pass = (from: WebSocket, to: WebSocket): void => {
      from.on('message', (data, isBinary) => {
        if (to.readyState === to.OPEN) to.send(data, { binary: isBinary }, () => {})
        if (to.bufferedAmount > UNSENT_MAX) end(1013, 'messages were not read fast enough')
      })
      from.on('error', (error) => logger.debug({ reason: messageOf(error) }, 'connection of a phone in a browser failed'))
    }
    async function recheck(): Promise<void> {
      try {
        const { actor: now } = await identify(world, credential, address, false)
        if (!now.permissions.has('softphone.use')) return end(4409, 'your permissions changed')
        if ((await world.pbx.softphones.find(actor, sessionId))?.id !== deviceId) end(4409, 'your extension changed')
      } catch (error) {
        // While the database is away nothing is known; the next look decides.
        if (error instanceof Refusal && error.code === 'unauthenticated') end(4401, 'your session is over')
        else logger.warn({ err: error }, 'the session of a phone in a browser could not be looked at')
      }
    }
    open.set(client, { tenantId: actor.tenantId, sessionId, recheck })
    const look = setInterval(() => void recheck(), RECHECK_MS)
    const ping = setInterval(() => {
      if (!alive) return client.terminate()
      alive = false
      client.ping(() => {})
    }, PING_MS)
    client.on('pong', () => (alive = true))
    pass(client, engine)
    pass(engine, client)
    engine.once('close', () => client.close(1012, 'SIP was lost'))
    client.once('close', () => {
      clearInterval(look)
      clearInterval(ping)
      open.delete(client)
      leave()
      engine.close()
    })
  }

  return {
    path: SOFTPHONE_PATH,
    async take(newcomer) {
      const { who, request, socket, head, address } = newcomer
      const { session, actor } = who
      if (!session) throw new Refusal('forbidden', 'This is for a person signed in to the panel, not for a token.')
      if (!actor.permissions.has('softphone.use')) throw new Refusal('forbidden', 'This needs the permission softphone.use. An administrator can give it to you.')
      const own = [...open.values()].filter(({ sessionId }) => sessionId === session.id).length
      if (own >= CONNECTIONS_EACH) throw new Refusal('too-many', 'The phone is open too often. Close other tabs with it.', { retryAfter: 10 })
      const device = await world.pbx.softphones.find(actor, session.id)
      if (!device) throw new Refusal('conflict', 'The phone has no credentials: ask for them with POST /api/v1/softphone first.')
      const engine = await dial(world.pbx.sipAddresses(), sign(routeKey, address, request.socket.remotePort ?? 0))
      if (socket.destroyed) return engine.terminate()
      sockets.handleUpgrade(request, socket, head, (client) => join(client, engine, newcomer, device.id, session.id))
    },
    close() {
      unsubscribe()
      for (const client of open.keys()) client.close(1001, 'the server is stopping')
      sockets.close()
    },
  }
}

/** What makes the engine take `address` for the peer of a connection that we make. */
export function sign(routeKey: Buffer, address: string, port: number): Record<string, string> {
  const peer = `${address.replace(/^::ffff:/, '')} ${port}`
  return { [PEER_HEADER]: `${peer} ${createHmac('sha256', routeKey).update(`websocket peer ${peer}`).digest('hex')}` }
}

function dial(addresses: readonly string[], headers: Record<string, string>): Promise<WebSocket> {
  const found = ['ws', 'wss'].flatMap((transport) => addresses.flatMap((text) => {
    const match = new RegExp(`^${transport}/(.+):(\\d+)$`).exec(text)
    return match?.[1] ? [{ transport, host: reachable(match[1]), port: match[2] ?? '' }] : []
  }))[0]
  if (!found) throw new Refusal('unavailable', 'SIP over WebSocket is off. An administrator sets SIP_WS_PORT.')
  // Our own listener proves itself by an authority of its own.
  const engine = new WebSocket(`${found.transport}://${found.host}:${found.port}`, 'sip', { headers, perMessageDeflate: false, maxPayload: MESSAGE_MAX, handshakeTimeout: CONNECT_MS, rejectUnauthorized: !isOurs(found.host) })
  return new Promise((resolve, reject) => {
    engine.once('open', () => resolve(engine))
    engine.once('error', (error) => reject(new Refusal('unavailable', `SIP does not answer at ${found.transport}/${found.host}:${found.port}: ${messageOf(error)}. Try again in a moment.`, { cause: error })))
  })
}

const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' || host === '[::]' ? '[::1]' : host)

function isOurs(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === bare))
}
