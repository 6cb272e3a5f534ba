/** The client side of digest authentication (RFC 7616, RFC 8760), MD5 and SHA-256, qop=auth. */
import { createHash, randomBytes } from 'node:crypto'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

export interface Challenge {
  realm: string
  nonce: string
  opaque: string | undefined
  algorithm: DigestAlgorithm
  qop: boolean
  stale: boolean
}

/** Reads one WWW-Authenticate or Proxy-Authenticate value; undefined when it is no digest we can do. */
export function parseChallenge(value: string): Challenge | undefined {
  if (!/^digest\s/i.test(value)) return undefined
  const field = (name: string): string | undefined => {
    const found = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(value.slice(6))
    return found ? (found[1] ?? found[2]) : undefined
  }
  const algorithm = (field('algorithm') ?? 'MD5').toUpperCase()
  const nonce = field('nonce')
  if (nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return undefined
  return {
    realm: field('realm') ?? '',
    nonce,
    opaque: field('opaque'),
    algorithm,
    qop: (field('qop') ?? '').split(',').some((one) => one.trim() === 'auth'),
    stale: field('stale')?.toLowerCase() === 'true',
  }
}

export interface DigestInput {
  user: string
  password: string
  method: string
  uri: string
  /** Nonce count, from 1. */
  count: number
}

/** The value of Authorization for this challenge. */
export function answerChallenge(challenge: Challenge, input: DigestInput, cnonce = randomBytes(8).toString('hex')): string {
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256').update(text).digest('hex')
  const ha1 = hash(`${input.user}:${challenge.realm}:${input.password}`)
  const ha2 = hash(`${input.method}:${input.uri}`)
  const nc = input.count.toString(16).padStart(8, '0')
  const response = challenge.qop
    ? hash(`${ha1}:${challenge.nonce}:${nc}:${cnonce}:auth:${ha2}`)
    : hash(`${ha1}:${challenge.nonce}:${ha2}`)
  const parts = [
    `username="${input.user}"`,
    `realm="${challenge.realm}"`,
    `nonce="${challenge.nonce}"`,
    `uri="${input.uri}"`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}`,
  ]
  if (challenge.qop) parts.push(`cnonce="${cnonce}"`, 'qop=auth', `nc=${nc}`)
  if (challenge.opaque !== undefined) parts.push(`opaque="${challenge.opaque}"`)
  return `Digest ${parts.join(', ')}`
}
