/** Call detail records of drachtio: applications that asked for `cdr:attempt`, `cdr:start`, `cdr:stop` hear of every call, one of them of each event. */
import type { SipMessage } from '../message/message.ts'
import { handOn } from '../message/write.ts'
import { cdrPayload } from '../wire/payload.ts'
import type { Agent } from './agent.ts'

/** Who sent the message that the event is about: a peer, or this side. */
export type CdrSource = 'network' | 'application'

export type CdrRole = 'uas' | 'uac' | 'proxy-uas' | 'proxy-uac'

export type CdrReason = 'call-rejected' | 'call-canceled' | 'normal-release' | 'session-expired' | 'system-initiated-termination'

function tell(agent: Agent, kind: 'attempt' | 'start' | 'stop', source: CdrSource, detail: string, message: SipMessage | string): void {
  const owner = agent.router.pick(`cdr:${kind}`)
  if (owner) owner.deliverLater(cdrPayload(kind, source, agent.timers.now(), detail, typeof message === 'string' ? message : handOn(message)))
}

/** An INVITE that begins a call came in, or was sent. */
export function cdrAttempt(agent: Agent, source: CdrSource, invite: SipMessage | string): void {
  tell(agent, 'attempt', source, '', invite)
}

/** It was answered 2xx. */
export function cdrStart(agent: Agent, source: CdrSource, role: CdrRole, answer: SipMessage | string): void {
  tell(agent, 'start', source, role, answer)
}

/** The attempt failed, or the call is over. @param message the failure response, CANCEL or BYE */
export function cdrStop(agent: Agent, source: CdrSource, reason: CdrReason, message: SipMessage | string): void {
  tell(agent, 'stop', source, reason, message)
}

/** What a failure response to an INVITE means. */
export function refusalReason(status: number): CdrReason {
  return status === 487 ? 'call-canceled' : 'call-rejected'
}
