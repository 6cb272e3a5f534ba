/** Holds the signatures of a call against what it says (RFC 8224 §6.2, ATIS-1000074 §5.3, RFC 8946 §6). */
import { X509Certificate } from 'node:crypto'
import { messageOf } from '../../config/errors.ts'
import { within } from '../../config/within.ts'
import type { CallerIdentity } from '../events/catalogue.ts'
import { judgeChain } from './certificate.ts'
import { readIdentities, type IdentityHeader } from './identity-header.ts'
import { isSignedBy, readPassport, type Attestation, type Passport } from './passport.ts'
import type { CertificateStore, RevocationStore } from './published-store.ts'
import { isRevoked, pointsOf } from './revocation.ts'
import { speaksFor } from './tn-auth-list.ts'

/** What a call is refused with, when it is (RFC 8224 §6.2.2). */
export type IdentityFault = 'identity-missing' | 'identity-stale' | 'identity-info' | 'identity-credential' | 'identity-invalid'

export interface IdentityVerdict extends CallerIdentity {
  /** Null: it is what it says. */
  fault: IdentityFault | null
}

export interface SignedCall {
  /** All Identity headers; undefined: there is none. */
  identity: string | undefined
  /** Date. */
  date: string | undefined
  /** What the caller's number, and the called one, may mean in E.164 without a +; none: it is no such number, or not told. */
  caller: readonly string[]
  called: readonly string[]
}

export interface VerifyWorld {
  store: CertificateStore
  lists: RevocationStore
  /** Authorities that are trusted. */
  roots: readonly X509Certificate[]
  /** Milliseconds since the epoch. */
  now: () => number
}

const FRESH_SECONDS = 60
/** A list that comes later serves the next call. */
const LIST_MS = 500
/** Of each kind, more are not looked at. */
const MOST = 3

class Fault extends Error {
  readonly fault: IdentityFault
  /** Nobody can say: neither good nor bad. */
  readonly unknown: boolean

  constructor(fault: IdentityFault, message: string, unknown = false) {
    super(message)
    this.fault = fault
    this.unknown = unknown
  }
}

export const verdictOf = (fault: IdentityFault, reason: string, unknown: boolean, passport?: Passport): IdentityVerdict =>
  ({ verstat: unknown ? 'No-TN-Validation' : 'TN-Validation-Failed', attestation: passport?.attest ?? null, origin: passport?.origid ?? null, reason, fault })

/** Never rejects. */
export async function verifyCall(world: VerifyWorld, call: SignedCall): Promise<IdentityVerdict> {
  if (call.identity === undefined) return verdictOf('identity-missing', 'The call carries no signature.', true)
  const headers = readIdentities(call.identity)
  if (typeof headers === 'string') return verdictOf('identity-invalid', headers, false)
  // A kind that is not understood is passed over (RFC 8224 §6.2).
  const kinds = Object.groupBy(headers, ({ ppt }) => (ppt === undefined || ppt === 'shaken' ? 'shaken' : ppt === 'div' ? 'div' : 'other'))
  const [first, ...others] = (kinds.shaken ?? []).slice(0, MOST)
  if (!first) return verdictOf('identity-missing', 'The call carries no signature of the kind that says who calls (shaken).', true)
  let verdict = await verifyOne(world, call, first, kinds.div ?? [])
  for (const header of others) if (verdict.fault !== null) verdict = await verifyOne(world, call, header, kinds.div ?? [])
  return verdict
}

async function verifyOne(world: VerifyWorld, call: SignedCall, header: IdentityHeader, diversions: readonly IdentityHeader[]): Promise<IdentityVerdict> {
  let passport: Passport | undefined
  try {
    passport = read(world, call, header, 'shaken')
    if (call.caller.length === 0) throw new Fault('identity-invalid', 'The call tells no number of a caller that the signature could be held against.', true)
    if (!call.caller.includes(passport.orig)) throw new Fault('identity-invalid', `The signature is for +${passport.orig} as the caller, which is not who the call says calls.`)
    if (call.called.length === 0) throw new Fault('identity-invalid', 'The called number is no whole number that the signature could be held against.', true)
    await prove(world, passport, passport.orig)
    const way = await wayTo(world, call, passport, diversions)
    const { attest = 'C', origid = null } = passport
    return { verstat: `TN-Validation-Passed-${attest}`, attestation: attest, origin: origid, reason: `The signature of the caller is good and attests ${WORDS[attest]}.${way}`, fault: null }
  } catch (error) {
    if (error instanceof Fault) return verdictOf(error.fault, error.message, error.unknown, passport)
    return verdictOf('identity-invalid', `The signature cannot be read: ${messageOf(error)}.`, false, passport)
  }
}

const WORDS: Readonly<Record<Attestation, string>> = { A: 'caller and number (A)', B: 'the caller, and not the number (B)', C: 'no more than where the call came in (C)' }

/** @throws Fault */
function read({ now }: VerifyWorld, { date }: SignedCall, { token, info, alg, ppt }: IdentityHeader, wanted: Passport['ppt']): Passport {
  const passport = readPassport(token)
  if (typeof passport === 'string') throw new Fault('identity-invalid', passport)
  if (passport.ppt !== wanted || (ppt !== undefined && ppt !== passport.ppt) || (alg !== undefined && alg !== 'ES256')) throw new Fault('identity-invalid', 'The signature is of another kind than its header says.')
  if (passport.x5u !== info) throw new Fault('identity-invalid', 'The signature names another certificate than its header.')
  const age = now() / 1000 - passport.iat
  if (Math.abs(age) > FRESH_SECONDS) throw new Fault('identity-stale', `The signature is ${age > 0 ? `${Math.round(age)} seconds old` : `of a time ${Math.round(-age)} seconds ahead`}; at most ${FRESH_SECONDS} are taken.`)
  if (date !== undefined && wanted === 'shaken') {
    const dated = Date.parse(date) / 1000
    // NaN is more than nothing.
    if (!(Math.abs(dated - passport.iat) <= FRESH_SECONDS)) throw new Fault('identity-stale', 'The signature is of another time than the Date of the call.')
  }
  return passport
}

/** @throws Fault unless it was signed by whoever may speak for the number */
async function prove({ store, lists, roots, now }: VerifyWorld, passport: Passport, number: string): Promise<void> {
  const found = await store.find(passport.x5u)
  if ('trouble' in found) throw new Fault('identity-info', `The certificate of the signature could not be fetched: ${found.trouble}.`, found.dead)
  const chain = found.value
  const [leaf] = chain as [X509Certificate]
  const unusable = (why: string): Fault => new Fault('identity-credential', `The certificate of the signature is not taken: ${why}.`)
  if (roots.length === 0) throw new Fault('identity-credential', 'No authority for signed calls is trusted here yet. Enter one under Signed calls.', true)
  const trusted = judgeChain(chain, roots, now())
  if (typeof trusted === 'string') throw unusable(trusted)
  if (!speaksFor(trusted.numbers, number)) throw unusable(`it is not for +${number}`)
  if (!isSignedBy(passport, leaf.publicKey)) throw new Fault('identity-invalid', 'The signature is not one of its certificate: the call was changed on its way, or the signature is made up.')
  if (await wasRevoked(trusted.path, { lists, roots, now })) throw unusable('it, or one above it, was revoked')
}

/** By the lists that certificates name. One that does not come says nothing, as everywhere (RFC 5280 §6.3.3): else whoever attacks its server decides who can be called. */
async function wasRevoked(path: readonly X509Certificate[], { lists, roots, now }: Omit<VerifyWorld, 'store'>): Promise<boolean> {
  const asked = path.flatMap((certificate) => pointsOf(certificate).map(async (url) => {
    const found = await within(lists.find(url), LIST_MS)
    return found !== undefined && 'value' in found && [roots, path].some((signers) => isRevoked(certificate, found.value, signers, now()))
  }))
  return asked.length > 0 && (await Promise.all(asked)).includes(true)
}

/** How the signature comes to be for the called number, as a further sentence. @throws Fault when it does not */
async function wayTo(world: VerifyWorld, call: SignedCall, { orig, dest }: Passport, headers: readonly IdentityHeader[]): Promise<string> {
  const ours = (numbers: readonly string[]): boolean => numbers.some((one) => call.called.includes(one))
  if (ours(dest)) return ''
  const diversions = headers.slice(0, MOST).map((header) => read(world, call, header, 'div'))
  let now = dest
  for (let at = 0; at < diversions.length; at += 1) {
    const from = now
    const next = diversions.find((one) => one.orig === orig && from.includes(one.divertedFrom ?? ''))
    if (!next?.divertedFrom) break
    await prove(world, next, next.divertedFrom)
    now = next.dest
    if (ours(now)) return ` It was sent on from +${next.divertedFrom}, which is signed as well.`
  }
  throw new Fault('identity-invalid', `The signature is for a call to +${dest[0]}, and this one is for another number.`)
}
