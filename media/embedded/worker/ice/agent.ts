/**
 * The lite end of ICE (RFC 8445 §2.5): the peer looks for a way to us, we answer its checks. A check is also its consent
 * to be sent to (RFC 7675); without one for half a minute nothing is sent any more.
 */
import type { IceCredentials } from '../../../sdp/types.ts'
import { readCheck, writeSuccess } from './stun.ts'

/** RFC 7675 §5.1. */
const CONSENT_MS = 30_000

export class IceAgent {
  readonly local: IceCredentials
  readonly remote: IceCredentials
  #checkedAt = 0

  constructor(local: IceCredentials, remote: IceCredentials) {
    this.local = local
    this.remote = remote
  }

  is(local: IceCredentials, remote: IceCredentials): boolean {
    return this.local.ufrag === local.ufrag && this.remote.ufrag === remote.ufrag
  }

  /** The answer to a check, and whether the peer has chosen the way it came; undefined when it is not the peer's. */
  answer(packet: Buffer, address: string, port: number, now: number): { reply: Buffer; nominated: boolean } | undefined {
    const check = readCheck(packet, this.local.password)
    // RFC 8445 §7.3: ours stands first.
    if (check === undefined || check.username !== `${this.local.ufrag}:${this.remote.ufrag}` || port === 0) return undefined
    this.#checkedAt = now
    return { reply: writeSuccess(check.transaction, address, port, this.local.password), nominated: check.nominated }
  }

  /** The peer has let us send, and has not said so for too long. Told once. */
  expired(now: number): boolean {
    if (this.#checkedAt === 0 || now - this.#checkedAt < CONSENT_MS) return false
    this.#checkedAt = 0
    return true
  }
}
