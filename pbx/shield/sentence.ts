/** How long a ban is: minutes, then hours, then a day. Pure. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** By how often the network was banned before. */
export const SENTENCES: readonly number[] = [5 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]

/** A network that behaved for this long after its last ban begins anew. */
export const FORGIVEN_MS = 24 * HOUR

/**
 * @param before level and end of the network's last ban, when it had one
 * @returns level from 1, and when the ban ends
 */
export function sentence(before: { level: number; until: number } | undefined, now: number): { level: number; until: number } {
  const level = before === undefined || now - before.until > FORGIVEN_MS ? 1 : before.level + 1
  return { level, until: now + (SENTENCES[Math.min(level, SENTENCES.length) - 1] as number) }
}
