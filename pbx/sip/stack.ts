/** What the files of this room share about one connection to the signalling engine. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { LineSocket } from './line-socket.ts'
import type { PendingInvites } from './pending-invites.ts'
import type { SessionWish } from './session-timer.ts'
import type { Srf, SrfReply, SrfRequest, SrfRequestOptions, SrfResponse } from './srf-types.ts'

/** Something that waits for the engine and must hear when the link to it is gone. */
export interface Waiting {
  linkLost(reason: string): void
  /** Whether it is an answered call, which an engine of ours keeps for us. */
  lasting?(): boolean
}

/** A dialog, as far as those who find it by its id need it. */
export interface OpenDialog {
  /** A request of the peer inside it. */
  handle(req: SrfRequest, res: SrfReply): void
}

/** What is told about a request of ours. */
export interface RequestEvents {
  sent?: (request: SrfRequest) => void
  /** Every response, provisional ones too. */
  response: (response: SrfResponse, ack: () => void) => void
  /** It did not go out. */
  failed: (reason: string, code: string) => void
}

/** Which provisional responses are sent reliably (RFC 3262) to who can take them but does not insist: none, those with early media, all. */
export type ReliableWish = 'required' | 'media' | 'all'

export interface Stack {
  readonly srf: Srf
  readonly logger: Logger
  /** By the engine's dialog id. */
  readonly dialogs: Map<string, OpenDialog>
  /** INVITEs that came in and are not answered, by the id of the dialog that their provisional responses made. */
  readonly early: Map<string, OpenDialog>
  /** INVITEs that came in and have no final answer yet. */
  readonly invites: PendingInvites
  readonly waiting: Set<Waiting>
  readonly session: SessionWish
  readonly reliable: ReliableWish
}

/**
 * Lets everything sent in this turn go to the engine in one write instead of one each: a system call
 * costs more than all else about an answer.
 */
export function gatherWrites(stack: Stack): void {
  for (const socket of stack.srf.app.client.mapServer.keys()) {
    if (socket.writableCorked > 0 || socket instanceof LineSocket) continue
    socket.cork()
    process.nextTick(() => socket.uncork())
  }
}

/**
 * Wraps a callback that srf calls from its socket's reader. An exception there would end the
 * process, and before that make srf read the same frame for ever: it is logged as the bug it is.
 */
export function guard<A extends unknown[]>(stack: Stack, what: string, work: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      work(...args)
    } catch (error) {
      stack.logger.error({ err: error }, `${what} failed: ${messageOf(error)}`)
    }
  }
}

/** Sends a request and tells both that it went out and its responses. srf throws at once when there is no link. */
export function sendRequest(stack: Stack, uri: string, options: SrfRequestOptions, on: RequestEvents): void {
  try {
    gatherWrites(stack)
    stack.srf.request(uri, options, guard(stack, `sending ${options.method}`, (error: unknown, request: SrfRequest) => {
      if (error) return on.failed(messageOf(error), (error as { code?: string }).code ?? '')
      request.on('response', guard(stack, `a response to ${options.method}`, (response: SrfResponse, ack: () => void) => on.response(response, ack)))
      on.sent?.(request)
    }))
  } catch (error) {
    stack.logger.debug({ err: error }, `no link to send ${options.method} over`)
    on.failed('there is no connection to the signalling engine', 'ENOLINK')
  }
}

/** A final response the engine made up because the far end never gave one: timeout, or not to be reached. */
export function isLocal(response: SrfResponse): boolean {
  return !response.source_address
}

export function linkLostRefusal(): Refusal {
  return new Refusal('unavailable', 'The connection to the signalling engine was lost; it is being made again.', { retryAfter: 5 })
}
