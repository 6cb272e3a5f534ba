/**
 * The sound of the test phone: sends a tone as G.711 in paced 20 ms packets, listens to what comes
 * back, counts what was lost.
 */
import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { loudness, sine, strongest, toneShare } from '../tone.ts'
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './g711.ts'
import { DEADLINE_MS } from './journal.ts'
import { GAP_FRAMES, KEY_FRAMES, KeyFinder, keySamples } from './keys.ts'
import type { Place } from './line.ts'

const FRAME = 160
const FRAME_MS = 20
/** Half a second must hold the tone before it counts as heard. */
const WINDOW = 25 * FRAME

export interface AudioFigures {
  sent: number
  received: number
  /** Packets missing in the sequence numbers that came. */
  lost: number
  doubled: number
  /** Packets of a payload type that was not agreed. */
  foreign: number
  sources: number
}

export class Audio {
  readonly local: Place
  /** Digits that came as RFC 4733 events, type 101. */
  digits = ''
  #eventAt: number | undefined
  readonly #found = new KeyFinder()
  /** Frames that are still to be sent instead of the tone: a key, or silence (an empty text). */
  #keys: string[] = []
  readonly figures: AudioFigures = { sent: 0, received: 0, lost: 0, doubled: 0, foreign: 0, sources: 0 }
  remote: Place | undefined
  /** 0 PCMU or 8 PCMA, as agreed. */
  payload = 0
  /** What the peer may do; while it does not want to receive, nothing is sent. */
  sending = true
  readonly #socket: Socket
  #frequency = 0
  #timer: NodeJS.Timeout | undefined
  #sequence = randomInt(0x10000)
  readonly #ssrc = randomInt(0x7fffffff)
  /** Random, as phones have it (RFC 3550 §5.1): FreeSWITCH takes a key at 0 for none. */
  readonly #start = randomInt(0x1_0000_0000)
  /** Samples sent. */
  #position = 0
  #heard = new Int16Array(0)
  #recent = new Set<number>()
  #highest: number | undefined
  readonly #seenFrom = new Set<string>()
  readonly #onFrame = new Set<() => void>()

  private constructor(socket: Socket) {
    this.#socket = socket
    this.local = { host: '127.0.0.1', port: socket.address().port }
    socket.on('message', (data, from) => this.#receive(data, `${from.address}:${from.port}`))
    socket.on('error', () => undefined)
  }

  /** Takes an even port, so that RTCP to the odd one above never reaches another phone's RTP. */
  static async open(): Promise<Audio> {
    for (;;) {
      const socket = createSocket('udp4')
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      if (socket.address().port % 2 === 0) return new Audio(socket)
      socket.close()
    }
  }

  /** Sends a tone (0 Hz: silence) from now on, once `remote` is known. */
  play(frequency: number): void {
    this.#frequency = frequency
    if (this.#timer) return
    let due = performance.now()
    const tick = (): void => {
      // Catches up when the timer came late, as a phone's sound card would not let it drift.
      for (const now = performance.now(); due <= now; due += FRAME_MS) this.#send()
      this.#timer = setTimeout(tick, Math.max(1, due - performance.now()))
    }
    this.#timer = setTimeout(tick, 0)
  }

  silence(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Waits until the last half second heard is this tone. Rejects at the deadline with what was heard instead. */
  hears(frequency: number, ms = DEADLINE_MS): Promise<void> {
    return this.#listen(() => loudness(this.#heard) > 300 && toneShare(this.#heard, frequency) > 0.7, `${frequency} Hz`, ms)
  }

  /** Waits until the last half second heard is made of these tones, each a good part of it, and of nothing else. */
  hearsTogether(frequencies: readonly number[], ms = DEADLINE_MS): Promise<void> {
    const shares = (): number[] => frequencies.map((frequency) => toneShare(this.#heard, frequency))
    const together = (): boolean => loudness(this.#heard) > 300 && shares().every((share) => share > 0.5 / frequencies.length) && shares().reduce((sum, share) => sum + share, 0) > 0.8
    return this.#listen(together, `${frequencies.join(' and ')} Hz together`, ms)
  }

  /** Of the last half second heard, in dBm0: the loudest sine of G.711 has 3.17. */
  get level(): number {
    return 20 * Math.log10((loudness(this.#heard) * Math.SQRT2) / 32_767) + 3.17
  }

  /** Waits until half a second of silence was heard. */
  hearsNothing(ms = DEADLINE_MS): Promise<void> {
    return this.#listen(() => loudness(this.#heard) < 30, 'silence', ms)
  }

  /** Presses keys: an event of RFC 4733 each, three packets of it and three of its end. */
  async press(digits: string): Promise<void> {
    const { remote } = this
    if (!remote) throw new Error('nobody to press keys for')
    for (const digit of digits) {
      const timestamp = this.#timestamp
      for (let i = 0; i < 6; i++) {
        const packet = Buffer.from([0x80, 101 | (i === 0 ? 0x80 : 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '0123456789*#ABCD'.indexOf(digit), i >= 3 ? 0x8a : 0x0a, 0, 0])
        packet.writeUInt16BE(this.#sequence, 2)
        packet.writeUInt32BE(timestamp, 4)
        packet.writeUInt32BE(this.#ssrc, 8)
        packet.writeUInt16BE(Math.min(i + 1, 3) * FRAME, 14)
        this.#sequence = (this.#sequence + 1) & 0xffff
        this.#socket.send(packet, remote.port, remote.host, () => undefined)
      }
      this.#position += 6 * FRAME
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }

  /** Presses keys by their tones in the sound; it must be sending (`play`). */
  pressInSound(digits: string): void {
    for (const digit of digits) this.#keys.push(...Array<string>(KEY_FRAMES).fill(digit), ...Array<string>(GAP_FRAMES).fill(''))
  }

  /** Keys that came as tones in the sound. */
  get tones(): string {
    return this.#found.keys
  }

  /** Waits until these keys came as tones in the sound. */
  hearsTones(digits: string, ms = DEADLINE_MS): Promise<void> {
    return this.#until(() => this.tones === digits, () => `the tones of ${digits}; ${this.tones || 'none'} came`, ms)
  }

  /** Waits until half a second of anything audible was heard: a prompt, ringback. */
  hearsSomething(ms = DEADLINE_MS): Promise<void> {
    return this.#listen(() => loudness(this.#heard) > 300, 'some sound', ms)
  }

  /** Waits until these digits came as events. */
  hearsDigits(digits: string, ms = DEADLINE_MS): Promise<void> {
    return this.#until(() => this.digits === digits, () => `the digits ${digits}; ${this.digits || 'none'} came`, ms)
  }

  /** Forgets what was heard: the next `hears` counts only what comes from now on. */
  forget(): void {
    this.#heard = new Int16Array(0)
  }

  /** Waits for this many packets from now on. */
  packets(count: number, ms = DEADLINE_MS): Promise<void> {
    const before = this.figures.received
    return this.#until(() => this.figures.received >= before + count, () => `${count} RTP packets; ${this.figures.received - before} came`, ms)
  }

  async close(): Promise<void> {
    this.silence()
    try {
      this.#socket.close()
      await once(this.#socket, 'close')
    } catch {
      // Already closed.
    }
  }

  #listen(match: () => boolean, what: string, ms: number): Promise<void> {
    const enough = (): boolean => this.#heard.length >= WINDOW && match()
    return this.#until(enough, () => `${what}; heard ${strongest(this.#heard) ?? 'silence'} (Hz) in ${this.figures.received} packets`, ms)
  }

  #until(match: () => boolean, describe: () => string, ms: number): Promise<void> {
    if (match()) return Promise.resolve()
    const here = new Error()
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!match()) return
        clearTimeout(timer)
        this.#onFrame.delete(check)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#onFrame.delete(check)
        here.message = `waited ${ms / 1000} s for ${describe()}`
        reject(here)
      }, ms)
      this.#onFrame.add(check)
    })
  }

  get #timestamp(): number {
    return (this.#start + this.#position) >>> 0
  }

  #send(): void {
    const { remote } = this
    if (!remote || remote.port === 0 || !this.sending) return
    const packet = Buffer.alloc(12 + FRAME)
    packet[0] = 0x80
    packet[1] = this.payload
    packet.writeUInt16BE(this.#sequence, 2)
    packet.writeUInt32BE(this.#timestamp, 4)
    packet.writeUInt32BE(this.#ssrc, 8)
    const key = this.#keys.shift()
    const samples = key ? keySamples(key, this.#position, FRAME) : sine(key === '' ? 0 : this.#frequency, this.#position, FRAME)
    const encode = this.payload === 8 ? encodePcma : encodePcmu
    samples.forEach((sample, i) => void (packet[12 + i] = encode(sample)))
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#position += FRAME
    this.figures.sent++
    this.#socket.send(packet, remote.port, remote.host, () => undefined)
  }

  #receive(data: Buffer, from: string): void {
    if (data.length < 12 || (data[0] ?? 0) >> 6 !== 2) return
    const payload = (data[1] ?? 0) & 0x7f
    // RTCP that strayed here (RFC 5761 §4 tells them apart).
    if (payload >= 64 && payload <= 95) return
    if (!this.#seenFrom.has(from)) {
      this.#seenFrom.add(from)
      this.figures.sources++
    }
    if (payload === 101) return this.#event(data)
    if (payload !== 0 && payload !== 8) {
      this.figures.foreign++
      return
    }
    const sequence = data.readUInt16BE(2)
    if (this.#recent.has(sequence)) {
      this.figures.doubled++
      return
    }
    this.figures.received++
    this.#count(sequence)
    const decode = payload === 8 ? decodePcma : decodePcmu
    const samples = Int16Array.from(data.subarray(12), (byte) => decode(byte))
    for (let at = 0; at + FRAME <= samples.length; at += FRAME) this.#found.hear(samples.subarray(at, at + FRAME))
    const joined = new Int16Array(this.#heard.length + samples.length)
    joined.set(this.#heard)
    joined.set(samples, this.#heard.length)
    this.#heard = joined.length > WINDOW ? joined.slice(joined.length - WINDOW) : joined
    for (const check of [...this.#onFrame]) check()
  }

  /** An RFC 4733 event, counted at its first packet; all of one carry the same timestamp. */
  #event(data: Buffer): void {
    if (data.length < 16 || data.readUInt32BE(4) === this.#eventAt) return
    this.#eventAt = data.readUInt32BE(4)
    this.digits += '0123456789*#ABCD'[data[12]!] ?? '?'
    for (const check of [...this.#onFrame]) check()
  }

  #count(sequence: number): void {
    if (this.#recent.size > 1000) this.#recent = new Set([...this.#recent].slice(-500))
    this.#recent.add(sequence)
    if (this.#highest === undefined) {
      this.#highest = sequence
      return
    }
    const ahead = (sequence - this.#highest) & 0xffff
    if (ahead === 0 || ahead > 3000) {
      // Late: it had been counted as lost. A jump that far is a new stream.
      if (ahead > 0xffff - 100) this.figures.lost = Math.max(0, this.figures.lost - 1)
      else this.#highest = sequence
      return
    }
    this.figures.lost += ahead - 1
    this.#highest = sequence
  }
}
