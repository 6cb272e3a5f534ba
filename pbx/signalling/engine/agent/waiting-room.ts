/**
 * REGISTERs wait here while anything else is to be done: when all phones come back at once, after a power cut or a restart,
 * calls go before them. Who waits too long is refused by the gate, and comes again later.
 */
import type { Flow } from '../transport/flow.ts'

/** In one turn of the loop, so that what has arrived meanwhile is looked at in between. */
const A_TURN = 16
/** Handed to an application and not answered: beyond it the others wait here and not before calls in the application's own queue. */
const MOST_ASKED = 64
/** Looked at again after this, in milliseconds, when so many are asked. */
const AGAIN_MS = 5
/** Beyond it the oldest are forgotten. */
const MOST = 20_000
/**
 * A datagram that waited so long is forgotten, in milliseconds: its phone has sent it twice more since (RFC 3261 §17.1.2.2),
 * and answers to old ones would keep those to new ones from ever being in time.
 */
const STALE_MS = 1_500

interface Waiting {
  text: string
  flow: Flow
  since: number
}

export interface WaitingRoom {
  enter(text: string, flow: Flow): void
  /** For how long the first has waited, in milliseconds. */
  readonly waitingMs: number
  close(): void
}

/** @param asked how many are with an application now */
export function createWaitingRoom(receive: (text: string, flow: Flow) => void, asked: () => number, now = (): number => performance.now()): WaitingRoom {
  let queue: Waiting[] = []
  /** Of the queue those before it are gone. */
  let first = 0
  let turn: NodeJS.Immediate | undefined
  let again: NodeJS.Timeout | undefined

  const go = (): void => {
    turn = undefined
    again = undefined
    const stale = now() - STALE_MS
    for (let done = 0; done < A_TURN && first < queue.length && asked() < MOST_ASKED; ) {
      const { text, flow, since } = queue[first++] as Waiting
      if (since < stale && flow.transport === 'udp') continue
      receive(text, flow)
      done++
    }
    if (first === queue.length) {
      queue = []
      first = 0
    } else if (asked() >= MOST_ASKED) again = setTimeout(go, AGAIN_MS)
    else turn = setImmediate(go)
  }
  return {
    enter(text, flow) {
      queue.push({ text, flow, since: now() })
      if (queue.length - first > MOST) first++
      if (first > MOST) {
        queue = queue.slice(first)
        first = 0
      }
      if (again === undefined) turn ??= setImmediate(go)
    },
    get waitingMs() {
      const waiting = queue[first]
      return waiting === undefined ? 0 : now() - waiting.since
    },
    close() {
      clearImmediate(turn)
      clearTimeout(again)
      queue = []
      first = 0
    },
  }
}
