import { Refusal } from '../../config/errors.ts'
import { formatAddress } from './address.ts'
import { ALLOW_IN_DIALOG, readHeader, readReason, SUPPORTED, writeReason } from './headers.ts'
import { Offers } from './offers.ts'
import type { OfferingDialog } from './offers.ts'
import { Referrals } from './refer.ts'
import { keepSession, type AgreedSession } from './session-timer.ts'
import type { SrfReply, SrfRequest } from './srf-types.ts'
import { guard, isLocal, linkLostRefusal, sendRequest } from './stack.ts'
import type { OpenDialog, RequestEvents, Stack, Waiting } from './stack.ts'
import type { DialogEnd, ReferRequest, SavedDialog, SipDialog } from './types.ts'
import { escapeUser } from './uri.ts'

export interface DialogFacts {
  /** The engine's dialog id. */
  id: string
  callId: string
  /** `uas` when the peer called us. Decides who waits longer after a glare. */
  role: 'uac' | 'uas'
  remoteSdp: string
  localSdp: string
  userAgent: string | undefined
  session: AgreedSession | undefined
  localTag: string
  remoteTag: string
  /** The peer takes UPDATE. */
  allowsUpdate: boolean
}

/** INFO requests kept until somebody listens. */
const MOST_EARLY_INFOS = 16
// The engine gives up on a missing ACK after 64*T1 = 32 s and says so; this is for an engine that never does.
const ACK_DEADLINE_MS = 40_000

/** An answered call's dialog (RFC 3261 §12), on srf's requests and responses rather than srf's Dialog. */
export class Dialog implements SipDialog, OfferingDialog, OpenDialog, Waiting {
  readonly id: string
  readonly callId: string
  readonly role: 'uac' | 'uas'
  readonly localTag: string
  readonly remoteTag: string
  readonly userAgent: string | undefined
  remoteSdp: string
  localSdp: string
  session: AgreedSession | undefined
  readonly #stack: Stack
  readonly #offers: Offers
  readonly #allowsUpdate: boolean
  #onRefer: ((refer: ReferRequest) => void) | undefined
  readonly #earlyRefers: ReferRequest[] = []
  readonly #referrals = new Referrals(this)
  #ended = false
  #bye: Promise<void> | undefined
  #endReport: DialogEnd | undefined
  #onEnd: ((end: DialogEnd) => void) | undefined
  readonly #earlyInfos: { contentType: string | undefined; body: string }[] = []
  #onInfo: ((contentType: string | undefined, body: string) => void) | undefined
  #acked: ((outcome: 'acked' | Refusal) => void) | undefined
  #finishBye: (() => void) | undefined

  constructor(stack: Stack, facts: DialogFacts) {
    this.#stack = stack
    this.id = facts.id
    this.callId = facts.callId
    this.role = facts.role
    this.remoteSdp = facts.remoteSdp
    this.localSdp = facts.localSdp
    this.userAgent = facts.userAgent
    this.session = facts.session
    this.localTag = facts.localTag
    this.remoteTag = facts.remoteTag
    this.#allowsUpdate = facts.allowsUpdate
    this.#offers = new Offers(stack, this)
    stack.dialogs.set(this.id, this)
    stack.waiting.add(this)
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Settles an accepted INVITE: a BYE of ours must wait for the ACK (RFC 3261 §15), so nobody gets the dialog before. */
  awaitAck(resolve: (dialog: SipDialog) => void, reject: (refusal: Refusal) => void): void {
    const deadline = setTimeout(() => {
      this.#acked?.(noAck())
      void this.bye('SIP;cause=408;text="ACK did not come"')
    }, ACK_DEADLINE_MS)
    this.#acked = (outcome) => {
      clearTimeout(deadline)
      this.#acked = undefined
      if (outcome === 'acked') resolve(this)
      else reject(outcome)
    }
  }

  /** A request of the peer inside this dialog. */
  handle(req: SrfRequest, res: SrfReply): void {
    switch (req.msg.method) {
      case 'ACK': {
        if (this.#acked) {
          // An INVITE without an offer is answered in its ACK (RFC 3261 §13.2.1).
          if (this.remoteSdp === '' && req.msg.body) this.remoteSdp = req.msg.body
          this.#acked('acked')
        } else this.#offers.acknowledged(req)
        return
      }
      case 'BYE': {
        const byStack = req.source === 'application'
        if (!byStack) {
          res.send(200, undefined, {})
          // Its ACK was lost or is late: whoever ends the call has the answer.
          this.#acked?.('acked')
        }
        return this.#end(byStack ? 'stack' : 'peer', readReason(readHeader(req.msg, 'reason')))
      }
      case 'INVITE':
        if (this.#ended) return res.send(481, undefined, {})
        // Some phones send a new offer before their ACK got here; the offer proves that they have the answer.
        this.#acked?.('acked')
        return this.#offers.incoming(req, res)
      case 'UPDATE':
        return this.#ended ? res.send(481, undefined, {}) : this.#offers.incoming(req, res)
      case 'INFO':
        res.send(200, undefined, {})
        return this.#informed(readHeader(req.msg, 'content-type'), req.msg.body)
      case 'REFER': {
        if (this.#ended) return res.send(481, undefined, {})
        const refer = this.#referrals.receive(req, res)
        if (!refer) return
        if (this.#onRefer) return this.#onRefer(refer)
        // Some phones are quicker than the call is set up.
        return void this.#earlyRefers.push(refer)
      }
      case 'SUBSCRIBE':
        return this.#referrals.subscribe(req, res)
      case 'NOTIFY':
        return res.send(200, undefined, {})
      case 'OPTIONS':
        return res.send(200, undefined, { headers: { Allow: ALLOW_IN_DIALOG, Accept: 'application/sdp' } })
      default:
        return res.send(405, undefined, { headers: { Allow: ALLOW_IN_DIALOG } })
    }
  }

  onReinvite(handler: (offer: string | undefined) => Promise<string>): void {
    this.#offers.onOffer = handler
  }

  onLateAnswer(handler: (answer: string) => void): void {
    this.#offers.onLateAnswer = handler
  }

  onEnd(listener: (end: DialogEnd) => void): void {
    this.#onEnd = listener
    const report = this.#endReport
    if (report) queueMicrotask(guard(this.#stack, 'an end listener', () => listener(report)))
  }

  /** One may come right behind the ACK, before anybody listens: a digit must not be lost over that. */
  #informed(contentType: string | undefined, body: string | undefined): void {
    if (!body) return
    if (this.#onInfo) this.#onInfo(contentType, body)
    else if (this.#earlyInfos.length < MOST_EARLY_INFOS) this.#earlyInfos.push({ contentType, body })
  }

  onInfo(handler: (contentType: string | undefined, body: string) => void): void {
    this.#onInfo = handler
    for (const { contentType, body } of this.#earlyInfos.splice(0)) queueMicrotask(guard(this.#stack, 'an INFO listener', () => handler(contentType, body)))
  }

  inform(contentType: string, body: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#ended) reject(new Refusal('gone', 'The call is over.'))
    else {
      const waiting: Waiting = { linkLost: () => reject(linkLostRefusal()) }
      this.#stack.waiting.add(waiting)
      this.send('INFO', { 'Content-Type': contentType }, body, {
        response: ({ status, reason }) => {
          if (status < 200) return
          this.#stack.waiting.delete(waiting)
          if (status < 300) resolve()
          else reject(new Refusal('unprocessable', `it answered ${status} ${reason}`))
        },
        failed: (reason) => {
          this.#stack.waiting.delete(waiting)
          reject(new Refusal('unavailable', reason))
        },
      })
    }
    return promise
  }

  onRefer(handler: (refer: ReferRequest) => void): void {
    this.#onRefer = handler
    for (const refer of this.#earlyRefers.splice(0)) queueMicrotask(guard(this.#stack, 'a REFER', () => handler(refer)))
  }

  identify({ number, name, domain }: { number: string; name: string | null; domain: string }): void {
    if (this.#ended) return
    const identity = { 'P-Asserted-Identity': formatAddress(name ?? undefined, `sip:${escapeUser(number)}@${domain}`) }
    if (this.#allowsUpdate) this.send('UPDATE', { Supported: SUPPORTED, ...identity, ...keepSession(this.session) }, undefined, { response: () => undefined, failed: () => undefined })
    else this.#offers.send(this.localSdp, identity).catch(() => undefined)
  }

  reinvite(sdp: string): Promise<string> {
    return this.#offers.send(sdp)
  }

  probe(): Promise<'alive' | 'gone'> {
    if (this.#ended) return Promise.resolve('gone')
    const { promise, resolve, reject } = Promise.withResolvers<'alive' | 'gone'>()
    const waiting: Waiting = { linkLost: () => reject(linkLostRefusal()) }
    this.#stack.waiting.add(waiting)
    this.send('OPTIONS', {}, undefined, {
      response: (response) => {
        if (response.status < 200) return
        this.#stack.waiting.delete(waiting)
        // A 503 that the engine made up says that nothing listens where the phone was (RFC 3261 §8.1.3.1).
        const gone = response.status === 481 || response.status === 408 || (response.status === 503 && isLocal(response))
        resolve(gone ? 'gone' : 'alive')
      },
      failed: (reason, code) => {
        this.#stack.waiting.delete(waiting)
        if (code === 'ENODIALOG') resolve('gone')
        else reject(new Refusal('unavailable', `The phone could not be asked whether it is still there: ${reason}`))
      },
    })
    return promise
  }

  bye(reason?: string): Promise<void> {
    if (this.#bye) return this.#bye
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#bye = promise
    if (this.#ended) {
      resolve()
      return promise
    }
    this.#ended = true
    // It stays known until the answer, so that a BYE of the peer that crosses ours gets its 200.
    this.#finishBye = () => {
      this.#forget()
      resolve()
    }
    this.#offers.close()
    const headers = reason === undefined ? {} : { Reason: writeReason(reason) }
    this.send('BYE', headers, undefined, {
      response: (response) => {
        if (response.status >= 200) this.#finishBye?.()
      },
      failed: () => this.#finishBye?.(),
    })
    return promise
  }

  linkLost(reason: string): void {
    this.#acked?.(linkLostRefusal())
    this.#end('stack', reason, { lost: true })
  }

  lasting(): boolean {
    return !this.#ended
  }

  /** The link is gone; the engine keeps the call for us. */
  paused(): void {
    this.#offers.linkLost()
  }

  /** The engine kept it while the link was gone. */
  reclaimed(): void {
    // Its ACK may have come in meanwhile; had it not, the engine would have ended the call.
    this.#acked?.('acked')
  }

  endedMeanwhile({ by, reason, at }: { by: 'peer' | 'stack'; reason: string; at: number }): void {
    this.#end(by, readReason(reason) ?? reason, { at })
  }

  saved(): SavedDialog {
    const { id, callId, role, localTag, remoteTag, userAgent, session } = this
    return { id, callId, role, localTag, remoteTag, userAgent: userAgent ?? null, session: session ?? null, allowsUpdate: this.#allowsUpdate }
  }

  /** Sends a request inside this dialog; the engine supplies its target, tags and CSeq. */
  send(method: string, headers: Record<string, string>, body: string | undefined, on: RequestEvents): void {
    // srf wants some URI; this one the engine replaces with the remote target.
    sendRequest(this.#stack, 'sip:placeholder', { method, stackDialogId: this.id, headers, ...(body === undefined ? {} : { body }) }, {
      ...on,
      sent: (request) => {
        // srf hands an UPDATE to any request of ours in the same dialog that waits for its answer.
        request.on('update', guard(this.#stack, 'an UPDATE', (req, res) => this.handle(req, res)))
        on.sent?.(request)
      },
    })
  }

  /** The dialog is over and nobody was told yet. A request of ours told us (481, 408), or the peer or the engine said so. */
  gaveUp(reason: string): void {
    if (this.#ended) return
    // RFC 3261 §12.2.1.2 asks for a BYE: a peer that only lost its answer must not stay in the call alone.
    const by = { by: 'stack', reason } as const
    void this.bye('SIP;cause=408;text="No answer inside the call"')
    this.#report(by)
  }

  #end(by: 'peer' | 'stack', reason: string | undefined, more: Pick<DialogEnd, 'lost' | 'at'> = {}): void {
    const already = this.#ended
    this.#ended = true
    this.#forget()
    this.#finishBye?.()
    for (const refer of this.#earlyRefers.splice(0)) refer.refuse(481)
    if (already) return
    this.#offers.close()
    if (this.#acked) return this.#acked(noAck())
    this.#report({ by, reason, ...more })
  }

  #report(end: DialogEnd): void {
    this.#endReport = end
    if (this.#onEnd) guard(this.#stack, 'an end listener', this.#onEnd)(end)
  }

  #forget(): void {
    this.#stack.dialogs.delete(this.id)
    this.#stack.waiting.delete(this)
  }
}

function noAck(): Refusal {
  return new Refusal('timeout', 'The phone that called never acknowledged the answer.')
}
