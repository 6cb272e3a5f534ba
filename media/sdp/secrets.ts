/** The lines of a description that say how its audio is encrypted: SDES (RFC 4568), DTLS (RFC 8122, RFC 5763), ICE (RFC 8839). */
import type { CryptoLine, DtlsOffer, Fingerprint, IceCredentials, SrtpSuite } from './types.ts'

export interface Suite {
  keyBytes: number
  saltBytes: number
}

/** Master key and salt of each suite (RFC 4568 §6.2, RFC 7714 §14.1). */
export const suites: Readonly<Record<SrtpSuite, Suite>> = {
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12 },
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14 },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12 },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14 },
}

export interface SecretLines {
  crypto: readonly CryptoLine[]
  dtls: DtlsOffer | undefined
  ice: IceCredentials | undefined
  mid: string | undefined
  bundled: boolean
}

const SETUPS = ['active', 'passive', 'actpass', 'holdconn'] as const
/** More lines than these are not looked at. */
const MOST_LINES = 16

/** Reads them for the media line at `index`; what stands above the first media line counts where a section says nothing. */
export function readSecrets(text: string, index: number): SecretLines {
  const lines = text.split(/\r\n|\r|\n/)
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []))
  const session = lines.slice(0, starts[0] ?? 0)
  const section = lines.slice((starts[index] ?? 0) + 1, starts[index + 1])
  const values = (from: readonly string[], name: string): string[] =>
    from.flatMap((line) => (line.startsWith(`a=${name}:`) ? [line.slice(name.length + 3).trim()] : [])).slice(0, MOST_LINES)
  const stated = (name: string): string[] => {
    const own = values(section, name)
    return own.length > 0 ? own : values(session, name)
  }
  const mid = values(section, 'mid')[0]
  return {
    crypto: values(section, 'crypto').flatMap((value) => readCrypto(value) ?? []),
    dtls: readDtls(stated('fingerprint'), stated('setup')[0]),
    ice: readIce(stated('ice-ufrag')[0], stated('ice-pwd')[0]),
    mid: mid !== undefined && /^[\x21-\x7e]{1,64}$/.test(mid) ? mid : undefined,
    bundled: mid !== undefined && values(session, 'group').some((group) => /^BUNDLE\b/i.test(group) && group.split(/\s+/).includes(mid)),
  }
}

/** One line (RFC 4568 §9.1). Undefined when we cannot do what it asks: then it must not be taken (§6.3.7). */
function readCrypto(value: string): CryptoLine | undefined {
  const match = /^(\d{1,9})\s+(\w+)\s+inline:([A-Za-z0-9+/=]{20,88})((?:\|[^\s|;]*)*)((?:\s+\S+)*)$/.exec(value)
  if (match === null) return undefined
  const suite = match[2]!.toUpperCase() as SrtpSuite
  const format = Object.hasOwn(suites, suite) ? suites[suite] : undefined
  // A window size is ours to choose; with any other session parameter the packets would look different.
  if (format === undefined || !(match[5] ?? '').split(/\s+/).every((one) => one === '' || /^WSH=\d+$/i.test(one))) return undefined
  // `|2^31` is how long the key may be used, which a call never comes near; `|1:4` puts a key number behind each packet.
  if (match[4]!.split('|').some((part) => part.includes(':'))) return undefined
  const bytes = Buffer.from(match[3]!, 'base64')
  if (bytes.length !== format.keyBytes + format.saltBytes) return undefined
  return {
    tag: Number(match[1]),
    master: { suite, key: new Uint8Array(bytes.subarray(0, format.keyBytes)), salt: new Uint8Array(bytes.subarray(format.keyBytes)) },
  }
}

/** `inline:…` for a key of ours. */
export function keyText({ master: { key, salt } }: CryptoLine): string {
  return `inline:${Buffer.concat([key, salt]).toString('base64')}`
}

function readDtls(lines: readonly string[], setup: string | undefined): DtlsOffer | undefined {
  const fingerprints = lines.flatMap((line): Fingerprint[] => {
    const match = /^([\w-]+)\s+((?:[0-9a-f]{2}:)+[0-9a-f]{2})$/i.exec(line)
    return match === null ? [] : [{ hash: match[1]!.toLowerCase(), value: match[2]!.toUpperCase() }]
  })
  if (fingerprints.length === 0) return undefined
  // RFC 4145 §4: without a word the offerer begins.
  return { fingerprints, setup: SETUPS.find((known) => known === setup?.toLowerCase()) ?? 'active' }
}

function readIce(ufrag: string | undefined, password: string | undefined): IceCredentials | undefined {
  // RFC 8839 §5.4.
  if (ufrag === undefined || password === undefined) return undefined
  return /^[\w+/-]{4,256}$/.test(ufrag) && /^[\w+/-]{22,256}$/.test(password) ? { ufrag, password } : undefined
}
