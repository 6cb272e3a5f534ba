/**
 * Descriptions before the answer to an INVITE, either way: reliable provisional responses carry some (RFC 3262 §5), and from
 * then on UPDATE and PRACK may bring new ones (RFC 3311 §5).
 */
import { Refusal } from '../../config/errors.ts'
import { ALLOW_IN_DIALOG, SUPPORTED } from './headers.ts'
import type { SrfReply, SrfRequest } from './srf-types.ts'
import type { Stack } from './stack.ts'

/** Whose description waits for its answer. */
export type Turn = 'nobody' | 'ours' | 'theirs'

export class EarlyOffers {
  turn: Turn
  onOffer: ((offer: string) => Promise<string>) | undefined
  readonly #stack: Stack
  readonly #settled: (req: SrfRequest, offer: string, answer: string) => void

  /** @param settled told of each new offer that was answered */
  constructor(stack: Stack, turn: Turn, settled: (req: SrfRequest, offer: string, answer: string) => void) {
    this.#stack = stack
    this.turn = turn
    this.#settled = settled
  }

  /** An UPDATE, or a PRACK that is no answer; answers it. */
  take(req: SrfRequest, res: SrfReply): void {
    const offer = req.msg.body
    if (!offer) return res.send(200, undefined, { headers: { Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED } })
    // RFC 3311 §5.2: ours is unanswered, or the peer's own earlier one is.
    if (this.turn === 'ours') return res.send(491, undefined, {})
    if (this.turn === 'theirs') return res.send(500, undefined, { headers: { 'Retry-After': String(Math.floor(Math.random() * 11)) } })
    if (!this.onOffer) return res.send(488, undefined, {})
    this.turn = 'theirs'
    void this.onOffer(offer).then(
      (answer) => {
        this.turn = 'nobody'
        this.#settled(req, offer, answer)
        res.send(200, undefined, { headers: { Allow: ALLOW_IN_DIALOG, Supported: SUPPORTED, 'Content-Type': 'application/sdp' }, body: answer })
      },
      (error: unknown) => {
        this.turn = 'nobody'
        if (!(error instanceof Refusal)) this.#stack.logger.error({ err: error, callId: req.msg.headers['call-id'] }, 'an early offer could not be handled')
        res.send(error instanceof Refusal ? (error.code === 'unprocessable' ? 488 : 503) : 500, undefined, {})
      },
    )
  }
}
