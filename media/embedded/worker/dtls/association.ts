/**
 * One DTLS association (RFC 6347), as far as DTLS-SRTP needs it (RFC 5764): both roles, one cipher suite, certificates
 * that are known by their fingerprints (RFC 8122). It says who the peer is and gives the keys for SRTP; application
 * data it has none.
 */
import { createECDH, createHash, createPrivateKey, randomBytes, sign, timingSafeEqual, verify, X509Certificate, constants, type KeyObject } from 'node:crypto'
import type { Fingerprint, SrtpKey, SrtpSuite } from '../../../sdp/types.ts'
import type { Identity } from '../../protocol.ts'
import { Malformed, Reader } from './bytes.ts'
import { Flights } from './flights.ts'
import * as messages from './messages.ts'
import { HANDSHAKE } from './records.ts'
import { masterSecret, prf, recordKeys, sha256, srtpKeys, type Randoms } from './secrets.ts'

export interface AssociationListener {
  send(datagram: Buffer): void
  secured(keys: { suite: SrtpSuite; send: SrtpKey; receive: SrtpKey }): void
  /** It will not be: the peer is another than it said, or speaks something else. */
  failed(reason: string): void
}

/** A handshake that takes longer will not end. */
const PATIENCE_MS = 30_000
const NO_COOKIE = Buffer.alloc(0)
const VERIFY_BYTES = 12

/** The peer is not who it says, or cannot what we can. */
class Untrusted extends Error {}

type Step = 'hello' | 'certificate' | 'server-key' | 'server-done' | 'client-key' | 'verify' | 'finished' | 'done' | 'failed'

export class Association {
  readonly #active: boolean
  readonly #identity: Identity
  readonly #fingerprints: readonly Fingerprint[]
  readonly #listener: AssociationListener
  readonly #flights: Flights
  readonly #ecdh = createECDH('prime256v1')
  readonly #random = randomBytes(32)
  #patience: NodeJS.Timeout | undefined
  #step: Step = 'hello'
  /** Handshake messages so far, those of both sides. */
  #transcript: Buffer[] = []
  #randoms: Randoms | undefined
  #suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'
  #extended = false
  #peer: X509Certificate | undefined
  #peerPoint: Buffer | undefined
  #asked = false
  #master: Buffer | undefined

  /** @param active we are the client and begin, with `start` */
  constructor(active: boolean, identity: Identity, fingerprints: readonly Fingerprint[], listener: AssociationListener) {
    this.#active = active
    this.#identity = identity
    this.#fingerprints = fingerprints
    this.#listener = listener
    this.#flights = new Flights({
      send: (datagram) => listener.send(datagram),
      message: (type, body, raw, epoch) => this.#message(type, body, raw, epoch),
      repeated: (type) => this.#repeated(type),
    })
    this.#ecdh.generateKeys()
  }

  /** Begins, when that is ours to do. */
  start(): void {
    if (!this.#active || this.#step !== 'hello' || this.#transcript.length > 0) return
    this.#expectEnd()
    this.#hello(NO_COOKIE)
  }

  take(datagram: Buffer): void {
    if (this.#step === 'failed') return
    for (const { type, epoch, body } of this.#flights.records.read(datagram)) {
      // What comes unencrypted may be anybody's: an alert would only make it easy to end a call.
      if (type !== HANDSHAKE) continue
      this.#expectEnd()
      this.#flights.take(body, epoch)
    }
  }

  /** From the first message on: before it a phone may ring for as long as it likes. */
  #expectEnd(): void {
    if (this.#step !== 'done') this.#patience ??= setTimeout(() => this.#fail('the handshake of DTLS was not finished in time'), PATIENCE_MS)
  }

  close(): void {
    this.#step = 'failed'
    clearTimeout(this.#patience)
    this.#flights.rest()
  }

  #fail(reason: string): void {
    if (this.#step === 'failed' || this.#step === 'done') return
    this.close()
    this.#listener.failed(reason)
  }

  #message(type: number, body: Buffer, raw: Buffer, epoch: number): void {
    if (this.#step === 'failed' || this.#step === 'done') return
    // Only what ends the handshake is encrypted, and that always.
    if ((type === messages.FINISHED) !== (epoch === 1)) return this.#fail('a message of the handshake came out of turn')
    try {
      if (this.#active) this.#asClient(type, body, raw)
      else this.#asServer(type, body, raw)
    } catch (error) {
      if (error instanceof Untrusted || error instanceof Malformed) this.#fail(error.message)
      // A point that is none on the curve, a certificate that is none.
      else this.#fail('the handshake of DTLS holds nonsense')
    }
  }

  /** The peer has not got what we sent last. */
  #repeated(type: number): void {
    const last = this.#active ? this.#step === 'finished' && type === messages.SERVER_HELLO_DONE
      : (this.#step === 'certificate' && type === messages.CLIENT_HELLO) || (this.#step === 'done' && type === messages.FINISHED)
    if (last) this.#flights.resend()
  }

  #asClient(type: number, body: Buffer, raw: Buffer): void {
    if (this.#step === 'hello' && type === messages.HELLO_VERIFY_REQUEST) {
      // RFC 6347 §4.2.1: the first hello counts no more.
      this.#transcript = []
      return this.#hello(messages.readCookie(body))
    }
    if (type === messages.FINISHED && this.#step === 'finished') {
      this.#checkFinished(body, 'server finished')
      return this.#done()
    }
    this.#transcript.push(raw)
    if (type === messages.SERVER_HELLO && this.#step === 'hello') {
      const hello = messages.readServerHello(body)
      if (hello === undefined) throw new Untrusted('the peer chose a cipher for DTLS-SRTP that we have not')
      this.#agree(hello, { client: this.#random, server: hello.random })
      this.#step = 'certificate'
    } else if (type === messages.CERTIFICATE && this.#step === 'certificate') {
      this.#recognise(messages.readCertificate(body))
      this.#step = 'server-key'
    } else if (type === messages.SERVER_KEY_EXCHANGE && this.#step === 'server-key') {
      const { params, point, signature } = messages.readServerKeyExchange(body)
      const { client, server } = this.#randoms!
      this.#check(signature, Buffer.concat([client, server, params]))
      this.#peerPoint = point
      this.#step = 'server-done'
    } else if (type === messages.CERTIFICATE_REQUEST && this.#step === 'server-done') this.#asked = true
    else if (type === messages.SERVER_HELLO_DONE && this.#step === 'server-done') this.#answerServer()
    else throw new Malformed('a message of the handshake came out of turn')
  }

  #hello(cookie: Buffer): void {
    const hello = this.#add(messages.CLIENT_HELLO, messages.clientHello(this.#random, cookie))
    this.#flights.fly([hello])
  }

  #answerServer(): void {
    const flight: Buffer[] = []
    if (this.#asked) flight.push(this.#add(messages.CERTIFICATE, messages.certificate(Buffer.from(this.#identity.certificate))))
    flight.push(this.#add(messages.CLIENT_KEY_EXCHANGE, messages.clientPoint(this.#ecdh.getPublicKey())))
    this.#deriveKeys()
    if (this.#asked) flight.push(this.#add(messages.CERTIFICATE_VERIFY, messages.signed(this.#sign(Buffer.concat(this.#transcript)))))
    const finished = this.#add(messages.FINISHED, this.#verifyData('client finished'))
    this.#step = 'finished'
    this.#flights.fly(flight, [finished])
  }

  #asServer(type: number, body: Buffer, raw: Buffer): void {
    if (type === messages.CLIENT_HELLO && this.#step === 'hello') {
      const hello = messages.readClientHello(body)
      if (hello === undefined) throw new Untrusted('the peer has no cipher for DTLS-SRTP in common with us')
      this.#transcript.push(raw)
      this.#agree(hello, { client: hello.random, server: this.#random })
      return this.#answerClient(hello)
    }
    if (type === messages.CERTIFICATE && this.#step === 'certificate') {
      this.#recognise(messages.readCertificate(body))
      this.#step = 'client-key'
    } else if (type === messages.CLIENT_KEY_EXCHANGE && this.#step === 'client-key') {
      this.#transcript.push(raw)
      this.#peerPoint = messages.readClientPoint(body)
      this.#deriveKeys()
      this.#step = 'verify'
      return
    } else if (type === messages.CERTIFICATE_VERIFY && this.#step === 'verify') {
      this.#check(messages.readSigned(new Reader(body)), Buffer.concat(this.#transcript))
      this.#step = 'finished'
    } else if (type === messages.FINISHED && this.#step === 'finished') {
      this.#checkFinished(body, 'client finished')
      this.#transcript.push(raw)
      const finished = this.#add(messages.FINISHED, this.#verifyData('server finished'))
      this.#flights.fly([], [finished], false)
      return this.#done()
    } else throw new Malformed('a message of the handshake came out of turn')
    this.#transcript.push(raw)
  }

  #answerClient(hello: messages.Hello): void {
    const point = messages.serverPoint(this.#ecdh.getPublicKey())
    const signature = this.#sign(Buffer.concat([hello.random, this.#random, point]))
    this.#step = 'certificate'
    this.#flights.fly([
      this.#add(messages.SERVER_HELLO, messages.serverHello(this.#random, hello)),
      this.#add(messages.CERTIFICATE, messages.certificate(Buffer.from(this.#identity.certificate))),
      this.#add(messages.SERVER_KEY_EXCHANGE, Buffer.concat([point, messages.signed(signature)])),
      this.#add(messages.CERTIFICATE_REQUEST, messages.certificateRequest()),
      this.#add(messages.SERVER_HELLO_DONE, Buffer.alloc(0)),
    ])
  }

  #add(type: number, body: Buffer): Buffer {
    const framed = this.#flights.frame(type, body)
    this.#transcript.push(framed)
    return framed
  }

  #agree(hello: messages.Hello, randoms: Randoms): void {
    // RFC 6347 §4.2.4: the peer has what we sent.
    this.#flights.rest()
    this.#randoms = randoms
    this.#suite = hello.suite
    this.#extended = hello.extendedMasterSecret
  }

  /** The certificate must be the one that the signalling named (RFC 5763 §5). */
  #recognise(der: Buffer): void {
    if (!matches(der, this.#fingerprints)) throw new Untrusted('the certificate is not the one of the fingerprint in the SDP: somebody else may be in between')
    this.#peer = new X509Certificate(der)
  }

  #sign(data: Buffer): Buffer {
    return sign('sha256', data, privateKey(this.#identity))
  }

  /** Whether it has the key of its certificate: anybody may have a copy of that. */
  #check({ algorithm, bytes }: messages.Signature, data: Buffer): void {
    const key = this.#peer!.publicKey
    const isElliptic = key.asymmetricKeyType === 'ec'
    const padding = algorithm === 0x0804 ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
    const genuine = isElliptic
      ? algorithm === messages.ECDSA_P256_SHA256 && verify('sha256', data, key, bytes)
      : (algorithm === 0x0804 || algorithm === 0x0401) && verify('sha256', data, { key, padding, saltLength: 32 }, bytes)
    if (!genuine) throw new Untrusted('the peer has not the key of its certificate: somebody else may be in between')
  }

  #deriveKeys(): void {
    const shared = this.#ecdh.computeSecret(this.#peerPoint!)
    this.#master = masterSecret(shared, this.#randoms!, this.#extended ? sha256(Buffer.concat(this.#transcript)) : undefined)
    const { client, server } = recordKeys(this.#master, this.#randoms!)
    if (this.#active) this.#flights.records.key(client, server)
    else this.#flights.records.key(server, client)
  }

  #verifyData(label: 'client finished' | 'server finished'): Buffer {
    return prf(this.#master!, label, sha256(Buffer.concat(this.#transcript)), VERIFY_BYTES)
  }

  #checkFinished(body: Buffer, label: 'client finished' | 'server finished'): void {
    const expected = this.#verifyData(label)
    if (body.length !== VERIFY_BYTES || !timingSafeEqual(body, expected)) throw new Untrusted('the handshake of DTLS was changed on its way')
  }

  #done(): void {
    this.#flights.rest()
    clearTimeout(this.#patience)
    this.#step = 'done'
    this.#transcript = []
    const { client, server } = srtpKeys(this.#master!, this.#randoms!, this.#suite)
    this.#listener.secured({ suite: this.#suite, send: this.#active ? client : server, receive: this.#active ? server : client })
  }
}

const keys = new WeakMap<Identity, KeyObject>()

function privateKey(identity: Identity): KeyObject {
  const known = keys.get(identity)
  if (known !== undefined) return known
  const made = createPrivateKey(identity.key)
  keys.set(identity, made)
  return made
}

/** From weak to strong; of several fingerprints only those of the strongest hash count (RFC 8122 §5). */
const HASHES = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']

function matches(der: Buffer, fingerprints: readonly Fingerprint[]): boolean {
  const strongest = HASHES.findLast((name) => fingerprints.some(({ hash }) => hash === name))
  if (strongest === undefined) return false
  const digest = createHash(strongest.replace('-', '')).update(der).digest('hex').toUpperCase()
  return fingerprints.some(({ hash, value }) => hash === strongest && value.replaceAll(':', '') === digest)
}
