/** The wire of the test phone: one UDP socket, or one connection to the server. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WebSocket } from 'ws'

export interface Place {
  host: string
  port: number
}

export type PhoneTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

export interface Line {
  readonly transport: PhoneTransport
  readonly local: Place
  /** What stands in Via and Contact. */
  readonly name: string
  /** The `transport` parameter of URIs that lead over it. */
  readonly parameter: string
  /** UDP sends to `to`, else to the server. */
  send(data: string | Buffer, to?: Place): void
  close(): Promise<void>
}

type OnText = (text: string, from: Place) => void

/** @param address of this machine that the phone has */
export async function openUdpLine(server: Place, onText: OnText, address: string): Promise<Line> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
  // A server that is gone answers with ICMP; to a phone that is silence.
  socket.on('error', () => undefined)
  socket.on('message', (data, from) => onText(data.toString('utf8'), { host: from.address, port: from.port }))
  socket.bind(0, address)
  await once(socket, 'listening')
  let open = true
  return {
    transport: 'udp',
    local: { host: address, port: socket.address().port },
    name: `${address}:${socket.address().port}`,
    parameter: '',
    send(data, to = server) {
      if (open) socket.send(data, to.port, to.host, () => undefined)
    },
    async close() {
      if (!open) return
      open = false
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** @param trusts PEM of the authority whose certificates are accepted: TLS; undefined: plain TCP */
export async function openStreamLine(server: Place, onText: OnText, onClosed: () => void, address: string, trusts: string | undefined): Promise<Line> {
  const where = { host: server.host, port: server.port, localAddress: address, noDelay: true }
  const socket: Socket = trusts === undefined ? connect(where) : connectTls({ ...where, ca: trusts })
  await once(socket, trusts === undefined ? 'connect' : 'secureConnect')
  let held = Buffer.alloc(0)
  socket.on('error', () => undefined)
  socket.on('close', onClosed)
  socket.on('data', (data: Buffer) => {
    held = Buffer.concat([held, data])
    for (;;) {
      // CRLF between messages is a keep-alive (RFC 5626 §3.5.1).
      while (held.length >= 2 && held[0] === 13 && held[1] === 10) held = held.subarray(2)
      const split = held.indexOf('\r\n\r\n')
      if (split < 0) return
      const length = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(held.subarray(0, split).toString('latin1'))?.[1] ?? 0)
      const end = split + 4 + length
      if (held.length < end) return
      const text = held.subarray(0, end).toString('utf8')
      held = held.subarray(end)
      onText(text, server)
    }
  })
  const local = socket.address() as AddressInfo
  return {
    transport: trusts === undefined ? 'tcp' : 'tls',
    local: { host: local.address, port: local.port },
    name: `${local.address}:${local.port}`,
    parameter: trusts === undefined ? ';transport=tcp' : ';transport=tls',
    send(data) {
      if (!socket.destroyed) socket.write(data)
    },
    async close() {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  }
}

/** As a browser: it knows neither its address nor its port, and makes up a name (RFC 7118 §5.2.1). @param trusts as above */
export async function openWebSocketLine(server: Place, onText: OnText, onClosed: () => void, address: string, trusts: string | undefined): Promise<Line> {
  const socket = new WebSocket(`${trusts === undefined ? 'ws' : 'wss'}://${server.host}:${server.port}/`, 'sip', { localAddress: address, ...(trusts === undefined ? {} : { ca: trusts }) })
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8')
    if (text.trim() !== '') onText(text, server)
  })
  socket.on('close', onClosed)
  await once(socket, 'open')
  socket.on('error', () => undefined)
  return {
    transport: trusts === undefined ? 'ws' : 'wss',
    local: { host: address, port: 9 },
    name: `${randomBytes(6).toString('hex')}.invalid`,
    parameter: ';transport=ws',
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data.toString())
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.terminate()
      await closed
    },
  }
}
