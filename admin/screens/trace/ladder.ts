/** Lays a trace out as a sequence diagram: lanes and arrows between them. Pure. */
import type { Call, Leg, Trace, TraceMessage } from '../../app/types.ts'
import { offset } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

export interface Lane {
  key: string
  title: string
  /** Address, or what the lane is. */
  note: string
}

export interface Arrow {
  message: TraceMessage
  /** Lane indices. */
  from: number
  to: number
  label: string
  /** Time since the previous message in milliseconds. */
  gapMs: number
}

export interface Ladder {
  lanes: Lane[]
  arrows: Arrow[]
}

function legLane(leg: Leg): Lane {
  return { key: leg.id, title: leg.name === null ? leg.number : `${leg.number} ${leg.name}`, note: leg.address }
}

/** Caller phone | Dialplane | called phones in the order they were tried; messages of no leg get a lane of their own. */
export function layOut({ call, messages }: Trace): Ladder {
  const callers = call.legs.filter((leg) => leg.role === 'caller')
  const callees = call.legs.filter((leg) => leg.role === 'callee')
  const known = new Set(call.legs.map((leg) => leg.id))
  const strangers = messages.some((message) => message.legId === null || !known.has(message.legId))
  const lanes: Lane[] = [
    ...(callers.length > 0 ? callers.map(legLane) : strangers ? [] : [{ key: 'caller', title: call.from.number, note: t('Caller') }]),
    { key: 'dialplane', title: 'Dialplane', note: t('This system') },
    ...callees.map(legLane),
    ...(strangers ? [{ key: 'other', title: t('Other'), note: t('Not part of a leg') }] : []),
  ]
  const index = new Map(lanes.map((lane, position) => [lane.key, position]))
  const us = index.get('dialplane') ?? 0
  const arrows = messages.map((message, position) => {
    const phone = index.get(message.legId ?? 'other') ?? index.get('other') ?? us
    const previous = messages[position - 1]
    return {
      message,
      from: message.direction === 'in' ? phone : us,
      to: message.direction === 'in' ? us : phone,
      label: message.summary,
      gapMs: previous === undefined ? 0 : message.offsetMs - previous.offsetMs,
    }
  })
  return { lanes, arrows }
}

/** The whole trace as text, for a ticket or a colleague; in English, because carriers read it. */
export function traceAsText({ call, messages, note }: Trace): string {
  const head = [
    `Call ${call.id}`,
    `From ${call.from.number} to ${call.to.number}, started ${call.startedAt}`,
    ...(call.termination === null ? ['Still going on'] : [`${call.termination.explanation} (${call.termination.result}, ${call.termination.reason}, by ${call.termination.by})`]),
    ...call.plan.steps.map(({ step, reason }, position) => `Routing ${position + 1}: ${step}: ${reason}`),
    ...(note === null ? [] : [note]),
  ]
  const body = messages.map((message) => {
    const way = message.direction === 'in' ? `${message.peer} -> ${message.local ?? 'Dialplane'}` : `${message.local ?? 'Dialplane'} -> ${message.peer}`
    return `---- ${offset(message.offsetMs)}  ${message.at}  ${way}  ${message.transport}${message.repeat ? '  (repeat)' : ''}\n${message.text.replaceAll('\r\n', '\n').trimEnd()}\n`
  })
  return `${head.join('\n')}\n\n${body.join('\n')}`
}

export function fileName(call: Call): string {
  return `call-${call.from.number}-${call.to.number}-${call.startedAt.replaceAll(/[:.]/g, '-')}.txt`
}
