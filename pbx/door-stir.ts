/** Signatures of calls (STIR/SHAKEN) as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'

/** What is said of a certificate. */
export interface StirCertificate {
  subject: string
  issuer: string
  notBefore: Date
  notAfter: Date
  state: 'good' | 'ending' | 'ended'
  /** Codes of the service provider (SPC), each for all of its numbers. */
  codes: string[]
  /** Numbers that it is for, in words. */
  numbers: string[]
}

export interface StirSettings {
  /** PEM, with its chain; its key is never shown. */
  certificate: string | null
  about: StirCertificate | null
  /** Where the certificate is instead of here; null: here. */
  certificateUrl: string | null
  /** Where whoever checks a signature finds the certificate; null: nowhere. */
  url: string | null
  /** PEM of the authorities whose certificates are believed; null: none is. */
  authorities: string | null
  /** The same, read. */
  trusted: { subject: string; notAfter: Date; state: StirCertificate['state'] }[]
  /** Why calls are not signed, or soon will not be, with what to do. */
  trouble: string | null
}

export interface StirSettingsInput {
  /** Together with its key; null takes both away. */
  certificate?: string | null
  key?: string | null
  certificateUrl?: string | null
  authorities?: string | null
}

export interface Stir {
  settings(actor: Actor): StirSettings
  configure(actor: Actor, input: StirSettingsInput): Promise<StirSettings>
  /** PEM of what is found under `/stir/<name>`; undefined: nothing is. */
  published(name: string): string | undefined
}
