import { randomToken } from '../../config/ids.ts'
import { answerChallenge, parseChallenges } from './digest.ts'
import type { SipAccount } from './types.ts'

/** What a challenge is answered with, and whether it said that only the nonce of the last answer was old. */
export interface ChallengeAnswer {
  header: 'Authorization' | 'Proxy-Authorization'
  value: string
  stale: boolean
}

/**
 * The answer to a 401 or 407 with the strongest digest it offers (RFC 8760 §2.4); undefined when it offers none that we know.
 *
 * @param header reads a header of the response
 */
export function answerTo(status: 401 | 407, header: (name: string) => string | undefined, account: SipAccount, request: { method: string; uri: string }): ChallengeAnswer | undefined {
  const challenge = parseChallenges(header(status === 401 ? 'www-authenticate' : 'proxy-authenticate') ?? '')[0]
  if (!challenge) return undefined
  return { header: status === 401 ? 'Authorization' : 'Proxy-Authorization', value: answerChallenge(challenge, account, request, 1, randomToken(8)), stale: challenge.stale }
}
