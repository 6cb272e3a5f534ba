/**
 * New calls wait here while the application still has to take what it was given before. So its turns stay short, what
 * belongs to calls that go on goes before new ones, and for how long a call would wait is known before it is let in.
 */
import type { Owner } from '../dialog/dialog.ts'

/** Handed over and not taken yet, in bytes: some ten calls. More would only wait in the application's own queue. */
const MOST_UNTAKEN = 16_384
/** Looked at again after this, in milliseconds, while the application takes nothing more. */
const AGAIN_MS = 2

interface Waiting {
  since: number
  /** Whether somebody still wants it. */
  pending: () => boolean
  go: () => void
}

export interface Turnstile {
  /** @param go hands it over: at once, or when the application has taken enough of what is before it and the call is still `pending` */
  pass(owner: Owner, pending: () => boolean, go: () => void): void
  /** For how long the first has waited, in milliseconds, at the application where that is the shortest: one that hangs holds up its own alone. */
  readonly waitingMs: number
  close(): void
}

export function createTurnstile(now = (): number => performance.now()): Turnstile {
  /** A line for each application that was given calls. */
  const lines = new Map<Owner, Waiting[]>()
  let again: NodeJS.Timeout | undefined

  const turn = (): void => {
    again = undefined
    let waits = false
    for (const [owner, line] of lines) {
      // An application that is gone hands nothing back: its calls are answered where its end is seen.
      if (!owner.open) {
        lines.delete(owner)
        continue
      }
      let gone = 0
      for (const { pending, go } of line) {
        if (pending()) {
          if (owner.backlog > MOST_UNTAKEN) break
          go()
        }
        gone++
      }
      line.splice(0, gone)
      waits ||= line.length > 0
    }
    if (waits) again = setTimeout(turn, AGAIN_MS)
  }
  return {
    pass(owner, pending, go) {
      let line = lines.get(owner)
      if (!line) {
        // Connections come and go, and those that never waited are in no turn.
        for (const known of lines.keys()) if (!known.open) lines.delete(known)
        lines.set(owner, (line = []))
      }
      if (line.length === 0 && owner.backlog <= MOST_UNTAKEN) return go()
      line.push({ since: now(), pending, go })
      again ??= setTimeout(turn, AGAIN_MS)
    },
    get waitingMs() {
      let least = Infinity
      for (const [owner, [first]] of lines) if (owner.open) least = Math.min(least, first === undefined ? 0 : now() - first.since)
      return least === Infinity ? 0 : least
    },
    close() {
      clearTimeout(again)
      lines.clear()
    },
  }
}
