/**
 * HTTP digest for SIP (RFC 7616, RFC 8760; RFC 3261 §22), pure: both what a server checks and
 * what a client computes. MD5 and SHA-256, qop=auth.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { quote, unquote } from './address.ts'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

/** What a phone answered to a challenge: the parameters of one `Digest …`, unquoted, by lower-case name. */
export interface DigestCredentials {
  username: string
  realm: string
  nonce: string
  uri: string
  response: string
  /** As sent; MD5 when absent (RFC 7616 §3.3). Undefined when it is none that we offer. */
  algorithm: DigestAlgorithm | undefined
  cnonce: string | undefined
  qop: string | undefined
  /** Nonce count as sent: 8 hexadecimal digits. */
  nc: string | undefined
}

/** A challenge by somebody else's server. */
export interface DigestChallenge {
  realm: string
  nonce: string
  opaque: string | undefined
  algorithm: DigestAlgorithm
  /** `auth` is among the qops offered; otherwise none was, which is the form of RFC 2069. */
  qop: 'auth' | undefined
  stale: boolean
}

const HASHES: { readonly [A in DigestAlgorithm]: string } = { MD5: 'md5', 'SHA-256': 'sha256' }

function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return hash(HASHES[algorithm], text, 'hex')
}

/** H(username:realm:password), what is kept instead of the password. */
export function computeHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return digestHash(algorithm, `${username}:${realm}:${password}`)
}

/** The `response` of RFC 7616 §3.4.1 for qop=auth, or of RFC 2069 without qop. */
export function computeResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  parts: { nonce: string; uri: string; nc?: string | undefined; cnonce?: string | undefined; qop?: string | undefined },
): string {
  const ha2 = digestHash(algorithm, `${method}:${parts.uri}`)
  const middle = parts.qop === undefined ? parts.nonce : `${parts.nonce}:${parts.nc ?? ''}:${parts.cnonce ?? ''}:${parts.qop}`
  return digestHash(algorithm, `${ha1}:${middle}:${ha2}`)
}

/**
 * Whether the response in `credentials` was made with the password behind `ha1`.
 * Takes the same time whatever is wrong; letter case of the hexadecimal digits does not matter.
 */
export function verifyResponse(credentials: DigestCredentials, ha1: string, method: string): boolean {
  const expected = computeResponse(credentials.algorithm ?? 'MD5', ha1, method, credentials)
  const given = credentials.response.toLowerCase()
  const comparable = given.length === expected.length
  const equal = timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(comparable ? given : expected, 'latin1').subarray(0, expected.length))
  return comparable && equal && credentials.algorithm !== undefined
}

/**
 * Every `Digest` of an Authorization or Proxy-Authorization header, or of several joined by commas.
 * Others and those without the parameters that make a digest are left out.
 */
export function parseCredentials(header: string): DigestCredentials[] {
  const list: DigestCredentials[] = []
  for (const params of parseDigests(header)) {
    const username = params.get('username')
    const realm = params.get('realm')
    const nonce = params.get('nonce')
    const uri = params.get('uri')
    const response = params.get('response')
    if (username === undefined || realm === undefined || nonce === undefined || uri === undefined || response === undefined) continue
    // Only ASCII is compared: see verifyResponse.
    if (!/^[0-9a-fA-F]{32,64}$/.test(response)) continue
    list.push({
      username, realm, nonce, uri, response,
      algorithm: readAlgorithm(params.get('algorithm')),
      cnonce: params.get('cnonce'),
      qop: params.get('qop')?.toLowerCase(),
      nc: params.get('nc'),
    })
  }
  return list
}

/** The challenges of a WWW-Authenticate or Proxy-Authenticate header that we can answer, strongest first (RFC 8760 §2.4). */
export function parseChallenges(header: string): DigestChallenge[] {
  const list: DigestChallenge[] = []
  for (const params of parseDigests(header)) {
    const realm = params.get('realm')
    const nonce = params.get('nonce')
    const algorithm = readAlgorithm(params.get('algorithm'))
    if (realm === undefined || nonce === undefined || algorithm === undefined) continue
    const offered = params.get('qop')?.toLowerCase().split(',').map((qop) => qop.trim())
    if (offered !== undefined && !offered.includes('auth')) continue
    list.push({
      realm, nonce, algorithm,
      opaque: params.get('opaque'),
      qop: offered === undefined ? undefined : 'auth',
      stale: params.get('stale')?.toLowerCase() === 'true',
    })
  }
  return list.sort((a, b) => Number(b.algorithm === 'SHA-256') - Number(a.algorithm === 'SHA-256'))
}

function readAlgorithm(text: string | undefined): DigestAlgorithm | undefined {
  const name = text?.toUpperCase() ?? 'MD5'
  return name === 'MD5' || name === 'SHA-256' ? name : undefined
}

// A parameter, or the scheme that begins the next digest: `name=value` or a lone word before one.
const TOKEN = /[\s,]*([A-Za-z0-9_.!%*+`'~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"?|[^\s,"]*)|(?=[\s,]|$))/gsy

function parseDigests(header: string): Map<string, string>[] {
  const digests: Map<string, string>[] = []
  let current: Map<string, string> | undefined
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(header); match !== null; match = TOKEN.exec(header)) {
    const name = (match[1] ?? '').toLowerCase()
    const value = match[2]
    if (value === undefined) {
      current = undefined
      if (name === 'digest') digests.push((current = new Map()))
    } else if (current && !current.has(name)) {
      current.set(name, unquote(value))
    }
  }
  return digests
}

/** The value of a WWW-Authenticate header of ours. `stale` tells the phone to try again without asking its user. */
export function formatChallenge(algorithm: DigestAlgorithm, realm: string, nonce: string, stale: boolean): string {
  return `Digest realm=${quote(realm)}, nonce="${nonce}", ${stale ? 'stale=true, ' : ''}algorithm=${algorithm}, qop="auth"`
}

/**
 * The value of an Authorization or Proxy-Authorization header that answers `challenge`.
 *
 * @param nonceCount how often this nonce was used, this time included, from 1
 * @param cnonce fresh random text
 */
export function answerChallenge(
  challenge: DigestChallenge,
  account: { username: string; password: string },
  request: { method: string; uri: string },
  nonceCount: number,
  cnonce: string,
): string {
  const { algorithm, realm, nonce, opaque, qop } = challenge
  const nc = nonceCount.toString(16).padStart(8, '0')
  const ha1 = computeHa1(algorithm, account.username, realm, account.password)
  const response = computeResponse(algorithm, ha1, request.method, { nonce, uri: request.uri, nc, cnonce, qop })
  return [
    `Digest username=${quote(account.username)}`, `realm=${quote(realm)}`, `nonce=${quote(nonce)}`, `uri=${quote(request.uri)}`,
    `response="${response}"`, `algorithm=${algorithm}`,
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce=${quote(cnonce)}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(',')
}
