/** What SDP says, as plain data. These types cross to the media workers, so they hold nothing but data. */
import type { DtmfWay, MediaDirection } from '../contract.ts'

/** Encodings this house carries, by their SDP names (RFC 3551 §6, RFC 7587 §7). */
export type Encoding = 'PCMU' | 'PCMA' | 'G722' | 'opus'

export interface TransportAddress {
  /** A literal of IPv4 or IPv6, the latter as RFC 5952 writes it. */
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
  /** The media line asks for encryption (RTP/SAVP and its relatives); when false it may be offered all the same (RFC 8643). */
  secure: boolean
  /** Usable `a=crypto` lines, the peer's first choice first. */
  crypto: readonly CryptoLine[]
  dtls: DtlsOffer | undefined
  ice: IceCredentials | undefined
  /** `a=mid` (RFC 5888), and whether a BUNDLE group has it (RFC 9143). */
  mid: string | undefined
  bundled: boolean
}

/** Protection profiles of SRTP by their names in `a=crypto` (RFC 4568 §6.2, RFC 7714 §14.1). */
export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM' | 'AEAD_AES_256_GCM'

/** A master key and its salt. Never logged, never told. */
export interface SrtpKey {
  suite: SrtpSuite
  key: Uint8Array
  salt: Uint8Array
}

/** One usable `a=crypto` line. */
export interface CryptoLine {
  tag: number
  master: SrtpKey
}

/** The certificate that a DTLS peer must show (RFC 8122). */
export interface Fingerprint {
  /** As in SDP, lower case: `sha-256`. */
  hash: string
  /** Hexadecimal pairs with colons, upper case. */
  value: string
}

export interface DtlsOffer {
  fingerprints: readonly Fingerprint[]
  /** RFC 4145 §4, as the peer wrote it. */
  setup: 'active' | 'passive' | 'actpass' | 'holdconn'
}

export interface IceCredentials {
  ufrag: string
  /** Never told. */
  password: string
}

/** How a stream is encrypted. */
export type StreamSecurity =
  | { kind: 'sdes'; send: SrtpKey; receive: SrtpKey }
  /** `active`: we begin the handshake. */
  | { kind: 'dtls'; active: boolean; fingerprints: readonly Fingerprint[] }

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
  /** Absent: `auto`. */
  dtmf?: DtmfWay
  /** Length of the packets we make, in milliseconds. */
  packetMs: number
  /** The peer said so itself: what others sent in packets of another length is packed anew. */
  packetMsStated: boolean
  /** The peer wants our audio, and we may send it. */
  send: boolean
  /** The peer may send us audio, and we take it. */
  receive: boolean
  /** Absent: plain RTP. */
  security: StreamSecurity | undefined
  /** The peer looks for a way to us by checks (RFC 8445); only what passed one is the peer's. */
  ice: { local: IceCredentials; remote: IceCredentials } | undefined
}
