import { randomBytes } from 'node:crypto'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { DigestAlgorithm } from '../../config/settings/settings.ts'
import { helpBehindPrefix } from '../routing/help.ts'
import { normaliseDialled } from '../routing/number-format.ts'
import type { Directory, DirectorySnapshot, SnapshotDevice, SnapshotTrunk } from '../directory/types.ts'
import type { Guard } from '../shield/shield.ts'
import type { Nonces } from './nonce.ts'
import { challengesFor, credentialsIn, EXCHANGES, isCounted, isRight, isSameRequest } from './proof.ts'
import type { TrunkRoom } from '../trunks/trunks.ts'
import { computeHa1 } from '../sip/digest.ts'
import { tenantOf } from './visit.ts'
import type { Step, Visit } from './visit.ts'

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
  /** The trunk of a PBX of that name, where such a one may ask too. */
  peerNamed?: TrunkRoom['peerNamed']
}): Step {
  const { directory, nonces, shield, logger, algorithms } = options
  const exchange = EXCHANGES[options.as]
  // For users that do not exist: a hash nobody has the password of.
  const nobody = { md5: randomBytes(16).toString('hex'), sha256: randomBytes(32).toString('hex') }

  const challenge = (visit: Visit, stale: boolean): 'answered' => {
    const { realm } = tenantOf(visit)
    visit.request.reply(exchange.status, { headers: { [exchange.challenge]: challengesFor(visit.request, algorithms, realm, nonces.issue(realm), stale) } })
    return 'answered'
  }

  return (visit) => {
    const { request } = visit
    const tenant = tenantOf(visit)
    const given = credentialsIn(request.header(exchange.credentials), tenant.realm, algorithms)
    if (!given) return challenge(visit, false)

    const snapshot = directory.snapshot()
    // Said before the password is looked at, so that the answer tells nothing about it.
    if (!isSameRequest(snapshot, given.uri, request.requestUri)) throw new Refusal('malformed', 'The digest was made for another Request-URI')
    const device = snapshot.deviceByUsername(tenant.id, given.username)
    const extension = device && snapshot.extension(device.extensionId)
    // Whoever is switched off may still call for help.
    const usable = device !== undefined && extension !== undefined && ((device.enabled && extension.enabled && directory.softphones.mayProve(device)) || callsForHelp(snapshot, tenant.id, request))
    const right = isRight(given, usable ? device.ha1 : nobody, request.method)
    const peer = options.peerNamed?.(tenant.id, given.username)
    const isPeer = peer !== undefined && !(right && usable) && isRight(given, hashesOf(peer, tenant.realm), request.method)
    if (!((right && usable) || isPeer) || !isCounted(given)) {
      shield.strike(request.source.address, 'wrong-passwords', `user ${given.username}`)
      logger.debug({ tenant: tenant.id, username: given.username, address: request.source.address, qop: given.qop }, 'digest refused')
      return challenge(visit, false)
    }
    // The password is right, the nonce old, foreign or used before: the phone tries again by itself.
    if (!nonces.spend(given.nonce, tenant.realm, given.nc ?? '')) return challenge(visit, true)
    if (isPeer) visit.peer = peer
    else if (usable) visit.caller = { device, extension }
  }
}

function callsForHelp(snapshot: DirectorySnapshot, tenantId: string, { method, requestUri }: Visit['request']): boolean {
  return method === 'INVITE' && helpBehindPrefix(snapshot, tenantId, normaliseDialled(requestUri.user ?? '')) !== undefined
}

/** Trunks are few, and so are their calls: what proves one is made when it is asked for. */
function hashesOf({ username, password }: SnapshotTrunk, realm: string): SnapshotDevice['ha1'] {
  return { md5: computeHa1('MD5', username ?? '', realm, password ?? ''), sha256: computeHa1('SHA-256', username ?? '', realm, password ?? '') }
}
