/** What the phone in the browser does now. Small, because every page reads it; the phone itself is loaded when it is first opened. */
import { useSyncExternalStore } from 'react'

export interface PhoneCall {
  id: string
  direction: 'in' | 'out'
  number: string
  name: string | null
  state: 'calling' | 'ringing' | 'incoming' | 'talking' | 'held' | 'returning' | 'ending'
  muted: boolean
  /** The server's clock. */
  answeredAt: number | null
  /** 1 to 4.4, as the browser measures what it hears. */
  mos: number | null
}

export interface PhoneState {
  open: boolean
  line: 'off' | 'elsewhere' | 'connecting' | 'ready' | 'lost' | 'refused'
  /** Why it is not ready, with the cure. */
  reason: string | null
  calls: readonly PhoneCall[]
  /** What just went wrong. */
  problem: string | null
  newMessages: number
  /** A number that is to be dialled as soon as it can be. */
  wish: string | null
}

const KEPT = 'dialplane.phone-open'

// Opened by the word that somebody calls (`public/push.js`), it is to ring.

const initial: PhoneState = { open: localStorage.getItem(KEPT) === 'yes' || new URLSearchParams(location.search).has('ring'), line: 'off', reason: null, calls: [], problem: null, newMessages: 0, wish: null }

let state = initial
const listeners = new Set<() => void>()

export const phoneStore = {
  get: (): PhoneState => state,
  update(change: Partial<PhoneState>): void {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  /** Opened once, it is there again at the next visit, so that calls ring. */
  show(open: boolean): void {
    localStorage.setItem(KEPT, open ? 'yes' : 'no')
    phoneStore.update({ open })
  },
  /** Opens the phone and has it dial; it does so as soon as it can. */
  dial(number: string): void {
    phoneStore.update({ wish: number })
    phoneStore.show(true)
  },
  /** The number that is to be dialled, once. */
  takeWish(): string | undefined {
    const { wish } = state
    if (wish !== null) phoneStore.update({ wish: null })
    return wish ?? undefined
  },
}

export function usePhone<T>(select: (state: PhoneState) => T): T {
  return useSyncExternalStore(phoneStore.subscribe, () => select(state))
}
