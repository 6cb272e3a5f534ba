/** The transport layer (RFC 3261 §18): every transport behind one door, and how we call ourselves. */
import { bracket, unbracket } from '../message/host.ts'
import type { EngineOptions, TlsOptions } from '../options.ts'
import type { Timers } from '../timers.ts'
import { bindAll, type TransportHooks } from './bind.ts'
import { createConnectionTable } from './connections.ts'
import { TRANSPORTS, type Connection, type Flow, type SendListener, type TransportName } from './flow.ts'
import { createIdentities } from './identities.ts'
import { createLocalAddresses } from './local.ts'

/** As much of a flow as says which of our sockets it uses. */
type Side = Pick<Flow, 'transport' | 'address'>

export interface Transport {
  /** Port of each transport that is served. */
  readonly ports: Readonly<Partial<Record<TransportName, number>>>
  /** `udp/192.0.2.1:5060` for each transport and address, with the external address where one is set. */
  advertised(): string[]
  local(): string[]
  /** Whether this is one of our own addresses and ports. */
  isSelf(host: string, port: number): boolean
  /** host:port that the peer should find in Via and Contact. */
  sentBy(flow: Side): string
  /** host:port the packets really leave from. */
  localName(flow: Side): string
  /** Our address and port that a message of the peer came in on. */
  receivedOn(flow: Side): { address: string; port: number }
  /** Whether a message to that address can be sent over that transport, a connection being made when there is none. */
  reaches(transport: TransportName, address: string): boolean
  send(flow: Flow, text: string, listener: SendListener | undefined): void
  /** The open connection to exactly this peer; when `host` is given, only one that proves to be of that host. */
  connectionTo(transport: TransportName, address: string, port: number, host?: string): Flow | undefined
  /** The connection also stands for that port of its peer, where the peer listens (RFC 5923 §8.1). */
  alias(connection: Connection, port: number): void
  /** Takes other certificates for connections made from now on. Throws when one of them cannot be used; then nothing has changed. */
  replaceCertificates(options: TlsOptions): void
  /** Connections with peers, by transport. */
  connections(): Record<string, number>
  close(): Promise<void>
}

export async function openTransport(options: EngineOptions, timers: Timers, hooks: TransportHooks): Promise<Transport> {
  const { timing, limits, sip } = options
  const connections = createConnectionTable(timers, timing, limits, hooks.bars, hooks.onGone)
  const identities = sip.tls && createIdentities(sip.tls, timing.handshake)
  const bound = await bindAll(options, identities, { connections, timers, timing, limits, routeKey: options.routeKey === undefined ? undefined : Buffer.from(options.routeKey, 'hex') }, hooks).catch((error: unknown) => {
    connections.close()
    throw error
  })
  const { ports, hosts } = bound
  const addresses = createLocalAddresses(hosts, sip.externalAddress, timers.now)
  const served = Object.keys(ports) as TransportName[]
  const portOf = (transport: TransportName) => ports[transport] ?? TRANSPORTS[transport].port
  const suffix = Object.fromEntries((Object.keys(TRANSPORTS) as TransportName[]).map((name) => [name, `:${portOf(name)}`])) as Record<TransportName, string>
  const own = new Set<string>()
  let ownUntil = 0

  const names = (address: string) => served.map((transport) => `${transport}/${bracket(address)}${suffix[transport]}`)
  const told = (address: string, all: readonly string[]) => {
    const { externalAddress } = sip
    const family = all.filter((other) => other.includes(':') === address.includes(':'))
    return externalAddress !== undefined && externalAddress.includes(':') === address.includes(':') && family.length === 1 ? externalAddress : address
  }

  return {
    ports,
    advertised() {
      const all = addresses.all()
      return all.flatMap((address) => names(told(address, all)))
    },
    local: () => addresses.all().flatMap(names),
    isSelf(host, port) {
      if (!served.some((transport) => portOf(transport) === (port || 5060))) return false
      if (timers.now() > ownUntil) {
        own.clear()
        for (const address of addresses.all()) own.add(address)
        ownUntil = timers.now() + 60_000
      }
      const address = unbracket(host)
      return own.has(address) || address === sip.externalAddress
    },
    sentBy: (flow) => bracket(addresses.advertised(flow.address)) + suffix[flow.transport],
    localName: (flow) => bracket(addresses.real(flow.address)) + suffix[flow.transport],
    receivedOn: (flow) => ({ address: addresses.real(flow.address), port: portOf(flow.transport) }),
    reaches: (transport, address) => (transport === 'udp' ? bound.udp(address) : bound.stream(transport, address)) !== undefined,
    send(flow, text, listener) {
      if (flow.transport === 'udp') {
        const socket = bound.udp(flow.address)
        if (socket) socket.send(flow.address, flow.port, text, listener)
        else listener?.onSendError('no address of this family')
        return
      }
      const open = flow.connection?.open ? flow.connection : connections.find(flow.transport, flow.address, flow.port, flow.host)
      if (open) return open.send(text, listener)
      const full = connections.full(flow.address)
      const stream = bound.stream(flow.transport, flow.address)
      if (full !== undefined) listener?.onSendError(full)
      else if (stream === undefined) listener?.onSendError('no connection, and none can be made')
      else stream.dial(flow, text, listener)
    },
    connectionTo(transport, address, port, host) {
      const connection = connections.find(transport, address, port, host)
      return connection && { transport, address, port, connection }
    },
    alias: (connection, port) => connections.alias(connection, port),
    replaceCertificates: (tls) => identities?.replace(tls),
    connections: () => ({ ...Object.fromEntries(served.filter((transport) => transport !== 'udp').map((transport) => [transport, 0])), ...connections.counts() }),
    async close() {
      connections.close()
      await bound.close()
    },
  }
}
