import type { Encoding, RemoteCodec } from './types.ts'

/** Static payload types (RFC 3551 table 4) that we carry. */
export const staticPayloadTypes: Readonly<Record<Encoding, number>> = { PCMU: 0, PCMA: 8 }

/** Our order when nobody states another. */
export const encodings: readonly Encoding[] = ['PCMU', 'PCMA']

/** The payload type we offer for RFC 4733 digits; the number most phones use themselves. */
export const eventPayloadType = 101
/** DTMF events 0–9, *, #, A–D (RFC 4733 §3.2). */
export const eventFormats = '0-15'

/** Those of `names` that we carry, in their order; unknown names are left out. */
export function knownEncodings(names: readonly string[] | undefined): readonly Encoding[] {
  if (names === undefined) return encodings
  const wanted = names.map((name) => name.toUpperCase())
  return wanted.filter((name): name is Encoding => name === 'PCMU' || name === 'PCMA')
}

/** The encoding behind what the peer listed, if it is one of ours. G.711 is 8 kHz whatever else a peer writes. */
export function encodingOf(codec: RemoteCodec): Encoding | undefined {
  if (codec.clockRate !== 8000) return undefined
  return codec.name === 'PCMU' || codec.name === 'PCMA' ? codec.name : undefined
}

/** The peer's payload type for RFC 4733 at 8 kHz (the clock must match the audio's, §2.1). */
export function eventsOf(codecs: readonly RemoteCodec[]): number | undefined {
  return codecs.find((codec) => codec.name === 'TELEPHONE-EVENT' && codec.clockRate === 8000)?.payloadType
}
