const ORIGIN = /^o=(\S+) (\S+) (\d+) (.*)$/m

/**
 * The next description of ours in a dialog, told as the same session: its `o=` line stays, with a version one higher when
 * anything else has changed and the same when nothing has (RFC 3264 §8). Descriptions may come from several places, such
 * as a new endpoint or the other phone; a phone that compares versions must not take a change for a repetition.
 */
export function continueSession(last: string, next: string): string {
  const [before, after] = [ORIGIN.exec(last), ORIGIN.exec(next)]
  if (!before || !after) return next
  if (last.replace(ORIGIN, '') === next.replace(ORIGIN, '')) return last
  const [, user, id, version, address] = before
  return next.replace(ORIGIN, () => `o=${user} ${id} ${BigInt(version ?? 0) + 1n} ${address ?? ''}`)
}
