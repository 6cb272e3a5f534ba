/** The UDP socket of the load: transactions that send again only when nothing came (RFC 3261 §17, T1 = 500 ms), and answers that are kept for repeats. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { branchOf, parseMessage, type Message, type Place } from './sip-text.ts'

const T1_MS = 500
const T2_MS = 4_000
/** Sooner than Timer B and F: who waits this long has failed. */
const GIVE_UP_MS = 10_000
const TICK_MS = 25
/** How long an answer is kept for a repeated request. */
const KEEP_MS = 8_000

interface Waiting {
  text: string
  again: number
  interval: number
  deadline: number
  /** An INVITE that was answered 100 is not sent again. */
  heard: boolean
  onAnswer: (answer: Message | undefined) => void
}

export class Line {
  readonly local: Place
  /** Messages sent more than once because nothing came back. */
  repeats = 0
  /** Called for each request once; repeats are answered from memory. */
  onRequest: (request: Message) => void = () => {}
  readonly #socket: Socket
  readonly #server: Place
  readonly #waiting = new Map<string, Waiting>()
  readonly #answers = new Map<string, { text: string; until: number }>()
  readonly #timer: NodeJS.Timeout

  private constructor(socket: Socket, server: Place) {
    this.#socket = socket
    this.#server = server
    this.local = { host: '127.0.0.1', port: socket.address().port }
    socket.on('message', (bytes) => this.#heard(bytes))
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  static async open(server: Place): Promise<Line> {
    // Node looks every address up otherwise, for each packet.
    const socket = createSocket({ type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4) })
    const bound = once(socket, 'listening')
    socket.bind(0, '127.0.0.1')
    await bound
    socket.setRecvBufferSize(4 << 20)
    socket.setSendBufferSize(4 << 20)
    return new Line(socket, server)
  }

  send(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'), this.#server.port, this.#server.host)
  }

  /** Sends until answered. `onAnswer` gets each answer, the final one last, and `undefined` when none came in time. */
  request(branch: string, text: string, onAnswer: (answer: Message | undefined) => void): void {
    const now = performance.now()
    this.#waiting.set(branch, { text, again: now + T1_MS, interval: T1_MS, deadline: now + GIVE_UP_MS, heard: false, onAnswer })
    this.send(text)
  }

  answer(request: Message, text: string): void {
    this.#answers.set(`${branchOf(request)} ${request.method}`, { text, until: performance.now() + KEEP_MS })
    this.send(text)
  }

  /** Sends a 2xx to an INVITE until `settle` with the same key (RFC 3261 §13.3.1.4). */
  insist(key: string, text: string, onGaveUp: () => void): void {
    const now = performance.now()
    this.#waiting.set(key, { text, again: now + T1_MS, interval: T1_MS, deadline: now + GIVE_UP_MS, heard: false, onAnswer: onGaveUp })
  }

  settle(key: string): void {
    this.#waiting.delete(key)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
  }

  #heard(bytes: Buffer): void {
    const message = parseMessage(bytes.toString('latin1'))
    if (!message) return
    const branch = branchOf(message)
    if (message.status === 0) {
      const known = this.#answers.get(`${branch} ${message.method}`)
      if (known) return this.send(known.text)
      return this.onRequest(message)
    }
    const waiting = this.#waiting.get(branch)
    if (!waiting) return
    waiting.heard = true
    if (message.status >= 200) this.#waiting.delete(branch)
    waiting.onAnswer(message)
  }

  #tick(): void {
    const now = performance.now()
    for (const [key, waiting] of this.#waiting) {
      if (now >= waiting.deadline) {
        this.#waiting.delete(key)
        waiting.onAnswer(undefined)
      } else if (now >= waiting.again && !waiting.heard) {
        waiting.interval = Math.min(waiting.interval * 2, T2_MS)
        waiting.again = now + waiting.interval
        this.repeats++
        this.send(waiting.text)
      }
    }
    for (const [key, { until }] of this.#answers) {
      if (until > now) break
      this.#answers.delete(key)
    }
  }
}
