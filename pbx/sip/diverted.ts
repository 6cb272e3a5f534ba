/** How a call came to whom it is for now, as the next one is told: Diversion (RFC 5806) and History-Info (RFC 7044). */
import { escapeUser } from './uri.ts'

/** Somebody who sent a call on. */
export interface Diverted {
  number: string
  /** As RFC 5806 names it. */
  why: string
}

/** What was answered, or would have been (RFC 7044 §10.2). */
const MOVED = [302, 'Moved Temporarily'] as const
const CAUSES: Readonly<Record<string, readonly [number, string]>> = {
  'user-busy': [486, 'Busy Here'], 'no-answer': [480, 'No Answer'], unavailable: [480, 'Not Registered'], 'do-not-disturb': [486, 'Do Not Disturb'],
}

/**
 * Both headers, for elements that know one of them; none for a call that nobody sent on.
 *
 * @param diverted the last who sent it on first
 * @param to whom it is for now
 * @param domain of the receiver: nothing of the house is shown
 */
export function divertedHeaders(diverted: readonly Diverted[] | undefined, to: string, domain: string): Record<string, string> {
  if (!diverted?.length) return {}
  const uri = (number: string): string => `sip:${escapeUser(number)}@${domain}`
  let index = '1'
  const history = diverted.toReversed().map(({ number, why }, at) => {
    const [cause, text] = CAUSES[why] ?? MOVED
    const entry = `<${uri(number)}?Reason=${encodeURIComponent(`SIP;cause=${cause};text="${text}"`)}>;index=${index}${at === 0 ? '' : `;mp=${index.slice(0, -2)}`}`
    index += '.1'
    return entry
  })
  return {
    // Do not disturb has its own word there.
    Diversion: diverted.map(({ number, why }) => `<${uri(number)}>;reason=${why};counter=1`).join(', '),
    'History-Info': [...history, `<${uri(to)}>;index=${index};mp=${index.slice(0, -2)}`].join(', '),
  }
}
