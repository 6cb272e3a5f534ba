/** The event socket of a FreeSWITCH that is none: it answers a few commands from what the test sets. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

export class FakeFreeswitch {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Every command that came in. */
  readonly commands: string[] = []
  /** Told of each command. */
  readonly #listeners = new Set<() => void>()
  readonly port: number
  password = 'right'
  sipPort = 5080
  /** Answers nothing any more. */
  hung = false
  /** Turns everybody away before a password is asked for. */
  rude = false
  maxSessions = 5000
  perSecond = 500
  channels: { uuid: string; cid_num: string }[] = []

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    server.on('connection', (socket) => this.#serve(socket))
  }

  /** @param port 0: any that is free */
  static async open(port = 0): Promise<FakeFreeswitch> {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new FakeFreeswitch(server, (server.address() as { port: number }).port)
  }

  /** The first command like this, past or to come. */
  async command(like: RegExp): Promise<string> {
    for (;;) {
      const found = this.commands.find((command) => like.test(command))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const told = (): void => { this.#listeners.delete(told); resolve() }
        this.#listeners.add(told)
      })
    }
  }

  /** As when its process dies. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
    if (this.rude) return void socket.end('Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n')
    socket.write('Content-Type: auth/request\n\n')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const command = text.slice(0, end)
        text = text.slice(end + 2)
        this.#answer(socket, command.trim())
      }
    })
  }

  #answer(socket: Socket, command: string): void {
    this.commands.push(command)
    for (const told of [...this.#listeners]) told()
    if (this.hung) return
    const reply = (line: string): void => void socket.write(`Content-Type: command/reply\nReply-Text: ${line}\n\n`)
    if (command.startsWith('auth ')) return reply(command === `auth ${this.password}` ? '+OK accepted' : '-ERR invalid')
    if (!command.startsWith('api ')) return reply('+OK')
    const body = this.#print(command.slice(4))
    socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`)
  }

  #print(command: string): string {
    if (command === 'status') {
      return ['UP 0 years, 0 days', 'FreeSWITCH (Version 1.10.12-release  64bit) is ready', `${this.channels.length} session(s) since startup`,
        `${this.channels.length} session(s) - peak 1, last 5min 1`, `0 session(s) per Sec out of max ${this.perSecond}, peak 1, last 5min 1`, `${this.maxSessions} session(s) max`, ''].join('\n')
    }
    if (command === 'sofia status') return `\n  drachtio_mrf\t   profile\t   sip:mod_sofia@127.0.0.1:${this.sipPort}\t   RUNNING (0)\n`
    if (command === 'show channels as json') return JSON.stringify({ row_count: this.channels.length, ...(this.channels.length > 0 ? { rows: this.channels } : {}) })
    if (command.startsWith('uuid_kill ')) this.channels = this.channels.filter(({ uuid }) => uuid !== command.slice(10))
    return '+OK\n'
  }
}
