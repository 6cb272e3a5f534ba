/** The best of several final responses (RFC 3261 §16.7.6), and the challenges of the others (§16.7.7). */
import { header, headerLines, type SipMessage } from '../message/message.ts'

/** How a branch ended. */
export interface Outcome {
  status: number
  /** Undefined when none came: too late, or it could not be sent. */
  response: SipMessage | undefined
}

/** What helps the client to ask again rightly is worth more than what does not. */
const HELPFUL = new Set([401, 407, 415, 420, 484])

/** Lower is better. 6xx before all, then the lowest class. */
function rank({ status, response }: Outcome, cancelled: boolean): number {
  const group = status >= 600 ? 0 : Math.floor(status / 100)
  let within = 5
  if (cancelled && status === 487) within = 0
  else if (HELPFUL.has(status)) within = 1
  // 503 speaks of one server; any other response of its class says more.
  else if (status === 503) within = 8
  else if (!response) within = 7
  return group * 10 + within
}

/** The first of the best; undefined when there is none. */
export function chooseBest(outcomes: readonly Outcome[], cancelled: boolean): Outcome | undefined {
  let best: Outcome | undefined
  for (const outcome of outcomes) if (!best || rank(outcome, cancelled) < rank(best, cancelled)) best = outcome
  return best
}

export function isChallenge(response: SipMessage): boolean {
  return (response.status === 401 || response.status === 407) && (header(response, 'www-authenticate') ?? header(response, 'proxy-authenticate')) !== undefined
}

/** Header lines with the challenges of the other branches, when the best response is a challenge itself. */
export function otherChallenges(best: Outcome, outcomes: readonly Outcome[]): string[] {
  if (best.status !== 401 && best.status !== 407) return []
  return outcomes.flatMap((other) => {
    const { response } = other
    if (other === best || !response || (other.status !== 401 && other.status !== 407)) return []
    return [
      ...headerLines(response, 'www-authenticate').map((value) => `WWW-Authenticate: ${value}`),
      ...headerLines(response, 'proxy-authenticate').map((value) => `Proxy-Authenticate: ${value}`),
    ]
  })
}
