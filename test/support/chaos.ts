/**
 * A bad network between phones and the server: a UDP relay that drops, doubles and reorders
 * packets in both directions. The dice are seeded, so that a bad run can be thrown again.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Place } from './phone.ts'

export interface ChaosOptions {
  server: Place
  /** Shares of packets, 0 to 1. */
  drop: number
  double: number
  reorder: number
  seed: number
}

export interface ChaosFigures {
  passed: number
  dropped: number
  doubled: number
  reordered: number
}

/** A phone's way through the relay. */
export interface ChaosPath {
  /** Where the phone sends: its `server`. */
  entry: Place
  /** How the server sees the phone: its `contact`. */
  exit: Place
}

export interface Chaos {
  readonly figures: ChaosFigures
  path(): Promise<ChaosPath>
  /** From now on every packet passes as it is. */
  calm(): void
  close(): Promise<void>
}

/** Late enough for the packets behind it to come first, early enough not to look like loss. */
const REORDER_MS = 40

export function startChaos(options: ChaosOptions): Chaos {
  const figures: ChaosFigures = { passed: 0, dropped: 0, doubled: 0, reordered: 0 }
  const random = mulberry32(options.seed)
  const sockets: Socket[] = []
  const timers = new Set<NodeJS.Timeout>()
  let wild = true

  const relay = (send: () => void): void => {
    const dice = wild ? random() : 1
    if (dice < options.drop) {
      figures.dropped++
    } else if (dice < options.drop + options.double) {
      figures.doubled++
      send()
      send()
    } else if (dice < options.drop + options.double + options.reorder) {
      figures.reordered++
      const timer = setTimeout(() => {
        timers.delete(timer)
        send()
      }, REORDER_MS)
      timers.add(timer)
    } else {
      figures.passed++
      send()
    }
  }

  const open = async (): Promise<Socket> => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return socket
  }

  return {
    figures,
    async path() {
      const entry = await open()
      const exit = await open()
      let phone: Place | undefined
      entry.on('message', (data, from) => {
        phone = { host: from.address, port: from.port }
        relay(() => exit.send(data, options.server.port, options.server.host, () => undefined))
      })
      exit.on('message', (data) => {
        relay(() => phone && entry.send(data, phone.port, phone.host, () => undefined))
      })
      return { entry: placeOf(entry), exit: placeOf(exit) }
    },
    calm() {
      wild = false
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(
        sockets.splice(0).map(async (socket) => {
          const closed = once(socket, 'close')
          socket.close()
          await closed
        }),
      )
    },
  }
}

function placeOf(socket: Socket): Place {
  return { host: '127.0.0.1', port: socket.address().port }
}

/** A small seeded generator (Tommy Ettinger's mulberry32): the same seed, the same network. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
