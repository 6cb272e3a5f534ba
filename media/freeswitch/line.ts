/** The control line to one FreeSWITCH: its event socket, inbound. */
import esl, { type Connection, type EslEvent } from 'drachtio-modesl'
import { messageOf, Refusal } from '../../config/errors.ts'

export type { EslEvent }

export interface LineOptions {
  host: string
  port: number
  secret: string
  /** How long connecting and each command may take, in milliseconds. */
  timeoutMs: number
}

/** An open line. It never connects again by itself: who opened it does. */
export class Line {
  readonly #connection: Connection
  readonly #timeoutMs: number
  readonly #waiting = new Set<(error: Refusal) => void>()
  readonly #ended = Promise.withResolvers<string>()
  #over = false

  private constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  /** Resolves with the reason when the line is gone, closed by whomever. */
  get ended(): Promise<string> {
    return this.#ended.promise
  }

  /** Our address as the server sees it: where it can call back. */
  get localAddress(): string {
    return this.#connection.socket?.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1'
  }

  /**
   * Connects and authenticates.
   * @throws Refusal `unauthenticated` for a wrong password, `forbidden` when its access list has no place for us, `unavailable` else
   */
  static async open({ host, port, secret, timeoutMs }: LineOptions): Promise<Line> {
    const where = `The FreeSWITCH at ${host}:${port}`
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const connection = new esl.Connection(host, port, secret, resolve)
    const line = new Line(connection, timeoutMs)
    const fail = (refusal: Refusal): void => {
      reject(refusal)
      line.close(refusal.message)
    }
    const timer = setTimeout(() => fail(new Refusal('unavailable', `${where} does not answer. Start it, or set FREESWITCH to the address of its event socket.`)), timeoutMs)
    connection.on('error', (error) => fail(new Refusal('unavailable', `${where} cannot be reached (${messageOf(error)}). Start it, or set FREESWITCH to the address of its event socket.`)))
    connection.on('esl::end', () => fail(new Refusal('unavailable', `${where} closed the connection.`)))
    connection.on('esl::event::auth::fail', () => fail(new Refusal('unauthenticated', `${where} did not accept our password. Set FREESWITCH_SECRET to the one in its event_socket.conf.xml.`)))
    connection.on('esl::event::raw::text/rude-rejection', () => fail(new Refusal('forbidden', `${where} does not let us in: its access list (apply-inbound-acl in event_socket.conf.xml) must allow the address of this machine.`)))
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
    return line
  }

  /** What the command printed. Rejects with Refusal `unavailable` when the line is lost or the answer does not come. */
  api(command: string): Promise<string> {
    if (this.#over) return Promise.reject(new Refusal('unavailable', 'the connection to FreeSWITCH was lost', { retryAfter: 5 }))
    return new Promise((resolve, reject) => {
      const settle = (work: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(lost)
        work()
      }
      const lost = (error: Refusal): void => settle(() => reject(error))
      const timer = setTimeout(() => lost(new Refusal('unavailable', 'FreeSWITCH does not answer', { retryAfter: 5 })), this.#timeoutMs)
      this.#waiting.add(lost)
      this.#connection.api(command, (response) => settle(() => resolve(response.getBody().trim())))
    })
  }

  /** Events of this subclass, until the line is gone. */
  onCustom(subclass: string, listener: (event: EslEvent) => void): void {
    this.#connection.subscribe([`CUSTOM ${subclass}`])
    this.#connection.on('esl::event::CUSTOM::*', (event) => { if (event.getHeader('Event-Subclass') === subclass) listener(event) })
  }

  close(reason = 'closed'): void {
    if (this.#over) return
    this.#over = true
    const { socket, reconnectVars } = this.#connection
    this.#connection.closing = true
    clearTimeout(reconnectVars.retryTimer ?? undefined)
    socket?.destroy()
    for (const lost of [...this.#waiting]) lost(new Refusal('unavailable', 'the connection to FreeSWITCH was lost', { retryAfter: 5 }))
    this.#ended.resolve(reason)
  }
}
