import type { MediaDirection } from '../contract.ts'

export function sends(direction: MediaDirection): boolean {
  return direction === 'sendrecv' || direction === 'sendonly'
}

export function receives(direction: MediaDirection): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

/** The same stream seen from the other end: the answer's direction (RFC 3264 §6.1). */
export function mirrored(direction: MediaDirection): MediaDirection {
  if (direction === 'sendonly') return 'recvonly'
  if (direction === 'recvonly') return 'sendonly'
  return direction
}

/** Takes the wish to receive away: what `c=IN IP4 0.0.0.0` means (RFC 3264 §8.4, the hold of RFC 2543). */
export function withoutReceiving(direction: MediaDirection): MediaDirection {
  return sends(direction) ? 'sendonly' : 'inactive'
}
