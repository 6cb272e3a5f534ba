/**
 * The outside of a backup file: who may open it, and that it is whole.
 *
 * A line `DIALPLANE-BACKUP`, a line of JSON (the header), then the content in chunks of 64 KiB, each AES-256-GCM with a tag of its
 * own. The nonce of a chunk is its number and whether it is the last, so that chunks cannot be left out, repeated, moved or cut
 * off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár). The key of the content is random; the header holds it,
 * sealed under a key that scrypt makes of a passphrase or recovery key, and goes into the key of the content as well, so that
 * a header that was changed opens nothing.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, scrypt } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { messageOf, Refusal } from '../errors.ts'

const MAGIC = 'DIALPLANE-BACKUP'
const FORMAT = 1
const CHUNK = 65_536
const TAG = 16
const IV = 12
const KEY = 32
const HEADER_MAX = 16_384

const DAMAGED = 'The beginning of this backup is damaged. Use another copy of the file.'

/** What scrypt (RFC 7914) makes of a passphrase, with what it was made by. */
export interface PassKey {
  salt: Buffer
  key: Buffer
}

/** What anybody can read of a backup. */
export interface BackupHeader {
  format: number
  id: string
  /** ISO 8601. */
  createdAt: string
  /** The version of Dialplane that wrote it. */
  version: string
  kdf: { name: 'scrypt'; salt: string; N: number; r: number; p: number }
  /** The key of the content: nonce, tag, ciphertext, in base64. */
  key: string
}

/** 128 MiB and about half a second for each guess. */
const COST = { N: 131_072, r: 8, p: 1 }

/** @param salt that of the file to be opened; a fresh one when absent */
export async function passKey(passphrase: string, salt: Buffer = randomBytes(16), cost: { N: number; r: number; p: number } = COST): Promise<PassKey> {
  const key = await new Promise<Buffer>((resolve, reject) => {
    scrypt(spoken(passphrase), salt, KEY, { ...cost, maxmem: 256 * cost.N * cost.r }, (error, made) => (error ? reject(error) : resolve(made)))
  })
  return { salt, key }
}

/** Recovery keys are typed off paper: spaces, dashes and letter case do not count. Other passphrases are as they are. */
function spoken(passphrase: string): string {
  const bare = passphrase.replaceAll(/[\s-]/g, '').toUpperCase()
  return RECOVERY.test(bare) ? bare : passphrase.trim().normalize('NFC')
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const RECOVERY = /^DP[A-HJ-NP-Z2-9]{40}$/

/** 200 random bits for a sheet of paper: `DP-7Q2X9-…`. */
export function newRecoveryKey(): string {
  const letters = [...randomBytes(40)].map((byte) => LETTERS[byte % 32]).join('')
  return ['DP', ...(letters.match(/.{5}/g) ?? [])].join('-')
}

/** The plaintext, sealed: header first. */
export async function* seal(plain: AsyncIterable<Uint8Array>, about: { id: string; createdAt: string; version: string }, pass: PassKey): AsyncGenerator<Buffer, void, undefined> {
  const open: Omit<BackupHeader, 'key'> = { format: FORMAT, ...about, kdf: { name: 'scrypt', salt: pass.salt.toString('base64'), ...COST } }
  const dataKey = randomBytes(KEY)
  const line = JSON.stringify({ ...open, key: sealKey(dataKey, pass.key, JSON.stringify(open)) })
  yield Buffer.from(`${MAGIC}\n${line}\n`)
  const key = contentKey(dataKey, line)
  let number = 0
  const sealed = (chunk: Uint8Array, last: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(number++, last))
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const piece of plain) {
    waiting.push(piece)
    bytes += piece.length
    if (bytes <= CHUNK) continue
    const all = Buffer.concat(waiting)
    let at = 0
    // One chunk may be the last as long as nothing follows, so something always stays here.
    for (; all.length - at > CHUNK; at += CHUNK) yield sealed(all.subarray(at, at + CHUNK), false)
    waiting = [all.subarray(at)]
    bytes = all.length - at
  }
  yield sealed(Buffer.concat(waiting), true)
}

/** Refuses `unprocessable` what is no backup, or one of a newer format. */
export async function readHeader(file: FileHandle): Promise<{ header: BackupHeader; line: string; contentAt: number }> {
  const start = Buffer.alloc(HEADER_MAX)
  const { bytesRead } = await file.read(start, 0, HEADER_MAX, 0)
  const text = start.subarray(0, bytesRead)
  const first = text.indexOf(10)
  const second = text.indexOf(10, first + 1)
  if (text.subarray(0, Math.max(0, first)).toString('latin1') !== MAGIC || second < 0) throw new Refusal('unprocessable', 'This is no backup of Dialplane, or its beginning is damaged. Use another copy of the file.')
  const line = text.subarray(first + 1, second).toString('utf8')
  let header: BackupHeader
  try {
    header = JSON.parse(line) as BackupHeader
  } catch (cause) {
    throw new Refusal('unprocessable', DAMAGED, { cause })
  }
  if (typeof header.format !== 'number' || typeof header.key !== 'string' || typeof header.kdf !== 'object') throw new Refusal('unprocessable', DAMAGED)
  if (header.format !== FORMAT) throw new Refusal('unprocessable', `This backup has format ${header.format}, and this Dialplane reads format ${FORMAT}. Use Dialplane ${header.version} or newer.`)
  const { name, N, r, p } = header.kdf
  // A forged header must not make us fill the memory.
  if (name !== 'scrypt' || N > 1_048_576 || r > 16 || p > 4) throw new Refusal('unprocessable', DAMAGED)
  return { header, line, contentAt: second + 1 }
}

/** The key of a file's content. Refuses `unprocessable` a wrong passphrase. */
export async function openKey(header: BackupHeader, secret: string | PassKey): Promise<Buffer> {
  const { key, ...open } = header
  const salt = Buffer.from(open.kdf.salt, 'base64')
  const pass = typeof secret === 'string' ? await passKey(secret, salt, open.kdf) : secret
  const sealed = Buffer.from(key, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', pass.key, sealed.subarray(0, IV), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(JSON.stringify(open))).setAuthTag(sealed.subarray(IV, IV + TAG))
    return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()])
  } catch (cause) {
    throw new Refusal('unprocessable', typeof secret === 'string' ? 'The passphrase or recovery key does not open this backup. It is the one that was set when the backup was made.' : 'This backup was made with another recovery key than the present one. Give that one.', { cause })
  }
}

/** The content, chunk by chunk. Refuses `unprocessable` at the first chunk that is not what was written, and a file that ends early. */
export async function* unseal(file: FileHandle, { line, contentAt }: { line: string; contentAt: number }, dataKey: Buffer): AsyncGenerator<Buffer, void, undefined> {
  const key = contentKey(dataKey, line)
  const { size } = await file.stat()
  let at = contentAt
  for (let number = 0; ; number++) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK + TAG, Math.max(0, size - at)))
    let filled = 0
    while (filled < chunk.length) {
      const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    at += filled
    const last = at >= size
    if (filled < TAG) throw damaged(at)
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(number, last), { authTagLength: TAG })
      decipher.setAuthTag(chunk.subarray(filled - TAG, filled))
      const plain = Buffer.concat([decipher.update(chunk.subarray(0, filled - TAG)), decipher.final()])
      if (plain.length > 0) yield plain
    } catch (cause) {
      throw damaged(at, cause)
    }
    if (last) return
  }
}

function damaged(at: number, cause?: unknown): Refusal {
  return new Refusal('unprocessable', `This backup is damaged or cut short (near byte ${at}${cause === undefined ? '' : `: ${messageOf(cause)}`}). Use another copy of the file, or another backup.`, { cause })
}

function sealKey(dataKey: Buffer, key: Buffer, open: string): string {
  const iv = randomBytes(IV)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(open))
  const body = Buffer.concat([cipher.update(dataKey), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
}

function contentKey(dataKey: Buffer, line: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, createHash('sha256').update(line).digest(), 'dialplane-backup', KEY))
}

function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(IV)
  bytes.writeUInt32BE(number, 7)
  bytes[11] = last ? 1 : 0
  return bytes
}
