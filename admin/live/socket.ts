/** A WebSocket that comes back by itself. Knows nothing of calls. */

export interface LiveSocketOptions {
  /** Asked at each attempt. */
  url: () => string
  onOpen: () => void
  onMessage: (message: unknown) => void
  /** The connection is gone; the next attempt starts at `retryAt`. */
  onLost: (retryAt: number) => void
  /** The server does not know us any more; no further attempt is made. */
  onRefused: () => void
}

/** Close codes after which trying again is pointless until someone signs in: policy violation (RFC 6455 §7.4.1) and our own "not signed in". */
const REFUSED = new Set([1008, 4401, 4403])
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

export class LiveSocket {
  readonly #options: LiveSocketOptions
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #attempts = 0
  #closed = false
  readonly #online = () => this.retryNow()

  constructor(options: LiveSocketOptions) {
    this.#options = options
    window.addEventListener('online', this.#online)
    this.#connect()
  }

  /** Skips the rest of the waiting time. */
  retryNow(): void {
    if (this.#closed || this.#socket !== undefined) return
    clearTimeout(this.#timer)
    this.#attempts = 0
    this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    window.removeEventListener('online', this.#online)
    this.#socket?.close(1000)
    this.#socket = undefined
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url())
    this.#socket = socket
    socket.onopen = () => {
      this.#attempts = 0
      this.#options.onOpen()
    }
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (typeof message.data !== 'string') return
      let parsed: unknown
      try {
        parsed = JSON.parse(message.data)
      } catch {
        return
      }
      this.#options.onMessage(parsed)
    }
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      if (this.#closed) return
      if (REFUSED.has(code)) {
        this.#options.onRefused()
        return
      }
      // Doubling with jitter, so that a restarted server is not met by every browser in the same second.
      const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts)
      const wait = ceiling / 2 + Math.random() * (ceiling / 2)
      this.#attempts += 1
      this.#timer = setTimeout(() => this.#connect(), wait)
      this.#options.onLost(Date.now() + wait)
    }
  }
}
