/** How a phone is asked to answer by itself. Every vendor has a word of its own for it; what a phone does not know it passes over. */

/** Alert-Info as these want it; as the others understand it when none fits. */
const ALERTS: readonly [vendor: RegExp, alertInfo: string][] = [
  [/polycom|\bpoly\b/i, 'Ring Answer'],
  [/panasonic/i, 'Intercom'],
  [/mitel|aastra/i, 'info=alert-autoanswer'],
]
const USUAL = '<http://127.0.0.1>;info=alert-autoanswer;delay=0'

/**
 * `Call-Info` with `answer-after` (Cisco, Grandstream, Snom, Yealink and most softphones), `Alert-Info` in the vendor's words, and
 * RFC 5373 §3's `Answer-Mode`.
 *
 * @param userAgent as the phone said at its registration
 */
export function autoAnswerHeaders(domain: string, userAgent: string | null | undefined): Readonly<Record<string, string>> {
  const alertInfo = ALERTS.find(([vendor]) => vendor.test(userAgent ?? ''))?.[1] ?? USUAL
  return { 'Call-Info': `<sip:${domain}>;answer-after=0`, 'Alert-Info': alertInfo, 'Answer-Mode': 'Auto' }
}
