// A phone's media as seen from outside: its own RTP, its own G.711, nothing shared with the engine.
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { once } from 'node:events'

export interface Heard {
  payloadType: number
  marker: boolean
  sequence: number
  timestamp: number
  ssrc: number
  payload: Buffer
}

export function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(32_635, Math.abs(sample)) + 132
  let exponent = 7
  for (let mask = 0x4000; exponent > 0 && (magnitude & mask) === 0; mask >>= 1) exponent -= 1
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 255
}

export function fromMuLaw(code: number): number {
  const bits = ~code & 255
  const value = (((bits & 15) * 8 + 132) << ((bits >> 4) & 7)) - 132
  return bits & 128 ? -value : value
}

export function fromALaw(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const step = (bits & 15) * 16 + 8
  const value = segment === 0 ? step : (step + 256) * 2 ** (segment - 1)
  return bits & 128 ? value : -value
}

export class RtpPeer {
  readonly rtp: Socket
  readonly rtcp: Socket
  readonly address: string
  readonly heard: Heard[] = []
  readonly reports: Buffer[] = []
  ssrc = Math.floor(Math.random() * 2 ** 32)
  sequence = Math.floor(Math.random() * 65_536)
  timestamp = Math.floor(Math.random() * 2 ** 32)
  phase = 0
  to = { address: '127.0.0.1', port: 0 }
  readonly #waiting = new Set<() => void>()

  private constructor(rtp: Socket, rtcp: Socket, address: string) {
    this.rtp = rtp
    this.rtcp = rtcp
    this.address = address
    rtp.on('message', (packet) => {
      this.heard.push({
        marker: packet[1]! > 127, payloadType: packet[1]! & 127, sequence: packet.readUInt16BE(2),
        timestamp: packet.readUInt32BE(4), ssrc: packet.readUInt32BE(8), payload: packet.subarray(12),
      })
      for (const check of this.#waiting) check()
    })
    rtcp.on('message', (packet) => {
      this.reports.push(packet)
      for (const check of this.#waiting) check()
    })
  }

  static async open(address = '127.0.0.1'): Promise<RtpPeer> {
    const [rtp, rtcp] = [createSocket(isIPv6(address) ? 'udp6' : 'udp4'), createSocket(isIPv6(address) ? 'udp6' : 'udp4')]
    rtp.bind(0, address)
    rtcp.bind(0, address)
    await Promise.all([once(rtp, 'listening'), once(rtcp, 'listening')])
    return new RtpPeer(rtp, rtcp, address)
  }

  get port(): number {
    return this.rtp.address().port
  }

  sdp(options: { codecs?: string; direction?: string; address?: string; events?: number; eventsRate?: number; extra?: string[] } = {}): string {
    const codecs = options.codecs ?? '0'
    const version = isIPv6(options.address ?? this.address) ? 6 : 4
    const events = options.events ?? 101
    const named: Record<string, string> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000', 111: 'opus/48000/2' }
    return [
      'v=0', `o=phone 1 1 IN IP${version} ${this.address}`, 's=-', `c=IN IP${version} ${options.address ?? this.address}`, 't=0 0',
      `m=audio ${this.port} RTP/AVP ${codecs} ${events}`,
      ...codecs.split(' ').map((type) => `a=rtpmap:${type} ${named[type]}`),
      `a=rtpmap:${events} telephone-event/${options.eventsRate ?? 8000}`, `a=fmtp:${events} 0-15`, `a=rtcp:${this.rtcp.address().port}`,
      `a=${options.direction ?? 'sendrecv'}`, ...(options.extra ?? []), '',
    ].join('\r\n')
  }

  /** Sends where that SDP says. */
  aim(sdp: string): void {
    this.to = { address: /^c=IN IP[46] (\S+)/m.exec(sdp)![1]!, port: Number(/^m=audio (\d+)/m.exec(sdp)![1]) }
  }

  /** One packet of a tone (or of anything else). */
  send(frequency: number, payloadType = 0, payload?: Buffer): void {
    const body = payload ?? Buffer.from(Array.from({ length: 160 }, () => muLaw(Math.round(8000 * Math.sin((2 * Math.PI * frequency * this.phase++) / 8000)))))
    this.sendRaw(payloadType, body)
    this.timestamp = (this.timestamp + 160) >>> 0
  }

  sendRaw(payloadType: number, body: Buffer, marker = false): void {
    const header = Buffer.alloc(12)
    header[0] = 0x80
    header[1] = payloadType | (marker ? 0x80 : 0)
    header.writeUInt16BE(this.sequence, 2)
    header.writeUInt32BE(this.timestamp, 4)
    header.writeUInt32BE(this.ssrc, 8)
    this.sequence = (this.sequence + 1) & 0xffff
    this.rtp.send(Buffer.concat([header, body]), this.to.port, this.to.address)
  }

  /** One whole digit: three packets of it, three of its end. */
  press(event: number, payloadType = 101, clock = 8): void {
    for (let i = 0; i < 6; i += 1) {
      const body = Buffer.from([event, i >= 3 ? 0x8a : 0x0a, 0, 0])
      body.writeUInt16BE(Math.min(i + 1, 3) * 20 * clock, 2)
      this.sendRaw(payloadType, body, i === 0)
    }
    this.timestamp = (this.timestamp + 60 * clock) >>> 0
  }

  /** Resolves when `enough` holds; looked at with every packet. */
  until(enough: (heard: readonly Heard[]) => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!enough(this.heard)) return
        this.#waiting.delete(check)
        resolve()
      }
      signal?.addEventListener('abort', () => { this.#waiting.delete(check); reject(new Error(`gave up after ${this.heard.length} packets`)) })
      this.#waiting.add(check)
      check()
    })
  }

  close(): void {
    this.rtp.close()
    this.rtcp.close()
  }
}

/** Sends `packets` from every peer, a frame each 20 ms. Like a phone it keeps to its schedule: what was late comes at once. */
export function talk(packets: number, ...speakers: { peer: RtpPeer; frequency: number; payloadType?: number }[]): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now()
    let sent = 0
    const timer = setInterval(() => {
      while (sent < packets && performance.now() - began >= sent * 20) {
        for (const { peer, frequency, payloadType } of speakers) peer.send(frequency, payloadType)
        sent += 1
      }
      if (performance.now() - began < packets * 20) return
      clearInterval(timer)
      resolve()
    }, 5)
  })
}

/** How strong a frequency is in samples (Goertzel), as the amplitude of a sine. */
export function strength(samples: ArrayLike<number>, frequency: number, rate = 8000): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate)
  let before = 0
  let last = 0
  for (let i = 0; i < samples.length; i += 1) {
    const now = samples[i]! + coefficient * last - before
    before = last
    last = now
  }
  return (2 * Math.sqrt(Math.max(0, before * before + last * last - coefficient * before * last))) / samples.length
}

export function samplesOf(heard: readonly Heard[], payloadType = 0): number[] {
  const decode = payloadType === 8 ? fromALaw : fromMuLaw
  return heard.filter((packet) => packet.payloadType === payloadType).flatMap((packet) => [...packet.payload].map(decode))
}

/** Left and right of a 16-bit stereo WAV, as written by hand here. */
export function stereoOf(file: Buffer): { left: number[]; right: number[]; stated: number } {
  const stated = file.readUInt32LE(40)
  const left: number[] = []
  const right: number[] = []
  for (let at = 44; at + 4 <= file.length; at += 4) {
    left.push(file.readInt16LE(at))
    right.push(file.readInt16LE(at + 2))
  }
  return { left, right, stated }
}
