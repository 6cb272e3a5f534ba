/** SIP over UDP, one socket a family. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { SendListener } from './flow.ts'
import { noLookup } from './local.ts'
import { answerStun, isStun } from './stun.ts'

/** Room for a burst of some thousand requests while the engine is busy; the kernel gives what its own limit allows. */
const BUFFER_BYTES = 8_388_608

/** Some phones keep a NAT open over UDP as others do on streams. */
const PING = Buffer.from('\r\n\r\n')
const PONG = Buffer.from('\r\n')

export interface UdpTransport {
  readonly port: number
  send(address: string, port: number, text: string, listener: SendListener | undefined): void
  close(): Promise<void>
}

export interface UdpHooks {
  onDatagram(text: string, address: string, port: number): void
  /** Whether that address is to be left without any answer. */
  bars(address: string): boolean
  /** The socket failed after it was bound. */
  onFailure(reason: string): void
}

export async function openUdp(host: string, port: number, hooks: UdpHooks): Promise<UdpTransport> {
  const socket: Socket = createSocket(host.includes(':') ? { type: 'udp6', ipv6Only: true, lookup: noLookup } : { type: 'udp4', lookup: noLookup })
  let closed = false
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeListener('error', reject)
      // An error of one send (no route, too long) is that send's; the socket lives on.
      socket.on('error', (error) => {
        if ((error as NodeJS.ErrnoException).syscall !== 'send') hooks.onFailure(error.message)
      })
      resolve()
    })
  })
  for (const set of [socket.setRecvBufferSize, socket.setSendBufferSize]) {
    try {
      set.call(socket, BUFFER_BYTES)
    } catch {
      // The system allows no such size; its default stays.
    }
  }
  /** Keep-alives of phones (RFC 5626 §4.4); false for anything else. */
  const keptAlive = (data: Buffer, from: RemoteInfo): boolean => {
    const stun = isStun(data)
    if (!stun && !data.equals(PING)) return false
    const answer = stun ? answerStun(data, from.address, from.port) : PONG
    if (answer && !hooks.bars(from.address)) socket.send(answer, from.port, from.address)
    return true
  }
  socket.on('message', (data: Buffer, from: RemoteInfo) => {
    // No start line begins with a control character.
    if ((data[0] ?? 0) < 0x20 && keptAlive(data, from)) return
    hooks.onDatagram(data.toString('latin1'), from.address, from.port)
  })
  return {
    port: socket.address().port,
    send(address, peerPort, text, listener) {
      if (closed) return
      const data = Buffer.from(text, 'latin1')
      try {
        if (listener) {
          socket.send(data, 0, data.length, peerPort, address, (error) => {
            if (error) listener.onSendError(error.message)
          })
        } else {
          socket.send(data, 0, data.length, peerPort, address)
        }
      } catch (error) {
        listener?.onSendError(error instanceof Error ? error.message : String(error))
      }
    },
    close() {
      if (closed) return Promise.resolve()
      closed = true
      return new Promise((resolve) => socket.close(() => resolve()))
    },
  }
}
