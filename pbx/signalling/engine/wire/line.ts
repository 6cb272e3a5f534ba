/** What carries the frames of an application: a TCP socket, or a port to another thread of this process. */
import type { Socket } from 'node:net'
import type { MessagePort } from 'node:worker_threads'

/** Text is one character a byte. */
export interface Line {
  /** See `Owner`. */
  readonly quiet: boolean
  send(text: string): void
  /** Bytes that the application has not taken yet. */
  readonly backlog: number
  /** Sends what was given, then closes; what still comes in is of no interest. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

export interface LineEvents {
  onText(text: string): void
  onClosed(): void
}

export type OpenLine = (events: LineEvents) => Line

export function socketLine(socket: Socket): OpenLine {
  return ({ onText, onClosed }) => {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 45_000)
    socket.setEncoding('latin1')
    socket.on('data', onText)
    socket.on('error', onClosed)
    socket.on('end', onClosed)
    socket.on('close', onClosed)
    return {
      quiet: false,
      send: (text) => void socket.write(text, 'latin1'),
      get backlog() {
        return socket.writableLength
      },
      end() {
        socket.removeAllListeners('data')
        socket.destroySoon()
      },
      destroy: () => void socket.destroy(),
    }
  }
}

/** Strings over a port cost half of what the same bytes cost over loopback TCP, most of which is the kernel's work. */
export function portLine(port: MessagePort, taken: Int32Array): OpenLine {
  return ({ onText, onClosed }) => {
    let sent = 0
    port.on('message', onText)
    port.on('close', onClosed)
    return {
      quiet: true,
      send(text) {
        sent = (sent + text.length) | 0
        port.postMessage(text)
      },
      get backlog() {
        return (sent - Atomics.load(taken, 0)) | 0
      },
      end: () => port.close(),
      destroy: () => port.close(),
    }
  }
}
