import { eventId, packageOf } from './event.ts'
import { readHeader } from './headers.ts'
import { ReceivedRequest } from './incoming.ts'
import type { SrfReply, SrfRequest } from './srf-types.ts'
import { guard, sendRequest } from './stack.ts'
import type { OpenDialog, Stack, Waiting } from './stack.ts'
import type { Subscription } from './types.ts'

/** A SUBSCRIBE from outside dialogs (RFC 6665 §4.2). */
export class ReceivedSubscribe extends ReceivedRequest {
  subscribe(seconds: number, most: number, headers: Readonly<Record<string, string>> = {}): Subscription {
    return new HeldSubscription(this.stack, this.req, this.res, seconds, most, headers)
  }
}

/** So many in a row that it did not hear, and the phone is gone. */
const MOST_UNHEARD = 3

/** What a phone subscribed to: its time, its refreshes, and our NOTIFYs, one after the other so that they arrive in order. */
class HeldSubscription implements Subscription, OpenDialog, Waiting {
  readonly #stack: Stack
  readonly #id: string
  readonly #event: string
  readonly #most: number
  readonly #headers: Readonly<Record<string, string>>
  #until = 0
  #over = false
  #timer: NodeJS.Timeout | undefined
  #queue: Promise<void>
  #onRefresh: (() => void) | undefined
  #onEnd: ((asked: boolean) => void) | undefined
  /** NOTIFYs in a row that nobody answered. */
  #unheard = 0

  constructor(stack: Stack, req: SrfRequest, res: SrfReply, seconds: number, most: number, headers: Readonly<Record<string, string>>) {
    this.#stack = stack
    this.#headers = headers
    this.#event = readHeader(req.msg, 'event') ?? ''
    this.#most = most
    const tag = /;\s*tag\s*=\s*([^;\s]+)/i.exec(req.msg.headers['from'] ?? '')?.[1] ?? ''
    this.#id = `${req.msg.headers['call-id'] ?? ''};from-tag=${tag}`
    stack.dialogs.set(this.#id, this)
    stack.waiting.add(this)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queue = promise
    // Nothing may be told before the dialog is there.
    res.send(200, undefined, { headers: { Expires: String(seconds), ...headers } }, guard(stack, 'the answer to a SUBSCRIBE', () => resolve()))
    this.#lasts(seconds)
  }

  get ended(): boolean {
    return this.#over
  }

  onRefresh(listener: () => void): void {
    this.#onRefresh = listener
  }

  onEnd(listener: (asked: boolean) => void): void {
    this.#onEnd = listener
  }

  notify(contentType: string, body: string): void {
    if (!this.#over) this.#send(`active;expires=${Math.max(0, Math.ceil((this.#until - Date.now()) / 1000))}`, contentType, body)
  }

  end(reason: string, contentType: string, body: string): void {
    if (this.#over) return
    this.#send(`terminated;reason=${reason}`, contentType, body)
    this.#close()
  }

  handle(req: SrfRequest, res: SrfReply): void {
    if (req.msg.method !== 'SUBSCRIBE') return res.send(405, undefined, { headers: { Allow: 'SUBSCRIBE' } })
    const event = readHeader(req.msg, 'event')
    // RFC 6665 §4.5.2: another package, or id, would be another subscription.
    if (packageOf(event) !== packageOf(this.#event) || eventId(event) !== eventId(this.#event)) return res.send(489, undefined, { headers: { 'Allow-Events': packageOf(this.#event) } })
    const asked = Number.parseInt(readHeader(req.msg, 'expires') ?? '', 10)
    const seconds = Number.isNaN(asked) ? this.#most : Math.min(asked, this.#most)
    res.send(200, undefined, { headers: { Expires: String(seconds), ...this.#headers } })
    if (seconds === 0) return this.#tellEnd(true)
    this.#lasts(seconds)
    this.#onRefresh?.()
  }

  linkLost(): void {
    this.#close()
    this.#onEnd?.(false)
  }

  #lasts(seconds: number): void {
    clearTimeout(this.#timer)
    this.#until = Date.now() + 1000 * seconds
    // A fetch is ended by whoever answers it (RFC 6665 §4.4.3).
    if (seconds > 0) this.#timer = setTimeout(() => this.#tellEnd(true), 1000 * seconds)
  }

  /** Its listener says the last word; `asked` when the phone, or its time, wants one. */
  #tellEnd(asked: boolean): void {
    if (this.#over) return
    this.#onEnd?.(asked)
    this.#close()
  }

  #close(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#stack.waiting.delete(this)
    // The last NOTIFY may still want its credentials or an answer; after it nothing is expected.
    void this.#queue.then(() => this.#stack.dialogs.delete(this.#id))
  }

  #send(state: string, contentType: string, body: string): void {
    this.#queue = this.#queue.then(() => {
      const { promise, resolve } = Promise.withResolvers<void>()
      sendRequest(this.#stack, 'sip:placeholder', { method: 'NOTIFY', stackDialogId: this.#id, headers: { Event: this.#event, 'Subscription-State': state, 'Content-Type': contentType, ...this.#headers }, body }, {
        response: ({ status }) => {
          if (status < 200) return
          // RFC 6665 §4.2.2: the phone does not know it any more, or is gone. One that was lost on the way is not that.
          this.#unheard = status === 408 || status === 503 ? this.#unheard + 1 : 0
          if (status === 481 || this.#unheard >= MOST_UNHEARD) this.#tellEnd(false)
          resolve()
        },
        failed: () => {
          this.#tellEnd(false)
          resolve()
        },
      })
      return promise
    })
  }
}
