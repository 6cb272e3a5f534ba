/** A bare SIP peer: text in, text out. It shares nothing with the engine and repeats nothing by itself. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions, type TLSSocket, type TlsOptions } from 'node:tls'
import { randomBytes } from 'node:crypto'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { WebSocket, type ClientOptions } from 'ws'

export interface Arrived {
  text: string
  /** First line. */
  start: string
  /** 0 in a request. */
  status: number
  /** Method of a request, CSeq method of a response. */
  method: string
  port: number
}

export interface Peer {
  readonly transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'
  /** Its address as it stands in a Via or a URI. */
  readonly host: string
  /** What goes into Via and Contact. */
  readonly port: number
  send(text: string | Buffer): void
  /** The next message that fits, of those that arrived and were not taken yet. Rejects after `ms`. */
  take(what: string | RegExp, ms?: number): Promise<Arrived>
  /** Gives `use` whatever fits, and was not taken yet, from now on. */
  each(what: string | RegExp, use: (arrived: Arrived) => void): void
  /** How many messages that fit have arrived in all. */
  count(what: string | RegExp): number
  /** All that have arrived. */
  readonly all: readonly Arrived[]
  /** Resolves when the connection is closed by the far end (TCP). */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export const WAIT_MS = 8000
const CRLF = '\r\n'

export function token(): string {
  return randomBytes(8).toString('hex')
}

export function field(text: string, name: string): string {
  const found = new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'im').exec(text)
  return found?.[1]?.trim() ?? ''
}

export function fields(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'gim'))].map((found) => found[1]?.trim() ?? '')
}

export function tag(value: string): string {
  return /;tag=([^;>\s]+)/.exec(value)?.[1] ?? ''
}

export function body(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4)
}

export function message(startLine: string, headers: string[], content = ''): string {
  return [startLine, ...headers, `Content-Length: ${Buffer.byteLength(content)}`, '', content].join(CRLF)
}

function understand(text: string, port: number): Arrived {
  const start = text.slice(0, text.indexOf(CRLF))
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(start)?.[1] ?? 0)
  const method = status === 0 ? (start.split(' ')[0] ?? '') : (field(text, 'CSeq').split(' ')[1] ?? '')
  return { text, start, status, method, port }
}

/** `180`, `2xx INVITE`, `BYE`: a status or a method as the start line has it; or an expression on the whole text. */
function fits(arrived: Arrived, what: string | RegExp): boolean {
  if (what instanceof RegExp) return what.test(arrived.text)
  const [first = '', second] = what.split(' ')
  if (/^\d{3}$/.test(first)) return String(arrived.status) === first && (second === undefined || arrived.method === second)
  return arrived.status === 0 && arrived.method === first
}

function inbox() {
  const all: Arrived[] = []
  let untaken: Arrived[] = []
  let waiting: { what: string | RegExp; give: (arrived: Arrived) => void }[] = []
  const users: { what: string | RegExp; use: (arrived: Arrived) => void }[] = []
  return {
    all,
    each(what: string | RegExp, use: (arrived: Arrived) => void) {
      users.push({ what, use })
      const early = untaken.filter((arrived) => fits(arrived, what))
      untaken = untaken.filter((arrived) => !early.includes(arrived))
      early.forEach(use)
    },
    put(arrived: Arrived) {
      all.push(arrived)
      const user = users.find((other) => fits(arrived, other.what))
      if (user) return user.use(arrived)
      const waiter = waiting.find((other) => fits(arrived, other.what))
      if (waiter) {
        waiting = waiting.filter((other) => other !== waiter)
        waiter.give(arrived)
      } else untaken.push(arrived)
    },
    take(what: string | RegExp, ms = WAIT_MS): Promise<Arrived> {
      const found = untaken.find((arrived) => fits(arrived, what))
      if (found) {
        untaken = untaken.filter((other) => other !== found)
        return Promise.resolve(found)
      }
      return new Promise((resolve, reject) => {
        const waiter = { what, give: (arrived: Arrived) => (clearTimeout(timer), resolve(arrived)) }
        const timer = setTimeout(() => {
          waiting = waiting.filter((other) => other !== waiter)
          reject(new Error(`no ${String(what)} arrived; there were: ${all.map((arrived) => arrived.start).join(' | ')}`))
        }, ms)
        waiting.push(waiter)
      })
    },
    count: (what: string | RegExp) => all.filter((arrived) => fits(arrived, what)).length,
  }
}

/** @param address of ours it sends from: who is limited or barred is told by it; an IPv6 one leads to the target's `::1` */
export async function udpPeer(target: { port: number }, address = '127.0.0.1', port = 0): Promise<Peer & { raw: UdpSocket }> {
  const socket: UdpSocket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, resolve)
  })
  const box = inbox()
  socket.on('message', (data, from) => box.put(understand(data.toString('utf8'), from.port)))
  return {
    raw: socket,
    transport: 'udp',
    host: inUri(address),
    port: socket.address().port,
    send: (text) => socket.send(text, target.port, loopback(address)),
    take: box.take,
    each: box.each,
    count: box.count,
    all: box.all,
    closed: new Promise(() => undefined),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** Cuts by Content-Length, as simply as can be. */
function cutter(put: (text: string) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      while (pending[0] === 13 || pending[0] === 10) pending = pending.subarray(1)
      const end = pending.indexOf('\r\n\r\n')
      if (end === -1) return
      const total = end + 4 + Number(field(pending.toString('latin1', 0, end), 'Content-Length') || 0)
      if (pending.length < total) return
      put(pending.toString('utf8', 0, total))
      pending = pending.subarray(total)
    }
  }
}

const inUri = (address: string) => (address.includes(':') ? `[${address}]` : address)
const loopback = (address: string) => (address.includes(':') ? '::1' : '127.0.0.1')

export async function tcpPeer(target: { port: number }, address = '127.0.0.1'): Promise<Peer & { raw: Socket }> {
  const socket = connect({ port: target.port, host: loopback(address), localAddress: address })
  const peer = streamPeer('tcp', socket, address, target.port)
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return peer()
}

/** Rejects when the handshake fails. With TLS 1.3 the server judges our certificate only afterwards: then `closed` resolves. */
export async function tlsPeer(target: { port: number }, options: ConnectionOptions, address = '127.0.0.1'): Promise<Peer & { raw: TLSSocket }> {
  const where = { host: loopback(address), localAddress: address, port: target.port }
  const socket = connectTls({ ...where, rejectUnauthorized: options.ca !== undefined, ...options })
  const peer = streamPeer('tls', socket, address, target.port)
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', () => resolve())
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed in the handshake')))
  })
  return peer()
}

export interface WsPeer extends Peer {
  readonly raw: WebSocket
  /** Resolves with the code of the close frame. */
  readonly closeCode: Promise<number>
  sendBinary(text: string): void
}

/** @param options `origin`, `protocols` … Rejects with the status of the refusal when there is no upgrade. */
export async function wsPeer(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<WsPeer> {
  const { protocols = ['sip'], ...rest } = options
  const socket = new WebSocket(url, protocols, rest)
  const box = inbox()
  socket.on('message', (data: Buffer) => box.put(understand(data.toString('utf8'), 0)))
  const closeCode = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      reject(new Error(`refused with ${response.statusCode}`))
      request.destroy()
    })
    socket.on('error', reject)
  })
  const { localPort } = (socket as unknown as { _socket: Socket })._socket
  return {
    raw: socket,
    transport: url.startsWith('wss:') ? 'wss' : 'ws',
    // As a browser does it, which does not know its address (RFC 7118 §5.2.1).
    host: 'df7jal23ls0d.invalid',
    port: localPort as number,
    send: (text) => socket.send(text),
    sendBinary: (text) => socket.send(Buffer.from(text), { binary: true }),
    take: box.take,
    each: box.each,
    count: box.count,
    all: box.all,
    closed: closeCode.then(() => undefined),
    closeCode,
    close: async () => {
      socket.terminate()
      await closeCode
    },
  }
}

function streamPeer<S extends Socket>(transport: 'tcp' | 'tls', socket: S, address: string, port: number): () => Peer & { raw: S } {
  const box = inbox()
  socket.on('data', cutter((text) => box.put(understand(text, port))))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return () => ({
    raw: socket,
    transport,
    host: inUri(address),
    port: socket.localPort as number,
    send: (text) => void socket.write(text),
    take: box.take,
    each: box.each,
    count: box.count,
    all: box.all,
    closed,
    close: async () => {
      socket.destroy()
      await closed
    },
  })
}

/** A TCP or TLS listener that answers on whatever connection came last. */
export async function tcpListener(tls?: TlsOptions, host = '127.0.0.1'): Promise<Peer & { readonly connections: number; drop(): void }> {
  const box = inbox()
  const sockets = new Set<Socket>()
  let last: Socket | undefined
  let connections = 0
  const accept = (socket: Socket) => {
    last = socket
    connections++
    sockets.add(socket)
    socket.on('data', cutter((text) => box.put(understand(text, socket.remotePort ?? 0))))
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  const server: Server = tls ? createTlsServer(tls, accept) : createServer(accept)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  return {
    get connections() {
      return connections
    },
    transport: tls ? 'tls' : 'tcp',
    host: '127.0.0.1',
    port: address !== null && typeof address === 'object' ? address.port : 0,
    send: (text) => void last?.write(text),
    take: box.take,
    each: box.each,
    count: box.count,
    all: box.all,
    closed: new Promise(() => undefined),
    /** Ends all connections, and takes new ones. */
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
