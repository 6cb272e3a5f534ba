/** What is known of the sound of a leg, as the contract of the media engines says it. */

/** Figures of one endpoint (RFC 3550 §6.4, appendix A; MOS by ITU-T G.107 E-model, narrow band). */
export interface EndpointStats {
  codec: string | undefined
  local: { address: string; port: number }
  /** Where media comes from and goes to, once known. */
  remote: { address: string; port: number } | undefined
  packetsReceived: number
  packetsSent: number
  bytesReceived: number
  bytesSent: number
  /** Packets that never came, and their share of those expected, 0 to 1. */
  packetsLost: number
  lossRate: number
  /** Interarrival jitter in milliseconds. */
  jitterMs: number
  /** Round trip from RTCP in milliseconds, when the peer reports. */
  roundTripMs: number | undefined
  /** 1 (bad) to 4.4 (narrow-band best); undefined without received packets. */
  mos: number | undefined
  /** Packets dropped because they came from elsewhere than the negotiated or latched peer. */
  strayPackets: number
  /** Of sound that is played out by a clock (a conference, a supervised call); undefined where packets pass as they come. */
  playout: PlayoutStats | undefined
}

/** An adaptive jitter buffer: what it cost and what it could not hide. */
export interface PlayoutStats {
  /** How long sound waits in it now, in milliseconds. */
  delayMs: number
  /** Packets that came after their turn. */
  latePackets: number
  /** Sound that was made up because none was there, in milliseconds. */
  concealedMs: number
  /** Sound that was left out so as to wait less, in milliseconds. */
  skippedMs: number
}
