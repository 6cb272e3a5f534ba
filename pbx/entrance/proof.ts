/** The parts of proving who asks that need to know nothing but the request: the entrance and the lane share them, so that both say the same. */
import type { DigestAlgorithm } from '../../config/settings/settings.ts'
import type { SnapshotDevice, SnapshotTenant } from '../directory/types.ts'
import { formatChallenge, parseCredentials, verifyResponse, type DigestCredentials } from '../sip/digest.ts'
import type { IncomingRequest, SipUri } from '../sip/types.ts'
import { parseUri } from '../sip/uri.ts'
import { tenantServing, type Domains } from './identify.ts'

/** Which digest exchange a method uses: as the registrar it speaks to we answer 401, as the way to others 407 (RFC 3261 §22.2, §22.3). */
export const EXCHANGES = {
  registrar: { status: 401, challenge: 'WWW-Authenticate', credentials: 'authorization' },
  proxy: { status: 407, challenge: 'Proxy-Authenticate', credentials: 'proxy-authorization' },
} as const

/** Phones that give up when any challenge names an algorithm they do not know, instead of skipping it (RFC 8760 §2.4). */
const MD5_OR_NOTHING = /^baresip v[01]\./

function bearable(algorithms: readonly DigestAlgorithm[], { userAgent, source }: Pick<IncomingRequest, 'userAgent' | 'source'>): readonly DigestAlgorithm[] {
  // The libraries that phones in browsers are made of know MD5 alone, and look at one challenge only.
  const inBrowser = source.transport === 'ws' || source.transport === 'wss'
  return algorithms.includes('MD5') && (inBrowser || MD5_OR_NOTHING.test(userAgent ?? '')) ? ['MD5'] : algorithms
}

/** The values of the challenge, in order of preference (RFC 8760 §2.3); phones take the first they know. */
export function challengesFor(request: Pick<IncomingRequest, 'userAgent' | 'source'>, algorithms: readonly DigestAlgorithm[], realm: string, nonce: string, stale: boolean): string[] {
  return bearable(algorithms, request).map((algorithm) => formatChallenge(algorithm, realm, nonce, stale))
}

/** Of the credentials in a header those for this realm, in an algorithm that is offered. */
export function credentialsIn(header: string | undefined, realm: string, algorithms: readonly DigestAlgorithm[]): DigestCredentials | undefined {
  if (header === undefined) return undefined
  return parseCredentials(header).find((each) => each.realm === realm && each.algorithm !== undefined && algorithms.includes(each.algorithm))
}

/** Whether they were made with the password behind the hashes. */
export function isRight(given: DigestCredentials, hashes: SnapshotDevice['ha1'], method: string): boolean {
  return verifyResponse(given, given.algorithm === 'SHA-256' ? hashes.sha256 : hashes.md5, method)
}

/** Without qop there is no count, and what was overheard could be sent again (RFC 7616 §3.4 makes it the phone's duty). */
export function isCounted({ qop, cnonce }: DigestCredentials): boolean {
  return qop === 'auth' && cnonce !== undefined && cnonce !== ''
}

/**
 * Whether a digest was made for this request (RFC 7616 §3.4.6): otherwise one that was overheard would place a call to
 * any number. Who is called must be the same, and where must mean the same tenant. Phones leave out ports and parameters or
 * write `sip` for `sips`, some name only the server, and routers that know SIP put another of our addresses into the request
 * line: no harm in any of it, as the digests of all others stay bound to whom they were made for.
 */
export function isSameRequest<T extends Pick<SnapshotTenant, 'domains'>>(domains: Domains<T>, stated: string, requestUri: SipUri): boolean {
  const uri = parseUri(stated)
  if (uri === undefined || (uri.user !== undefined && uri.user !== requestUri.user)) return false
  return uri.host === requestUri.host || tenantServing(domains, uri.host) === tenantServing(domains, requestUri.host)
}
