/** The transport layer (RFC 3261 §18): both transports behind one door, reply routing, and how we call ourselves. */
import { bracket, unbracket } from '../message/host.ts'
import type { EngineOptions } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { Flow, SendListener } from './flow.ts'
import { createLocalAddresses } from './local.ts'
import { openTcp, type TcpTransport } from './tcp.ts'
import { openUdp, type UdpTransport } from './udp.ts'

export interface TransportHooks {
  onText(text: string, flow: Flow): void
  /** The head of a TCP message over the limit; the connection closes after this. */
  onTooLong(head: string, flow: Flow): void
  onFailure(reason: string): void
}

export interface Transport {
  readonly port: number
  /** `udp/192.0.2.1:5060` for each transport and address, with the external address where one is set. */
  advertised(): string[]
  local(): string[]
  /** Whether this is one of our own addresses and ports. */
  isSelf(host: string, port: number): boolean
  /** host:port that `peer` should find in Via and Contact. */
  sentBy(peer: string): string
  /** host:port the packets really leave from. */
  localName(peer: string): string
  localAddress(peer: string): string
  send(flow: Flow, text: string, listener: SendListener | undefined): void
  /** Whether an open TCP connection to exactly this peer exists. */
  connectionTo(address: string, port: number): Flow | undefined
  close(): Promise<void>
}

export class PortTaken extends Error {
  readonly transport: string
  readonly code: string
  constructor(transport: string, code: string, message: string) {
    super(message)
    this.transport = transport
    this.code = code
  }
}

const EPHEMERAL_TRIES = 20

/** Binds UDP and TCP on the same port. Throws `PortTaken` naming the transport. */
async function bindBoth(options: EngineOptions, timers: Timers, hooks: TransportHooks): Promise<{ udp: UdpTransport; tcp: TcpTransport }> {
  const { host, port } = options.sip
  for (let attempt = 1; ; attempt++) {
    const udp = await openUdp(host, port, {
      onDatagram: (text, address, peerPort) => hooks.onText(text, { transport: 'udp', address, port: peerPort, connection: undefined }),
      onFailure: (reason) => hooks.onFailure(`UDP: ${reason}`),
    }).catch((error: NodeJS.ErrnoException) => {
      throw new PortTaken('udp', error.code ?? '', error.message)
    })
    try {
      const tcp = await openTcp(host, udp.port, timers, options.timing, options.limits, {
        onMessage: (text, connection) => hooks.onText(text, { transport: 'tcp', address: connection.address, port: connection.port, connection }),
        onTooLong: (head, connection) => hooks.onTooLong(head, { transport: 'tcp', address: connection.address, port: connection.port, connection }),
        onFailure: (reason) => hooks.onFailure(`TCP: ${reason}`),
      })
      return { udp, tcp }
    } catch (error) {
      await udp.close()
      const { code, message } = error as NodeJS.ErrnoException
      if (port === 0 && code === 'EADDRINUSE' && attempt < EPHEMERAL_TRIES) continue
      throw new PortTaken('tcp', code ?? '', message)
    }
  }
}

export async function openTransport(options: EngineOptions, timers: Timers, hooks: TransportHooks): Promise<Transport> {
  const { udp, tcp } = await bindBoth(options, timers, hooks)
  const addresses = createLocalAddresses(options.sip.host, options.sip.externalAddress, timers.now)
  const port = udp.port
  const suffix = `:${port}`
  const own = new Set<string>()
  let ownUntil = 0

  return {
    port,
    advertised: () => addresses.all().flatMap((address) => {
      const told = options.sip.externalAddress !== undefined && addresses.all().length === 1 ? options.sip.externalAddress : address
      return [`tcp/${bracket(told)}${suffix}`, `udp/${bracket(told)}${suffix}`]
    }),
    local: () => addresses.all().flatMap((address) => [`tcp/${bracket(address)}${suffix}`, `udp/${bracket(address)}${suffix}`]),
    isSelf(host, peerPort) {
      if ((peerPort || 5060) !== port) return false
      if (timers.now() > ownUntil) {
        own.clear()
        for (const address of addresses.all()) own.add(address)
        ownUntil = timers.now() + 60_000
      }
      const address = unbracket(host)
      return own.has(address) || address === options.sip.externalAddress
    },
    sentBy: (peer) => bracket(addresses.advertised(peer)) + suffix,
    localName: (peer) => bracket(addresses.real(peer)) + suffix,
    localAddress: (peer) => addresses.real(peer),
    send(flow, text, listener) {
      if (flow.transport === 'udp') udp.send(flow.address, flow.port, text, listener)
      else if (flow.connection?.open) flow.connection.send(text, listener)
      else tcp.send(flow.address, flow.port, text, listener)
    },
    connectionTo(address, peerPort) {
      const connection = tcp.find(address, peerPort)
      return connection && { transport: 'tcp', address, port: peerPort, connection }
    },
    async close() {
      await Promise.all([udp.close(), tcp.close()])
    },
  }
}
