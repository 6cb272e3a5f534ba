/** What is kept of a call that goes on, to go on with it in another process. No session description is: those of SRTP hold keys. */
import type { LegSecurity } from '../../media/contract.ts'
import type { SavedCharge } from '../calls/charges.ts'
import { Leg, type LegOrigin } from '../calls/leg.ts'
import type { Call } from '../calls/call.ts'
import type { CallState, LegState, MediaFigures } from '../events/catalogue.ts'
import type { Plan } from '../routing/plan.ts'
import type { CallRequest } from '../routing/request.ts'
import type { SavedDialog } from '../sip/types.ts'

export interface SavedLeg {
  id: string
  origin: LegOrigin
  sipCallId: string
  userAgent: string | null
  state: LegState
  startedAt: number
  ringingAt: number | null
  answeredAt: number | null
  endedAt: number | null
  sipStatus: number | null
  endedWhy: string | null
  codec: string | null
  security: LegSecurity | null
  figures: MediaFigures | null
  /** Who pays for it, where it costs. */
  charge: Omit<SavedCharge, 'tenantId'> | null
  /** Null before it is answered and when it is over. */
  dialog: SavedDialog | null
  /** Of the `o=` line we described its media with last: the next description must follow it (RFC 3264 §8). */
  description: { id: string; version: number } | null
}

export interface SavedCall {
  id: string
  rootId: string
  tenantId: string
  request: CallRequest
  plan: Plan | null
  state: CallState
  startedAt: number
  answeredAt: number | null
  recording: 'off' | 'on' | 'paused'
  recordingTried: boolean
  /** One of its phones had asked for a transfer that was under way. */
  transferring: boolean
  callerId: string
  calleeId: string | null
  legs: SavedLeg[]
}

/** The same text for as long as there is nothing new to keep. */
export function markOf(call: Call): string {
  let mark = `${call.state} ${call.callee?.id ?? ''} ${recordingOf(call)} ${call.recordingTried} ${call.transferring !== undefined}`
  for (const leg of call.legs) mark += ` ${leg.id} ${leg.state} ${leg.dialog?.callId ?? ''}`
  return mark
}

export function saveCall(call: Call): SavedCall {
  const { id, rootId, tenantId, request, state, startedAt, answeredAt, recordingTried } = call
  return {
    id, rootId, tenantId, request, plan: call.plan ?? null, state, startedAt, answeredAt, recording: recordingOf(call), recordingTried, transferring: call.transferring !== undefined,
    callerId: call.caller.id, calleeId: call.callee?.id ?? null, legs: call.legs.map(saveLeg),
  }
}

function recordingOf({ recording }: Call): SavedCall['recording'] {
  return recording === undefined ? 'off' : recording.paused ? 'paused' : 'on'
}

function saveLeg(leg: Leg): SavedLeg {
  const { id, origin, sipCallId, userAgent, state, startedAt, ringingAt, answeredAt, endedAt, sipStatus, endedWhy, figures, dialog, endpoint, charge } = leg
  const [, session, version] = /^o=\S+ (\d+) (\d+) /m.exec(dialog?.localSdp ?? '') ?? []
  return {
    id, origin, sipCallId, userAgent, state, startedAt, ringingAt, answeredAt, endedAt, sipStatus, endedWhy, figures,
    charge: charge && !leg.over ? { payerId: charge.payerId, begunAt: charge.begunAt, answeredAt: charge.answeredAt, abroad: charge.abroad, rate: charge.rate } : null,
    codec: endpoint?.codec ?? leg.codec,
    security: endpoint?.security ?? leg.security,
    dialog: dialog && !dialog.ended ? dialog.saved() : null,
    description: session === undefined ? null : { id: session, version: Number(version) },
  }
}

/** The leg as it was, without dialog and media. */
export function restoreLeg(saved: SavedLeg): Leg {
  const leg = new Leg(saved.origin, { id: saved.id, startedAt: saved.startedAt })
  const { sipCallId, userAgent, ringingAt, answeredAt, sipStatus, codec, security, figures } = saved
  Object.assign(leg, { sipCallId, userAgent, ringingAt, answeredAt, sipStatus, codec, security, figures })
  if (answeredAt !== null) leg.step('answer')
  else if (ringingAt !== null) leg.step('ring')
  if (saved.state === 'held') leg.step('hold')
  if (saved.endedAt !== null) {
    leg.end(sipStatus, saved.endedWhy ?? '')
    leg.endedAt = saved.endedAt
  }
  return leg
}
