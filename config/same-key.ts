/** Guards against a master key that does not belong to the database: its secrets could never be read again. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Database } from './database/index.ts'
import { Refusal } from './errors.ts'
import type { Secrets } from './secrets.ts'

const KEY = 'master-key-fingerprint'

/** Remembers the key's fingerprint in an empty database; refuses `unprocessable` when another was remembered. */
export async function requireSameKey(database: Database, secrets: Secrets, home: string): Promise<void> {
  // A hash of a derived key: it tells two keys apart and gives nothing away.
  const fingerprint = createHash('sha256').update(secrets.key('fingerprint')).digest('hex').slice(0, 32)
  await database.system('check the master key', async (trx) => {
    await trx('system_state').insert({ key: KEY, value: JSON.stringify(fingerprint) }).onConflict('key').ignore()
    const row = await trx('system_state').where({ key: KEY }).first<{ value: string }>('value')
    if (row?.value !== fingerprint) {
      throw new Refusal('unprocessable', `The master key ${join(home, 'keys', 'master.key')} is not the one this database was written with. Restore the keys folder from the backup that belongs to the database; without it no phone can sign in.`)
    }
  })
}
