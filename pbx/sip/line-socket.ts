/** A socket that is none: srf knows sockets only, and the engine is in this process. */
import { Socket } from 'node:net'

/** The engine's control wire within this process. Text is one character a byte. */
export interface ControlLine {
  send(text: string): void
  onText(listener: (text: string) => void): void
  onClosed(listener: () => void): void
  close(): void
}

/** Everything srf writes in one turn of the loop leaves as one message. */
export class LineSocket extends Socket {
  readonly #line: ControlLine
  #queue = ''
  #flushing: NodeJS.Immediate | undefined

  constructor(line: ControlLine) {
    super()
    this.#line = line
    line.onText((text) => void this.push(Buffer.from(text, 'latin1')))
    line.onClosed(() => void this.destroy())
  }

  // What comes in is pushed as it comes: srf never pauses.
  override _read(): void {}

  /** Strings stay strings: `Socket` turns `decodeStrings` off. */
  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#queue += asBytes(chunk)
    this.#flushing ??= setImmediate(() => this.#flush())
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#flush()
    this.#line.close()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearImmediate(this.#flushing)
    this.#line.close()
    super._destroy(error, done)
  }

  #flush(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    const queue = this.#queue
    this.#queue = ''
    if (queue !== '') this.#line.send(queue)
  }
}

/** UTF-8, one character a byte. */
function asBytes(chunk: string | Buffer): string {
  if (typeof chunk !== 'string') return chunk.toString('latin1')
  return Buffer.byteLength(chunk) === chunk.length ? chunk : Buffer.from(chunk).toString('latin1')
}
