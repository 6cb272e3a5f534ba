/**
 * HMAC-SHA1 (RFC 2104) over one piece of a buffer, in place. An object of `node:crypto` for every packet costs
 * three times as much as the sum itself.
 */

const BLOCK = 64
const DIGEST = 20
const words = new Int32Array(80)
const state = new Int32Array(5)
const tail = new Uint8Array(2 * BLOCK)

export class HmacSha1 {
  readonly #inner = new Int32Array(5)
  readonly #outer = new Int32Array(5)

  /** @param key at most 64 bytes */
  constructor(key: Uint8Array) {
    const pad = new Uint8Array(BLOCK)
    for (const [into, byte] of [[this.#inner, 0x36], [this.#outer, 0x5c]] as const) {
      for (let index = 0; index < BLOCK; index += 1) pad[index] = (key[index] ?? 0) ^ byte
      begin()
      mix(pad, 0)
      into.set(state)
    }
  }

  /**
   * Writes the first `count` bytes of the sum over `bytes` up to `length`, and over the word `more` behind it when it is one.
   */
  sign(bytes: Uint8Array, length: number, more: number | undefined, out: Uint8Array, at: number, count: number): void {
    state.set(this.#inner)
    let done = 0
    for (; done + BLOCK <= length; done += BLOCK) mix(bytes, done)
    let rest = 0
    for (; done < length; done += 1) tail[rest++] = bytes[done]!
    let total = BLOCK + length
    if (more !== undefined) {
      writeWord(tail, rest, more)
      rest += 4
      total += 4
    }
    finish(rest, total)
    for (let index = 0; index < 5; index += 1) writeWord(tail, index * 4, state[index]!)
    state.set(this.#outer)
    finish(DIGEST, BLOCK + DIGEST)
    for (let index = 0; index < count; index += 1) out[at + index] = state[index >> 2]! >>> (24 - (index & 3) * 8)
  }
}

function begin(): void {
  state[0] = 0x67452301
  state[1] = 0xefcdab89
  state[2] = 0x98badcfe
  state[3] = 0x10325476
  state[4] = 0xc3d2e1f0
}

/** Pads the `rest` bytes in `tail` of a message of `total` bytes, and takes them in (FIPS 180-4 §5.1.1). */
function finish(rest: number, total: number): void {
  const end = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK
  tail[rest] = 0x80
  tail.fill(0, rest + 1, end - 4)
  writeWord(tail, end - 4, total * 8)
  mix(tail, 0)
  if (end > BLOCK) mix(tail, BLOCK)
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}

/** One block into the state (FIPS 180-4 §6.1.2). */
function mix(bytes: Uint8Array, from: number): void {
  const w = words
  for (let i = 0, at = from; i < 16; i += 1, at += 4) w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  for (let i = 16; i < 80; i += 1) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!
    w[i] = (x << 1) | (x >>> 31)
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!
  for (let i = 0; i < 80; i += 1) {
    const f = i < 20 ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6
    const next = (((a << 5) | (a >>> 27)) + f + e + w[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
  state[4] = (state[4]! + e) | 0
}
