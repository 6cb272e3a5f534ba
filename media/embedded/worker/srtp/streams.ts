/** The two directions of an encrypted leg: which index a packet has, and that none is used or taken twice (RFC 3711 §3.3). */
import type { SrtpKey } from '../../../sdp/types.ts'
import { readUint32, RTP_HEADER } from '../rtp.ts'
import { CounterTransform } from './counter.ts'
import { GcmTransform } from './gcm.ts'
import { ReplayWindow } from './replay.ts'
import { profiles } from './suites.ts'
import { MOST_ADDED, type Transform } from './transform.ts'

const ROLL = 0x10000
/** Streams of a peer that are kept apart; a phone has one, and another after a change of codec. */
const MOST_STREAMS = 8
const LONGEST = 2048
// A datagram that the kernel could not take at once is still being read: a few buffers in turn keep it whole.
const BUFFERS = 8

/** What encrypts and decrypts under this key. */
export function createTransform(key: SrtpKey): Transform {
  return profiles[key.suite].authenticated === 'gcm' ? new GcmTransform(key) : new CounterTransform(key)
}

/** Where the payload begins; 0 when the bytes are no RTP header. The padding of an encrypted packet cannot be seen yet. */
function headerLength(packet: Uint8Array): number {
  if (packet.length < RTP_HEADER || packet[0]! >> 6 !== 2) return 0
  let length = RTP_HEADER + (packet[0]! & 0x0f) * 4
  if ((packet[0]! & 0x10) !== 0) {
    if (length + 4 > packet.length) return 0
    length += 4 + ((packet[length + 2]! << 8) | packet[length + 3]!) * 4
  }
  return length <= packet.length ? length : 0
}

/** What a peer sends. */
export class SrtpReceiver {
  readonly #transform: Transform
  readonly #rtp = new Map<number, ReplayWindow>()
  readonly #rtcp = new Map<number, ReplayWindow>()

  constructor(key: SrtpKey) {
    this.#transform = createTransform(key)
  }

  /** Decrypts in place. Undefined for what is not genuine, or came before. */
  openRtp(packet: Buffer): Buffer | undefined {
    const start = headerLength(packet)
    if (start === 0) return undefined
    const ssrc = readUint32(packet, 8)
    const known = this.#rtp.get(ssrc)
    const window = known ?? new ReplayWindow()
    const sequence = (packet[2]! << 8) | packet[3]!
    const index = window.indexOf(sequence)
    if (!window.isNew(index)) return undefined
    const length = this.#transform.openRtp(packet, start, ssrc, Math.floor(index / ROLL), sequence)
    if (length < 0) return undefined
    if (known === undefined) remember(this.#rtp, ssrc, window)
    window.take(index)
    return packet.subarray(0, length)
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    const index = this.#transform.rtcpIndex(packet)
    if (index < 0) return undefined
    const ssrc = readUint32(packet, 4)
    const window = this.#rtcp.get(ssrc) ?? new ReplayWindow()
    if (!window.isNew(index)) return undefined
    const length = this.#transform.openRtcp(packet, ssrc, index)
    if (length < 0) return undefined
    remember(this.#rtcp, ssrc, window)
    window.take(index)
    return packet.subarray(0, length)
  }
}

/** Only genuine streams come here; of too many the oldest is forgotten. */
function remember(windows: Map<number, ReplayWindow>, ssrc: number, window: ReplayWindow): void {
  if (!windows.has(ssrc) && windows.size >= MOST_STREAMS) windows.delete(windows.keys().next().value!)
  windows.set(ssrc, window)
}

/** What we send. */
export class SrtpSender {
  readonly #transform: Transform
  #window = new ReplayWindow()
  #ssrc = -1
  #rtcpIndex = 0
  readonly #buffers: Buffer[] = []
  #turn = 0

  constructor(key: SrtpKey) {
    this.#transform = createTransform(key)
  }

  /**
   * The packet encrypted, in a buffer of ours. Undefined for one whose number was used already: two packets under one
   * index would give both away (RFC 3711 §9.1).
   */
  sealRtp(packet: Uint8Array): Buffer | undefined {
    const start = headerLength(packet)
    if (start === 0 || packet.length + MOST_ADDED > LONGEST) return undefined
    const ssrc = readUint32(packet, 8)
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc
      this.#window = new ReplayWindow()
    }
    const sequence = (packet[2]! << 8) | packet[3]!
    const index = this.#window.indexOf(sequence)
    if (!this.#window.isNew(index)) return undefined
    this.#window.take(index)
    const out = this.#copy(packet)
    return out.subarray(0, this.#transform.sealRtp(out, start, packet.length, ssrc, Math.floor(index / ROLL), sequence))
  }

  sealRtcp(packet: Uint8Array): Buffer | undefined {
    if (packet.length + MOST_ADDED > LONGEST) return undefined
    this.#rtcpIndex += 1
    const out = this.#copy(packet)
    return out.subarray(0, this.#transform.sealRtcp(out, packet.length, readUint32(packet, 4), this.#rtcpIndex))
  }

  #copy(packet: Uint8Array): Buffer {
    const turn = this.#turn
    this.#turn = (turn + 1) % BUFFERS
    const out = (this.#buffers[turn] ??= Buffer.allocUnsafeSlow(LONGEST))
    out.set(packet)
    return out
  }
}
