/**
 * The master key and what is derived from it: envelopes for secrets that must be read again
 * (SIP credentials), and keys that rooms sign with (nonces, sessions).
 *
 * An envelope is AES-256-GCM: version byte 1, 12 bytes IV, 16 bytes tag, ciphertext. Its key is
 * derived (HKDF-SHA-256, RFC 5869) for one purpose and one tenant, and both are authenticated with
 * it, so that an envelope copied into another tenant's row or another column does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Refusal } from './errors.ts'
import { openKeyFolder, readOrCreateKeyFile } from './key-file.ts'

export interface Secrets {
  /** Encrypts for one purpose (e.g. `sip-credentials`) in one tenant. Two seals of one text differ. */
  seal(purpose: string, tenantId: string, plaintext: string): Buffer
  /** The plaintext of `seal`. Throws when the envelope was altered, is of another purpose or tenant, or of another master key. */
  open(purpose: string, tenantId: string, sealed: Buffer): string
  /** 32 bytes that are the same after every restart, for signing. */
  key(purpose: string): Buffer
}

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/**
 * Reads `<home>/keys/master.key`, making it (mode 0600) when there is none.
 * Refuses `unprocessable` when the file is damaged or open to other users.
 */
export async function openSecrets(home: string): Promise<Secrets> {
  const folder = await openKeyFolder(home)
  const path = join(folder, 'master.key')
  const text = await readOrCreateKeyFile(path, () => randomBytes(KEY_BYTES).toString('base64'))
  const master = Buffer.from(text, 'base64')
  if (master.length !== KEY_BYTES || master.toString('base64') !== text) {
    throw new Refusal('unprocessable', `The master key ${path} is damaged: it must hold 32 bytes in base64. Restore it from a backup; without it the stored SIP credentials cannot be read.`)
  }
  return createSecrets(master)
}

/** @param master 32 random bytes */
export function createSecrets(master: Buffer): Secrets {
  const derive = (context: Buffer): Buffer => Buffer.from(hkdfSync('sha256', master, 'dialplane', context, KEY_BYTES))
  return {
    seal(purpose, tenantId, plaintext) {
      const context = contextOf('seal', purpose, tenantId)
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', derive(context), iv).setAAD(context)
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body])
    },
    open(purpose, tenantId, sealed) {
      const bodyAt = 1 + IV_BYTES + TAG_BYTES
      if (sealed.length < bodyAt || sealed[0] !== VERSION) throw new Error(`The sealed ${purpose} is not an envelope of version ${VERSION}.`)
      const context = contextOf('seal', purpose, tenantId)
      const decipher = createDecipheriv('aes-256-gcm', derive(context), sealed.subarray(1, 1 + IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(context).setAuthTag(sealed.subarray(1 + IV_BYTES, bodyAt))
      const body = decipher.update(sealed.subarray(bodyAt))
      try {
        return Buffer.concat([body, decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Error(`The sealed ${purpose} does not open: it was altered, or belongs to another tenant or another master key.`, { cause })
      }
    },
    key: (purpose) => derive(contextOf('key', purpose)),
  }
}

/** Length before each part, so that no two lists of parts give the same bytes. */
function contextOf(...parts: string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(bytes.length)
      return [length, bytes]
    }),
  )
}
