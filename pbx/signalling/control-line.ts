/** The application's end of the control wire within this process. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** The frames of the control wire without a socket. Text is one character a byte. */
export interface ControlLine {
  send(text: string): void
  onText(listener: (text: string) => void): void
  /** Told once, when either side closed it. */
  onClosed(listener: () => void): void
  /** What was sent before still arrives. Idempotent. */
  close(): void
}

/**
 * @param onNews told what the application's guest in the engine says, in the order in which it and the frames were sent
 * @param handOver gives the engine its end, and the counter of what we have read
 */
export function openControlLine(handOver: (port: MessagePort, taken: Int32Array) => void, onNews: (news: unknown) => void): ControlLine {
  const { port1, port2 } = new MessageChannel()
  const taken = new Int32Array(new SharedArrayBuffer(4))
  handOver(port2, taken)
  return {
    send: (text) => port1.postMessage(text),
    onText(listener) {
      port1.on('message', (text: string | { news: unknown }) => {
        if (typeof text !== 'string') return onNews(text.news)
        Atomics.add(taken, 0, text.length)
        listener(text)
      })
    },
    onClosed: (listener) => void port1.once('close', listener),
    close: () => port1.close(),
  }
}
