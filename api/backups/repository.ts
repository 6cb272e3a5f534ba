import type { Transaction } from '../../config/database/index.ts'
import type { BackupRow, BackupSettingsRow } from '../../migrations/tables.ts'

export const settingsOf = async (trx: Transaction): Promise<BackupSettingsRow | undefined> => trx<BackupSettingsRow>('backup_settings').first()

export const backupOf = async (trx: Transaction, id: string): Promise<BackupRow | undefined> => trx<BackupRow>('backups').where({ id }).first()

/** Newest first. */
export async function listBackups(trx: Transaction, { page, limit }: { page: number; limit: number }): Promise<{ rows: BackupRow[]; total: number }> {
  const [{ count } = { count: '0' }] = await trx('backups').count<{ count: string }[]>('* as count')
  return { rows: await trx<BackupRow>('backups').orderBy([{ column: 'started_at', order: 'desc' }, 'id']).limit(limit).offset((page - 1) * limit), total: Number(count) }
}

/** Those whose maker is gone: a crash, a power cut. */
export async function giveUpDead(trx: Transaction): Promise<void> {
  const dead = trx<BackupRow>('backups').whereRaw("alive_at < now() - interval '3 minutes'")
  await dead.clone().where({ state: 'running' }).update({ state: 'failed', finished_at: new Date(), cause: 'Dialplane ended while it was made.' })
  await dead.clone().where({ trying: true }).update({ trying: false })
}

/** The newest that was scheduled, the newest good one, the newest that is over, and whether one is made now. */
export async function lastOnes(trx: Transaction): Promise<{ scheduled: BackupRow | undefined; good: BackupRow | undefined; latest: BackupRow | undefined; running: boolean }> {
  const newest = (): ReturnType<typeof ordered> => ordered(trx)
  return {
    scheduled: await newest().where({ scheduled: true }).first(),
    good: await newest().where({ state: 'done' }).first(),
    running: (await newest().where({ state: 'running' }).first()) !== undefined,
    latest: await newest().whereNot({ state: 'running' }).first(),
  }
}

const ordered = (trx: Transaction) => trx<BackupRow>('backups').orderBy('started_at', 'desc')
