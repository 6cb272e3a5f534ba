/** A security key in software (WebAuthn Level 3 §6, CTAP 2.1): as a browser would answer with it. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

type Item = number | string | Buffer | Map<number | string, Item>

/** CBOR of what keys say (RFC 8949 §3). */
function cbor(item: Item): Buffer {
  const head = (major: number, value: number): Buffer => value < 24 ? Buffer.from([major * 32 + value]) : value < 256 ? Buffer.from([major * 32 + 24, value]) : Buffer.from([major * 32 + 25, value >> 8, value & 255])
  if (typeof item === 'number') return item < 0 ? head(1, -1 - item) : head(0, item)
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)])
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item])
  return Buffer.concat([head(5, item.size), ...[...item].flatMap(([key, value]) => [cbor(key), cbor(value)])])
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()
const encode = (data: Buffer | string): string => Buffer.from(data).toString('base64url')

/** What is done otherwise than a browser at the right page with a key that saw its owner would. */
export interface Mischief {
  origin?: string
  rpId?: string
  /** False: nobody showed a PIN or a finger. */
  verified?: boolean
  challenge?: string
  type?: string
  userHandle?: string
  signature?: string
  counter?: number
}

export class SoftKey {
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly id: string = encode(randomBytes(32))
  readonly #origin: string
  #userHandle: string | undefined
  counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  /** A copy that knows all this one knows now. */
  copy(): SoftKey {
    const copy = new SoftKey(this.#origin)
    Object.assign(copy.#keys, this.#keys)
    Object.assign(copy, { id: this.id, counter: this.counter })
    copy.#userHandle = this.#userHandle
    return copy
  }

  /** As `navigator.credentials.create(options).toJSON()`. */
  create(options: Record<string, unknown>, odd: Mischief = {}): object {
    this.#userHandle = (options['user'] as { id: string }).id
    const clientDataJSON = this.#clientData('webauthn.create', options, odd)
    const jwk = this.#keys.publicKey.export({ format: 'jwk' })
    const cose = new Map<number, Item>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(jwk.x ?? '', 'base64url')], [-3, Buffer.from(jwk.y ?? '', 'base64url')]])
    const id = Buffer.from(this.id, 'base64url')
    const authData = Buffer.concat([this.#head(odd, 0x40), Buffer.alloc(16), Buffer.from([id.length >> 8, id.length & 255]), id, cbor(cose)])
    const attestationObject = cbor(new Map<string, Item>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]))
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: encode(clientDataJSON), attestationObject: encode(attestationObject), transports: ['usb'] } }
  }

  /** As `navigator.credentials.get(options).toJSON()`. */
  get(options: Record<string, unknown>, odd: Mischief = {}): object {
    const clientDataJSON = this.#clientData('webauthn.get', options, odd)
    this.counter += 1
    const authenticatorData = this.#head(odd, 0)
    const signature = odd.signature ?? encode(sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), this.#keys.privateKey))
    return {
      id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {},
      response: { clientDataJSON: encode(clientDataJSON), authenticatorData: encode(authenticatorData), signature, ...((odd.userHandle ?? this.#userHandle) !== undefined && { userHandle: odd.userHandle ?? this.#userHandle }) },
    }
  }

  #clientData(type: string, options: Record<string, unknown>, odd: Mischief): string {
    return JSON.stringify({ type: odd.type ?? type, challenge: odd.challenge ?? options['challenge'], origin: odd.origin ?? this.#origin, crossOrigin: false })
  }

  #head({ rpId, verified = true, counter = this.counter }: Mischief, flags: number): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(rpId ?? new URL(this.#origin).hostname), Buffer.from([1 | (verified ? 4 : 0) | flags]), count])
  }
}
