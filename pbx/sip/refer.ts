/** Transfers as SIP asks for them: REFER with its implicit subscription (RFC 3515, 4488), and Replaces (RFC 3891). */
import { parseAddress, parseAddressList } from './address.ts'
import { accepts, ALLOW_EVENTS, eventId, packageOf } from './event.ts'
import { readHeader, SUPPORTED } from './headers.ts'
import type { SrfMessage, SrfReply, SrfRequest } from './srf-types.ts'
import type { RequestEvents } from './stack.ts'
import type { DialogName, ReferRequest, SipUri } from './types.ts'

/** A dialog as a Replaces header names it. */
export interface ReplacesName extends DialogName {
  /** It is meant only while it rings. */
  earlyOnly: boolean
}

/** What a Replaces header names, from the view of who receives it; undefined when malformed. */
export function parseReplaces(value: string): ReplacesName | undefined {
  const [callId = '', ...params] = value.split(';').map((part) => part.trim())
  const of = (name: string): string | undefined => params.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const localTag = of('to-tag')
  const remoteTag = of('from-tag')
  if (callId === '' || value.includes(',') || !localTag || !remoteTag) return undefined
  return { callId, localTag, remoteTag, earlyOnly: params.some((part) => part.toLowerCase() === 'early-only') }
}

/** The Replaces header that the URI of a Refer-To carries; null when it is malformed. */
function replacesOf(uri: SipUri): DialogName | null | undefined {
  const field = uri.headers?.split('&').find((part) => /^replaces=/i.test(part))
  if (field === undefined) return undefined
  try {
    return parseReplaces(decodeURIComponent(field.slice('replaces='.length))) ?? null
  } catch {
    return null
  }
}

/** The dialog a REFER came in, as far as it is needed here. */
export interface ReferredDialog {
  send(method: string, headers: Record<string, string>, body: string | undefined, on: RequestEvents): void
}

/** How long a phone hears of its REFER before it must ask again, in seconds: longer than anybody lets a phone ring. */
const SUBSCRIBED_SECONDS = 180

/** The REFERs of one dialog. */
export class Referrals {
  readonly #dialog: ReferredDialog
  readonly #known: Refer[] = []

  constructor(dialog: ReferredDialog) {
    this.#dialog = dialog
  }

  /** Answers what cannot be understood itself (400, 501), and returns the rest. */
  receive(req: SrfRequest, res: SrfReply): ReferRequest | undefined {
    const refer = readRefer(this.#dialog, req, res, this.#known.length === 0)
    if (refer) this.#known.push(refer)
    return refer
  }

  /** A SUBSCRIBE in the dialog: it can only be for a REFER that was, to hear longer or no more of it (RFC 3515 §2.4.4). */
  subscribe(req: SrfRequest, res: SrfReply): void {
    const event = readHeader(req.msg, 'event')
    const name = packageOf(event)
    if (name === '') return res.send(400, 'The Event header is missing', {})
    if (name !== 'refer') return res.send(489, undefined, { headers: { 'Allow-Events': ALLOW_EVENTS } })
    if (!accepts(readHeader(req.msg, 'accept'), 'message/sipfrag')) return res.send(406, undefined, {})
    const id = eventId(event)
    const refer = this.#known.find((one) => one.listened && (one.id === id || one.sequence === id))
    if (!refer) return res.send(481, undefined, {})
    const asked = Number.parseInt(readHeader(req.msg, 'expires') ?? '', 10)
    refer.renew(res, Number.isNaN(asked) ? SUBSCRIBED_SECONDS : Math.min(asked, SUBSCRIBED_SECONDS))
  }
}

function readRefer(dialog: ReferredDialog, req: SrfRequest, res: SrfReply, first: boolean): Refer | undefined {
  const targets = readHeader(req.msg, 'refer-to')
  // RFC 3515 §2.4.1: exactly one.
  const list = targets === undefined ? undefined : parseAddressList(targets)
  const target = list?.length === 1 ? list[0]?.uri : parseAddress(targets ?? '')?.uri
  const refuse = (status: number, reason?: string): void => res.send(status, reason, {})
  if (!target?.user || (list && list.length > 1)) return void refuse(400, 'Bad Refer-To')
  const method = target.params.get('method')
  if (method !== undefined && method.toUpperCase() !== 'INVITE') return void refuse(501, 'Only INVITE Can Be Referred')
  const replaces = replacesOf(target)
  if (replaces === null) return void refuse(400, 'Bad Replaces')
  return new Refer(dialog, req.msg, res, target, replaces, first)
}

const ACTIVE = `active;expires=${SUBSCRIBED_SECONDS}`

class Refer implements ReferRequest {
  readonly number: string
  readonly target: SipUri
  readonly replaces: DialogName | undefined
  readonly referredBy: string | undefined
  readonly #dialog: ReferredDialog
  readonly #res: SrfReply
  /** Of its subscription: empty, or `sequence`. */
  readonly id: string
  /** CSeq number, as which the subscription may be named. */
  readonly sequence: string
  /** RFC 4488: the phone wants to hear nothing. */
  readonly #silent: boolean
  #over = false
  #accepted = false
  #unsubscribed = false
  #last = { status: 100, reason: 'Trying' }
  /** NOTIFYs go one after the other, so that they arrive in order. */
  #queue: Promise<void> = Promise.resolve()

  constructor(dialog: ReferredDialog, msg: SrfMessage, res: SrfReply, target: SipUri, replaces: DialogName | undefined, first: boolean) {
    this.#dialog = dialog
    this.#res = res
    this.number = target.user ?? ''
    this.target = target
    this.replaces = replaces
    this.referredBy = readHeader(msg, 'referred-by')
    this.#silent = /^\s*false/i.test(readHeader(msg, 'refer-sub') ?? '')
    // RFC 3515 §2.4.6: the first needs no id, the others do.
    this.sequence = String(Number.parseInt(msg.headers['cseq'] ?? '', 10))
    this.id = first ? '' : this.sequence
  }

  refuse(status: number, reason?: string): void {
    this.#over = true
    this.#res.send(status, reason, {})
  }

  /** Its sender hears of it. */
  get listened(): boolean {
    return this.#accepted && !this.#over && !this.#silent && !this.#unsubscribed
  }

  /** Longer, or with 0 no more. */
  renew(res: SrfReply, seconds: number): void {
    res.send(200, undefined, { headers: { Expires: String(seconds), Supported: SUPPORTED } })
    const { status, reason } = this.#last
    if (seconds > 0) return this.#notify(status, reason, `active;expires=${seconds}`)
    this.#notify(status, reason, 'terminated;reason=timeout')
    this.#unsubscribed = true
  }

  accept(): void {
    this.#accepted = true
    this.#res.send(202, undefined, { headers: { Supported: SUPPORTED, ...(this.#silent ? { 'Refer-Sub': 'false' } : {}) } })
    this.#notify(100, 'Trying', ACTIVE)
  }

  progress(status: number, reason: string): void {
    if (!this.#over) this.#notify(status, reason, ACTIVE)
  }

  end(status: number, reason: string): Promise<void> {
    if (this.#over) return this.#queue
    this.#over = true
    this.#notify(status, reason, 'terminated;reason=noresource')
    return this.#queue
  }

  #notify(status: number, reason: string, state: string): void {
    if (this.#silent || this.#unsubscribed) return
    this.#last = { status, reason }
    this.#queue = this.#queue.then(() => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const headers = { Event: this.id === '' ? 'refer' : `refer;id=${this.id}`, 'Subscription-State': state, 'Content-Type': 'message/sipfrag;version=2.0' }
      this.#dialog.send('NOTIFY', headers, `SIP/2.0 ${status} ${reason}\r\n`, {
        response: (response) => {
          if (response.status >= 200) resolve()
        },
        failed: () => resolve(),
      })
      return promise
    })
  }
}
