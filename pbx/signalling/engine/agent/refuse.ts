/** Responses of the engine's own to requests that no application answers. */
import type { SipMessage } from '../message/message.ts'
import { reasonPhrase, writeResponse } from '../message/write.ts'
import { randomToken } from '../random.ts'
import type { ServerTransaction } from '../transaction/server.ts'

/** @param extra further header lines */
export function refuse(transaction: ServerTransaction, request: SipMessage, status: number, reason = reasonPhrase(status), extra: readonly string[] = []): void {
  transaction.respond(status, writeResponse(request, status, reason, request.toTag === '' ? (transaction.localTag ||= randomToken()) : '', extra))
}
