import type { z } from 'zod'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { CallTrace, CallView, LegView, PastCall, RecordingInfo, TraceMessage as TraceMessageOfPbx } from '../../pbx/index.ts'
import type { Call, CallDetail, Leg, Recording, Trace, TraceMessage } from './schemas.ts'

/** The call that rings the own phone first after a click: from the number to the own extension, and nobody calls. */
export const isClick = (call: CallView): boolean => call.id === call.rootId && call.plan.steps[0]?.step.startsWith('Click to dial') === true

export function presentLeg(leg: LegView): z.input<typeof Leg> {
  return {
    id: leg.id,
    role: leg.role,
    state: leg.state,
    extensionId: leg.extensionId,
    deviceId: leg.deviceId,
    number: leg.number,
    name: leg.name,
    sipCallId: leg.sipCallId,
    address: leg.address,
    transport: leg.transport,
    userAgent: leg.userAgent,
    codec: leg.codec,
    security: leg.security ?? null,
    startedAt: isoOf(leg.startedAt),
    ringingAt: isoOrNull(leg.ringingAt),
    answeredAt: isoOrNull(leg.answeredAt),
    endedAt: isoOrNull(leg.endedAt),
    sipStatus: leg.sipStatus,
    ended: leg.ended,
    media: leg.media,
    cost: leg.cost ?? null,
    identity: leg.identity ?? null,
    diverted: [...(leg.diverted ?? [])],
  }
}

/** The same shape over HTTP and in live events. */
export function presentCall(call: CallView): z.input<typeof Call> {
  return {
    id: call.id,
    rootId: call.rootId,
    state: call.state,
    direction: call.direction,
    from: call.from,
    to: call.to,
    startedAt: isoOf(call.startedAt),
    answeredAt: isoOrNull(call.answeredAt),
    endedAt: isoOrNull(call.endedAt),
    onHold: call.onHold,
    direct: call.direct,
    recording: call.recording,
    plan: { steps: call.plan.steps.map(({ step, reason, when = null, depth = 0 }) => ({ step, reason, when, depth })) },
    pin: call.plan.pin ?? null,
    legs: call.legs.map(presentLeg),
    termination: call.termination,
  }
}

export function presentPastCall(call: PastCall): z.input<typeof CallDetail> {
  return { ...presentCall(call), recordings: call.recordings.map(presentRecording) }
}

export function presentRecording(recording: RecordingInfo): z.input<typeof Recording> {
  return {
    id: recording.id,
    callId: recording.callId,
    rootId: recording.rootId,
    direction: recording.direction,
    from: recording.from,
    to: recording.to,
    status: recording.status,
    stored: recording.stored,
    seconds: recording.seconds,
    bytes: recording.bytes,
    rate: recording.rate,
    codecs: recording.codecs,
    marks: recording.marks.map(({ at, kind, by }) => ({ at, kind, by })),
    failure: recording.failure,
    startedBy: recording.startedBy,
    startedAt: isoOf(recording.startedAt),
    endedAt: isoOrNull(recording.endedAt),
    sha256: recording.sha256,
    hold: recording.hold && { at: isoOf(recording.hold.at), by: recording.hold.by, reason: recording.hold.reason },
    deleted: recording.deleted && { at: isoOf(recording.deleted.at), by: recording.deleted.by },
  }
}

function presentMessage(message: TraceMessageOfPbx, callStartedAt: number): z.input<typeof TraceMessage> {
  return {
    at: isoOf(message.at),
    // An ISO time ends at the millisecond; a ladder of a local network needs the fractions.
    offsetMs: Math.round((message.at - callStartedAt) * 1000) / 1000,
    legId: message.legId,
    direction: message.direction,
    transport: message.transport,
    peer: message.peer,
    local: message.local,
    summary: message.summary,
    method: message.method,
    status: message.status,
    repeat: message.repeat,
    hasSdp: message.hasSdp,
    text: message.text,
  }
}

export function presentTrace(trace: CallTrace): z.input<typeof Trace> {
  return {
    call: presentCall(trace.call),
    messages: trace.messages.map((message) => presentMessage(message, trace.call.startedAt)),
    note: trace.note,
  }
}
