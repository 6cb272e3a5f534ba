/** One phone on a TLS connection of its own: registers over it, answers whatever is asked on it, and stays. */
import { connect, type TLSSocket } from 'node:tls'
import { answerText, branchOf, parseMessage, unique, type Message, type Place } from './sip-text.ts'

/** Who waits this long has failed; the transport repeats what gets lost. */
const GIVE_UP_MS = 10_000

export class TlsLine {
  readonly transport = 'TLS'
  readonly local: Place
  readonly #socket: TLSSocket
  readonly #waiting = new Map<string, { onAnswer: (answer: Message | undefined) => void; timer: NodeJS.Timeout }>()
  #pending = ''

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    this.local = { host: '127.0.0.1', port: socket.localPort ?? 0 }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#heard(text))
    socket.on('error', () => socket.destroy())
  }

  /** Rejects with why there is no connection. The certificate of the house is its own. */
  static open({ host, port }: Place): Promise<TlsLine> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, rejectUnauthorized: false })
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        socket.removeListener('error', reject)
        resolve(new TlsLine(socket))
      })
    })
  }

  request(branch: string, text: string, onAnswer: (answer: Message | undefined) => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(branch)
      onAnswer(undefined)
    }, GIVE_UP_MS)
    this.#waiting.set(branch, { onAnswer, timer })
    this.#socket.write(text, 'latin1')
  }

  #heard(text: string): void {
    this.#pending += text
    for (;;) {
      const head = this.#pending.indexOf('\r\n\r\n')
      if (head === -1) return
      const end = head + 4 + Number(/^Content-Length:[ \t]*(\d+)/im.exec(this.#pending.slice(0, head))?.[1] ?? 0)
      if (this.#pending.length < end) return
      const message = parseMessage(this.#pending.slice(0, end))
      this.#pending = this.#pending.slice(end)
      if (message) this.#take(message)
    }
  }

  #take(message: Message): void {
    if (message.status === 0) return void this.#socket.write(answerText(message, 200, 'OK', unique()), 'latin1')
    const waiting = this.#waiting.get(branchOf(message))
    if (!waiting) return
    if (message.status >= 200) {
      clearTimeout(waiting.timer)
      this.#waiting.delete(branchOf(message))
    }
    waiting.onAnswer(message)
  }
}
