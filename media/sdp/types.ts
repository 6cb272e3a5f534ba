/** What SDP says, as plain data. These types cross to the media workers, so they hold nothing but data. */
import type { MediaDirection } from '../contract.ts'

/** Encodings this house carries, by their SDP names (RFC 3551 §6, RFC 7587 §7). */
export type Encoding = 'PCMU' | 'PCMA' | 'G722' | 'opus'

export interface TransportAddress {
  /** IPv4 literal. */
  address: string
  port: number
}

/** One `m=` line as it was written, so that it can be answered in its place. */
export interface Section {
  type: string
  /** 0 when the line is refused or disabled. */
  port: number
  protocol: string
  /** The format list, as text. */
  formats: string
}

export interface RemoteCodec {
  payloadType: number
  /** Upper case for audio encodings; `TELEPHONE-EVENT` for RFC 4733. */
  name: string
  clockRate: number
}

/** A payload type for RFC 4733 digits and its clock in Hz. */
export interface EventFormat {
  payloadType: number
  clockRate: number
}

/** The one audio stream of the peer that we use. */
export interface RemoteAudio {
  /** Position among the `m=` lines. */
  index: number
  /** Undefined when the peer wrote 0.0.0.0: it names no place to send to (RFC 3264 §8.4). */
  address: string | undefined
  port: number
  /** Where `a=rtcp` (RFC 3605) wants RTCP. */
  rtcp: TransportAddress | undefined
  rtcpMux: boolean
  /** As the peer sees it, hold by 0.0.0.0 already folded in. */
  direction: MediaDirection
  codecs: readonly RemoteCodec[]
  /** Milliseconds a packet the peer would like (`a=ptime`), and takes at most (`a=maxptime`). */
  ptime: number | undefined
  maxptime: number | undefined
}

export interface RemoteDescription {
  sections: readonly Section[]
  audio: RemoteAudio
}

/** Everything a worker must know to send to and receive from one peer. */
export interface StreamSettings {
  /** Where to send until a source is latched; undefined when the peer named none. */
  remote: TransportAddress | undefined
  remoteRtcp: TransportAddress | undefined
  rtcpMux: boolean
  /** The encoding we send, under this payload type. */
  encoding: Encoding
  payloadType: number
  /** What may come in. */
  receives: readonly { payloadType: number; encoding: Encoding }[]
  /** RFC 4733: what the peer takes, and what may come in, the first entry for a number counting. */
  eventsOut: EventFormat | undefined
  eventsIn: readonly EventFormat[]
  /** Length of the packets we make, in milliseconds. */
  packetMs: number
  /** The peer said so itself: what others sent in packets of another length is packed anew. */
  packetMsStated: boolean
  /** The peer wants our audio, and we may send it. */
  send: boolean
  /** The peer may send us audio, and we take it. */
  receive: boolean
}
