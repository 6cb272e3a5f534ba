/** Signs calls that go out over trunks (SHAKEN, ATIS-1000074 §5.2): who calls whom, and how sure we are of that. */
import { createHmac, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Directory, DirectorySnapshot, SnapshotStir, SnapshotTrunk } from '../directory/types.ts'
import { parseAddressList } from '../sip/address.ts'
import { readSigner } from './certificate.ts'
import { writeIdentity } from './identity-header.ts'
import { canonicalNumber, meanings } from './number.ts'
import { writePassport, type Attestation } from './passport.ts'
import { publishedAt } from './published.ts'
import { speaksFor, type TnAuthList } from './tn-auth-list.ts'

/** What is sent in headers. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** Whose call it is, as far as we know. */
export interface Origin {
  /** It proved who it is: a phone of ours, or a PBX that registers with us. */
  authenticated: boolean
  /** Of the phones of one extension, or of what comes over one trunk; not shown to anybody. */
  id: string
}

export interface Signer {
  /**
   * The headers with Identity and Date, when calls over this trunk are signed and this one can be; else as they are.
   *
   * @param call `called` as it is sent; `from` the user in From
   */
  sign(trunk: SnapshotTrunk, call: { called: string; from: string; origin: Origin }, headers: Headers): Headers
}

/** A certificate with its key, ready to sign. */
interface Pen {
  key: KeyObject
  url: string
  numbers: TnAuthList
  ends: number
}

export function createSigner({ directory, publicUrl, key, now, logger }: {
  directory: Pick<Directory, 'snapshot'>
  publicUrl: string
  /** Of what origins are called outside. */
  key: Uint8Array
  /** Milliseconds since the epoch. */
  now: () => number
  logger: Logger
}): Signer {
  /** By what is configured: a change makes another object. */
  const pens = new WeakMap<SnapshotStir, Pen | null>()
  const penOf = (stir: SnapshotStir): Pen | null => {
    const known = pens.get(stir)
    if (known !== undefined) return known
    const pen = readPen(stir, publicUrl)
    pens.set(stir, pen)
    return pen
  }
  return {
    sign(trunk, { called, from, origin }, headers) {
      if (!trunk.signCalls) return headers
      try {
        const snapshot = directory.snapshot()
        const pen = penOf(snapshot.stirOf(trunk.tenantId))
        if (!pen || pen.ends <= now()) return headers
        const orig = canonicalNumber(shownBy(headers) ?? from, trunk.country)
        const dest = canonicalNumber(trunk.format === 'digits' && /^[1-9]/.test(called) ? `+${called}` : called, trunk.country)
        if (orig === undefined || dest === undefined || !speaksFor(pen.numbers, orig)) return headers
        const iat = Math.floor(now() / 1000)
        const token = writePassport(pen.key, pen.url, { attest: attestationOf(snapshot, trunk.tenantId, orig, origin), dest: [dest], iat, orig, origid: uuidOf(key, `${trunk.tenantId} ${origin.id}`) })
        const others = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(date|identity)$/i.test(name)))
        return { ...others, Date: new Date(iat * 1000).toUTCString(), Identity: writeIdentity(token, pen.url) }
      } catch (error) {
        // A call goes out unsigned rather than not at all.
        logger.error({ tenant: trunk.tenantId, trunk: trunk.id, err: error }, `a call was not signed: ${messageOf(error)}`)
        return headers
      }
    },
  }
}

function readPen({ certificate, key, certificateUrl }: SnapshotStir, publicUrl: string): Pen | null {
  const url = certificate === null ? undefined : certificateUrl ?? publishedAt(publicUrl, certificate)
  if (certificate === null || key === null || url === undefined) return null
  const leaf = new X509Certificate(certificate)
  return { key: createPrivateKey(key), url, numbers: readSigner(leaf), ends: leaf.validToDate.getTime() }
}

/** Whom the carrier is told as the caller besides From: that is what it shows. */
function shownBy(headers: Headers): string | undefined {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === 'p-asserted-identity')
  const value = name === undefined ? undefined : headers[name]
  return parseAddressList(typeof value === 'string' ? value : (value?.[0] ?? ''))?.[0]?.uri.user
}

/** ATIS-1000074 §5.2.3. Nothing but a number of the company that one of its own phones shows is vouched for in full. */
export function attestationOf(snapshot: DirectorySnapshot, tenantId: string, number: string, { authenticated }: Origin): Attestation {
  if (!authenticated) return 'C'
  return isOfCompany(snapshot, tenantId, number) ? 'A' : 'B'
}

/** Numbers of a tenant in E.164, by the lists they are read from. */
const owned = new WeakMap<object, Set<string>>()

/** Calls to it come in here, or it is the number that a trunk was given. @param number E.164 without a + */
function isOfCompany(snapshot: DirectorySnapshot, tenantId: string, number: string): boolean {
  const trunks = snapshot.trunksOf(tenantId)
  const known = owned.get(trunks)
  if (known) return known.has(number)
  const countries = [...new Set(trunks.map(({ country }) => country))]
  const numbers = new Set([
    ...snapshot.inboundNumbersOf(tenantId).filter(({ enabled }) => enabled).flatMap((one) => countries.flatMap((country) => meanings(one.number, country))),
    ...trunks.flatMap(({ callerId, country }) => (callerId === null ? [] : meanings(callerId, country))),
  ])
  owned.set(trunks, numbers)
  return numbers.has(number)
}

/** The same for the same origin, and of no use to find it (RFC 8588 §5). */
function uuidOf(key: Uint8Array, text: string): string {
  const bytes = createHmac('sha256', key).update(text).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
