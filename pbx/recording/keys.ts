import { randomBytes } from 'node:crypto'
import { serviceActor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { RecordingKeyRow } from '../../migrations/tables.ts'

const PURPOSE = 'recordings'

/** The key of each tenant's recordings: random, and sealed with the house's own in the database. Whoever removes the row has shredded them all. */
export interface RecordingKeys {
  of(tenantId: string): Promise<Buffer>
}

export function createRecordingKeys(database: Database, secrets: Secrets): RecordingKeys {
  const known = new Map<string, Promise<Buffer>>()

  const load = async (tenantId: string): Promise<Buffer> => {
    const actor = serviceActor(tenantId, 'recording')
    const find = (): Promise<RecordingKeyRow | undefined> => database.read(actor, (trx) => trx<RecordingKeyRow>('recording_keys').first())
    let row = await find()
    if (!row) {
      const sealed = secrets.seal(PURPOSE, tenantId, randomBytes(32).toString('base64'))
      // Another node may make one at the same moment: the first stays.
      await database.change(actor, async (trx) => {
        await trx<RecordingKeyRow>('recording_keys').insert({ tenant_id: tenantId, sealed }).onConflict('tenant_id').ignore()
        return { result: undefined, audit: { action: 'recording-key.create', subjectType: 'tenant', subjectId: tenantId } }
      })
      row = await find()
    }
    if (!row) throw new Error('The key of the recordings was not kept.')
    return Buffer.from(secrets.open(PURPOSE, tenantId, row.sealed), 'base64')
  }

  return {
    of(tenantId) {
      const key = known.get(tenantId) ?? load(tenantId)
      known.set(tenantId, key)
      key.catch(() => known.delete(tenantId))
      return key
    },
  }
}
