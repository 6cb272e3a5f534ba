import { Secret, TOTP } from 'otpauth'

/** The period before and the one after count too: clocks differ, and typing takes time (RFC 6238 §5.2, §6). */
const WINDOW = 1
const PERIOD_SECONDS = 30

/** 160 random bits in base32, as RFC 4226 §4 recommends. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

function totpOf(secret: string, account: string): TOTP {
  // What every authenticator app understands; more digits or another hash some ignore without a word.
  return new TOTP({ issuer: 'Dialplane', label: account, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS, secret: Secret.fromBase32(secret) })
}

/** What an authenticator app reads from the QR code: `otpauth://totp/…`. */
export const totpUri = (secret: string, account: string): string => totpOf(secret, account).toString()

/**
 * The period that this code is of, counted from the epoch; undefined when it is of none near `now` (milliseconds).
 * The caller sees to it that no period counts twice.
 */
export function periodOf(secret: string, code: string, now: number): number | undefined {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now, window: WINDOW })
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta
}
