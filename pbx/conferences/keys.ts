/** What parties of a room may do with their keys: a star, and one digit soon after. */
export type RoomKey = 'mute' | 'lock' | 'mute-all' | 'help'

const KEYS: Readonly<Record<string, RoomKey>> = { 6: 'mute', 5: 'lock', 7: 'mute-all', 0: 'help' }
/** Only moderators. */
export const MODERATOR_KEYS: ReadonlySet<RoomKey> = new Set(['lock', 'mute-all'])
const PATIENCE_MS = 4_000

/** Follows the digits of one party; `now` in milliseconds of any clock. */
export function createRoomKeys(): (digit: string, now: number) => RoomKey | undefined {
  let starAt = -Infinity
  return (digit, now) => {
    if (digit === '*') {
      starAt = now
      return undefined
    }
    const wanted = now - starAt <= PATIENCE_MS ? KEYS[digit] : undefined
    starAt = -Infinity
    return wanted
  }
}
