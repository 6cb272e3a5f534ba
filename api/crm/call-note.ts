import { isClick } from '../calls/presenter.ts'
import { readNumber, type CallView } from '../../pbx/index.ts'

/** What a CRM is told of a call with somebody outside. Times are milliseconds since the epoch. */
export interface CallNote {
  callId: string
  /** Of the chain: what a click, or a transfer, began. */
  rootId: string
  direction: 'inbound' | 'outbound'
  /** Of who is outside, as the call names it. */
  number: string
  /** As the carrier or a contact names them. */
  name: string | null
  /** The own number: that was called, or of who called. */
  ownNumber: string
  /** Who of the house talked, or was called: `Anna (101)`. */
  who: string | null
  /** Of the phones that took part. */
  extensionIds: string[]
  startedAt: number
  endedAt: number
  /** 0: nobody answered. */
  talkMs: number
  outcome: 'talked' | 'no-answer' | 'voicemail' | 'busy' | 'cancelled' | 'failed'
  explanation: string
}

/** Refused by a rule before anybody was asked. */
const KEPT_OUT = /^(caller-blocked|caller-held|identity-)/

/** Undefined for calls that no CRM is told of: those inside, a click's call to the own phone, hidden numbers, callers who are kept out. */
export function noteOf(call: CallView): CallNote | undefined {
  const { direction, termination, legs, from, to, startedAt, answeredAt } = call
  if (direction === 'internal' || termination === null || isClick(call) || KEPT_OUT.test(termination.reason)) return undefined
  const callees = legs.filter(({ role }) => role === 'callee')
  const taken = callees.find((leg) => leg.answeredAt !== null)
  const inbound = direction === 'inbound'
  // What a line was given, without the digits that only the house dials.
  const outside = inbound ? from : { ...to, number: taken?.number ?? callees.at(-1)?.number ?? to.number }
  if (!/\d/.test(outside.number)) return undefined
  const inside = inbound ? (taken?.extensionId ? taken : to.extensionId === null ? undefined : to) : from
  const endedAt = call.endedAt ?? startedAt
  return {
    callId: call.id, rootId: call.rootId, direction, number: outside.number, name: outside.name || null, ownNumber: inbound ? to.number : from.number,
    who: inside === undefined ? null : inside.name ? `${inside.name} (${inside.number})` : inside.number,
    extensionIds: [...new Set([...legs.map(({ extensionId }) => extensionId), from.extensionId, to.extensionId].filter((id) => id !== null))],
    startedAt, endedAt, talkMs: termination.result === 'answered' && answeredAt !== null ? endedAt - answeredAt : 0,
    outcome: outcomeOf(call), explanation: termination.explanation,
  }
}

function outcomeOf({ direction, termination }: CallView): CallNote['outcome'] {
  switch (termination?.result) {
    case 'answered': return 'talked'
    case 'busy': return 'busy'
    case 'missed': return termination.reason === 'voicemail-left' ? 'voicemail' : 'no-answer'
    case 'cancelled': return direction === 'inbound' ? 'no-answer' : 'cancelled'
    case 'refused': return direction === 'inbound' ? 'no-answer' : 'failed'
    default: return 'failed'
  }
}

/** E.164, or null for a number that is no whole one. */
export const wholeNumber = ({ number }: Pick<CallNote, 'number'>, country: string): string | null => readNumber(number, country)?.e164 ?? null

const OUTCOMES: Readonly<Record<CallNote['outcome'], string>> = { talked: '', 'no-answer': 'Not answered', voicemail: 'Left a message', busy: 'Busy', cancelled: 'Given up before it was answered', failed: 'Did not come about' }

/** One line. */
export function titleOf({ direction, outcome, number, name }: CallNote): string {
  const who = name === null || name === number ? number : `${name} (${number})`
  if (direction === 'outbound') return `Call to ${who}`
  return `${outcome === 'talked' ? 'Call' : 'Missed call'} from ${who}`
}

/** What happened, a sentence a line. */
export function linesOf(note: CallNote, link: string | null): string[] {
  const { direction, number, name, who, ownNumber, talkMs, startedAt, outcome, explanation } = note
  const outside = name === null || name === number ? number : `${name} (${number})`
  const inside = who === null || who === ownNumber ? ownNumber : direction === 'inbound' ? `${who} at ${ownNumber}` : who
  return [
    direction === 'inbound' ? `${outside} called ${inside}.` : `${inside} called ${outside}.`,
    `${new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC. ${outcome === 'talked' ? `They talked for ${spoken(talkMs)}` : OUTCOMES[outcome]}.`,
    ...(outcome === 'talked' ? [] : [explanation]),
    ...(link === null ? [] : [`The call in Dialplane: ${link}`]),
  ]
}

function spoken(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
