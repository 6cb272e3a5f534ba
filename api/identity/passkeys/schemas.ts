import { z } from 'zod'
import { instant, line } from '../../http/fields.ts'
import { ownPassword } from '../schemas.ts'

const encoded = (max: number) => z.string().max(max).regex(/^[A-Za-z0-9_-]*$/, 'must be base64url')
const credentialId = encoded(1400).min(16).meta({ description: 'Base64url.' })
const extensions = z.record(z.string(), z.unknown()).optional()
const attachment = z.string().max(40).optional()

export const passkeyName = line(60).meta({ description: 'By which its owner knows it.' })

/** RegistrationResponseJSON of WebAuthn Level 3. */
export const NewPasskey = z
  .strictObject({
    id: credentialId, rawId: credentialId, type: z.literal('public-key'), authenticatorAttachment: attachment, clientExtensionResults: extensions,
    response: z.strictObject({
      clientDataJSON: encoded(10_000), attestationObject: encoded(40_000), authenticatorData: encoded(20_000).optional(),
      transports: z.array(z.string().max(40)).max(10).optional(), publicKey: encoded(10_000).optional(), publicKeyAlgorithm: z.number().int().optional(),
    }),
  })
  .meta({ id: 'NewPasskey', description: 'What navigator.credentials.create gave, as toJSON() writes it.' })
export type NewPasskey = z.output<typeof NewPasskey>

/** AuthenticationResponseJSON of WebAuthn Level 3. */
export const PasskeyProof = z
  .strictObject({
    id: credentialId, rawId: credentialId, type: z.literal('public-key'), authenticatorAttachment: attachment, clientExtensionResults: extensions,
    response: z.strictObject({ clientDataJSON: encoded(10_000), authenticatorData: encoded(20_000), signature: encoded(10_000), userHandle: encoded(200).optional() }),
  })
  .meta({ id: 'PasskeyProof', description: 'What navigator.credentials.get gave, as toJSON() writes it.' })
export type PasskeyProof = z.output<typeof PasskeyProof>

export const CreationOptions = z.record(z.string(), z.unknown()).meta({ id: 'PasskeyCreationOptions', description: 'PublicKeyCredentialCreationOptionsJSON, for navigator.credentials.create; good for five minutes.' })
export const RequestOptions = z.record(z.string(), z.unknown()).meta({ id: 'PasskeyRequestOptions', description: 'PublicKeyCredentialRequestOptionsJSON, for navigator.credentials.get; good for five minutes.' })

export const Passkey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    address: z.string().meta({ description: 'The name of the panel it was made for; it is of use at no other.' }),
    synced: z.boolean().meta({ description: 'Kept by a password manager or a cloud, and so on several devices.' }),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
    refused: z.boolean().meta({ description: 'Its counter went back, so there may be a copy of it. It is not taken any more; remove it.' }),
  })
  .meta({ id: 'Passkey' })

export const AddPasskey = z.strictObject({ name: passkeyName, passkey: NewPasskey }).meta({ id: 'AddPasskey' })
export const AddedPasskey = z
  .object({ passkey: Passkey, recoveryCodes: z.array(z.string()).nullable().meta({ description: 'With the first second factor; shown this once.' }) })
  .meta({ id: 'AddedPasskey' })
export const RenamePasskey = z.strictObject({ name: passkeyName }).meta({ id: 'RenamePasskey' })
export const PasskeySignIn = z.strictObject({ passkey: PasskeyProof }).meta({ id: 'PasskeySignIn' })

const challenge = z.string().min(1).max(1000).meta({ description: 'From the answer to the password.' })
export const PasskeyStep = z.strictObject({ challenge, passkey: PasskeyProof }).meta({ id: 'PasskeyStep' })
export const EnrolPasskey = z.strictObject({ challenge, name: passkeyName, passkey: NewPasskey }).meta({ id: 'EnrolPasskey' })

export const RemovePasskey = z.strictObject({ password: ownPassword }).meta({ id: 'RemovePasskey' })

export const SignInOptions = z
  .object({
    address: z.string().meta({ description: 'Scheme, host and port of the panel, which passkeys are for.' }),
    passkeysRefused: z.string().nullable().meta({ description: 'Why no passkey can be used at that address, and what helps; null: they can.' }),
    providers: z.array(z.object({ id: z.uuid(), name: z.string() })).meta({ description: 'Those one may sign in with.' }),
  })
  .meta({ id: 'SignInOptions' })
