import { randomBytes } from 'node:crypto'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { DigestAlgorithm } from '../../config/settings/settings.ts'
import type { Directory, DirectorySnapshot } from '../directory/types.ts'
import { formatChallenge, parseCredentials, verifyResponse } from '../sip/digest.ts'
import type { Guard } from '../shield/shield.ts'
import type { IncomingRequest, SipUri } from '../sip/types.ts'
import { parseUri } from '../sip/uri.ts'
import { tenantServing } from './identify.ts'
import type { Nonces } from './nonce.ts'
import { tenantOf } from './visit.ts'
import type { Step, Visit } from './visit.ts'

/** Which digest exchange a method uses: as the registrar it speaks to we answer 401, as the way to others 407 (RFC 3261 §22.2, §22.3). */
const EXCHANGES = {
  registrar: { status: 401, challenge: 'WWW-Authenticate', credentials: 'authorization' },
  proxy: { status: 407, challenge: 'Proxy-Authenticate', credentials: 'proxy-authorization' },
} as const

/** Phones that give up when any challenge names an algorithm they do not know, instead of skipping it (RFC 8760 §2.4). */
const MD5_OR_NOTHING = /^baresip v[01]\./

function bearable(algorithms: readonly DigestAlgorithm[], { userAgent, source }: IncomingRequest): readonly DigestAlgorithm[] {
  // The libraries that phones in browsers are made of know MD5 alone, and look at one challenge only.
  const inBrowser = source.transport === 'ws' || source.transport === 'wss'
  return algorithms.includes('MD5') && (inBrowser || MD5_OR_NOTHING.test(userAgent ?? '')) ? ['MD5'] : algorithms
}

/**
 * Proves which device asks, by digest (RFC 7616, 8760), or answers with a challenge. An unknown user,
 * one that is switched off and a wrong password get the same bytes after the same work.
 */
export function createAuthenticate(options: {
  as: keyof typeof EXCHANGES
  directory: Directory
  nonces: Nonces
  shield: Pick<Guard, 'strike'>
  logger: Logger
  /** Offered in this order; others are not taken. */
  algorithms: readonly DigestAlgorithm[]
}): Step {
  const { directory, nonces, shield, logger, algorithms } = options
  const exchange = EXCHANGES[options.as]
  // For users that do not exist: a hash nobody has the password of.
  const nobody = { md5: randomBytes(16).toString('hex'), sha256: randomBytes(32).toString('hex') }

  const challenge = (visit: Visit, stale: boolean): 'answered' => {
    const { realm } = tenantOf(visit)
    const nonce = nonces.issue(realm)
    // In order of preference (RFC 8760 §2.3); phones take the first they know.
    const offers = bearable(algorithms, visit.request).map((algorithm) => formatChallenge(algorithm, realm, nonce, stale))
    visit.request.reply(exchange.status, { headers: { [exchange.challenge]: offers } })
    return 'answered'
  }

  return (visit) => {
    const { request } = visit
    const tenant = tenantOf(visit)
    const header = request.header(exchange.credentials)
    const given = header === undefined ? undefined : parseCredentials(header).find((each) => each.realm === tenant.realm && each.algorithm !== undefined && algorithms.includes(each.algorithm))
    if (!given) return challenge(visit, false)

    const snapshot = directory.snapshot()
    // Said before the password is looked at, so that the answer tells nothing about it.
    if (!isSameRequest(snapshot, given.uri, request.requestUri)) throw new Refusal('malformed', 'The digest was made for another Request-URI')
    const device = snapshot.deviceByUsername(tenant.id, given.username)
    const extension = device && snapshot.extension(device.extensionId)
    const usable = device?.enabled === true && extension?.enabled === true
    const hashes = usable ? device.ha1 : nobody
    const right = verifyResponse(given, given.algorithm === 'SHA-256' ? hashes.sha256 : hashes.md5, request.method)
    // Without qop there is no count, and what was overheard could be sent again (RFC 7616 §3.4 makes it the phone's duty).
    if (!right || !usable || given.qop !== 'auth' || !given.cnonce) {
      shield.strike(request.source.address, 'wrong-passwords', `user ${given.username}`)
      logger.debug({ tenant: tenant.id, username: given.username, address: request.source.address, qop: given.qop }, 'digest refused')
      return challenge(visit, false)
    }
    // The password is right, the nonce old, foreign or used before: the phone tries again by itself.
    if (!nonces.spend(given.nonce, tenant.realm, given.nc ?? '')) return challenge(visit, true)
    visit.caller = { device, extension }
  }
}

/**
 * Whether a digest was made for this request (RFC 7616 §3.4.6): otherwise one that was overheard would place a call to
 * any number. Who is called must be the same, and where must mean the same tenant. Phones leave out ports and parameters or
 * write `sip` for `sips`, some name only the server, and routers that know SIP put another of our addresses into the request
 * line: no harm in any of it, as the digests of all others stay bound to whom they were made for.
 */
function isSameRequest(snapshot: DirectorySnapshot, stated: string, requestUri: SipUri): boolean {
  const uri = parseUri(stated)
  if (uri === undefined || (uri.user !== undefined && uri.user !== requestUri.user)) return false
  return uri.host === requestUri.host || tenantServing(snapshot, uri.host) === tenantServing(snapshot, requestUri.host)
}
