/** How a call came to whom it is for now, as the next one is told: Diversion (RFC 5806) and History-Info (RFC 7044). */
import { parseAddressList, type ReadAddress } from './address.ts'
import { ANONYMOUS, NOWHERE } from './anonymous.ts'
import { escapeUser, unescapeUri } from './uri.ts'

/** Somebody who sent a call on. */
export interface Diverted {
  number: string
  /** As RFC 5806 names it. */
  why: string
  /** Its number is told to nobody. */
  hidden?: true
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
  const whose = ({ number, hidden }: Diverted): string => (hidden ? `sip:${ANONYMOUS.number}@${NOWHERE}` : uri(number))
  let index = '1'
  const history = diverted.toReversed().map((one, at) => {
    const [cause, text] = CAUSES[one.why] ?? MOVED
    const entry = `<${whose(one)}?Reason=${encodeURIComponent(`SIP;cause=${cause};text="${text}"`)}>;index=${index}${at === 0 ? '' : `;mp=${index.slice(0, -2)}`}`
    index += '.1'
    return entry
  })
  return {
    // Do not disturb has its own word there.
    Diversion: diverted.map((one) => `<${whose(one)}>;reason=${one.why};counter=1${one.hidden ? ';privacy=full' : ''}`).join(', '),
    'History-Info': [...history, `<${uri(to)}>;index=${index};mp=${index.slice(0, -2)}`].join(', '),
  }
}

const REASONS = ['unknown', 'user-busy', 'no-answer', 'unavailable', 'unconditional', 'time-of-day', 'do-not-disturb', 'deflection', 'follow-me', 'out-of-service', 'away'] as const
type Reason = (typeof REASONS)[number]

/** What a status says of why a call was sent on (RFC 4458 §3, 3GPP TS 24.604). */
const WHY: Readonly<Record<string, Reason>> = { 302: 'unconditional', 408: 'no-answer', 480: 'no-answer', 486: 'user-busy', 487: 'deflection', 503: 'unavailable', 600: 'user-busy' }

/** More than these of one call are of no use to anybody. */
const MOST = 10

/**
 * Who sent a call on before it came here, the last first: by Diversion, else by History-Info. Empty when nobody did; what cannot be read is
 * left out.
 */
export function readDiverted(header: (name: string) => string | undefined): (Diverted & { why: Reason })[] {
  const diversion = parseAddressList(header('diversion') ?? '') ?? []
  if (diversion.length > 0) return diversion.slice(0, MOST).flatMap((one) => read(one, reasonOf(one.params.get('reason')), /^(full|name|uri)$/i.test(one.params.get('privacy') ?? '')) ?? [])
  return readHistory(parseAddressList(header('history-info') ?? '') ?? [])
}

const reasonOf = (text = ''): Reason => REASONS.find((reason) => reason === text.trim().toLowerCase()) ?? 'unknown'

/** Each entry that another one came out of, as that says (`mp`, or `cause` in its URI) or its own Reason does. */
function readHistory(entries: readonly ReadAddress[]): (Diverted & { why: Reason })[] {
  const byIndex = new Map(entries.flatMap((one) => { const index = one.params.get('index'); return index === undefined ? [] : [[index, one] as const] }))
  const found = new Map<string, Reason>()
  for (const [index, entry] of byIndex) {
    const own = /cause=(\d{3})/.exec(unescapeUri(entry.uri.headers ?? ''))?.[1]
    if (own !== undefined && index !== [...byIndex.keys()].at(-1)) found.set(index, WHY[own] ?? 'unknown')
    const [cause, from] = [entry.uri.params.get('cause'), entry.params.get('mp') || index.split('.').slice(0, -1).join('.')]
    if (byIndex.has(from) && (cause !== undefined || entry.params.has('mp'))) found.set(from, WHY[cause ?? ''] ?? found.get(from) ?? 'unknown')
  }
  return [...found].toSorted(([one], [other]) => depthOf(other) - depthOf(one)).slice(0, MOST).flatMap(([index, why]) => {
    const entry = byIndex.get(index)
    return (entry && read(entry, why, /privacy=history/i.test(unescapeUri(entry.uri.headers ?? '')))) ?? []
  })
}

const depthOf = (index: string): number => index.split('.').length

function read({ uri: { user = '' } }: ReadAddress, why: Reason, wished: boolean): (Diverted & { why: Reason }) | undefined {
  const number = user.split(';')[0] ?? ''
  if (wished || number.toLowerCase() === ANONYMOUS.number) return { number: ANONYMOUS.number, why, hidden: true }
  return /^[\w.+*#()-]{1,40}$/.test(number) ? { number, why } : undefined
}
