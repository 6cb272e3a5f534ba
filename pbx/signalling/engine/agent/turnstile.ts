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
  owner: Owner
  since: number
  /** Whether somebody still wants it. */
  pending: () => boolean
  go: () => void
}

export interface Turnstile {
  /** @param go hands it over: at once, or when the application has taken enough of what is before it and the call is still `pending` */
  pass(owner: Owner, pending: () => boolean, go: () => void): void
  /** For how long the first has waited, in milliseconds. */
  readonly waitingMs: number
  close(): void
}

export function createTurnstile(now = (): number => performance.now()): Turnstile {
  let queue: Waiting[] = []
  /** Of the queue those before it are gone. */
  let first = 0
  let again: NodeJS.Timeout | undefined

  const turn = (): void => {
    again = undefined
    for (let next = queue[first]; next !== undefined; next = queue[first]) {
      // An application that is gone hands nothing back: its calls are answered where its end is seen.
      if (next.owner.open && next.pending()) {
        if (next.owner.backlog > MOST_UNTAKEN) break
        next.go()
      }
      first++
    }
    if (first === queue.length) {
      queue = []
      first = 0
    } else again = setTimeout(turn, AGAIN_MS)
  }
  return {
    pass(owner, pending, go) {
      if (queue.length === 0 && owner.backlog <= MOST_UNTAKEN) return go()
      queue.push({ owner, since: now(), pending, go })
      again ??= setTimeout(turn, AGAIN_MS)
    },
    get waitingMs() {
      const waiting = queue[first]
      return waiting === undefined ? 0 : now() - waiting.since
    },
    close() {
      clearTimeout(again)
      queue = []
      first = 0
    },
  }
}
