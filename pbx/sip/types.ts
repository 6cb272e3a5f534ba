/**
 * SIP as the PBX sees it: drachtio-srf wrapped once and typed. Nothing outside `pbx/sip`
 * imports drachtio-srf or knows how its callbacks are shaped.
 */

export interface SipUri {
  scheme: 'sip' | 'sips' | 'tel'
  user: string | undefined
  host: string
  port: number | undefined
  /** Parameters by lower-case name; a flag has the value ''. */
  params: ReadonlyMap<string, string>
  headers: string | undefined
}

export interface SipAddress {
  displayName: string | undefined
  uri: SipUri
  /** Header parameters (after `>`), by lower-case name. */
  params: ReadonlyMap<string, string>
}

export interface SipSource {
  transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'
  address: string
  port: number
}

/** Where a request came from. */
export interface SipOrigin extends SipSource {
  /** Domains that the peer's verified TLS certificate is for (RFC 5922 §7.1): who it has proved to be, before any password. */
  certified: readonly string[]
}

/** Any request that came in, before it is known what it is for. */
export interface IncomingRequest {
  readonly method: string
  readonly callId: string
  readonly cseq: number
  readonly requestUri: SipUri
  readonly from: SipAddress
  readonly to: SipAddress
  readonly source: SipOrigin
  readonly userAgent: string | undefined
  readonly body: string
  readonly contentType: string | undefined
  /** The value of a header, repeated ones joined with `, `. */
  header(name: string): string | undefined
  /** Answers finally, once. `headers` by their canonical names. */
  reply(status: number, options?: ReplyOptions): void
  /** Whether a final answer was given. */
  readonly answered: boolean
  /**
   * Only of a SUBSCRIBE: answers 200 with this time in seconds, 0 for one NOTIFY alone, and holds the subscription (RFC 6665).
   *
   * @param most seconds that a refresh may ask for
   * @param headers of every answer and NOTIFY
   */
  subscribe?(seconds: number, most: number, headers?: Readonly<Record<string, string>>): Subscription
}

/** What a phone subscribed to. Its listeners are set in the same turn. */
export interface Subscription {
  readonly ended: boolean
  notify(contentType: string, body: string): void
  /** The last NOTIFY, with a reason of RFC 6665 §4.1.3. */
  end(reason: string, contentType: string, body: string): void
  /** The phone asked again, and wants to know all. */
  onRefresh(listener: () => void): void
  /** It is over: `asked` when the phone, or its time, wants a last word by `end`; else nobody hears one. */
  onEnd(listener: (asked: boolean) => void): void
}

export interface ReplyOptions {
  reason?: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  body?: string
  contentType?: string
}

/** An INVITE without a final answer, either way. */
export interface EarlyInvite {
  /** The dialogs its provisional responses made (RFC 3891 §3); none after the final answer. */
  readonly early: readonly DialogName[]
  /** The peer offers anew before the answer, by UPDATE or PRACK (RFC 3311). Resolve with our answer, or reject with a Refusal (`unprocessable` → 488). */
  onEarlyOffer(handler: (offer: string) => Promise<string>): void
}

/** An INVITE that may become a dialog. */
export interface IncomingInvite extends IncomingRequest, EarlyInvite {
  /** The caller left the offer to us and takes provisional responses reliably only: the next is to carry it (RFC 3262 §5). */
  readonly wantsOffer: boolean
  /** The answer to an offer of ours in a provisional response. */
  onEarlyAnswer(handler: (answer: string) => void): void
  /**
   * Sends 101–199; with `sdp` it is early media. Reliably (RFC 3262) where the caller insists, and as the settings say where it
   * merely can; a description that went so is not repeated.
   */
  progress(status: number, options?: { reason?: string; sdp?: string; headers?: Readonly<Record<string, string>> }): void
  /** Sends 200 with SDP; resolves with the dialog when the ACK came in. Rejects with a Refusal `timeout` when it never did, `gone` when the caller cancelled first. */
  accept(sdp: string, headers?: Readonly<Record<string, string>>): Promise<SipDialog>
  /** Called at most once: CANCEL came in (the 487 is already sent), or the transport died. The Reason header's text, if any. */
  onCancel(listener: (reason: string | undefined) => void): void
}

export interface OutgoingInviteOptions {
  /** Request-URI: the contact to ring. */
  uri: string
  /** Next hop when it differs from the Request-URI: `sip:host:port;transport=tcp` of the flow the contact registered over. */
  nextHop?: string
  /** Route values, the next hop first: the Path of the contact (RFC 3327). A drachtio-server leaves them out. */
  route?: readonly string[]
  /** Shown to the callee. */
  from: { number: string; name: string | undefined; domain: string }
  to: { number: string; domain: string }
  sdp: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Goes along with the SDP, in one multipart/mixed body (RFC 5621). */
  parts?: readonly BodyPart[]
  /** Answers a challenge (401, 407) once, and again when only its nonce was old. */
  account?: SipAccount
}

/** A part of a body of several. */
export interface BodyPart {
  contentType: string
  /** Without angle brackets; headers name it `cid:`. */
  contentId: string
  body: string
}

/** Who we are at somebody else's server. */
export interface SipAccount {
  username: string
  password: string
}

/** One branch of our own INVITE. Exactly one of `onAnswer` and `onFailure` is called, once. */
export interface OutgoingInvite extends EarlyInvite {
  /** Known as soon as the request was handed to the stack. */
  readonly sipCallId: Promise<string>
  onProgress(listener: (progress: { status: number; reason: string; sdp: string | undefined; userAgent: string | undefined }) => void): void
  /** The far end has it: the first response of any kind. */
  onHeard?(listener: () => void): void
  /** 2xx came in and was acknowledged. A 2xx that crosses our CANCEL is answered ACK and BYE inside and reported as failure `cancelled`. */
  onAnswer(listener: (dialog: SipDialog) => void): void
  onFailure(listener: (failure: InviteFailure) => void): void
  /** CANCEL with a Reason (RFC 3326), e.g. `SIP;cause=200;text="Call completed elsewhere"`. Harmless after an end. */
  cancel(reason?: string): void
}

export interface InviteFailure {
  /** The final status, or 408 (no answer at all), 487 (we cancelled), 503 (could not be sent). */
  status: number
  reason: string
  kind: 'refused' | 'cancelled' | 'timeout' | 'unreachable'
  userAgent: string | undefined
  /** Contacts of a 3xx. */
  contacts: readonly string[]
}

/** A dialog as Replaces (RFC 3891) names it to the one who holds it. */
export interface DialogName {
  callId: string
  localTag: string
  remoteTag: string
}

/** A phone asks us to connect the other side with somebody else (RFC 3515). One of `accept` and `refuse` is called, once. */
export interface ReferRequest {
  /** The user part of Refer-To, a sip or a tel URI. */
  readonly number: string
  /** That URI. */
  readonly target: SipUri
  /** The call of the phone that is to be joined instead of a new one (RFC 3891). */
  readonly replaces: DialogName | undefined
  readonly referredBy: string | undefined
  refuse(status: number, reason?: string): void
  /** 202, and NOTIFY 100. */
  accept(): void
  /** NOTIFY of how it goes on, e.g. 180. */
  progress(status: number, reason: string): void
  /** The last NOTIFY; resolves when it was answered, or there is nobody to answer. */
  end(status: number, reason: string): Promise<void>
}

/** How a dialog ended that we did not end. */
export interface DialogEnd {
  by: 'peer' | 'stack'
  reason: string | undefined
  /** The signalling engine is gone, or does not know the call any more: nothing is known of the phone. */
  lost?: boolean
  /** When, in milliseconds since the epoch, where that was earlier than now: nobody was there to hear of it. */
  at?: number
}

/** What it takes to go on with a dialog in another process. */
export interface SavedDialog {
  /** The engine's. */
  id: string
  callId: string
  role: 'uac' | 'uas'
  localTag: string
  remoteTag: string
  userAgent: string | null
  session: { interval: number; weRefresh: boolean } | null
  allowsUpdate: boolean
}

export interface SipDialog {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** What the peer said in the INVITE or the 2xx. */
  readonly remoteSdp: string
  readonly localSdp: string
  readonly userAgent: string | undefined
  /** The session timer (RFC 4028) that keeps watch over this call, in seconds; undefined when there is none. */
  readonly session: { interval: number; weRefresh: boolean } | undefined
  /** A re-INVITE by the peer. Resolve with our answer SDP, or reject with a Refusal (`unprocessable` → 488). An offerless re-INVITE gives `undefined`; the peer's answer then comes in through `onLateAnswer`. */
  onReinvite(handler: (offer: string | undefined) => Promise<string>): void
  onLateAnswer(handler: (answer: string) => void): void
  /** The dialog ended by the far side: BYE, or the stack gave up on it. Called once. */
  onEnd(listener: (end: DialogEnd) => void): void
  /** RFC 6086 INFO with a body, e.g. application/dtmf-relay. */
  onInfo(handler: (contentType: string | undefined, body: string) => void): void
  /** Our INFO with a body (RFC 6086). Rejects with a Refusal when the peer does not take it. */
  inform(contentType: string, body: string): Promise<void>
  /** REFER within the call; what came before there was a handler is told then. */
  onRefer(handler: (refer: ReferRequest) => void): void
  /** Tells the phone who is at the other end now (RFC 3311, RFC 5876): by UPDATE, or by re-INVITE when it takes none. What becomes of it does not matter to the call. */
  identify(who: { number: string; name: string | null; domain: string }): void
  /** Our re-INVITE; resolves with the peer's answer SDP. Rejects with a Refusal. One at a time; 491 is retried inside (RFC 3261 §14.1). */
  reinvite(sdp: string): Promise<string>
  /** In-dialog OPTIONS: is the peer still there and does it still know this call? 481 and 408 mean no (RFC 3261 §12.2.1.2). */
  probe(): Promise<'alive' | 'gone'>
  /** BYE with a Reason header; resolves when answered or given up. Idempotent. */
  bye(reason?: string): Promise<void>
  readonly ended: boolean
  saved(): SavedDialog
}

/** A request outside a dialog sent by us, e.g. OPTIONS to a contact. */
export interface OutgoingRequest {
  method: string
  uri: string
  nextHop?: string
  /** As in OutgoingInviteOptions. */
  route?: readonly string[]
  headers?: Readonly<Record<string, string>>
  body?: string
}

export interface SipResponse {
  status: number
  reason: string
  userAgent: string | undefined
  header(name: string): string | undefined
  /** Milliseconds from sending to the final response. */
  roundTripMs: number
}

/** One message of the wire, for the call trace. Credentials are already masked. */
export interface TracedMessage {
  /** Milliseconds since the epoch, with fractions. */
  at: number
  direction: 'in' | 'out'
  transport: string
  /** The far end, host:port. */
  peer: string
  /** Our end, host:port, when known. */
  local: string | undefined
  callId: string
  /** A retransmission sent or absorbed. */
  repeat: boolean
  /** The whole message. */
  text: string
}

export interface SipServer {
  /** `udp/192.0.2.1:5060`-style addresses the engine listens on. */
  readonly listening: readonly string[]
  readonly connected: boolean
  onRequest(method: 'REGISTER' | 'OPTIONS' | 'MESSAGE' | 'SUBSCRIBE' | 'PUBLISH' | 'INFO' | 'NOTIFY', handler: (request: IncomingRequest) => void): void
  onInvite(handler: (invite: IncomingInvite) => void): void
  invite(options: OutgoingInviteOptions): OutgoingInvite
  request(request: OutgoingRequest): Promise<SipResponse>
  /** Batches of wire messages; everything but REGISTER and OPTIONS outside calls. */
  onTrace(listener: (messages: readonly TracedMessage[]) => void): void
  /** Every message the signalling engine tells, registrations included, secrets masked. */
  onWire(listener: (messages: readonly TracedMessage[]) => void): void
  /** Whether calls outlive this process: the engine keeps them for a while, and gives them back to who claims them. */
  readonly keepsCalls: boolean
  /** A dialog of a process before this one. Whether it goes on is known after `claim`, which tells its `onEnd` when not. */
  restore(saved: SavedDialog): SipDialog
  /** Takes the calls of the process before this one over; to be called once, when their dialogs are restored. Does nothing where no calls are kept. */
  claim(): Promise<void>
  onConnection(listener: (connected: boolean, reason: string) => void): void
  close(): Promise<void>
}
