/** Addresses that lead to one phone of an extension (RFC 5627): a public one that names it, temporary ones that tell nobody who it is. */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import type { SipUri } from '../sip/types.ts'
import { formatHostPort, unescapeUri } from '../sip/uri.ts'
import { instanceOf, type Binding } from './binding.ts'

/** Whom a GRUU means. `registration` is the run of registrations that a temporary one was given in, and ends with. */
export type GruuTarget =
  | { kind: 'public'; user: string; instance: string }
  | { kind: 'temporary'; deviceId: string; registration: string }

export interface Gruus {
  /**
   * The contact parameters of a binding that the 200 tells; empty for a phone without an instance.
   *
   * @param address the address of record as the phone writes it, by which it is found again
   * @param own whether that phone is told of itself: nobody else needs a temporary one
   */
  params(address: SipUri, binding: Binding, own: boolean): string
  /** Undefined: no GRUU; `invalid`: none of ours, or not any more as it is written. */
  read(uri: SipUri): GruuTarget | 'invalid' | undefined
  /** Whether a temporary one was given in this run of registrations. */
  isOf(target: Extract<GruuTarget, { kind: 'temporary' }>, binding: Binding): boolean
}

const PREFIX = 'tgruu.'
const IV_BYTES = 12
const TAG_BYTES = 12
const UUID_BYTES = 16
const REGISTRATION_BYTES = 16
/** What a URI parameter may hold as it is (RFC 3261 §25.1); the rest is written %HH. */
const NOT_IN_PARAMETER = /[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/gu

/**
 * A temporary GRUU carries what it means, encrypted: nobody can make one or read who it is, two of one phone look unlike, and
 * nothing is kept. It holds the device and the run of registrations, which ends with the binding, or when the phone registers
 * with another Call-ID: all it was given until then are void (§4.2).
 *
 * @param key 32 bytes that survive restarts
 */
export function createGruus(key: Buffer): Gruus {
  const seal = (plain: Buffer): string => {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }
  const open = (text: string): Buffer | undefined => {
    const sealed = Buffer.from(text, 'base64url')
    if (sealed.length !== IV_BYTES + UUID_BYTES + REGISTRATION_BYTES + TAG_BYTES) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
    } catch {
      return undefined
    }
  }
  return {
    params({ scheme, user, host, port }, binding, own) {
      const phone = instanceOf(binding)
      if (!phone || user === undefined) return ''
      const at = port === undefined ? host : formatHostPort(host, port)
      const instance = phone.instance.slice(1, -1).replace(NOT_IN_PARAMETER, encodeURIComponent)
      const told = `;pub-gruu="${scheme}:${user}@${at};gr=${instance}"`
      if (!own) return told
      const token = seal(Buffer.concat([Buffer.from(binding.deviceId.replaceAll('-', ''), 'hex'), Buffer.from(registrationOf(binding), 'hex')]))
      return `${told};temp-gruu="${scheme}:${PREFIX}${token}@${at};gr"`
    },
    read({ user, params }) {
      const gr = params.get('gr')
      if (gr === undefined || user === undefined) return undefined
      if (gr !== '') return { kind: 'public', user, instance: `<${unescapeUri(gr).toLowerCase()}>` }
      const plain = user.startsWith(PREFIX) ? open(user.slice(PREFIX.length)) : undefined
      if (!plain) return 'invalid'
      const hex = plain.toString('hex', 0, UUID_BYTES)
      return { kind: 'temporary', deviceId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), registration: plain.toString('hex', UUID_BYTES) }
    },
    isOf: ({ deviceId, registration }, binding) => binding.deviceId === deviceId && registrationOf(binding) === registration,
  }
}

/** Which run of registrations of which phone; over another flow it is another. */
function registrationOf({ id, callId }: Binding): string {
  return hash('sha256', `${id} ${callId}`, 'hex').slice(0, 2 * REGISTRATION_BYTES)
}
