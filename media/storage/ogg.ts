/** Opus in Ogg pages (RFC 3533, RFC 7845): one logical stream, written from its start to its end. */

/** Granules count 48 kHz samples whatever the sound's own rate (RFC 7845 §4). */
export const GRANULE_RATE = 48_000
/** Samples at 48 kHz that libopus puts before the sound; a player leaves them out (RFC 7845 §4.2). */
export const PRE_SKIP = 312
/** Granules between pages: a second, the most a player has to read to get to a place (RFC 7845 §6). */
const PAGE_GRANULES = GRANULE_RATE
/** A page has at most 255 segments of at most 255 bytes. */
const MOST_SEGMENTS = 255

const BEGINS = 2
const ENDS = 4

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})

/** The checksum of RFC 3533 §6: not reflected, no inversion. */
export function oggChecksum(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = ((value << 8) ^ table[((value >>> 24) ^ byte) & 255]!) >>> 0
  return value
}

export class OggOpusWriter {
  readonly #serial: number
  readonly #emit: (page: Buffer) => void
  #sequence = 0
  #granule = 0
  #pageFrom = 0
  #packets: Uint8Array[] = []
  #segments = 0

  /**
   * @param inputRate of what was encoded, for information (RFC 7845 §5.1)
   * @param emit takes each page as it is done
   */
  constructor(options: { serial: number; channels: 1 | 2; inputRate: number; vendor: string; emit: (page: Buffer) => void }) {
    this.#serial = options.serial
    this.#emit = options.emit
    const head = Buffer.alloc(19)
    head.write('OpusHead', 0, 'latin1')
    head[8] = 1
    head[9] = options.channels
    head.writeUInt16LE(PRE_SKIP, 10)
    head.writeUInt32LE(options.inputRate, 12)
    // Gain 0, mapping family 0: mono, or left and right.
    this.#write([head], BEGINS, 0)
    const vendor = Buffer.from(options.vendor)
    const tags = Buffer.alloc(16 + vendor.length)
    tags.write('OpusTags', 0, 'latin1')
    tags.writeUInt32LE(vendor.length, 8)
    vendor.copy(tags, 12)
    this.#write([tags], 0, 0)
  }

  /** @param granules how much it sounds, in samples at 48 kHz */
  add(packet: Uint8Array, granules: number): void {
    const segments = Math.floor(packet.length / 255) + 1
    // The last packet waits for `end`: it belongs on the page that says so.
    if (this.#segments + segments > MOST_SEGMENTS || this.#granule - this.#pageFrom >= PAGE_GRANULES) this.#flush(0, this.#granule)
    this.#packets.push(packet)
    this.#segments += segments
    this.#granule += granules
  }

  /** Ends the stream. @param sounds samples at 48 kHz that are sound: what the last packet has beyond is cut off (RFC 7845 §4.4) */
  end(sounds: number): void {
    this.#flush(ENDS, Math.min(this.#granule, sounds + PRE_SKIP))
  }

  #flush(flags: number, granule: number): void {
    this.#write(this.#packets, flags, granule)
    this.#packets = []
    this.#segments = 0
    this.#pageFrom = granule
  }

  #write(packets: readonly Uint8Array[], flags: number, granule: number): void {
    const lacing = packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255])
    const header = Buffer.alloc(27 + lacing.length)
    header.write('OggS', 0, 'latin1')
    header[5] = flags
    header.writeBigUInt64LE(BigInt(granule), 6)
    header.writeUInt32LE(this.#serial, 14)
    header.writeUInt32LE(this.#sequence, 18)
    header[26] = lacing.length
    header.set(lacing, 27)
    const page = Buffer.concat([header, ...packets])
    page.writeUInt32LE(oggChecksum(page), 22)
    this.#sequence += 1
    this.#emit(page)
  }
}

/** What OpusHead says (RFC 7845 §5.1); undefined when it is none of one or two channels. */
export function readOpusHead(packet: Buffer | undefined): { channels: number; preSkip: number } | undefined {
  if (packet === undefined || packet.length < 19 || packet.toString('latin1', 0, 8) !== 'OpusHead' || packet[8]! > 15 || packet[18] !== 0) return undefined
  return { channels: packet[9]!, preSkip: packet.readUInt16LE(10) }
}

/** The packets of an Ogg file of one stream, its two headers left out, as its bytes come. Throws when a page is damaged. */
export class OggReader {
  /** The first packet, once it came. */
  head: Buffer | undefined
  #rest: Buffer = Buffer.alloc(0)
  #packet: Buffer[] = []
  #headers = 2

  #page(): Buffer | undefined {
    const bytes = this.#rest
    if (bytes.length < 27 || bytes.length < 27 + bytes[26]!) return undefined
    if (bytes.toString('latin1', 0, 4) !== 'OggS') throw new Error('this is no Ogg page')
    const length = bytes.subarray(27, 27 + bytes[26]!).reduce((sum, one) => sum + one, 27 + bytes[26]!)
    if (bytes.length < length) return undefined
    const page = Buffer.from(bytes.subarray(0, length))
    this.#rest = bytes.subarray(length)
    const stated = page.readUInt32LE(22)
    page.writeUInt32LE(0, 22)
    if (oggChecksum(page) !== stated) throw new Error('an Ogg page is damaged')
    return page
  }

  *take(bytes: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    for (;;) {
      const page = this.#page()
      if (page === undefined) return
      let at = 27 + page[26]!
      for (const length of page.subarray(27, at)) {
        this.#packet.push(page.subarray(at, at + length))
        at += length
        if (length === 255) continue
        const packet = Buffer.concat(this.#packet)
        this.#packet = []
        this.head ??= packet
        if (this.#headers > 0) this.#headers -= 1
        else yield packet
      }
    }
  }
}
