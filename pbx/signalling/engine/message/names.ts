/** Header names: compact forms (RFC 3261 §7.3.3 and later), and how each is spelled on the wire. */

const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact', b: 'referred-by', c: 'content-type', d: 'request-disposition', e: 'content-encoding', f: 'from',
  i: 'call-id', j: 'reject-contact', k: 'supported', l: 'content-length', m: 'contact', n: 'identity-info', o: 'event',
  r: 'refer-to', s: 'subject', t: 'to', u: 'allow-events', v: 'via', x: 'session-expires', y: 'identity',
}

const SPELLING: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID', cseq: 'CSeq', 'www-authenticate': 'WWW-Authenticate', 'mime-version': 'MIME-Version', rack: 'RAck', rseq: 'RSeq',
  'sip-etag': 'SIP-ETag', 'sip-if-match': 'SIP-If-Match', 'min-se': 'Min-SE', 'content-id': 'Content-ID',
}

const USUAL = [
  'Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Max-Forwards', 'Content-Length', 'Content-Type', 'User-Agent', 'Server', 'Allow', 'Supported',
  'Require', 'Route', 'Record-Route', 'Expires', 'Authorization', 'Proxy-Authorization', 'WWW-Authenticate', 'Proxy-Authenticate', 'Accept',
  'Allow-Events', 'Event', 'Subscription-State', 'Session-Expires', 'Min-SE', 'Reason', 'Refer-To', 'Referred-By', 'RAck', 'RSeq', 'Date', 'Subject',
  'P-Asserted-Identity', 'P-Preferred-Identity', 'Privacy', 'Diversion', 'Organization', 'Min-Expires', 'Retry-After', 'Timestamp', 'Warning', 'Path',
]

/** Spelling as received → lower-case full name, for the spellings that phones really use. */
const known = new Map<string, string>()
for (const name of USUAL) {
  known.set(name, name.toLowerCase())
  known.set(name.toLowerCase(), name.toLowerCase())
  known.set(name.toUpperCase(), name.toLowerCase())
}
for (const name of ['Call-Id', 'Cseq', 'CSEQ', 'Www-Authenticate']) known.set(name, name.toLowerCase())
for (const [short, full] of Object.entries(COMPACT)) {
  known.set(short, full)
  known.set(short.toUpperCase(), full)
}

/** The lower-case full name of a header, or undefined when `name` is no token. */
export function fullName(name: string): string | undefined {
  const found = known.get(name)
  if (found !== undefined) return found
  return isToken(name) ? name.toLowerCase() : undefined
}

/** How a header that an application named is spelled on the wire: each word capitalised, `X-` names kept. */
export function wireName(name: string): string {
  if (name.startsWith('X-') || name.startsWith('x-')) return name
  const lower = known.get(name) ?? name.toLowerCase()
  const spelled = SPELLING[lower]
  if (spelled !== undefined) return spelled
  let result = ''
  let start = true
  for (const char of lower) {
    result += start ? char.toUpperCase() : char
    start = char === '-'
  }
  return result
}

/** RFC 3261 §25.1 `token`. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false
  for (let i = 0; i < text.length; i++) if (TOKEN[text.charCodeAt(i)] !== 1) return false
  return true
}

const TOKEN = new Uint8Array(256)
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~") TOKEN[char.charCodeAt(0)] = 1
