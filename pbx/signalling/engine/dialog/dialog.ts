/** Dialogs (RFC 3261 §12): what both ends must remember, and how messages find them. */
import { header, headerLines, lists, type SipMessage } from '../message/message.ts'
import { isSips, splitAddress, splitList } from '../message/uri.ts'
import { peerName, type Flow } from '../transport/flow.ts'

/** The program that handles a request or a dialog. */
export interface Owner {
  /** False once its connection is gone. */
  readonly open: boolean
  /** It does not wait for the word that its message went out, unless a dialog is made or changed by it; so none is said. */
  readonly quiet: boolean
  /** Bytes that it was given and has not taken yet, as far as can be seen from here. */
  readonly backlog: number
  /** Sends one payload of the control wire. */
  deliver(payload: string): void
  /** The same for what nobody waits for: it may leave some milliseconds later, together with something else. */
  deliverLater(payload: string): void
}

/** A 2xx of ours that is repeated until its ACK comes. */
export interface Unacknowledged {
  cseq: number
  /** The transaction id that the ACK is handed on with. */
  transactionId: string
  stop(): void
}

/** A session timer that is running (RFC 4028). */
export interface Session {
  /** Seconds. */
  readonly interval: number
  readonly weRefresh: boolean
  stop(): void
}

export interface Dialog {
  /** `<Call-ID>;from-tag=<From tag of the request that made it>`, as the application knows it. */
  readonly id: string
  owner: Owner
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** From and To of our requests, with tags. */
  readonly local: string
  readonly remote: string
  localCSeq: number
  /** -1 before the first request of the peer. */
  remoteCSeq: number
  remoteTarget: string
  routeSet: readonly string[]
  /** Where the peer was heard: the connection it opened, the address behind its NAT. */
  flow: Flow
  /** The target that took our requests to a next hop that is a name. */
  chosen: { name: string; flow: Flow } | undefined
  confirmed: boolean
  /** An INVITE of the peer that has no final response yet (RFC 3261 §14.2). */
  serverInvite: object | undefined
  /** An INVITE of ours that has no final response yet; `byEngine` when it only refreshes the session. */
  clientInvite: { cancel(): void; readonly byEngine: boolean } | undefined
  /** What the application wants to send as soon as the engine's own INVITE is over. */
  afterRefresh: (() => void)[]
  unacknowledged: Unacknowledged[]
  /** The 2xx to our INVITE that the application is to acknowledge, with the credentials its ACK must carry (§13.2.2.4). */
  awaitingAck: { cseq: number; credentials: readonly string[] } | undefined
  /** The ACK we sent last; sent again when the 2xx comes again. */
  ack: { cseq: number; text: string; flow: Flow } | undefined
  /** RSeq of the last reliable provisional response of the peer (RFC 3262 §4). */
  rseq: number
  /** Whether the request that made it was ours. */
  readonly weCalled: boolean
  /** The peer said that it takes UPDATE (RFC 3311 §4). */
  allowsUpdate: boolean
  /** The session description we gave last: what a re-INVITE that only refreshes says again. Empty when there is none. */
  localSdp: string
  session: Session | undefined
  /** Whose offer waits for its answer. */
  offer: 'ours' | 'theirs' | undefined
  /** The INVITE in progress carries no offer: the first description in its responses is one. */
  offerless: boolean
  /** There is a call in it, or on its way; a dialog may also hold subscriptions alone (RFC 5057). */
  calling: boolean
  /** By Event; each stops its own timer. */
  readonly subscriptions: Map<string, { stop(): void }>
}

export interface DialogStore {
  /** By Call-ID and tags (§12.2.2). */
  find(callId: string, localTag: string, remoteTag: string): Dialog | undefined
  /** By the id the application uses. Of forked early dialogs, the one that was heard last. */
  byId(id: string): Dialog | undefined
  add(dialog: Dialog): void
  /** Stops what it repeats and forgets it; idempotent. */
  remove(dialog: Dialog): void
  ownedBy(owner: Owner): Dialog[]
  all(): Dialog[]
  readonly size: number
  close(): void
}

const keyOf = (callId: string, localTag: string, remoteTag: string) => `${callId}|${localTag}|${remoteTag}`

export function dialogId(callId: string, fromTag: string): string {
  return `${callId};from-tag=${fromTag}`
}

export function createDialogStore(): DialogStore {
  const all = new Map<string, Dialog>()
  const ids = new Map<string, Dialog>()
  const remove = (dialog: Dialog) => {
    for (const answer of dialog.unacknowledged) answer.stop()
    dialog.unacknowledged = []
    dialog.session?.stop()
    dialog.session = undefined
    for (const subscription of dialog.subscriptions.values()) subscription.stop()
    dialog.subscriptions.clear()
    const key = keyOf(dialog.callId, dialog.localTag, dialog.remoteTag)
    if (all.get(key) === dialog) all.delete(key)
    if (ids.get(dialog.id) === dialog) ids.delete(dialog.id)
  }
  return {
    find: (callId, localTag, remoteTag) => all.get(keyOf(callId, localTag, remoteTag)),
    byId: (id) => ids.get(id),
    add(dialog) {
      all.set(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag), dialog)
      ids.set(dialog.id, dialog)
    },
    remove,
    ownedBy: (owner) => [...all.values()].filter((dialog) => dialog.owner === owner),
    all: () => [...all.values()],
    get size() {
      return all.size
    },
    close() {
      for (const dialog of [...all.values()]) remove(dialog)
    },
  }
}

/** The URI of the first Contact; undefined when there is none that can be used. */
export function contactUri(message: SipMessage): string | undefined {
  const value = header(message, 'contact')
  if (value === undefined) return undefined
  const first = splitList(value)[0]
  const uri = first === undefined ? undefined : splitAddress(first)?.uri
  return uri === undefined || uri === '' || uri === '*' ? undefined : uri
}

/** The URI whose scheme our Contact takes over in a response (RFC 3261 §12.1.1): a sips Request-URI, else the last hop's, else the peer's. */
export function askedFrom(request: SipMessage): string {
  if (isSips(request.uri)) return request.uri
  const [route] = recordRoute(request)
  return (route === undefined ? contactUri(request) : splitAddress(route)?.uri) ?? ''
}

function recordRoute(message: SipMessage): string[] {
  return message.names.includes('record-route') ? headerLines(message, 'record-route').flatMap(splitList) : []
}

/** The dialog our response to `request` makes (§12.1.1). */
export function serverDialog(request: SipMessage, localTag: string, flow: Flow, owner: Owner, target: string): Dialog {
  return {
    id: dialogId(request.callId, request.fromTag), owner, callId: request.callId, localTag, remoteTag: request.fromTag,
    local: `${request.to};tag=${localTag}`, remote: request.from, localCSeq: 0, remoteCSeq: request.cseq, remoteTarget: target,
    routeSet: recordRoute(request), flow, chosen: undefined, confirmed: false, serverInvite: undefined, clientInvite: undefined, afterRefresh: [], unacknowledged: [], awaitingAck: undefined, ack: undefined, rseq: 0,
    weCalled: false, allowsUpdate: lists(request, 'allow', 'update'), localSdp: '', session: undefined,
    offer: undefined, offerless: false, calling: request.method === 'INVITE', subscriptions: new Map(),
  }
}

/** The dialog that `response` to our request makes (§12.1.2). `local` is our From, `cseq` our request's. */
export function clientDialog(response: SipMessage, method: string, local: string, cseq: number, flow: Flow, owner: Owner, target: string): Dialog {
  return {
    id: dialogId(response.callId, response.fromTag), owner, callId: response.callId, localTag: response.fromTag, remoteTag: response.toTag,
    local, remote: response.to, localCSeq: cseq, remoteCSeq: -1, remoteTarget: target, routeSet: recordRoute(response).reverse(), flow, chosen: undefined,
    confirmed: false, serverInvite: undefined, clientInvite: undefined, afterRefresh: [], unacknowledged: [], awaitingAck: undefined, ack: undefined, rseq: 0,
    weCalled: true, allowsUpdate: lists(response, 'allow', 'update'), localSdp: '', session: undefined,
    offer: undefined, offerless: false, calling: method === 'INVITE', subscriptions: new Map(),
  }
}

/** The dialog that a NOTIFY makes for whoever subscribed (RFC 6665 §4.4.1). `local` is the From of our SUBSCRIBE, `cseq` its number. */
export function dialogFromNotify(notify: SipMessage, local: string, cseq: number, flow: Flow, owner: Owner): Dialog {
  return {
    ...serverDialog(notify, notify.toTag, flow, owner, contactUri(notify) ?? `sip:${peerName(flow)}`),
    id: dialogId(notify.callId, notify.toTag), local, localCSeq: cseq, confirmed: true, weCalled: true,
  }
}
