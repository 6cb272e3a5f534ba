/** SIP over WebSocket (RFC 7118): the listeners. Peers connect to us; we never connect to them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Identities } from './identities.ts'
import { PEER_HEADER, peerOf } from './peer.ts'
import { listen, secured, type StreamHooks, type StreamWorld } from './stream.ts'
import { WebSocketConnection } from './websocket-connection.ts'

const SUBPROTOCOL = 'sip'

/** Far more than a browser's request for a connection needs. */
const HEADER_BYTES = 16_384

/** Of one message; each costs memory however short it is. */
const FRAGMENTS = 256

/** @param identities for `wss`; undefined: plain `ws` */
export async function openWebSocket(host: string, port: number, identities: Identities | undefined, world: StreamWorld, hooks: StreamHooks): Promise<{ port: number; close(): Promise<void> }> {
  const { connections, timers, timing, limits, routeKey } = world
  const transport = identities === undefined ? 'ws' : 'wss'
  const sockets = new WebSocketServer({
    noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: limits.message, maxFragments: FRAGMENTS,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  /** Who is at the other end of a socket until it has become a WebSocket. */
  const newcomers = new WeakMap<Duplex, { address: string; port: number; identity: string; stop(): void }>()

  const http = createServer({ maxHeaderSize: HEADER_BYTES, keepAlive: false }, (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close', 'Content-Type': 'text/plain' }).end('This is SIP over WebSocket.\n')
  })
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const peer = newcomers.get(socket)
    if (peer === undefined) return void socket.destroy()
    // RFC 7118 §4.1: without the sub-protocol it is not SIP that the peer wants to speak.
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim())
    if (offered?.includes(SUBPROTOCOL) !== true) {
      hooks.onRefused(peer.address, 'the WebSocket sub-protocol sip was not asked for')
      return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nSec-WebSocket-Protocol must offer sip.\n')
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      peer.stop()
      const behind = peerOf(request.headers[PEER_HEADER], routeKey)
      connections.add(new WebSocketConnection(transport, webSocket, socket, { ...peer, ...behind }, timers, timing, limits, {
        onMessage: hooks.onMessage,
        onTooLong: hooks.onTooLong,
        onClosed: (closed) => connections.remove(closed),
      }))
    })
  })
  const greet = (socket: Socket, address: string, peerPort: number, identity: string) => {
    const patience = timers.start(timing.handshake, { onTimer: () => socket.destroy() }, 'handshake')
    const stop = () => timers.stop(patience)
    socket.once('close', stop)
    newcomers.set(socket, { address, port: peerPort, identity, stop })
    http.emit('connection', socket)
  }
  const accept = identities === undefined ? (socket: Socket, address: string, peerPort: number) => greet(socket, address, peerPort, '') : secured(identities, hooks, greet)
  return listen(host, port, connections, hooks, accept)
}
