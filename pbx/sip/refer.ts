/** Transfers as SIP asks for them: REFER with its implicit subscription (RFC 3515, 4488), and Replaces (RFC 3891). */
import { parseAddress, parseAddressList } from './address.ts'
import { readHeader, SUPPORTED } from './headers.ts'
import type { SrfMessage, SrfReply, SrfRequest } from './srf-types.ts'
import type { RequestEvents } from './stack.ts'
import type { DialogName, ReferRequest, SipUri } from './types.ts'

/** What a Replaces header names, from the view of who receives it; undefined when malformed. */
export function parseReplaces(value: string): (DialogName & { earlyOnly: boolean }) | undefined {
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

/** Answers what cannot be understood itself (400, 501), and returns the rest. */
export function receiveRefer(dialog: ReferredDialog, req: SrfRequest, res: SrfReply, first: boolean): ReferRequest | undefined {
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
  return new Refer(dialog, req.msg, res, target.user, replaces, first)
}

class Refer implements ReferRequest {
  readonly number: string
  readonly replaces: DialogName | undefined
  readonly referredBy: string | undefined
  readonly #dialog: ReferredDialog
  readonly #res: SrfReply
  readonly #event: string
  /** RFC 4488: the phone wants to hear nothing. */
  readonly #silent: boolean
  #over = false
  /** NOTIFYs go one after the other, so that they arrive in order. */
  #queue: Promise<void> = Promise.resolve()

  constructor(dialog: ReferredDialog, msg: SrfMessage, res: SrfReply, number: string, replaces: DialogName | undefined, first: boolean) {
    this.#dialog = dialog
    this.#res = res
    this.number = number
    this.replaces = replaces
    this.referredBy = readHeader(msg, 'referred-by')
    this.#silent = /^\s*false/i.test(readHeader(msg, 'refer-sub') ?? '')
    // RFC 3515 §2.4.6: the first needs no id, the others do.
    this.#event = first ? 'refer' : `refer;id=${Number.parseInt(msg.headers['cseq'] ?? '', 10)}`
  }

  refuse(status: number, reason?: string): void {
    this.#over = true
    this.#res.send(status, reason, {})
  }

  accept(): void {
    this.#res.send(202, undefined, { headers: { Supported: SUPPORTED, ...(this.#silent ? { 'Refer-Sub': 'false' } : {}) } })
    this.#notify(100, 'Trying', 'active;expires=120')
  }

  progress(status: number, reason: string): void {
    if (!this.#over) this.#notify(status, reason, 'active;expires=120')
  }

  end(status: number, reason: string): Promise<void> {
    if (this.#over) return this.#queue
    this.#over = true
    this.#notify(status, reason, 'terminated;reason=noresource')
    return this.#queue
  }

  #notify(status: number, reason: string, state: string): void {
    if (this.#silent) return
    this.#queue = this.#queue.then(() => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const headers = { Event: this.#event, 'Subscription-State': state, 'Content-Type': 'message/sipfrag;version=2.0' }
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
