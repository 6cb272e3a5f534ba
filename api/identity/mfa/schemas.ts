import { z } from 'zod'
import { PasskeyProof } from '../passkeys/schemas.ts'
import { ownPassword, SessionInfo } from '../schemas.ts'

const challenge = z.string().min(1).max(1000).meta({ description: 'From the answer to the password; good for some minutes and for nothing else.' })
const code = z.string().trim().min(6).max(20).meta({ description: 'Six digits of the authenticator app, or a recovery code where one is taken.' })
const recoveryCodes = z.array(z.string()).meta({ description: 'Each opens once when the app is not at hand. Shown this once.' })

/** The answer to a right password when that alone does not open. */
export const SignInStep = z
  .object({
    next: z.enum(['code', 'enrolment']).meta({ description: 'A code is asked for, or a second factor must be set up first.' }),
    challenge: z.string(),
    ways: z.array(z.enum(['app', 'passkey'])).meta({ description: 'What may be given, or set up. A recovery code is taken in place of each.' }),
  })
  .meta({ id: 'SignInStep' })

export const CodeInput = z.strictObject({ challenge, code }).meta({ id: 'CodeInput' })
export const EnrolmentInput = z.strictObject({ challenge }).meta({ id: 'EnrolmentInput' })

export const AuthenticatorSecret = z
  .object({ secret: z.string().meta({ description: 'Base32, to be typed in where a QR code cannot be read.' }), uri: z.string().meta({ description: 'For a QR code: otpauth://totp/…' }) })
  .meta({ id: 'AuthenticatorSecret' })

export const Enrolled = z.object({ session: SessionInfo, recoveryCodes }).meta({ id: 'Enrolled' })
export const RecoveryCodes = z.object({ recoveryCodes }).meta({ id: 'RecoveryCodes' })

export const SecondFactor = z
  .object({
    required: z.boolean().meta({ description: 'By the rule of the organisation.' }),
    authenticator: z.boolean().meta({ description: 'An authenticator app is asked at sign-in.' }),
    passkeys: z.number().int().meta({ description: 'How many the person has.' }),
    since: z.iso.datetime().nullable(),
    recoveryCodesLeft: z.number().int(),
  })
  .meta({ id: 'SecondFactor' })

export const PasswordProof = z.strictObject({ password: ownPassword }).meta({ id: 'PasswordProof' })
export const FactorProof = z
  .strictObject({ password: ownPassword, code: code.optional(), passkey: PasskeyProof.optional() })
  .meta({ id: 'FactorProof', description: 'The password, and a code or the answer of a passkey.' })
export const FactorCode = z.strictObject({ code }).meta({ id: 'FactorCode' })

export const SignInPolicy = z
  .strictObject({
    secondFactor: z.enum(['optional', 'administrators', 'everybody']).meta({ description: 'Who must have a second factor.' }),
    providersOnly: z.boolean().optional().meta({ description: 'Only administrators sign in with a password or a passkey alone; everybody else with a provider. Absent: as it is.' }),
  })
  .meta({ id: 'SignInPolicy' })
