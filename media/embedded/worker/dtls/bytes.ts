/** Reading and writing the numbers and vectors of TLS (RFC 5246 §4). */

/** The bytes are not what they should be; whoever sent them is not answered. */
export class Malformed extends Error {}

export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  take(count: number): Buffer {
    if (count > this.left) throw new Malformed('a message ends too early')
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  number(bytes: 1 | 2 | 3): number {
    return this.take(bytes).readUIntBE(0, bytes)
  }

  /** A vector with its length before it. */
  vector(lengthBytes: 1 | 2 | 3): Buffer {
    return this.take(this.number(lengthBytes))
  }
}

export function number(bytes: 1 | 2 | 3 | 6, value: number): Buffer {
  const out = Buffer.alloc(bytes)
  out.writeUIntBE(value, 0, bytes)
  return out
}

export function vector(lengthBytes: 1 | 2 | 3, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([number(lengthBytes, body.length), body])
}

/** A vector of numbers of two bytes. */
export function list(lengthBytes: 1 | 2, values: readonly number[]): Buffer {
  return vector(lengthBytes, ...values.map((value) => number(2, value)))
}
