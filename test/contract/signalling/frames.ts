/** The control wire at its barest, for what drachtio-srf would never say. */
import { connect } from 'node:net'
import { randomUUID } from 'node:crypto'
import { WAIT_MS } from './peer.ts'

export interface Wire {
  /** Sends one frame; returns its message id. */
  say(message: string): string
  /** Sends bytes that need not be a frame. */
  raw(bytes: string | Buffer): void
  /** The next payload that `fits`. */
  hear(fits: (payload: string) => boolean): Promise<string>
  /** The response to a message. */
  answer(id: string): Promise<string[]>
  heard: string[]
  readonly closed: Promise<void>
  close(): void
}

export async function openWire(control: { host: string; port: number }): Promise<Wire> {
  const socket = connect(control.port, control.host)
  const heard: string[] = []
  let waiting: { fits: (payload: string) => boolean; give: (payload: string) => void }[] = []
  let pending = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const mark = pending.indexOf('#')
      if (mark === -1) return
      const length = Number(pending.toString('latin1', 0, mark))
      if (pending.length < mark + 1 + length) return
      const payload = pending.toString('utf8', mark + 1, mark + 1 + length)
      pending = pending.subarray(mark + 1 + length)
      heard.push(payload)
      const fitting = waiting.filter((waiter) => waiter.fits(payload))
      waiting = waiting.filter((waiter) => !fitting.includes(waiter))
      for (const waiter of fitting) waiter.give(payload)
    }
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  const hear = (fits: (payload: string) => boolean) => {
    const already = heard.find(fits)
    if (already !== undefined) return Promise.resolve(already)
    return new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing fitting was heard; there were:\n${heard.join('\n')}`)), WAIT_MS)
      waiting.push({ fits, give: (payload) => (clearTimeout(timer), resolve(payload)) })
    })
  }
  return {
    heard,
    hear,
    say(message) {
      const id = randomUUID()
      const payload = `${id}|${message}`
      socket.write(`${Buffer.byteLength(payload)}#${payload}`)
      return id
    },
    raw: (bytes) => void socket.write(bytes),
    answer: async (id) => (await hear((payload) => payload.split('|', 3)[2] === id)).split('\r\n', 1)[0]?.split('|').slice(3) ?? [],
    closed,
    close: () => void socket.destroy(),
  }
}

export async function authenticated(control: { host: string; port: number; secret: string }): Promise<Wire> {
  const wire = await openWire(control)
  const [verdict] = await wire.answer(wire.say(`authenticate|${control.secret}|`))
  if (verdict !== 'OK') throw new Error('not authenticated')
  return wire
}
