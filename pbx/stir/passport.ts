/**
 * PASSporTs (RFC 8225): signed statements on who calls whom, as SHAKEN (RFC 8588) and a diversion (RFC 8946) make them. Always of the
 * full form, signed by ECDSA on P-256 with SHA-256.
 */
import { sign, verify, type KeyObject } from 'node:crypto'

/** How sure whoever signs is (RFC 8588 §4): the caller and the right to the number are known, the caller is known, neither is. */
export type Attestation = 'A' | 'B' | 'C'

export interface Claims {
  /** Seconds since the epoch. */
  iat: number
  /** Numbers in E.164 without a +. */
  orig: string
  dest: readonly string[]
}

export interface ShakenClaims extends Claims {
  attest: Attestation
  /** Of the origin, a UUID. */
  origid: string
}

export interface Passport extends Claims {
  ppt: 'shaken' | 'div'
  /** Where the certificate is. */
  x5u: string
  attest: Attestation | undefined
  origid: string | undefined
  /** Of a diversion: whom the call was for. */
  divertedFrom: string | undefined
  signed: string
  signature: Buffer
}

const MOST = 6_000
const NUMBER = /^[0-9*#]{1,15}$/
const SIGNATURE_BYTES = 64

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Keys in the order of their names and nothing between them (RFC 8225 §9). */
export function writePassport(key: KeyObject, x5u: string, { attest, dest, iat, orig, origid }: ShakenClaims): string {
  const signed = `${part({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u })}.${part({ attest, dest: { tn: dest }, iat, orig: { tn: orig }, origid })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** What it says, which nobody has proved yet; a sentence when it cannot be read. */
export function readPassport(token: string): Passport | string {
  if (token.length > MOST) return `The signature is longer than ${MOST} characters.`
  const [head = '', body = '', end = '', ...rest] = token.split('.')
  if (rest.length > 0 || body === '' || end === '') return 'The signature is not of the full form, header.payload.signature.'
  const [header, payload] = [objectIn(head), objectIn(body)]
  if (!header || !payload) return 'The signature holds no JSON.'
  const signature = Buffer.from(end, 'base64url')
  const { typ, alg, ppt, x5u } = header
  if (alg !== 'ES256') return `The signature is made by ${shown(alg)}, and only ES256 is taken.`
  if (typ !== 'passport') return `The signature is a ${shown(typ)} and no passport.`
  if (ppt !== 'shaken' && ppt !== 'div') return `The signature is of the kind ${shown(ppt)}, and only shaken and div are understood.`
  if (typeof x5u !== 'string') return 'The signature does not say where its certificate is.'
  if (signature.length !== SIGNATURE_BYTES) return 'The signature has not the 64 bytes of ES256.'
  const { iat, attest, origid } = payload
  const orig = numberIn(payload['orig'])
  const dest = numbersIn(payload['dest'])
  const divertedFrom = numberIn(payload['div'])
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) return 'The signature does not say when it was made.'
  if (orig === undefined) return 'The signature names no number that calls.'
  if (dest === undefined) return 'The signature names no number that is called.'
  if (ppt === 'shaken' && attest !== 'A' && attest !== 'B' && attest !== 'C') return `The signature attests ${shown(attest)}, and not A, B or C.`
  if (ppt === 'shaken' && typeof origid !== 'string') return 'The signature names no origin.'
  if (ppt === 'div' && divertedFrom === undefined) return 'The signature of a diversion does not say whom the call was for.'
  return {
    ppt, x5u, iat, orig, dest, divertedFrom, signature, signed: `${head}.${body}`,
    attest: attest === 'A' || attest === 'B' || attest === 'C' ? attest : undefined, origid: typeof origid === 'string' ? origid : undefined,
  }
}

export function isSignedBy({ signed, signature }: Passport, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function objectIn(text: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const isNumber = (value: unknown): value is string => typeof value === 'string' && NUMBER.test(value)
const tnOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? (value as { tn?: unknown }).tn : undefined)

function numberIn(value: unknown): string | undefined {
  const tn = tnOf(value)
  return isNumber(tn) ? tn : undefined
}

function numbersIn(value: unknown): readonly string[] | undefined {
  const tn = tnOf(value)
  const all: readonly unknown[] = Array.isArray(tn) ? tn : []
  return all.length > 0 && all.length <= 20 && all.every(isNumber) ? all : undefined
}

const shown = (value: unknown): string => (typeof value === 'string' ? `“${value.replace(/[^\w.-]/g, '').slice(0, 20)}”` : 'nothing that can be read')
