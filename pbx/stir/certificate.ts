/** Certificates that signatures of calls are made with (RFC 8226), read and held against those whom we trust. */
import { X509Certificate } from 'node:crypto'
import { BasicConstraints, Certificate } from 'pkijs'
import { messageOf } from '../../config/errors.ts'
import { readTnAuthList, TN_AUTH_LIST, type TnAuthList } from './tn-auth-list.ts'

const OID = { basicConstraints: '2.5.29.19', keyUsage: '2.5.29.15' } as const
/** Critical extensions that are understood, or that restrict what we do not use them for. */
const UNDERSTOOD: ReadonlySet<string> = new Set([OID.basicConstraints, OID.keyUsage, '2.5.29.37', '2.5.29.32', '2.5.29.17', '2.5.29.31', TN_AUTH_LIST])
const MOST = 8
/** keyCertSign among the bits of KeyUsage (RFC 5280 §4.2.1.3). */
const ISSUES = 0x04
const SIGNS = 0x80
/** cRLSign */
const LISTS = 0x02

/** All certificates of a text in PEM, in their order. @throws Error when there is none, or one cannot be read */
export function readPem(text: string, most = MOST): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new Error('it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----')
  if (blocks.length > most) throw new Error(`it holds more than ${most} certificates`)
  return blocks.map((block) => new X509Certificate(block))
}

/** What it may sign calls for. @throws Error with the reason, as the end of a sentence, when it may not sign any */
export function readSigner(certificate: X509Certificate): TnAuthList {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('its key is not of the curve P-256')
  const { extensions, usage } = readExtensions(certificate)
  if (usage !== undefined && (usage & SIGNS) === 0) throw new Error('it may not sign')
  const list = extensions.find(({ id }) => id === TN_AUTH_LIST)
  if (!list) throw new Error('it has no list of numbers (TNAuthList), so it is for no calls')
  return readTnAuthList(list.value)
}

/** A chain that leads to an authority that is trusted. */
export interface Trusted {
  /** What it may sign calls for. */
  numbers: TnAuthList
  /** From the certificate for calls to the authority. */
  path: readonly X509Certificate[]
}

/** What was found of a chain, by the chain: reading it takes some milliseconds, and one company calls again and again. */
const judged = new WeakMap<readonly X509Certificate[], { roots: readonly X509Certificate[]; until: number; found: Trusted | string }>()
const JUDGED_MS = 60_000

/** What a chain may sign calls for; why it may not, as the end of a sentence. Found anew every minute, for certificates end. */
export function judgeChain(chain: readonly X509Certificate[], roots: readonly X509Certificate[], now: number): Trusted | string {
  const known = judged.get(chain)
  if (known?.roots === roots && known.until > now && known.until <= now + JUDGED_MS) return known.found
  const found = findOut(chain, roots, now)
  judged.set(chain, { roots, until: now + JUDGED_MS, found })
  return found
}

/** Only what an authority that is trusted has signed is read in full: strangers could write what takes long. */
function findOut(chain: readonly X509Certificate[], roots: readonly X509Certificate[], now: number): Trusted | string {
  try {
    const path = pathTo(chain, roots)
    if (!path) return 'it was issued by none of the authorities that are trusted here'
    for (const [depth, certificate] of path.entries()) {
      const trouble = troubleOf(certificate, depth, now)
      if (trouble !== undefined) return trouble
    }
    return { numbers: readSigner(path[0] as X509Certificate), path }
  } catch (error) {
    return messageOf(error)
  }
}

/** By who issued whom alone. */
function pathTo([leaf, ...others]: readonly X509Certificate[], roots: readonly X509Certificate[]): X509Certificate[] | undefined {
  const path: X509Certificate[] = []
  for (let current = leaf; current && path.length < MOST; ) {
    path.push(current)
    const signed = current
    const issuedBy = (issuer: X509Certificate): boolean => issuer.ca && signed.checkIssued(issuer) && signed.verify(issuer.publicKey)
    if (roots.some((root) => root.fingerprint256 === signed.fingerprint256)) return path
    const root = roots.find(issuedBy)
    if (root) return [...path, root]
    // Signatures of calls know no other kind (ATIS-1000080 §6.3.6), and a large one of RSA would take long to check.
    current = others.find((one) => one.publicKey.asymmetricKeyType === 'ec' && !path.includes(one) && issuedBy(one))
  }
  return undefined
}

function troubleOf(certificate: X509Certificate, depth: number, now: number): string | undefined {
  const day = (date: Date): string => date.toISOString().slice(0, 10)
  const what = depth === 0 ? 'it' : 'the certificate of an authority above it'
  if (now < certificate.validFromDate.getTime()) return `${what} is not valid before ${day(certificate.validFromDate)}`
  if (now > certificate.validToDate.getTime()) return `${what} ended on ${day(certificate.validToDate)}`
  const { extensions, usage, pathLength } = readExtensions(certificate)
  if (extensions.some(({ id, critical }) => critical && !UNDERSTOOD.has(id))) return `${what} has a critical extension that is not understood`
  if (depth === 0) return undefined
  if (usage !== undefined && (usage & ISSUES) === 0) return 'it was issued by a certificate that may issue none'
  return pathLength !== undefined && pathLength < depth - 1 ? 'it stands further below an authority than that allows' : undefined
}

/** Whether it is one of an authority: that issues certificates, or signs lists of those that were revoked. */
export function isOfAuthority(certificate: X509Certificate): boolean {
  return certificate.ca || ((readExtensions(certificate).usage ?? 0) & LISTS) !== 0
}

interface Extensions {
  extensions: { id: string; critical: boolean; value: ArrayBuffer }[]
  /** The first byte of KeyUsage; undefined: any use. */
  usage: number | undefined
  pathLength: number | undefined
}

function readExtensions({ raw }: X509Certificate): Extensions {
  const extensions = (Certificate.fromBER(Uint8Array.from(raw).buffer).extensions ?? []).map((one) => ({
    id: one.extnID, critical: one.critical, value: Uint8Array.from(one.extnValue.valueBlock.valueHexView).buffer as ArrayBuffer,
  }))
  const valueOf = (wanted: string): ArrayBuffer | undefined => extensions.find(({ id }) => id === wanted)?.value
  const [usage, constraints] = [valueOf(OID.keyUsage), valueOf(OID.basicConstraints)]
  const limit: unknown = constraints && BasicConstraints.fromBER(constraints).pathLenConstraint
  return {
    extensions,
    // BIT STRING: tag, length, unused bits, and the bits.
    usage: usage && new Uint8Array(usage)[3],
    pathLength: typeof limit === 'number' ? limit : undefined,
  }
}
