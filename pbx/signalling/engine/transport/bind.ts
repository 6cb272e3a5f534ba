/** Binds the sockets of every transport on every host. */
import type { EngineOptions } from '../options.ts'
import { TRANSPORTS, type Flow, type PeerPlace, type TransportName } from './flow.ts'
import type { Identities } from './identities.ts'
import { isWildcard } from './local.ts'
import { openStream, type StreamHooks, type StreamTransport, type StreamWorld } from './stream.ts'
import { openUdp, type UdpTransport } from './udp.ts'
import { openWebSocket } from './websocket.ts'

export interface TransportHooks {
  onText(text: string, flow: Flow): void
  /** The head of a message over the limit of a stream; the connection closes after this. */
  onTooLong(head: string, flow: Flow): void
  /** Whether there are to be no connections with this address. */
  bars(address: string): boolean
  /** A peer was not let in; what was to be connected over names the transport. */
  onRefused(transport: TransportName, address: string, reason: string): void
  /** A connection that was open is closed, and there is no other with this peer. */
  onGone(peer: PeerPlace): void
  onFailure(reason: string): void
}

export class PortTaken extends Error {
  readonly transport: string
  readonly host: string
  readonly port: number
  readonly code: string
  constructor(transport: string, host: string, port: number, cause: NodeJS.ErrnoException) {
    super(cause.message)
    this.transport = transport
    this.host = host
    this.port = port
    this.code = cause.code ?? ''
  }
}

export interface Bound {
  readonly ports: Partial<Record<TransportName, number>>
  /** Of the hosts asked for, those that are served. */
  readonly hosts: readonly string[]
  /** The socket for that address's family. */
  udp(address: string): UdpTransport | undefined
  /** What makes connections; there is none for WebSocket, where the peers do (RFC 7118 §4). */
  stream(transport: TransportName, address: string): StreamTransport | undefined
  close(): Promise<void>
}

const EPHEMERAL_TRIES = 20

/** Throws `PortTaken` naming transport, host and port. */
export async function bindAll(options: EngineOptions, identities: Identities | undefined, world: StreamWorld, hooks: TransportHooks): Promise<Bound> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bindOnce(options, identities, world, hooks)
    } catch (error) {
      // The port that was free for the first socket was not for another.
      if (options.sip.port !== 0 || !(error instanceof PortTaken) || error.code !== 'EADDRINUSE' || attempt === EPHEMERAL_TRIES) throw error
    }
  }
}

async function bindOnce(options: EngineOptions, identities: Identities | undefined, world: StreamWorld, hooks: TransportHooks): Promise<Bound> {
  const opened: { close(): Promise<void> }[] = []
  const udp = new Map<boolean, UdpTransport>()
  const streams = new Map<string, StreamTransport>()
  const ports: Partial<Record<TransportName, number>> = {}
  const hosts: string[] = []
  const { sip } = options
  const isV6 = (address: string) => address.includes(':')

  async function open<T extends { port: number; close(): Promise<void> }>(transport: TransportName, host: string, port: number, make: (host: string, port: number) => Promise<T>): Promise<T> {
    const wanted = ports[transport] ?? port
    const socket = await make(host, wanted).catch((cause: NodeJS.ErrnoException) => {
      throw new PortTaken(transport, host, wanted, cause)
    })
    opened.push(socket)
    ports[transport] = socket.port
    return socket
  }
  const streamHooks = (transport: TransportName): StreamHooks => ({
    onMessage: hooks.onText,
    onTooLong: hooks.onTooLong,
    onRefused: (address, reason) => hooks.onRefused(transport, address, reason),
    onFailure: (reason) => hooks.onFailure(`${TRANSPORTS[transport].via}: ${reason}`),
  })

  try {
    for (const host of sip.hosts) {
      try {
        udp.set(isV6(host), await open('udp', host, sip.port, (at, port) => openUdp(at, port, {
          onDatagram: (text, address, peerPort) => hooks.onText(text, { transport: 'udp', address, port: peerPort, connection: undefined }),
          bars: hooks.bars,
          onFailure: (reason) => hooks.onFailure(`UDP: ${reason}`),
        })))
      } catch (error) {
        if (sip.hosts.length > 1 && isWildcard(host) && error instanceof PortTaken && NO_FAMILY.has(error.code)) continue
        throw error
      }
      hosts.push(host)
      streams.set(`tcp|${isV6(host)}`, await open('tcp', host, ports.udp as number, (at, port) => openStream(at, port, undefined, world, streamHooks('tcp'))))
      if (identities && sip.tlsPort !== undefined) {
        streams.set(`tls|${isV6(host)}`, await open('tls', host, sip.tlsPort, (at, port) => openStream(at, port, identities, world, streamHooks('tls'))))
      }
      if (sip.wsPort !== undefined) await open('ws', host, sip.wsPort, (at, port) => openWebSocket(at, port, undefined, world, streamHooks('ws')))
      if (identities && sip.wssPort !== undefined) await open('wss', host, sip.wssPort, (at, port) => openWebSocket(at, port, identities, world, streamHooks('wss')))
    }
  } catch (error) {
    for (const socket of opened) await socket.close()
    throw error
  }
  return {
    ports,
    hosts,
    udp: (address) => udp.get(isV6(address)),
    stream: (transport, address) => streams.get(`${transport}|${isV6(address)}`),
    async close() {
      await Promise.all(opened.map((socket) => socket.close()))
    },
  }
}

/** What the system says when it has no such family, as in many a container: the other family is served all the same. */
const NO_FAMILY = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])
