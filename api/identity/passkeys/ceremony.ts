/** What browsers and keys are asked, and whether their answer is right (WebAuthn Level 3 §7). */
import { createHash, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse, type AuthenticationResponseJSON, type RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { Refusal } from '../../../config/errors.ts'
import type { UserPasskeyRow } from '../../../migrations/tables.ts'
import type { World } from '../../http/world.ts'
import { readNote, writeNote } from '../signed-note.ts'
import type { NewPasskey, PasskeyProof } from './schemas.ts'

/** `register`: a new key. `sign-in`: with nothing but the key. `second`: after the password. `proof`: once more, of who is signed in. */
export type Purpose = 'register' | 'sign-in' | 'second' | 'proof'

const LIFE_MS = 5 * 60_000

/** EdDSA, ES256, RS256: what keys in use know (RFC 8812, RFC 9053). */
const ALGORITHMS = [-8, -7, -257]

const Content = z.strictObject({ for: z.enum(['register', 'sign-in', 'second', 'proof']), user: z.uuid().nullable(), until: z.number(), nonce: z.string() })

/** A challenge that a key signed, to be used up in the transaction that believes it. */
export interface SeenChallenge {
  hash: Buffer
  until: Date
}

/**
 * Why no passkey can be used at this address; undefined when they can. Browsers want a name, and
 * HTTPS unless it is this machine's own (WebAuthn §5.1.3, §13.4.9).
 */
export function passkeysRefused(publicOrigin: string): string | undefined {
  const { protocol, hostname } = new URL(publicOrigin)
  const cure = 'Set PUBLIC_URL to the name of the panel, such as https://pbx.example.com, and open it there.'
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return `Passkeys belong to a name, and this panel is at an address of numbers, ${publicOrigin}. ${cure}`
  if (protocol !== 'https:' && hostname !== 'localhost' && !hostname.endsWith('.localhost')) return `Browsers use passkeys over https only, and this panel is at ${publicOrigin}. ${cure}`
  return undefined
}

/** @throws Refusal `conflict` where the panel is at an address that no passkey can be for */
export function relyingParty(world: World): { id: string; origin: string } {
  const origin = world.gate.publicOrigin
  const refused = passkeysRefused(origin)
  if (refused !== undefined) throw new Refusal('conflict', refused)
  return { id: new URL(origin).hostname, origin }
}

const keyOf = (world: World): Buffer => world.secrets.key('passkey-challenge')

function newChallenge(world: World, purpose: Purpose, userId: string | null): Uint8Array<ArrayBuffer> {
  // The key signs it with the rest; so it comes back by itself and nothing need be kept.
  return new Uint8Array(Buffer.from(writeNote(keyOf(world), { for: purpose, user: userId, until: world.clock.now() + LIFE_MS, nonce: randomBytes(16).toString('base64url') })))
}

/** For `navigator.credentials.create`. @param held those the person has: the same key is not taken twice */
export async function creationOptions(world: World, user: { id: string; email: string; name: string }, held: readonly UserPasskeyRow[]) {
  const { id } = relyingParty(world)
  return generateRegistrationOptions({
    rpName: 'Dialplane', rpID: id, userName: user.email, userDisplayName: user.name,
    userID: new Uint8Array(Buffer.from(user.id)),
    challenge: newChallenge(world, 'register', user.id), timeout: LIFE_MS, attestationType: 'none', supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: held.filter((passkey) => passkey.rp_id === id).map((passkey) => ({ id: passkey.credential_id, transports: passkey.transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
}

/** For `navigator.credentials.get`. @param held whose are taken; none: whichever is for this panel */
export async function requestOptions(world: World, purpose: Exclude<Purpose, 'register'>, userId: string | null, held: readonly UserPasskeyRow[]) {
  const { id } = relyingParty(world)
  return generateAuthenticationOptions({
    rpID: id, challenge: newChallenge(world, purpose, userId), timeout: LIFE_MS,
    allowCredentials: held.filter((passkey) => passkey.rp_id === id).map((passkey) => ({ id: passkey.credential_id, transports: passkey.transports })),
    // After the password it is enough to have the key; alone it must know its owner.
    userVerification: purpose === 'sign-in' ? 'required' : 'preferred',
  })
}

/** Looks for our own challenge in an answer. */
function challengeReader(world: World, purpose: Purpose, userId: string | null): { seen(): SeenChallenge | undefined; expects(challenge: string): boolean } {
  let seen: SeenChallenge | undefined
  return {
    seen: () => seen,
    expects(challenge) {
      const note = Buffer.from(challenge, 'base64url').toString()
      const content = readNote(keyOf(world), Content, note, world.clock.now())
      if (content?.for !== purpose || content.user !== userId) return false
      seen = { hash: createHash('sha256').update(note).digest(), until: new Date(content.until) }
      return true
    },
  }
}

/** What a new key says of itself; undefined when its answer is not right. */
export async function verifyCreation(world: World, userId: string, response: NewPasskey) {
  const { id, origin } = relyingParty(world)
  const challenge = challengeReader(world, 'register', userId)
  const { registrationInfo: made } = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON, expectedChallenge: (given) => challenge.expects(given), expectedOrigin: origin, expectedRPID: id, requireUserVerification: false, supportedAlgorithmIDs: ALGORITHMS,
  }).catch((error: unknown) => refused(world, error))
  const seen = challenge.seen()
  if (!made || !seen) return undefined
  return { seen, credentialId: made.credential.id, publicKey: Buffer.from(made.credential.publicKey), counter: made.credential.counter, synced: made.credentialBackedUp, rpId: id }
}

/** The counter in a right answer of this key; undefined when it is not right. The counter itself is for the caller to judge. */
export async function verifyAnswer(world: World, purpose: Exclude<Purpose, 'register'>, userId: string | null, passkey: UserPasskeyRow, response: PasskeyProof) {
  const { id, origin } = relyingParty(world)
  // Whose it is, is said by the key as well when it was found without a name.
  const handle = response.response.userHandle
  if (handle !== undefined && Buffer.from(handle, 'base64url').toString() !== passkey.user_id) return undefined
  const challenge = challengeReader(world, purpose, userId)
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON, expectedChallenge: (given) => challenge.expects(given), expectedOrigin: origin, expectedRPID: id,
    // The library looks at the counter before the signature: anybody could make it go back. So it is looked at afterwards.
    credential: { id: passkey.credential_id, publicKey: new Uint8Array(passkey.public_key), counter: 0, transports: passkey.transports },
    requireUserVerification: purpose === 'sign-in',
  }).catch((error: unknown) => ({ ...refused(world, error), authenticationInfo: undefined }))
  const seen = challenge.seen()
  return verified && authenticationInfo && seen ? { seen, counter: authenticationInfo.newCounter } : undefined
}

/** The words of the library help in the log; the other side learns nothing from them. */
function refused(world: World, error: unknown): { verified: false; registrationInfo?: never } {
  world.logger.info({ reason: error instanceof Error ? error.message.replace(/challenge "[^"]*"/g, 'challenge') : String(error) }, 'passkey refused')
  return { verified: false }
}
