import type { Encoding, EventFormat, RemoteCodec } from './types.ts'

export interface Format {
  /** Static payload type (RFC 3551 table 4), or the number that most phones use. */
  readonly payloadType: number
  /** As in `a=rtpmap`. That of G.722 is wrong since 1996 and stays so (RFC 3551 §4.5.2). */
  readonly clockRate: 8000 | 48_000
  readonly channels?: 2
  readonly parameters?: string
}

export const formats: Readonly<Record<Encoding, Format>> = {
  PCMU: { payloadType: 0, clockRate: 8000 },
  PCMA: { payloadType: 8, clockRate: 8000 },
  G722: { payloadType: 9, clockRate: 8000 },
  // RFC 7587 §7: always two channels at 48 kHz in the map, whatever is sent.
  opus: { payloadType: 111, clockRate: 48_000, channels: 2, parameters: 'minptime=10;useinbandfec=1' },
}

/** How an encoding is written. */
export function formatOf(encoding: Encoding): Format {
  return formats[encoding]
}

/** Our order when nobody states another: the better sound first. */
export const encodings: readonly Encoding[] = ['opus', 'G722', 'PCMU', 'PCMA']

/** Static payload types that need no `a=rtpmap`. */
export const staticEncodings: readonly Encoding[] = ['PCMU', 'PCMA', 'G722']

/** The payload types we offer for RFC 4733 digits, by clock. */
export const eventPayloadTypes: Readonly<Record<number, number>> = { 8000: 101, 48_000: 110 }
/** DTMF events 0–9, *, #, A–D (RFC 4733 §3.2). */
export const eventFormats = '0-15'

/** The encoding of this name, in whatever case. */
export function encodingNamed(name: string): Encoding | undefined {
  return encodings.find((encoding) => encoding.toUpperCase() === name.toUpperCase())
}

/** Those of `names` that we carry, in their order, each once; unknown names are left out. */
export function knownEncodings(names: readonly string[] | undefined): readonly Encoding[] {
  if (names === undefined) return encodings
  return [...new Set(names.flatMap((name) => encodingNamed(name) ?? []))]
}

/** The encoding behind what the peer listed, if it is one of ours. A peer may write the true rate of G.722. */
export function encodingOf(codec: RemoteCodec): Encoding | undefined {
  const encoding = encodingNamed(codec.name)
  if (encoding === undefined) return undefined
  return codec.clockRate === formats[encoding].clockRate || (encoding === 'G722' && codec.clockRate === 16_000) ? encoding : undefined
}

const EVENT_CLOCKS: readonly number[] = [8000, 16_000, 48_000]

/** The peer's formats for RFC 4733 digits. */
export function eventsOf(codecs: readonly RemoteCodec[]): EventFormat[] {
  return codecs.flatMap(({ name, clockRate, payloadType }) =>
    name === 'TELEPHONE-EVENT' && EVENT_CLOCKS.includes(clockRate) ? [{ payloadType, clockRate }] : [])
}

/** The one of `events` that goes with `encoding`: the same clock (RFC 4733 §2.1), else the usual one, else what there is. */
export function eventsFor(encoding: Encoding, events: readonly EventFormat[]): EventFormat | undefined {
  const { clockRate } = formats[encoding]
  return events.find((one) => one.clockRate === clockRate) ?? events.find((one) => one.clockRate === 8000) ?? events[0]
}

/** Packet lengths we make, in milliseconds. */
const PACKET_MS: readonly number[] = [10, 20, 30, 40, 60]
export const USUAL_PACKET_MS = 20

/** The packet length for a peer that asks for `ptime` and takes at most `maxptime` (RFC 8866 §6.4). Opus has no 30 ms. */
export function packetLength(encoding: Encoding, ptime: number | undefined, maxptime: number | undefined): number {
  const wanted = Math.min(ptime ?? USUAL_PACKET_MS, maxptime ?? Infinity)
  const possible = encoding === 'opus' ? PACKET_MS.filter((ms) => ms !== 30) : PACKET_MS
  return possible.findLast((ms) => ms <= wanted) ?? possible[0]!
}
