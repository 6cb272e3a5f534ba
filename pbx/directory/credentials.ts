/** SIP passwords: shown once, kept as hashes under seal. */
import { createHash } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { legiblePassword } from '../../config/ids.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { SipCredentials } from '../door.ts'
import { computeHa1 } from '../sip/digest.ts'
import type { SnapshotDevice } from './types.ts'

const PURPOSE = 'sip-credentials'
const PASSWORD_LENGTH = 20

/** A new password and the envelope to store instead of it. */
export function makeCredentials(secrets: Secrets, tenant: { id: string; realm: string }, username: string): { password: string; sealed: Buffer } {
  const password = legiblePassword(PASSWORD_LENGTH)
  const ha1: SnapshotDevice['ha1'] = {
    md5: computeHa1('MD5', username, tenant.realm, password),
    sha256: computeHa1('SHA-256', username, tenant.realm, password),
  }
  return { password, sealed: secrets.seal(PURPOSE, tenant.id, JSON.stringify(ha1)) }
}

/** @throws Error when the envelope does not open or holds something else */
export function openCredentials(secrets: Secrets, tenantId: string, sealed: Buffer): SnapshotDevice['ha1'] {
  const parsed: unknown = JSON.parse(secrets.open(PURPOSE, tenantId, sealed))
  const { md5, sha256 } = (parsed ?? {}) as { md5?: unknown; sha256?: unknown }
  if (typeof md5 !== 'string' || typeof sha256 !== 'string') throw new Error('The sealed credentials hold no hashes.')
  return { md5, sha256 }
}

const FETCHED = 'device-password'

/** The password itself, for a phone that fetches it. */
export const sealDevicePassword = (secrets: Secrets, tenantId: string, password: string): Buffer => secrets.seal(FETCHED, tenantId, password)

export const openDevicePassword = (secrets: Secrets, tenantId: string, sealed: Buffer): string => secrets.open(FETCHED, tenantId, sealed)

/** By which a random secret is found without being kept. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** A user name for a device that is not the extension's first: `101-x7pq`. */
export function furtherUsername(number: string): string {
  return `${number}-${legiblePassword(4).toLowerCase()}`
}

/** As people are told of them: what every phone knows first. */
const ORDER = ['udp', 'tcp', 'tls', 'wss', 'ws']

/** Where a phone is told to register: the tenant's domain, or an address of this machine that others can reach. */
export function registrationAddress(
  settings: Pick<Settings, 'sip'>,
  listening: readonly string[],
  domains: readonly string[],
): Pick<SipCredentials, 'domain' | 'port' | 'transports'> {
  const heard = listening.flatMap((text) => {
    const match = /^(\w+)\/(.+):(\d+)$/.exec(text)
    return match ? [{ transport: match[1] ?? '', host: match[2] ?? '', port: Number(match[3]) }] : []
  })
  const { hosts, port, externalAddress } = settings.sip
  const named = heard.map((each) => each.host).find((each) => !isWildcard(each) && !isLoopback(each))
  const own = hosts.find((host) => !isWildcard(host)) ?? named ?? ownAddress() ?? heard[0]?.host ?? '127.0.0.1'
  const ports = new Map(heard.toReversed().map((each) => [each.transport, each.port]))
  const served = ORDER.flatMap((name) => {
    const at = ports.get(name)
    return at === undefined ? [] : [{ name, port: at }]
  })
  const transports = served.length > 0 ? served : [{ name: 'udp', port }, { name: 'tcp', port }]
  return { domain: domains[0] ?? externalAddress ?? own, port: transports[0]?.port ?? port, transports }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]'
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '[::1]' || host === '::1' || host === 'localhost'
}

function ownAddress(): string | undefined {
  return Object.values(networkInterfaces()).flatMap((list) => list ?? []).find((each) => each.family === 'IPv4' && !each.internal)?.address
}
