/** Backups of the whole machine: when they are made, what was made, and what came of trying it out. */
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { newRecoveryKey, passKey } from '../../config/backup/sealed.ts'
import type { Actor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { BackupRow, BackupSettingsRow } from '../../migrations/tables.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, pagination, Success } from '../http/envelope.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { World } from '../http/world.ts'
import { backupOf, listBackups, settingsOf } from './repository.ts'
import { notYours } from './room.ts'
import { Backup, BackupKey, BackupKeyWish, BackupSettings, BackupSettingsChange } from './schemas.ts'

const tag = 'Backups'

async function present(world: World, row: BackupRow): Promise<z.input<typeof Backup>> {
  const number = (text: string | null): number | null => (text === null ? null : Number(text))
  return {
    id: row.id, file: row.file, state: row.state, cause: row.cause, scheduled: row.scheduled, askedBy: row.asked_by, startedAt: isoOf(row.started_at), finishedAt: isoOrNull(row.finished_at),
    bytes: number(row.bytes), rows: number(row.rows), files: row.files, there: await world.backups.exists(row),
    trial: row.trying ? 'running' : row.tried_well === null ? 'none' : row.tried_well ? 'well' : 'failed', triedAt: isoOrNull(row.tried_at), trialCause: row.try_cause, trialMs: row.try_ms,
  }
}

async function presentSettings(world: World, row: BackupSettingsRow): Promise<z.input<typeof BackupSettings>> {
  return {
    enabled: row.enabled, at: row.at_time, days: row.days, keep: row.keep, mailTo: row.mail_to, hasKey: row.key_sealed !== null, keySetAt: isoOrNull(row.key_set_at),
    nextAt: isoOrNull(world.backups.nextAt(row) ?? null), folder: world.backups.folder, freeBytes: (await world.backups.room()) ?? null, version: row.version,
  }
}

/** Row-level security shows these to the tenant that runs the machine only. */
async function needSettings(trx: Transaction): Promise<BackupSettingsRow> {
  const row = await settingsOf(trx)
  if (!row) throw notYours()
  return row
}

async function needBackup(world: World, actor: Actor, id: string): Promise<BackupRow> {
  const row = await world.database.read(actor, (trx) => backupOf(trx, id))
  if (!row) throw new Refusal('not-found', 'There is no such backup. It may have made room for newer ones.')
  return row
}

async function changeSettings(world: World, actor: Actor, version: number | undefined, action: string, change: (row: BackupSettingsRow) => Partial<BackupSettingsRow>): Promise<BackupSettingsRow> {
  return world.database.change(actor, async (trx) => {
    const before = await trx<BackupSettingsRow>('backup_settings').forUpdate().first()
    if (!before) throw notYours()
    if (version !== undefined && version !== before.version) throw new Refusal('conflict', 'Somebody else has changed this meanwhile. Look at it again, then change it.')
    const [after] = await trx<BackupSettingsRow>('backup_settings').update({ ...change(before), version: before.version + 1, updated_at: new Date(world.clock.now()) }).returning('*')
    const shown = ({ enabled, at_time: at, days, keep, mail_to: mailTo }: BackupSettingsRow) => ({ enabled, at, days, keep, mailTo })
    return { result: after!, audit: { action, subjectType: 'tenant', subjectId: actor.tenantId, ...(action === 'backup.configure' && { before: shown(before), after: shown(after!) }) } }
  })
}

const getBackupSettings = defineRoute({
  method: 'get', path: '/backups/settings', operationId: 'getBackupSettings', summary: 'When backups are made, and where they are', tag, permission: 'backups.read', response: one(BackupSettings),
  handle: async ({ world, actor }) => ({ data: await presentSettings(world, await world.database.read(actor, needSettings)) }),
})

const updateBackupSettings = defineRoute({
  method: 'patch', path: '/backups/settings', operationId: 'updateBackupSettings', summary: 'Say when backups are made, and how many are kept', tag, permission: 'backups.write', body: BackupSettingsChange, versioned: true, response: one(BackupSettings),
  async handle({ world, actor, body: { version, at, mailTo, ...input }, ifMatch }) {
    const changed = await changeSettings(world, actor, ifMatch ?? version, 'backup.configure', (row) => ({
      enabled: input.enabled ?? row.enabled, days: input.days ? [...input.days].sort() : row.days, keep: input.keep ?? row.keep, at_time: at ?? row.at_time, mail_to: mailTo ?? row.mail_to,
    }))
    return { data: await presentSettings(world, changed) }
  },
})

const setBackupKey = defineRoute({
  method: 'post', path: '/backups/key', operationId: 'setBackupKey', summary: 'Set what opens backups from now on',
  description: 'A passphrase, or a recovery key that Dialplane makes and shows only now. What is made of it is kept encrypted, so that backups are made and tried out by themselves; older backups still open with what was set then.',
  tag, permission: 'backups.write', body: BackupKeyWish, response: one(BackupKey), secret: true,
  async handle({ world, actor, body }) {
    await world.database.read(actor, needSettings)
    const recoveryKey = body.passphrase === null ? newRecoveryKey() : null
    const { salt, key } = await passKey(recoveryKey ?? body.passphrase!)
    const changed = await changeSettings(world, actor, undefined, 'backup.key', () => ({ salt, key_sealed: world.backups.sealKey(key), key_set_at: new Date(world.clock.now()) }))
    return { data: { recoveryKey, settings: await presentSettings(world, changed) } }
  },
})

const list = defineRoute({
  method: 'get', path: '/backups', operationId: 'listBackups', summary: 'Backups, newest first', tag, permission: 'backups.read', query: z.strictObject(pageQuery), response: pageOf(Backup),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.database.read(actor, (trx) => listBackups(trx, query))
    return { data: await Promise.all(rows.map((row) => present(world, row))), pagination: pagination(total, query) }
  },
})

const createBackup = defineRoute({
  method: 'post', path: '/backups', operationId: 'createBackup', summary: 'Make a backup now', description: 'Answers at once; the backup is made, and then restored beside the real tables to try it. While one is made, it is answered with that one.', tag, permission: 'backups.write', status: 202, response: one(Backup),
  handle: async ({ world, actor }) => ({ data: await present(world, await world.backups.start(actor)) }),
})

const getBackup = defineRoute({
  method: 'get', path: '/backups/{id}', operationId: 'getBackup', summary: 'One backup', tag, permission: 'backups.read', params: idParams, response: one(Backup),
  handle: async ({ world, actor, params }) => ({ data: await present(world, await needBackup(world, actor, params.id)) }),
})

const downloadBackup = defineFileRoute({
  method: 'get', path: '/backups/{id}/file', operationId: 'downloadBackup', summary: 'The encrypted file', description: 'Audited. It opens only with the passphrase or recovery key that was set when it was made.', tag, permission: 'backups.download', params: idParams, file: 'application/octet-stream',
  async handle({ world, actor, params }) {
    const row = await needBackup(world, actor, params.id)
    if (!(await world.backups.exists(row))) throw new Refusal('gone', `The file ${row.file} is not in ${world.backups.folder}. Was it moved, or is that disk not mounted?`)
    await world.database.change(actor, async () => ({ result: undefined, audit: { action: 'backup.download', subjectType: 'backup', subjectId: row.id, after: { file: row.file } } }))
    return { path: world.backups.pathOf(row), name: row.file }
  },
})

const tryBackup = defineRoute({
  method: 'post', path: '/backups/{id}/trial', operationId: 'tryBackup', summary: 'Restore it beside the real tables, compare, and throw that away', tag, permission: 'backups.write', params: idParams, status: 202, response: one(Backup),
  async handle({ world, actor, params }) {
    const row = await needBackup(world, actor, params.id)
    if (row.state !== 'done') throw new Refusal('conflict', row.state === 'running' ? 'It is still being made.' : 'It was not made, so there is nothing to try.')
    return { data: await present(world, await world.backups.try(actor, row)) }
  },
})

const deleteBackup = defineRoute({
  method: 'delete', path: '/backups/{id}', operationId: 'deleteBackup', summary: 'Delete a backup and its file', tag, permission: 'backups.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    const row = await needBackup(world, actor, params.id)
    if (row.state === 'running' || row.trying) throw new Refusal('conflict', 'It is being made or tried. Wait until that is over.')
    await world.database.change(actor, async (trx) => {
      await trx('backups').where({ id: row.id }).delete()
      await rm(world.backups.pathOf(row), { force: true })
      return { result: undefined, audit: { action: 'backup.delete', subjectType: 'backup', subjectId: row.id, before: { file: row.file } } }
    })
    return done
  },
})

export const backupRoutes = [getBackupSettings, updateBackupSettings, setBackupKey, list, createBackup, getBackup, downloadBackup, tryBackup, deleteBackup]
