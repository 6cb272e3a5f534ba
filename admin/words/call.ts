/** Calls in plain words. */
import type { Call, Leg, Termination } from '../app/types.ts'
import { decimal, t } from './translate.ts'

export type Tone = 'good' | 'warning' | 'bad' | 'busy' | 'quiet'

export interface Wording {
  label: string
  tone: Tone
}

export const stateWords: Record<Call['state'], Wording> = {
  routing: { label: t('Connecting'), tone: 'busy' },
  ringing: { label: t('Ringing'), tone: 'busy' },
  early: { label: t('Ringing, with sound'), tone: 'busy' },
  answered: { label: t('Talking'), tone: 'good' },
  ending: { label: t('Hanging up'), tone: 'quiet' },
  ended: { label: t('Ended'), tone: 'quiet' },
}

export const resultWords: Record<Termination['result'], Wording> = {
  answered: { label: t('Answered'), tone: 'good' },
  missed: { label: t('Missed'), tone: 'warning' },
  busy: { label: t('Busy'), tone: 'warning' },
  refused: { label: t('Refused'), tone: 'bad' },
  cancelled: { label: t('Cancelled'), tone: 'quiet' },
  failed: { label: t('Failed'), tone: 'bad' },
}

export const endedByWords: Record<Termination['by'], string> = {
  caller: t('Caller'),
  callee: t('Called party'),
  system: 'Dialplane',
}

export const legStateWords: Record<Leg['state'], Wording> = {
  new: { label: t('Connecting'), tone: 'busy' },
  ringing: { label: t('Ringing'), tone: 'busy' },
  early: { label: t('Ringing, with sound'), tone: 'busy' },
  answered: { label: t('Talking'), tone: 'good' },
  held: { label: t('On hold'), tone: 'warning' },
  ended: { label: t('Ended'), tone: 'quiet' },
}

/** The state of a call that may be over. */
export function callWording(call: Call): Wording {
  if (call.termination !== null) return resultWords[call.termination.result]
  if (call.onHold && call.state === 'answered') return { label: t('On hold'), tone: 'warning' }
  return stateWords[call.state]
}

/** Sound quality by its estimated score: 1 is bad, 4.4 the best a telephone line reaches. */
export function qualityWording(mos: number | null): Wording {
  if (mos === null) return { label: t('Not measured'), tone: 'quiet' }
  if (mos >= 4) return { label: t('Good'), tone: 'good' }
  if (mos >= 3.6) return { label: t('Fair'), tone: 'good' }
  if (mos >= 3.1) return { label: t('Poor'), tone: 'warning' }
  return { label: t('Bad'), tone: 'bad' }
}

/** The worst figure of a call's legs: what its people heard at least. */
export function worstMos(call: Call): number | null {
  const scores = call.legs.flatMap((leg) => (leg.media?.mos == null ? [] : [leg.media.mos]))
  return scores.length === 0 ? null : Math.min(...scores)
}

/** Who is meant, as one line: `Anna Berg (201)` or just the number. */
export function partyName(party: { number: string; name: string | null }): string {
  return party.name === null || party.name === party.number ? party.number : `${party.name} (${party.number})`
}

const codecNames: Record<string, string> = { PCMU: 'G.711 µ-law', PCMA: 'G.711 A-law', G722: t('G.722 wide band'), OPUS: 'Opus' }

/** `G.711 A-law` for `PCMA`. */
export function codecName(codec: string | null): string {
  if (codec === null) return '–'
  return codecNames[codec.toUpperCase()] ?? codec
}

/** The legs of the called side that count: the one that talked, else all that rang. */
export function calleeLegs(call: Call): Leg[] {
  return call.legs.filter((leg) => leg.role === 'callee')
}

export function percent(rate: number): string {
  const value = rate * 100
  return value === 0 ? '0 %' : value < 0.1 ? `< ${decimal(0.1, 1)} %` : `${decimal(value, value < 10 ? 1 : 0)} %`
}

const DIVERTED: Readonly<Record<Leg['diverted'][number]['why'], string>> = {
  'unconditional': t('all calls'), 'user-busy': t('busy'), 'no-answer': t('nobody answered'), 'unavailable': t('not reachable'), 'do-not-disturb': t('do not disturb'), 'deflection': t('by whoever it rang at'),
  'time-of-day': t('by time of day'), 'follow-me': t('follow me'), 'out-of-service': t('out of service'), 'away': t('away'), 'unknown': t('why is not said'),
}

/** Somebody outside who sent a call on, and why. */
export function divertedWords({ number, why }: Leg['diverted'][number]): string {
  return t('{{number}} ({{why}})', { number: number === 'anonymous' ? t('somebody who is not named') : number, why: DIVERTED[why] })
}
