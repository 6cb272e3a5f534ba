/** Our side of how a leg is encrypted: what is allowed, what we offer, what we take of the peer's. */
import { randomBytes } from 'node:crypto'
import { Refusal } from '../../config/errors.ts'
import type { LegEncryption } from '../encryption.ts'
import { suites } from './secrets.ts'
import type { CryptoLine, Fingerprint, IceCredentials, RemoteAudio, SrtpKey, SrtpSuite, StreamSecurity } from './types.ts'

export interface EncryptionOptions extends LegEncryption {
  /** Of the certificate that we show; without one there is no DTLS. */
  fingerprint?: Fingerprint
}

/** What we write of it. */
export interface SecurityLines {
  crypto: readonly CryptoLine[]
  dtls: { fingerprint: Fingerprint; setup: 'active' | 'passive' | 'actpass' } | undefined
  ice: IceCredentials | undefined
}

export interface AgreedSecurity {
  security: StreamSecurity | undefined
  ice: { local: IceCredentials; remote: IceCredentials } | undefined
}

export type Kind = 'plain' | 'sdes' | 'dtls'

export const NO_LINES: SecurityLines = { crypto: [], dtls: undefined, ice: undefined }
/** The one that costs least to carry first. */
const OFFERED: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM']

export class Encryption {
  readonly #options: EncryptionOptions
  /** Our keys stay for the dialog: with the same key a stream goes on as it is. */
  readonly #keys = new Map<SrtpSuite, SrtpKey>()
  #kind: Kind | undefined
  #active: boolean | undefined
  #localIce: IceCredentials | undefined
  #remoteUfrag: string | undefined
  #offered: SecurityLines = NO_LINES

  constructor(options: EncryptionOptions) {
    this.#options = options
  }

  /** How this audio would be carried; undefined and a reason when it may not be. Changes nothing. */
  kindFor(audio: Pick<RemoteAudio, 'secure' | 'crypto' | 'dtls'>, protocol: string): { kind: Kind; reason?: undefined } | { kind?: undefined; reason: string } {
    const { policy, readable, fingerprint } = this.#options
    if (policy === 'off') return audio.secure ? { reason: `the offer has encrypted audio only (${protocol}); offer plain RTP (RTP/AVP): encryption is off for this phone` } : { kind: 'plain' }
    if (audio.dtls !== undefined && fingerprint !== undefined) return { kind: 'dtls' }
    if (audio.crypto.length > 0 && (!readable || (audio.secure && policy !== 'require'))) return { kind: 'sdes' }
    if (policy === 'require' && audio.crypto.length > 0) {
      return { reason: 'this phone must encrypt its audio, and its keys (a=crypto) came over a connection that others can read: register it over TLS, or use DTLS-SRTP' }
    }
    if (policy === 'require' && !audio.secure) return { reason: 'this phone must encrypt its audio: turn on SRTP (SDES over TLS, or DTLS-SRTP)' }
    if (audio.secure) return { reason: `the encrypted audio (${protocol}) has neither a key (a=crypto) of a suite that we have nor a fingerprint` }
    return { kind: 'plain' }
  }

  /** Takes the peer's offer; `kindFor` has said that it may be taken. */
  answer(audio: RemoteAudio, kind: Kind): { lines: SecurityLines; agreed: AgreedSecurity } {
    this.#kind = kind
    if (kind === 'sdes') {
      const { tag, master } = audio.crypto[0]!
      const send = this.#key(master.suite)
      return { lines: { ...NO_LINES, crypto: [{ tag, master: send }] }, agreed: { security: { kind, send, receive: master }, ice: undefined } }
    }
    if (kind === 'plain') return { lines: NO_LINES, agreed: { security: undefined, ice: undefined } }
    const { setup, fingerprints } = audio.dtls!
    // We begin where ICE says when the peer is ready; else the peer does, who knows when our answer came. Roles stay (RFC 8842 §5.3).
    this.#active = setup === 'passive' || (setup !== 'active' && (this.#active ?? audio.ice !== undefined))
    // RFC 8839 §4.4.1.1.1: new credentials of the peer are a restart, and ours are new then too.
    if (audio.ice !== undefined && audio.ice.ufrag !== this.#remoteUfrag) this.#localIce = newCredentials()
    this.#remoteUfrag = audio.ice?.ufrag
    const local = audio.ice === undefined ? undefined : this.#localIce
    const lines: SecurityLines = { crypto: [], dtls: { fingerprint: this.#options.fingerprint!, setup: this.#active ? 'active' : 'passive' }, ice: local }
    return { lines, agreed: { security: { kind, active: this.#active, fingerprints }, ice: pair(local, audio.ice) } }
  }

  /** What our next offer says, and the protocol of its media line when the peer has not named one yet. */
  offer(): { lines: SecurityLines; protocol: string } {
    const { policy, readable, browser, fingerprint } = this.#options
    const dtls = this.#kind === 'dtls' || (this.#kind === undefined && fingerprint !== undefined && (browser || (policy === 'require' && readable)))
    const sdes = this.#kind === 'sdes' || (this.#kind === undefined && policy !== 'off' && !readable && !dtls)
    if (dtls) {
      // Phones that look for their way wait for ours; the others leave the lines out.
      if (this.#kind === undefined) this.#localIce ??= newCredentials()
      this.#offered = { crypto: [], dtls: { fingerprint: fingerprint!, setup: 'actpass' }, ice: this.#localIce }
      return { lines: this.#offered, protocol: browser ? 'UDP/TLS/RTP/SAVPF' : 'UDP/TLS/RTP/SAVP' }
    }
    this.#offered = sdes ? { ...NO_LINES, crypto: OFFERED.map((suite, index) => ({ tag: index + 1, master: this.#key(suite) })) } : NO_LINES
    // RFC 8643: plain RTP with keys beside it is encrypted by those who can.
    return { lines: this.#offered, protocol: sdes && policy === 'require' ? 'RTP/SAVP' : 'RTP/AVP' }
  }

  /** Takes the answer to our last offer. Throws a Refusal when it does not fit, and changes nothing then. */
  accept(audio: RemoteAudio): AgreedSecurity {
    const { crypto, dtls, ice } = this.#offered
    if (dtls !== undefined) {
      if (audio.dtls === undefined) throw new Refusal('unprocessable', 'the answer has no fingerprint (a=fingerprint), and without one DTLS-SRTP cannot be')
      if (this.#options.browser && audio.ice === undefined) throw new Refusal('unprocessable', 'the answer to a browser\'s offer has no ICE credentials')
      this.#kind = 'dtls'
      this.#active = audio.dtls.setup === 'passive'
      this.#remoteUfrag = audio.ice?.ufrag
      return { security: { kind: 'dtls', active: this.#active, fingerprints: audio.dtls.fingerprints }, ice: pair(ice, audio.ice) }
    }
    if (crypto.length > 0) {
      for (const { tag, master } of audio.crypto) {
        const ours = crypto.find((line) => line.tag === tag && line.master.suite === master.suite)
        if (ours === undefined) continue
        this.#kind = 'sdes'
        return { security: { kind: 'sdes', send: ours.master, receive: master }, ice: undefined }
      }
      if (audio.secure || this.#options.policy === 'require') throw new Refusal('unprocessable', 'the answer has no key (a=crypto) for the encrypted audio we offered')
    }
    this.#kind = 'plain'
    return { security: undefined, ice: undefined }
  }

  #key(suite: SrtpSuite): SrtpKey {
    const known = this.#keys.get(suite)
    if (known !== undefined) return known
    const { keyBytes, saltBytes } = suites[suite]
    const made: SrtpKey = { suite, key: new Uint8Array(randomBytes(keyBytes)), salt: new Uint8Array(randomBytes(saltBytes)) }
    this.#keys.set(suite, made)
    return made
  }
}

function pair(local: IceCredentials | undefined, remote: IceCredentials | undefined): AgreedSecurity['ice'] {
  return local === undefined || remote === undefined ? undefined : { local, remote }
}

/** RFC 8445 §5.3 wants 24 and 128 bits at least. */
function newCredentials(): IceCredentials {
  return { ufrag: randomBytes(6).toString('hex'), password: randomBytes(18).toString('base64').replaceAll('=', '') }
}
