import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { ReplyOptions, SipDialog } from '../sip/types.ts'
import type { CallerLine } from './call.ts'
import type { Leg } from './leg.ts'
import { RINGING } from './ringback.ts'

/**
 * The way to a caller who is in a call already, because he was transferred: what a new caller would be told in
 * responses to its INVITE, he is let hear.
 */
export class ConnectedLine implements CallerLine {
  readonly callId: string
  readonly answered = true
  readonly wantsOffer = false
  readonly #leg: Leg
  readonly #log: Logger
  readonly #onRinging: () => void
  #tone: AbortController | undefined

  constructor(leg: Leg, log: Logger, onRinging: () => void) {
    this.#leg = leg
    this.#log = log
    this.#onRinging = onRinging
    this.callId = leg.sipCallId
  }

  progress(_status: number, options: { sdp?: string } = {}): void {
    this.#onRinging()
    if (options.sdp !== undefined) return this.silence()
    if (this.#tone) return
    this.#tone = new AbortController()
    this.#leg.endpoint?.play(RINGING, { repeat: Infinity, signal: this.#tone.signal }).catch((error: unknown) => this.#log.debug(`no ringing tone: ${messageOf(error)}`))
  }

  accept(): Promise<SipDialog> {
    this.silence()
    if (!this.#leg.dialog) throw new Error('a transferred caller has no dialog')
    return Promise.resolve(this.#leg.dialog)
  }

  /** He was answered long ago; a BYE tells him. */
  reply(_status: number, _options?: ReplyOptions): void {
    this.silence()
  }

  silence(): void {
    this.#tone?.abort()
    this.#tone = undefined
  }
}
