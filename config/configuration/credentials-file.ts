/** Where the passwords of phones go that a configuration made: into a file of its own, never into what a pipeline keeps of its output. */
import { open, rm, type FileHandle } from 'node:fs/promises'
import { messageOf, Refusal } from '../errors.ts'

export interface NewPhone {
  number: string
  name: string
  username: string
  password: string
}

export interface CredentialsFile {
  /** Lines of CSV, the columns first. Rejects with a Refusal `unavailable` when the disk does not take them. */
  write(phones: readonly NewPhone[]): Promise<void>
  /** Takes the file away again unless it was written. */
  close(): Promise<void>
}

const COLUMNS = ['number', 'name', 'username', 'password'] as const

/**
 * Makes the file, readable to its owner only, before there is anything to write.
 *
 * @throws Refusal `conflict` when there is such a file, `unavailable` when none can be made
 */
export async function openCredentialsFile(path: string): Promise<CredentialsFile> {
  const file = await make(path)
  let written = false
  return {
    async write(phones) {
      try {
        await file.writeFile([COLUMNS, ...phones.map((phone) => COLUMNS.map((column) => (column === 'name' ? harmless(phone.name) : phone[column])))].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join(''))
        await file.sync()
        written = true
      } catch (error) {
        throw new Refusal('unavailable', `The configuration is carried out, but the passwords of ${count(phones.length)} were not written to ${path}: ${messageOf(error)}. Give those phones new ones in the panel (Extensions, the device, New password).`, { cause: error })
      }
    },
    async close() {
      await file.close()
      if (!written) await rm(path, { force: true })
    },
  }
}

export const count = (phones: number): string => `${phones} new ${phones === 1 ? 'phone' : 'phones'}`

async function make(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Refusal('conflict', `${path} exists already and may hold passwords of other phones. Nothing was changed. Name another file, or move that one away.`, { cause: error })
    throw new Refusal('unavailable', `${path} cannot be written: ${messageOf(error)}. Nothing was changed.`, { cause: error })
  }
}

/** A name that a spreadsheet would calculate gets an apostrophe before it. */
const harmless = (name: string): string => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
