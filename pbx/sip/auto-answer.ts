/** How a phone is asked to answer by itself. Every vendor has a word of its own for it; what a phone does not know it passes over. */
import type { AutoAnswerStyle } from '../door.ts'

export type { AutoAnswerStyle }

const USUAL = '<http://127.0.0.1>;info=alert-autoanswer;delay=0'
const POLY = 'Ring Answer'
const PANASONIC = 'Intercom'
const MITEL = 'info=alert-autoanswer'

/** Alert-Info as these want it; as the others understand it when none fits. */
const ALERTS: readonly [vendor: RegExp, alertInfo: string][] = [
  [/polycom|\bpoly\b/i, POLY],
  [/panasonic/i, PANASONIC],
  [/mitel|aastra/i, MITEL],
]

type Headers = Readonly<Record<string, string>>

/**
 * `Call-Info` with `answer-after` (Cisco, Grandstream, Snom, Yealink and most softphones), `Alert-Info` in the vendor's words, and
 * RFC 5373 §3's `Answer-Mode`.
 *
 * @param userAgent as the phone said at its registration
 * @param style this header alone, for a phone that is confused by the others
 */
export function autoAnswerHeaders(domain: string, userAgent: string | null | undefined, style: AutoAnswerStyle = 'by-phone'): Headers {
  const callInfo = { 'Call-Info': `<sip:${domain}>;answer-after=0` }
  const mode = { 'Answer-Mode': 'Auto' }
  const only: Record<Exclude<AutoAnswerStyle, 'by-phone'>, Headers> = {
    'call-info': callInfo, 'alert-info': { 'Alert-Info': USUAL }, poly: { 'Alert-Info': POLY }, panasonic: { 'Alert-Info': PANASONIC }, mitel: { 'Alert-Info': MITEL }, 'answer-mode': mode,
  }
  if (style !== 'by-phone') return only[style]
  return { ...callInfo, 'Alert-Info': ALERTS.find(([vendor]) => vendor.test(userAgent ?? ''))?.[1] ?? USUAL, ...mode }
}
