/** Calls that go on while this tab is loaded anew: the names of their dialogs, by which the new page takes their place (RFC 3891). */

export interface KeptCall {
  callId: string
  localTag: string
  remoteTag: string
  number: string
  name: string | null
  direction: 'in' | 'out'
  answeredAt: number
  held: boolean
  /** Browser clock. */
  keptAt: number
}

const KEPT = 'dialplane.phone-calls'
/** The PBX ends a call that nobody is heard in. */
const LONGEST_MS = 60_000

export function keepCalls(calls: readonly KeptCall[]): void {
  if (calls.length === 0) sessionStorage.removeItem(KEPT)
  else sessionStorage.setItem(KEPT, JSON.stringify(calls))
}

/** Those that the page before this one had, once. */
export function takeKeptCalls(now = Date.now()): KeptCall[] {
  try {
    const calls = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as KeptCall[]
    return calls.filter(({ keptAt }) => now - keptAt < LONGEST_MS)
  } catch {
    return []
  } finally {
    sessionStorage.removeItem(KEPT)
  }
}

/** The header that has a new dialog take the place of an old one: the tags as the other side knows them. */
export const replacing = ({ callId, localTag, remoteTag }: KeptCall): string => `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`
