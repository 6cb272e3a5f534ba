/** All transactions, and which message belongs to which (RFC 3261 §17.1.3, §17.2.3). */
import type { SipMessage } from '../message/message.ts'
import { ClientTransaction, type ClientRequest, type ClientUser } from './client.ts'
import type { TransactionEnvironment } from './environment.ts'
import type { Flow } from '../transport/flow.ts'
import { ServerTransaction } from './server.ts'

const COOKIE = 'z9hG4bK'

/**
 * The key of the server transaction that a request belongs to. `method` is the request's own, or
 * INVITE to find what an ACK or a CANCEL is about. A Via without the magic cookie comes from an
 * RFC 2543 peer, whose transactions are told apart by the whole of Request-URI, From tag, Call-ID,
 * CSeq and Via (§17.2.3); the To tag is left out, as it differs between an INVITE and its ACK.
 */
export function serverKey(request: SipMessage, method: string): string {
  const via = request.via
  if (isUnique(via.branch)) return `${via.branch}|${via.host}:${via.port}|${method}`
  return `2543|${request.uri}|${request.fromTag}|${request.callId}|${request.cseq}|${via.host}:${via.port};${via.branch}|${method}`
}

/** Whether a branch tells transactions apart by itself: the cookie with something after it (RFC 3261 §8.1.1.7, RFC 4475 §3.2.1). */
export function isUnique(branch: string): boolean {
  return branch.length > COOKIE.length && branch.startsWith(COOKIE)
}

export interface TransactionLayer {
  findServer(request: SipMessage, method: string): ServerTransaction | undefined
  /** A new server transaction; `onEnd` is called when it leaves the table. */
  createServer(request: SipMessage, from: Flow, traced: boolean): ServerTransaction
  /** The client transaction a response belongs to (§17.1.3): branch and CSeq method. */
  findClient(response: SipMessage): ClientTransaction | undefined
  createClient(request: ClientRequest, flow: Flow, traced: boolean, user: ClientUser): ClientTransaction
  readonly counts: { server: number; client: number }
  close(): void
}

export function createTransactionLayer(environment: TransactionEnvironment, onServerEnd: (transaction: ServerTransaction) => void): TransactionLayer {
  const servers = new Map<string, ServerTransaction>()
  const clients = new Map<string, ClientTransaction>()
  // CANCEL shares the branch of its INVITE (§9.1).
  const clientKey = (branch: string, method: string) => (method === 'CANCEL' ? `${branch}|CANCEL` : branch)
  const serverEnded = (transaction: ServerTransaction) => {
    if (servers.get(transaction.key) === transaction) {
      servers.delete(transaction.key)
      onServerEnd(transaction)
    }
  }
  const clientEnded = (transaction: ClientTransaction) => {
    if (clients.get(transaction.key) === transaction) clients.delete(transaction.key)
  }
  return {
    findServer: (request, method) => servers.get(serverKey(request, method)),
    createServer(request, from, traced) {
      const transaction = new ServerTransaction(serverKey(request, request.method), request, from, traced, environment, serverEnded)
      servers.set(transaction.key, transaction)
      return transaction
    },
    findClient(response) {
      const found = clients.get(clientKey(response.via.branch, response.cseqMethod))
      return found && found.request.method === response.cseqMethod ? found : undefined
    },
    createClient(request, flow, traced, user) {
      const transaction = new ClientTransaction(clientKey(request.branch, request.method), request, flow, traced, user, environment, clientEnded)
      clients.set(transaction.key, transaction)
      return transaction
    },
    get counts() {
      return { server: servers.size, client: clients.size }
    },
    close() {
      for (const transaction of [...servers.values()]) transaction.close()
      for (const transaction of [...clients.values()]) transaction.close()
    },
  }
}
