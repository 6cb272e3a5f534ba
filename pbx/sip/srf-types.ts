/**
 * As much of drachtio-srf 5 as we stand on, typed by reading its source. Its own typings cover a
 * part only, with `any` in the places that matter.
 */
import type { Server, Socket } from 'node:net'

/** A parsed message. Header names are lower case (`X-…` and `P-…` as written), repeated headers joined with a comma. */
export interface SrfMessage {
  headers: Record<string, string>
  body?: string
  method: string
  uri: string
  status: number
  reason: string
}

interface SrfOrigin {
  msg: SrfMessage
  /** The far end; empty and NaN or 0 on responses the stack made up itself. */
  source_address: string
  source_port: number
  /** Often empty. */
  protocol: string
  stackTxnId: string
  /** `<Call-ID>;from-tag=<tag>`, empty outside dialogs. */
  stackDialogId: string
  socket: Socket
}

export interface SrfRequest extends SrfOrigin {
  source: 'network' | 'application'
  /** Local host:port that received it; only outside dialogs. */
  receivedOn?: string
  /** From our engine: the domains that the peer's TLS certificate proves; only outside dialogs. */
  sessionToken?: string
  cancel(options: { headers?: Record<string, string> }, callback: (error: unknown) => void): void
  on(event: 'response', listener: (response: SrfResponse, ack: SrfAck) => void): this
  on(event: 'update', listener: (request: SrfRequest, response: SrfReply) => void): this
}

export interface SrfResponse extends SrfOrigin {
  status: number
  reason: string
}

/** Acknowledges a final response, or a reliable provisional one (PRACK). */
export type SrfAck = (options?: { body?: string; headers?: Record<string, string> }) => void

/** The response object that comes with a request. */
export interface SrfReply {
  finished: boolean
  stackDialogId: string
  /** The embedded engine calls back for a 2xx to INVITE, UPDATE, SUBSCRIBE and REFER and for a reliable 1xx only. */
  send(status: number, reason: string | undefined, options: SrfSendOptions, callback?: (error: unknown, sent: SrfMessage | undefined) => void): void
}

export interface SrfSendOptions {
  headers?: Record<string, string>
  body?: string
}

export interface SrfRequestOptions extends SrfSendOptions {
  method: string
  /** The next hop. */
  proxy?: string
  /** Makes it a request inside that dialog. */
  stackDialogId?: string
}

export type SrfMiddleware = (request: SrfRequest, response: SrfReply, next: () => void) => void

export interface SrfWire {
  on(event: 'msg', listener: (socket: Socket, frame: string) => void): this
  prependListener(event: 'msg', listener: () => void): this
  send(socket: Socket, payload: string): string
  closing?: boolean
  reconnectVars?: { retryTimer: NodeJS.Timeout | null }
}

export interface SrfAgent {
  wp: SrfWire
  mapServer: Map<Socket, SrfLink>
}

/** The state srf keeps per control connection. */
export interface SrfLink {
  pendingRequests: Map<string, unknown>
  pendingSipRequests: Map<string, unknown>
  pendingNetworkInvites: Map<string, unknown>
  pendingAckOrPrack: Map<string, unknown>
}

export interface Srf {
  readonly app: { client: SrfAgent; use(method: string, middleware: SrfMiddleware): void }
  connect(options: { host: string; port: number; secret: string; reconnect: { retryMaxDelay: number } }): void
  /** Takes connections of engines from a server; it never makes one. */
  listen(options: { server: Server; secret: string }): void
  disconnect(): void
  use(middleware: SrfMiddleware): void
  request(uri: string, options: SrfRequestOptions, callback: (error: unknown, request: SrfRequest) => void): void
  on(event: 'connect', listener: (error: unknown, hostports: string, version: string, localHostports: string) => void): this
  on(event: 'error', listener: (error: unknown) => void): this
  on(event: 'close' | 'reconnecting', listener: () => void): this
}

export interface SrfConstructor {
  new (tag: string): Srf
}
