/** Encrypted audio in plain words. */
import type { Call, Extension, Leg } from '../app/types.ts'
import { t } from './translate.ts'

export type EncryptionPolicy = NonNullable<Extension['encryption']>

const words: Record<EncryptionPolicy, string> = { off: t('Never'), offer: t('With phones that can'), require: t('Required') }

/** For a form; the empty value is the standard of the system. */
export const encryptionChoices: { value: string; label: string }[] = [
  { value: '', label: t('Standard of this system') },
  ...(Object.entries(words).map(([value, label]) => ({ value, label }))),
]

export function encryptionWords(policy: EncryptionPolicy | null): string {
  return policy === null ? t('Standard') : words[policy]
}

const keyings: Record<NonNullable<Leg['security']>['keying'], string> = { sdes: 'SDES', dtls: 'DTLS' }
const suites: Record<string, string> = {
  AES_CM_128_HMAC_SHA1_80: 'AES-128, HMAC-SHA1-80',
  AES_CM_128_HMAC_SHA1_32: 'AES-128, HMAC-SHA1-32',
  AEAD_AES_128_GCM: 'AES-128-GCM',
  AEAD_AES_256_GCM: 'AES-256-GCM',
}

/** What a leg's audio is encrypted with: `SDES, AES-256-GCM`. */
export function securityWords(security: Leg['security']): string {
  return security === null ? t('Not encrypted') : `${keyings[security.keying]}, ${suites[security.suite] ?? security.suite}`
}

/** Whether the audio is encrypted on the way to every phone that is in the call now. */
export function isEncrypted(call: Call): boolean {
  const legs = call.legs.filter((leg) => leg.state !== 'ended' && leg.answeredAt !== null)
  return legs.length > 0 && legs.every((leg) => leg.security !== null)
}
