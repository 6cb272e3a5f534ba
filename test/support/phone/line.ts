/** The wire of the test phone: one UDP socket, or one TCP connection to the server. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface Place {
  host: string
  port: number
}

export interface Line {
  readonly transport: 'udp' | 'tcp'
  readonly local: Place
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

export async function openTcpLine(server: Place, onText: OnText, onClosed: () => void, address: string): Promise<Line> {
  const socket = connect({ host: server.host, port: server.port, localAddress: address, noDelay: true })
  await once(socket, 'connect')
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
    transport: 'tcp',
    local: { host: local.address, port: local.port },
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
