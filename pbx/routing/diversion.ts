/** Why something of the house sends a call on, as RFC 5806 names it. */
export type HouseWhy = 'unconditional' | 'user-busy' | 'no-answer' | 'unavailable' | 'do-not-disturb' | 'deflection'

/** Whoever sent the call on. */
export interface Diversion {
  number: string
  why: HouseWhy | 'time-of-day' | 'follow-me' | 'out-of-service' | 'away' | 'unknown'
  /** Before the call came here, as its carrier says: no extension of ours, whatever its number looks like. */
  outside?: true
  /** It wants its number told to nobody; there is none then. */
  hidden?: true
}
