import type { MachineTable } from '../../config/machine.ts'
import type { CallState, LegState } from '../events/catalogue.ts'

export type CallInput = 'ring' | 'media' | 'answer' | 'conclude' | 'closed'

/**
 * A call.
 *
 *   routing ──ring──▶ ringing ──media──▶ early
 *      │                 │                 │
 *      └──────answer─────┴────────────────┴──▶ answered
 *   any of these ──conclude──▶ ending ──closed──▶ ended
 *
 * Ringing that follows early media leaves the call in `early`: the caller already hears something.
 */
export const callTable: MachineTable<CallState, CallInput> = {
  routing: { ring: 'ringing', media: 'early', answer: 'answered', conclude: 'ending' },
  ringing: { ring: 'ringing', media: 'early', answer: 'answered', conclude: 'ending' },
  early: { ring: 'early', media: 'early', answer: 'answered', conclude: 'ending' },
  answered: { conclude: 'ending' },
  ending: { closed: 'ended' },
  ended: {},
}

export type LegInput = 'ring' | 'media' | 'answer' | 'hold' | 'resume' | 'end'

/**
 * A leg, in either direction.
 *
 *   new ──ring──▶ ringing ──media──▶ early ──answer──▶ answered ⇄ hold/resume ⇄ held
 *   any of these ──end──▶ ended
 */
export const legTable: MachineTable<LegState, LegInput> = {
  new: { ring: 'ringing', media: 'early', answer: 'answered', end: 'ended' },
  ringing: { ring: 'ringing', media: 'early', answer: 'answered', end: 'ended' },
  early: { ring: 'early', media: 'early', answer: 'answered', end: 'ended' },
  answered: { hold: 'held', resume: 'answered', end: 'ended' },
  held: { hold: 'held', resume: 'answered', end: 'ended' },
  ended: { end: 'ended' },
}
