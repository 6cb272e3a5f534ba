/** The certificates in use: the operator's, else our own; read again when their files change. */
import { readFile } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { messageOf, Refusal } from '../../../config/errors.ts'
import type { Logger } from '../../../config/logger.ts'
import type { Settings } from '../../../config/settings/settings.ts'
import type { TlsOptions, TlsPeer } from '../engine/options.ts'
import type { Certificate } from './certificate.ts'
import { readFolder } from './folder.ts'
import { openOwnAuthority, type OwnAuthority } from './own.ts'
import { startRenewal, type RenewalState } from './renewal.ts'

/** How often the files are looked at. */
const LOOK_MS = 60_000

interface Snapshot {
  /** For the engine. */
  readonly tls: TlsOptions
  /** In use, the one for peers that name none first. */
  readonly certificates: readonly Certificate[]
  /** What is wrong with the files, a sentence each. While there is something, what was read before it stays in use. */
  readonly problems: readonly string[]
  /** PEM of the authority of our own certificate; undefined while that is not in use. */
  readonly authority: string | undefined
}

export interface CertificateStore extends Snapshot {
  /** Of the certificate that an authority makes by itself; undefined: none does. */
  readonly renewal: RenewalState | undefined
  /** Reads the files again now. Rejects with a Refusal when the authorities or the whole cannot be used; what was read before stays then. */
  read(): Promise<void>
  /**
   * Domains that our own certificate shall be for as well.
   *
   * @param peers servers with whom we have certificates of their own
   */
  setDomains(domains: readonly string[], peers?: readonly TlsPeer[]): Promise<void>
  close(): void
}

export interface StoreOptions {
  settings: Pick<Settings, 'home' | 'sip'>
  logger: Logger
  now?: () => number
  lookMs?: number
}

/** Rejects with a Refusal when SIP_TLS_CA cannot be read. Anything wrong with certificates only becomes a problem: phones must be served. */
export async function openCertificateStore({ settings, logger, now = Date.now, lookMs = LOOK_MS }: StoreOptions): Promise<CertificateStore & { onChange(apply: (tls: TlsOptions) => Promise<void>): void }> {
  const { folder, ca: caPath, clients, verifyServers, minVersion } = settings.sip.tls
  let apply: (tls: TlsOptions) => Promise<void> = () => Promise.resolve()
  let authority: OwnAuthority | undefined
  let domains: readonly string[] = []
  let peers: readonly TlsPeer[] = []
  let work: Promise<unknown> = Promise.resolve()

  const gather = async (): Promise<Snapshot> => {
    const { certificates, problems } = await readFolder(folder)
    const ca = caPath === undefined ? undefined : await readAuthorities(caPath)
    if (certificates.length === 0) {
      authority ??= await openOwnAuthority(settings.home, now())
      certificates.push(await authority.issue(ownNames(settings.sip.externalAddress, domains), now()))
    }
    return {
      tls: { certificates: certificates.map(({ certificate, key }) => ({ certificate, key })), ca, clients, verifyServers, minVersion, ...(peers.length > 0 && { peers }) },
      certificates, problems, authority: certificates[0]?.own === true ? authority?.certificate : undefined,
    }
  }
  let current = await gather()
  for (const problem of current.problems) logger.warn(problem)

  const report = (problems: readonly string[]): void => {
    for (const problem of problems) if (!current.problems.includes(problem)) logger.warn(problem)
    current = { ...current, problems }
  }
  const readAgain = async (): Promise<void> => {
    const next = await gather()
    // Half of a pair may be written and the other not yet: all of it is good, or nothing changes.
    if (next.problems.length > 0) return report(next.problems)
    if (JSON.stringify(next.tls) !== JSON.stringify(current.tls)) {
      await apply(next.tls)
      logger.info({ certificates: next.certificates.map(({ source, notAfter }) => ({ source, notAfter })) }, 'other TLS certificates are in use')
    }
    current = next
  }
  /** One after the other, as reading and applying take a while. */
  const read = (): Promise<void> => {
    const done = work.then(readAgain)
    work = done.catch((error: unknown) => report([messageOf(error)]))
    return done
  }
  const look = setInterval(() => void read().catch(() => undefined), lookMs)
  look.unref()
  const renewal = settings.sip.acme && startRenewal({ settings: settings.sip.acme, folder, home: settings.home, logger, taken: read, now })

  return {
    get tls() {
      return current.tls
    },
    get certificates() {
      return current.certificates
    },
    get problems() {
      return current.problems
    },
    get authority() {
      return current.authority
    },
    get renewal() {
      return renewal?.state
    },
    read,
    async setDomains(wanted, others = []) {
      const changed = JSON.stringify(others) !== JSON.stringify(peers)
      peers = others
      domains = wanted.map((domain) => domain.toLowerCase())
      const own = current.certificates[0]
      if (changed || (own?.own === true && domains.some((domain) => !own.names.includes(domain)))) await read()
      // Another call may have begun what this one waits for.
      else await work
    },
    onChange: (listener) => (apply = listener),
    close() {
      renewal?.close()
      clearInterval(look)
    },
  }
}

async function readAuthorities(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM')
    return text
  } catch (error) {
    throw new Refusal('unprocessable', `SIP_TLS_CA ${path} cannot be used: ${messageOf(error)}. Set it to a PEM file with certificates of authorities.`, { cause: error })
  }
}

/** Whatever a phone or a browser may be told to connect to. */
function ownNames(external: string | undefined, domains: readonly string[]): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []).map((entry) => entry.address).filter((address) => !address.startsWith('fe80:'))
  return [...new Set([...domains, hostname().toLowerCase(), 'localhost', ...addresses, ...(external === undefined ? [] : [external])])].filter((name) => name.length <= 253)
}
