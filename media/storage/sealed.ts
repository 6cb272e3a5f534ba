/**
 * Sealed files: pieces of 64 KiB, each AES-256-GCM, so that any range can be read without the rest.
 *
 * A file's own key comes (HKDF-SHA-256, RFC 5869) from the tenant's, the file's random salt and the name of what it holds,
 * so no key is ever used for two files and the nonce may simply be the piece's number. The last piece says that it is
 * the last: a file that lost its end, or whose pieces were swapped, does not open. Header: magic (8), salt (16).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'

const MAGIC = Buffer.from('DPSEAL1\n', 'latin1')
const SALT_BYTES = 16
const HEADER_BYTES = MAGIC.length + SALT_BYTES
const PIECE_BYTES = 64 * 1024
const TAG_BYTES = 16

/** It was altered, cut, or is of another key or name. */
export class BrokenSeal extends Error {}

export interface SealedFile {
  /** Length of what is in it. */
  readonly bytes: number
  /** What is in it from `start` up to and without `end`, a piece at a time. Throws BrokenSeal before anything false is given out. */
  read(start: number, end: number): AsyncGenerator<Buffer, void, undefined>
  close(): Promise<void>
}

function keyOf(tenantKey: Buffer, salt: Buffer, name: string): Buffer {
  return Buffer.from(hkdfSync('sha256', tenantKey, salt, `sealed file ${name}`, 32))
}

function nonceOf(piece: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(piece), 0)
  nonce[8] = last ? 1 : 0
  return nonce
}

export class SealingWriter {
  readonly #file: FileHandle
  readonly #key: Buffer
  readonly #piece = Buffer.alloc(PIECE_BYTES)
  #filled = 0
  #number = 0

  private constructor(file: FileHandle, key: Buffer) {
    this.#file = file
    this.#key = key
  }

  /** @param key 32 bytes, the tenant's; @param name of what it holds: it opens under no other */
  static async create(path: string, key: Buffer, name: string): Promise<SealingWriter> {
    const file = await open(path, 'w', 0o600)
    try {
      const salt = randomBytes(SALT_BYTES)
      await writeAll(file, Buffer.concat([MAGIC, salt]))
      return new SealingWriter(file, keyOf(key, salt, name))
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(path, { force: true })
      throw error
    }
  }

  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      // A full piece waits for what follows: only then is it known not to be the last.
      if (this.#filled === PIECE_BYTES) await this.#seal(false)
      const count = Math.min(bytes.length - at, PIECE_BYTES - this.#filled)
      bytes.copy(this.#piece, this.#filled, at, at + count)
      this.#filled += count
      at += count
    }
  }

  /** Seals the end and sees that all of it is on the disk. */
  async finish(): Promise<void> {
    await this.#seal(true)
    await this.#file.sync()
    await this.#file.close()
  }

  /** Gives up; the file is of no use. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
  }

  async #seal(last: boolean): Promise<void> {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#number, last))
    const body = cipher.update(this.#piece.subarray(0, this.#filled))
    cipher.final()
    this.#number += 1
    this.#filled = 0
    await writeAll(this.#file, Buffer.concat([body, cipher.getAuthTag()]))
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done)
    if (bytesWritten === 0) throw Object.assign(new Error('no space left on the disk'), { code: 'ENOSPC' })
    done += bytesWritten
  }
}

/** Throws BrokenSeal for what is no sealed file, ENOENT when it is gone. */
export async function openSealed(path: string, key: Buffer, name: string): Promise<SealedFile> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const header = await readFully(file, 0, Math.min(size, HEADER_BYTES))
    const body = size - HEADER_BYTES
    const pieces = Math.ceil(body / (PIECE_BYTES + TAG_BYTES))
    const bytes = body - pieces * TAG_BYTES
    if (pieces < 1 || bytes < 0 || !header.subarray(0, MAGIC.length).equals(MAGIC)) throw new BrokenSeal('this is no sealed file')
    const fileKey = keyOf(key, header.subarray(MAGIC.length), name)

    async function piece(number: number): Promise<Buffer> {
      const last = number === pieces - 1
      const length = last ? bytes - number * PIECE_BYTES : PIECE_BYTES
      const sealed = await readFully(file, HEADER_BYTES + number * (PIECE_BYTES + TAG_BYTES), length + TAG_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', fileKey, nonceOf(number, last)).setAuthTag(sealed.subarray(length))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()])
      } catch (cause) {
        throw new BrokenSeal('the sealed file was altered, or is of another key', { cause })
      }
    }

    // Whatever is read of it later: it must be whole.
    await piece(pieces - 1)
    return {
      bytes,
      async *read(start, end) {
        for (let number = Math.floor(start / PIECE_BYTES); number * PIECE_BYTES < Math.min(end, bytes); number += 1) {
          const from = number * PIECE_BYTES
          const plain = await piece(number)
          yield plain.subarray(Math.max(0, start - from), Math.min(plain.length, end - from))
        }
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw new BrokenSeal('the sealed file is shorter than it was')
    done += bytesRead
  }
  return bytes
}
