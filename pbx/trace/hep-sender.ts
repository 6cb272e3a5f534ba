/** Sends packets to the collector; one that is away costs nothing but its packets. */
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'

export interface HepSender {
  send(packet: Buffer): void
  close(): Promise<void>
}

/** Bytes that may wait for a collector that reads slowly; what is beyond is left out. */
const BACKLOG = 4_194_304
const RETRY_MS = 5_000

export function openHepSender({ host, port, transport }: { host: string; port: number; transport: 'udp' | 'tcp' }, logger: Logger): HepSender {
  let told = false
  const fail = (error: unknown): void => {
    if (!told) logger.warn({ collector: `${host}:${port}` }, `the HEP collector cannot be reached: ${messageOf(error)}`)
    told = true
  }
  return transport === 'udp' ? overUdp(host, port, fail) : overTcp(host, port, fail, () => {
    if (told) logger.info({ collector: `${host}:${port}` }, 'the HEP collector is reached again')
    told = false
  })
}

function overUdp(host: string, port: number, fail: (error: unknown) => void): HepSender {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.on('error', fail)
  let ready = false
  let timer: NodeJS.Timeout | undefined
  // Connected, so that a name is looked up once and not for each packet.
  const open = (): void => {
    timer = undefined
    socket.connect(port, host)
  }
  socket.on('connect', () => (ready = true))
  socket.on('error', () => {
    if (!ready) timer ??= setTimeout(open, RETRY_MS)
  })
  open()
  return {
    send(packet) {
      if (ready) socket.send(packet, (error) => error && fail(error))
    },
    close() {
      clearTimeout(timer)
      ready = false
      return new Promise((resolve) => socket.close(() => resolve()))
    },
  }
}

function overTcp(host: string, port: number, fail: (error: unknown) => void, reached: () => void): HepSender {
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const open = (): void => {
    timer = undefined
    const made = connect({ host, port, keepAlive: true })
    made.on('connect', () => {
      socket = made
      reached()
    })
    made.on('error', fail)
    made.on('close', () => {
      socket = undefined
      if (!closed) timer = setTimeout(open, RETRY_MS)
    })
    current = made
  }
  let current: Socket | undefined
  open()
  return {
    send(packet) {
      if (socket && socket.writableLength < BACKLOG) socket.write(packet)
    },
    close() {
      closed = true
      clearTimeout(timer)
      const last = current
      if (!last || last.destroyed) return Promise.resolve()
      return new Promise((resolve) => {
        last.once('close', () => resolve())
        if (socket) last.end(() => last.destroy())
        else last.destroy()
      })
    },
  }
}
