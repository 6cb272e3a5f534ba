import type { CallView } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'

/** Somebody wants to be called as soon as an extension is free: completion of calls on busy and on no reply (ITU-T I.253.3, I.253.4). */
export interface Wish {
  tenantId: string
  /** The extension that asked. */
  callerId: string
  calleeId: string
}

/** The wishes there are, in this process: a restart forgets them, as a switchboard would. */
export interface Completions {
  /**
   * One for a pair; asking again begins its time anew. False when the caller has too many.
   *
   * @param ready the extension need only be free; else it must have been in a call first, for it is free now and nobody answers
   */
  ask(wish: Wish, ready: boolean): boolean
  /** Forgets all of this caller's. @returns how many there were */
  cancel(callerId: string): number
  close(): void
}

interface Options {
  events: Events
  /** Its phones can be rung and are in no call, and it wants to be disturbed. */
  isFree: (extensionId: string) => boolean
  /** The time has come; the wish is over with it. */
  recall: (wish: Wish) => void
}

const LASTS_MS = 60 * 60_000
/** Whoever has just hung up may want to call somebody (the guard timer of EN 300 359). */
const GUARD_MS = 2_000
const MOST = 10

interface Entry {
  wish: Wish
  ready: boolean
  expiry: NodeJS.Timeout
  guard?: NodeJS.Timeout | undefined
}

export function createCompletions({ events, isFree, recall }: Options): Completions {
  const entries = new Map<string, Entry>()
  const keyOf = ({ callerId, calleeId }: Wish): string => `${callerId} ${calleeId}`
  const forget = (entry: Entry): void => {
    clearTimeout(entry.expiry)
    clearTimeout(entry.guard)
    if (entries.get(keyOf(entry.wish)) === entry) entries.delete(keyOf(entry.wish))
  }
  const due = ({ ready, wish }: Entry): boolean => ready && isFree(wish.calleeId) && isFree(wish.callerId)
  const consider = (entry: Entry): void => {
    if (!due(entry)) {
      clearTimeout(entry.guard)
      entry.guard = undefined
      return
    }
    entry.guard ??= setTimeout(() => {
      entry.guard = undefined
      if (!due(entry)) return
      forget(entry)
      recall(entry.wish)
    }, GUARD_MS)
  }
  const stop = events.subscribe((event) => {
    if (event.type !== 'call.started' && event.type !== 'call.ended' && event.type !== 'registration.changed' && event.type !== 'registration.removed' && event.type !== 'directory.changed') return
    for (const entry of entries.values()) {
      if (entry.wish.tenantId !== event.tenantId) continue
      if (event.type === 'call.ended' && talkedIn(event.data.call, entry.wish.calleeId)) entry.ready = true
      consider(entry)
    }
  })
  return {
    ask(wish, ready) {
      const before = entries.get(keyOf(wish))
      if (!before && [...entries.values()].filter(({ wish: { callerId } }) => callerId === wish.callerId).length >= MOST) return false
      if (before) forget(before)
      const entry: Entry = { wish, ready, expiry: setTimeout(() => forget(entry), LASTS_MS) }
      entries.set(keyOf(wish), entry)
      return true
    },
    cancel(callerId) {
      const own = [...entries.values()].filter(({ wish }) => wish.callerId === callerId)
      own.forEach(forget)
      return own.length
    },
    close() {
      stop()
      for (const entry of [...entries.values()]) forget(entry)
    },
  }
}

/** Somebody sat at a phone of it, who may sit there still. */
function talkedIn(call: CallView, extensionId: string): boolean {
  return call.legs.some((leg) => leg.extensionId === extensionId && leg.answeredAt !== null)
}
