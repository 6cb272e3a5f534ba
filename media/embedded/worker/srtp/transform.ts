/** Encrypts and decrypts single packets in place, knowing nothing of streams. */

/** The most that is added to a packet. */
export const MOST_ADDED = 20

export interface Transform {
  /**
   * Encrypts the RTP packet in `packet` from `start` to `end` and adds the tag behind it; returns its new length.
   * @param roll the roll-over counter
   */
  sealRtp(packet: Buffer, start: number, end: number, ssrc: number, roll: number, sequence: number): number
  /** Length of the packet without its tag; −1 when it is not genuine. Decrypts only what is. */
  openRtp(packet: Buffer, start: number, ssrc: number, roll: number, sequence: number): number
  sealRtcp(packet: Buffer, end: number, ssrc: number, index: number): number
  /** The index that a packet claims, for the replay list; −1 when it is too short, or not encrypted. */
  rtcpIndex(packet: Buffer): number
  openRtcp(packet: Buffer, ssrc: number, index: number): number
}
