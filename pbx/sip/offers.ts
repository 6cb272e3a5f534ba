/**
 * New offers inside a dialog: re-INVITE both ways, one at a time, with glare (RFC 3261 §14),
 * and UPDATE (RFC 3311) as an offer that has no ACK.
 */
import { Refusal } from '../../config/errors.ts'
import { ALLOW_IN_DIALOG, readHeader, SUPPORTED } from './headers.ts'
import { continueSession } from './origin.ts'
import type { InviteOwner } from './pending-invites.ts'
import { agreedBy, answerSession, keepSession, type AgreedSession } from './session-timer.ts'
import type { SrfReply, SrfRequest } from './srf-types.ts'
import { linkLostRefusal, type RequestEvents, type Stack } from './stack.ts'

/** A peer that answers 491 this often in a row is not going to stop. */
const GLARE_TRIES = 5

/** The dialog whose media is changed. */
export interface OfferingDialog {
  readonly callId: string
  /** `uas` when the peer called us. */
  readonly role: 'uac' | 'uas'
  localSdp: string
  remoteSdp: string
  session: AgreedSession | undefined
  send(method: string, headers: Record<string, string>, body: string | undefined, on: RequestEvents): void
  /** The peer turned out not to know the call, or not to answer in it. */
  gaveUp(reason: string): void
}

type Outcome = { answer: string } | { glare: true } | { refusal: Refusal }

export class Offers {
  onOffer: ((offer: string | undefined) => Promise<string>) | undefined
  onLateAnswer: ((answer: string) => void) | undefined
  readonly #stack: Stack
  readonly #dialog: OfferingDialog
  readonly #closed = new AbortController()
  /** The peer's re-INVITE, until its ACK came in (§14.1: no new INVITE while one is in progress either way). */
  #incoming: { req: SrfRequest; res: SrfReply; cancelled: boolean } | undefined
  #incomingDone: PromiseWithResolvers<void> | undefined
  #outgoing = false
  /** Ends the wait for the answer to ours. */
  #abandon: (() => void) | undefined
  #answerDue = false
  /** The last of our own offers; the next waits for it. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(stack: Stack, dialog: OfferingDialog) {
    this.#stack = stack
    this.#dialog = dialog
  }

  incoming(req: SrfRequest, res: SrfReply): void {
    const isInvite = req.msg.method === 'INVITE'
    const offer = req.msg.body || undefined
    // An UPDATE without an offer only says that the peer is still there.
    if (!isInvite && offer === undefined) return res.send(200, undefined, { headers: this.#okHeaders(req) })
    // §14.2: ours is out and unanswered, so the peer must wait.
    if (this.#outgoing) return res.send(491, undefined, {})
    // §14.2: the peer's own earlier one is not finished.
    if (this.#incoming) return res.send(500, undefined, { headers: { 'Retry-After': String(Math.floor(Math.random() * 11)) } })
    const change = { req, res, cancelled: false }
    this.#incoming = change
    if (isInvite) {
      const owner: InviteOwner = {
        cancelled: () => {
          change.cancelled = true
          this.#finishIncoming()
        },
        endedByBye: () => {},
      }
      this.#stack.invites.add(req, owner)
    }
    this.#answer(change, offer, isInvite).catch((error: unknown) => {
      this.#stack.logger.error({ err: error, callId: this.#dialog.callId }, 'a new offer could not be answered')
      this.#finishIncoming()
    })
  }

  async #answer(change: { req: SrfRequest; res: SrfReply; cancelled: boolean }, offer: string | undefined, isInvite: boolean): Promise<void> {
    let sdp: string | undefined
    let status = 200
    try {
      sdp = this.onOffer ? await this.onOffer(offer) : this.#dialog.localSdp
    } catch (error) {
      status = error instanceof Refusal ? (error.code === 'unprocessable' ? 488 : 503) : 500
      if (!(error instanceof Refusal)) this.#stack.logger.error({ err: error, callId: this.#dialog.callId }, 'a new offer could not be handled')
    }
    if (isInvite) this.#stack.invites.remove(change.req)
    if (change.cancelled || change.res.finished) return
    if (sdp === undefined) {
      change.res.send(status, undefined, {})
      return this.#finishIncoming()
    }
    sdp = continueSession(this.#dialog.localSdp, sdp)
    this.#dialog.localSdp = sdp
    if (offer !== undefined) this.#dialog.remoteSdp = offer
    this.#answerDue = isInvite && offer === undefined
    const options = { headers: { ...this.#okHeaders(change.req), 'Content-Type': 'application/sdp' }, body: sdp }
    change.res.send(200, undefined, options, (error) => {
      // A CANCEL crossed it: no ACK will come.
      if (error && this.#incoming === change) this.#finishIncoming()
    })
    if (!isInvite) this.#finishIncoming()
  }

  /** Of a 200 to a re-INVITE or UPDATE, which also settles the session timer anew (RFC 4028 §9). */
  #okHeaders(req: SrfRequest): Record<string, string> {
    const { headers, agreed } = answerSession(req.msg, this.#stack.session)
    this.#dialog.session = agreed
    return { Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED, ...headers }
  }

  /** The ACK of a re-INVITE came in; after one without an offer it carries the answer. */
  acknowledged(ack: SrfRequest): void {
    const due = this.#answerDue
    this.#answerDue = false
    this.#finishIncoming()
    if (!due || !ack.msg.body) return
    this.#dialog.remoteSdp = ack.msg.body
    this.onLateAnswer?.(ack.msg.body)
  }

  #finishIncoming(): void {
    this.#incoming = undefined
    this.#incomingDone?.resolve()
    this.#incomingDone = undefined
  }

  /** Our own re-INVITE, after those before it. */
  send(sdp: string, headers: Record<string, string> = {}): Promise<string> {
    const own = this.#queue.then(() => this.#offer(sdp, headers))
    this.#queue = own.catch(() => {})
    return own
  }

  async #offer(sdp: string, headers: Record<string, string>): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      while (this.#incoming && !this.#closed.signal.aborted) {
        this.#incomingDone ??= Promise.withResolvers<void>()
        await this.#incomingDone.promise
      }
      if (this.#closed.signal.aborted) throw over()
      const outcome = await this.#transact(continueSession(this.#dialog.localSdp, sdp), headers)
      if ('answer' in outcome) return outcome.answer
      if ('refusal' in outcome) throw outcome.refusal
      if (attempt === GLARE_TRIES) throw new Refusal('busy', 'The phone is changing the call at the same time, again and again.')
      // §14.1: who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in steps of 10 ms.
      const steps = this.#dialog.role === 'uac' ? 210 + Math.floor(Math.random() * 191) : Math.floor(Math.random() * 201)
      await pause(steps * 10, this.#closed.signal)
    }
  }

  #transact(sdp: string, headers: Record<string, string>): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const settle = (outcome: Outcome): void => {
      this.#outgoing = false
      this.#abandon = undefined
      this.#closed.signal.removeEventListener('abort', onClose)
      resolve(outcome)
    }
    const onClose = (): void => settle({ refusal: over() })
    this.#closed.signal.addEventListener('abort', onClose)
    this.#outgoing = true
    this.#abandon = () => settle({ refusal: linkLostRefusal() })
    this.#dialog.send('INVITE', { Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED, 'Content-Type': 'application/sdp', ...keepSession(this.#dialog.session), ...headers }, sdp, {
      response: (response, ack) => {
        if (response.status < 200) {
          // A reliable one wants its PRACK (RFC 3262 §4).
          if (readHeader(response.msg, 'rseq') !== undefined) ack()
          return
        }
        if (response.status < 300) {
          ack()
          const answer = response.msg.body ?? ''
          this.#dialog.localSdp = sdp
          this.#dialog.session = agreedBy(response.msg)
          if (answer !== '') this.#dialog.remoteSdp = answer
          return settle({ answer })
        }
        if (response.status === 491) return settle({ glare: true })
        // §12.2.1.2: the peer does not know the call any more, or is not there.
        const gone = response.status === 481 || response.status === 408
        settle({ refusal: refusalOf(response.status, response.reason) })
        if (gone) this.#dialog.gaveUp(response.status === 481 ? 'the phone does not know this call any more' : 'the phone does not answer')
      },
      failed: (reason, code) => {
        const gone = code === 'ENODIALOG'
        settle({ refusal: new Refusal(gone ? 'gone' : 'unavailable', `The change could not be sent to the phone: ${reason}`) })
        if (gone) this.#dialog.gaveUp('the engine does not know this call any more')
      },
    })
    return promise
  }

  /** The link is gone and the dialog is not: answers to what is under way will not come, or cannot be given. */
  linkLost(): void {
    this.#abandon?.()
    const open = this.#incoming
    if (!open) return
    open.cancelled = true
    this.#stack.invites.remove(open.req)
    this.#finishIncoming()
  }

  /** The dialog ended: whatever waits is refused, and a re-INVITE left open is answered (RFC 3261 §15.1.2). */
  close(): void {
    const open = this.#incoming
    if (open && !open.cancelled && !open.res.finished) {
      this.#stack.invites.remove(open.req)
      open.res.send(487, undefined, {})
    }
    // Without a reason of its own an abort makes an error with a stack, and most dialogs end with nobody waiting.
    this.#closed.abort('over')
    this.#finishIncoming()
  }
}

/** Resolves after a while, or as soon as the dialog is over. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = (): void => {
    clearTimeout(timer)
    over.removeEventListener('abort', done)
    resolve()
  }
  const timer = setTimeout(done, ms)
  over.addEventListener('abort', done)
  return promise
}

function over(): Refusal {
  return new Refusal('gone', 'The call ended while its media was being changed.')
}

function refusalOf(status: number, reason: string): Refusal {
  if (status === 481) return new Refusal('gone', 'The phone does not know this call any more.')
  if (status === 408) return new Refusal('timeout', 'The phone does not answer.')
  const code = status === 503 || status === 500 || status === 504 ? 'unavailable' : 'unprocessable'
  return new Refusal(code, `The phone did not accept the change: ${status} ${reason}`)
}
