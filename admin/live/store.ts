/** What goes on right now: kept up to date by the WebSocket, read by screens through `useLive`. */
import { useRef, useSyncExternalStore } from 'react'
import type { Call, LiveConference, Registration } from '../app/types.ts'

export interface LiveState {
  /** `connecting` before the first connection, `open`, or `lost` after one broke. */
  connection: 'connecting' | 'open' | 'lost'
  /** When the next attempt starts (browser clock, milliseconds), while `lost`. */
  retryAt: number | null
  calls: ReadonlyMap<string, Call>
  registrations: ReadonlyMap<string, Registration>
  /** Conference rooms with somebody in them, by the id of the room. */
  conferences: ReadonlyMap<string, LiveConference>
}

const empty: LiveState = { connection: 'connecting', retryAt: null, calls: new Map(), registrations: new Map(), conferences: new Map() }

let state = empty
const listeners = new Set<() => void>()

export const liveStore = {
  get: (): LiveState => state,
  update(change: (state: LiveState) => Partial<LiveState>): void {
    state = { ...state, ...change(state) }
    for (const listener of listeners) listener()
  },
  reset(): void {
    liveStore.update(() => empty)
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** Reads a part of the live state; the part must be the same value while nothing in it changed. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const latest = useRef(select)
  latest.current = select
  return useSyncExternalStore(liveStore.subscribe, () => latest.current(state))
}
