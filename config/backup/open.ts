import { open } from 'node:fs/promises'
import { messageOf, Refusal } from '../errors.ts'
import { openKey, readHeader, unseal, type BackupHeader, type PassKey } from './sealed.ts'

export interface OpenBackup {
  header: BackupHeader
  /** Its content from the beginning, each time it is asked for. */
  plain(): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** Opens a backup with its passphrase, its recovery key, or what scrypt made of it. Refuses what is no backup, and a wrong key. */
export async function openBackup(path: string, secret: string | PassKey): Promise<OpenBackup> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new Refusal('not-found', `The backup ${path} cannot be read: ${messageOf(error)}.`, { cause: error })
  })
  try {
    const head = await readHeader(file)
    const key = await openKey(head.header, secret)
    return { header: head.header, plain: () => unseal(file, head, key), close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}
