/** Responses of the engine's own to requests that no application answers. */
import type { SipMessage } from '../message/message.ts'
import { reasonPhrase, writeResponse } from '../message/write.ts'
import { randomToken } from '../random.ts'
import type { ServerTransaction } from '../transaction/server.ts'
import type { Agent } from './agent.ts'
import { cdrStop } from './cdr.ts'

function respond(transaction: ServerTransaction, request: SipMessage, status: number, reason: string, extra: readonly string[]): string {
  const text = writeResponse(request, status, reason, request.toTag === '' ? (transaction.localTag ||= randomToken()) : '', extra)
  transaction.respond(status, text)
  return text
}

/** @param extra further header lines */
export function refuse(transaction: ServerTransaction, request: SipMessage, status: number, reason = reasonPhrase(status), extra: readonly string[] = []): void {
  respond(transaction, request, status, reason, extra)
}

/** The same for a request that was told as an attempt when it is an INVITE: how it ended is told too. */
export function refuseAttempt(agent: Agent, transaction: ServerTransaction, request: SipMessage, status: number, extra: readonly string[] = []): void {
  const text = respond(transaction, request, status, reasonPhrase(status), extra)
  if (request.method === 'INVITE') cdrStop(agent, 'application', 'call-rejected', text)
}
