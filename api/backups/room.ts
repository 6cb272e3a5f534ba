/** Makes backups when they are due or asked for, tries each out, keeps as many as wanted, and tells when there is none. */
import { rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBackup } from '../../config/backup/make.ts'
import type { PassKey } from '../../config/backup/sealed.ts'
import { tryBackup } from '../../config/backup/try.ts'
import { serviceActor, type Actor } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { OpenDatabase } from '../../config/database/open.ts'
import type { Transaction } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { BackupRow, BackupSettingsRow } from '../../migrations/tables.ts'
import type { HealthPart, Pbx } from '../../pbx/index.ts'
import type { Backups } from '../http/world.ts'
import { backupOf, giveUpDead, lastOnes, settingsOf } from './repository.ts'
import { isDue, latestDue, missedDue, type Schedule } from './schedule.ts'

const PURPOSE = 'backup-key'
const TICK_MS = 60_000
const ALIVE_MS = 30_000

export interface BackupsOptions {
  settings: Pick<Settings, 'home' | 'backup'>
  database: OpenDatabase
  secrets: Secrets
  pbx: Pick<Pbx, 'tell' | 'mail'>
  clock: Clock
  logger: Logger
  version: string
}

export const scheduleOf = ({ enabled, at_time: at, days }: BackupSettingsRow): Schedule => ({ enabled, at, days })

export async function startBackups(options: BackupsOptions): Promise<Backups> {
  const { settings: { home, backup: { folder } }, database, secrets, pbx, clock, version } = options
  const logger = options.logger.child({ room: 'backups' })
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const now = (): Date => new Date(clock.now())
  const pathOf = ({ file }: BackupRow): string => join(folder, file)

  const runner = async (): Promise<string> => (await database.system('who runs this', (trx) => trx('tenants').where({ is_default: true }).first<{ id: string }>('id'))).id
  const tenantId = await runner()
  const self = serviceActor(tenantId, 'backups')
  const openPass = ({ salt, key_sealed: sealed }: BackupSettingsRow): PassKey | undefined =>
    salt && sealed ? { salt, key: Buffer.from(secrets.open(PURPOSE, tenantId, sealed), 'base64') } : undefined
  const settingsNow = (): Promise<BackupSettingsRow> => database.system('backup settings', async (trx) => (await settingsOf(trx))!)
  const note = (id: string, row: Partial<BackupRow>): Promise<void> => database.system('backup', async (trx) => void (await trx<BackupRow>('backups').where({ id }).update(row)))

  const inBackground = (what: string, id: string, work: () => Promise<void>): void => {
    const alive = setInterval(() => void note(id, { alive_at: new Date() }).catch(() => {}), ALIVE_MS).unref()
    const job = work().catch((error: unknown) => logger.error({ backup: id, err: error }, `${what}: ${messageOf(error)}`)).finally(() => {
      clearInterval(alive)
      running.delete(job)
    })
    running.add(job)
  }
  /** What went wrong, in a sentence for people. */
  const why = (error: unknown): string => stopping.signal.aborted ? 'Dialplane was stopped meanwhile.' : messageOf(error)

  const alarm = async (backupId: string | null, cause: string): Promise<void> => {
    logger.error({ backup: backupId }, `there is no new backup: ${cause}`)
    pbx.tell(self, 'backup.failed', { backupId, cause })
    const { mail_to: to } = await settingsNow()
    if (to.length > 0) await pbx.mail.post(self, { kind: 'backup', subjectId: null, urgent: true, recipients: to, title: 'There is no new backup', body: `${cause}\n\nBackups are in ${folder}. Under Backups in the panel you see what happened, and make one now.\n` })
  }

  const make = async (row: BackupRow, pass: PassKey): Promise<void> => {
    try {
      const made = await makeBackup({ connection: database.connection, home, version, path: pathOf(row), pass, id: row.id, now: row.started_at, signal: stopping.signal })
      await note(row.id, { state: 'done', finished_at: now(), bytes: String(made.bytes), rows: String(made.tables.reduce((sum, { rows }) => sum + rows, 0)), files: made.files.length })
      logger.info({ backup: row.id, file: row.file, bytes: made.bytes }, 'backup made')
    } catch (error) {
      await note(row.id, { state: 'failed', finished_at: now(), cause: why(error) })
      if (!stopping.signal.aborted) await alarm(row.id, why(error))
      return
    }
    await prune()
    await tryOut(row, pass)
  }
  const tryOut = async (row: BackupRow, pass: PassKey): Promise<void> => {
    const started = performance.now()
    const ended = (well: boolean, cause: string | null): Promise<void> => note(row.id, { trying: false, tried_at: now(), tried_well: well, try_cause: cause, try_ms: Math.round(performance.now() - started) })
    await note(row.id, { trying: true, alive_at: new Date() })
    try {
      const { sums } = await tryBackup({ path: pathOf(row), secret: pass, connection: database.connection, logger, signal: stopping.signal })
      await ended(true, null)
      logger.info({ backup: row.id, entries: sums.length }, 'backup tried out: everything is there')
    } catch (error) {
      if (stopping.signal.aborted) return note(row.id, { trying: false })
      await ended(false, messageOf(error))
      await alarm(row.id, `The backup ${row.file} cannot be restored: ${messageOf(error)}`)
    }
  }
  /** As many good ones as are wanted, and of failed ones the lines of a month. */
  const prune = async (): Promise<void> => {
    const { keep } = await settingsNow()
    const old = await database.system('old backups', async (trx) => {
      await trx('backups').where({ state: 'failed' }).whereRaw("started_at < now() - interval '30 days'").delete()
      return trx<BackupRow>('backups').where({ state: 'done', trying: false }).orderBy('started_at', 'desc').offset(keep)
    })
    for (const row of old) {
      await rm(pathOf(row), { force: true })
      await database.change(self, async (trx) => {
        await trx('backups').where({ id: row.id }).delete()
        return { result: undefined, audit: { action: 'backup.delete', subjectType: 'backup', subjectId: row.id, before: { file: row.file } } }
      })
    }
  }

  /** Writes down that one is made; the one that is made already, when there is one. */
  const begin = async (actor: Actor, scheduled: boolean): Promise<BackupRow> => {
    const { row, pass } = await database.change<{ row: BackupRow; pass?: PassKey }>(actor, async (trx) => {
      // One at a time, also beside other processes.
      const settings = await trx<BackupSettingsRow>('backup_settings').forUpdate().first()
      if (!settings) throw notYours()
      await giveUpDead(trx)
      const there = await trx<BackupRow>('backups').where({ state: 'running' }).first()
      if (there) return { result: { row: there }, audit: audit('backup.start', there) }
      const latestScheduled = scheduled ? (await lastOnes(trx)).scheduled : undefined
      // Another process was quicker.
      if (latestScheduled && !isDue(scheduleOf(settings), now(), latestScheduled.started_at, settings.updated_at)) return { result: { row: latestScheduled }, audit: audit('backup.start', latestScheduled) }
      const key = openPass(settings)
      if (!key) throw new Refusal('conflict', 'Set a passphrase or a recovery key first: without one nothing is written.')
      const at = now()
      const id = newId()
      const made = { id, file: `dialplane-${at.toISOString().replaceAll(':', '-').slice(0, 19)}Z-${id.slice(0, 4)}.backup`, asked_by: actor.name, scheduled, started_at: at } as BackupRow
      await trx<BackupRow>('backups').insert(made)
      return { result: { row: (await backupOf(trx, id))!, pass: key }, audit: audit('backup.start', made) }
    })
    if (pass) inBackground('a backup', row.id, () => make(row, pass))
    return row
  }

  const tick = async (): Promise<void> => {
    const state = await database.system('backups', async (trx) => {
      await giveUpDead(trx)
      return { settings: (await settingsOf(trx))!, ...(await lastOnes(trx)) }
    })
    const { settings, scheduled, good, running: made } = state
    if (isDue(scheduleOf(settings), now(), scheduled?.started_at, settings.updated_at) && settings.key_sealed) return void (await begin(self, true))
    if (made) return
    const missed = missedDue(scheduleOf(settings), now(), good?.started_at, settings.updated_at)
    if (missed && (settings.told_of === null || settings.told_of.getTime() < missed.getTime())) {
      await database.system('backups', async (trx) => void (await trx<BackupSettingsRow>('backup_settings').update({ told_of: missed })))
      await alarm(null, `One was due ${missed.toString()}, and ${good ? `the newest is of ${good.started_at.toString()}` : 'there is none at all'}.`)
    }
  }
  const tickSafely = (): Promise<void> => tick().catch((error: unknown) => { if (database.available) logger.warn(`backups are not looked after: ${messageOf(error)}`) })
  const timer = setInterval(() => void tickSafely(), TICK_MS).unref()
  await database.system('backups', giveUpDead)
  void tickSafely()

  return {
    folder,
    start: (actor) => begin(actor, false),
    tick,
    async try(actor, row) {
      const pass = openPass(await settingsNow())
      if (!pass) throw new Refusal('conflict', 'The key of this backup is not here any more. Verify it on the machine: npm start -- --verify-backup FILE.')
      const begun = await database.change(actor, async (trx: Transaction) => {
        const [marked] = await trx<BackupRow>('backups').where({ id: row.id, trying: false }).update({ trying: true, alive_at: new Date() }).returning('*')
        return { result: marked, audit: audit('backup.try', row) }
      })
      if (begun) inBackground('trying a backup out', row.id, () => tryOut(begun, pass))
      return begun ?? row
    },
    pathOf,
    sealKey: (key) => secrets.seal(PURPOSE, tenantId, key.toString('base64')),
    async room() {
      // The folder is made by the first backup.
      for (const place of [folder, home]) {
        const found = await statfs(place).catch(() => undefined)
        if (found) return found.bavail * found.bsize
      }
      return undefined
    },
    exists: async (row) => (await stat(pathOf(row)).catch(() => undefined))?.isFile() === true,
    async health(): Promise<HealthPart> {
      const name = 'backup'
      const found = await database.system('backups', async (trx) => ({ settings: (await settingsOf(trx))!, ...(await lastOnes(trx)) })).catch(() => undefined)
      if (!found) return { name, ok: false, message: 'How the backups are is not known while PostgreSQL does not answer.' }
      const { settings, good, latest } = found
      if (!settings.enabled) return { name, ok: true, message: good ? `The newest backup is of ${good.started_at.toISOString()}; none is scheduled.` : 'No backup is scheduled. Under Backups you turn that on.' }
      if (!settings.key_sealed) return { name, ok: false, message: 'Backups are scheduled, but there is no recovery key yet, so none is made. Set one under Backups.' }
      if (missedDue(scheduleOf(settings), now(), good?.started_at, settings.updated_at)) return { name, ok: false, message: `The newest backup is too old: ${good ? `of ${good.started_at.toISOString()}` : 'there is none'}. ${latest?.cause ?? 'Dialplane did not run when it was due.'}` }
      if (latest?.state === 'failed') return { name, ok: false, message: `The last backup failed: ${latest.cause}` }
      if (good?.tried_well === false) return { name, ok: false, message: `The last backup cannot be restored: ${good.try_cause}` }
      return { name, ok: true, message: good ? `The newest backup is of ${good.started_at.toISOString()}${good.tried_well ? ' and was restored to try it' : ''}.` : `The first backup is made at ${settings.at_time}.` }
    },
    nextAt: (row) => nextDue(scheduleOf(row), now()),
    async close() {
      clearInterval(timer)
      stopping.abort()
      await Promise.all(running)
    },
  }
}

function nextDue(schedule: Schedule, now: Date): Date | undefined {
  for (let ahead = 0; ahead <= 7; ahead += 1) {
    const end = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, 23, 59, 59)
    const due = latestDue(schedule, end)
    if (due && due.getTime() > now.getTime()) return due
  }
  return undefined
}

const audit = (action: string, { id, file }: BackupRow) => ({ action, subjectType: 'backup', subjectId: id, after: { file } })

export const notYours = (): Refusal => new Refusal('forbidden', 'Backups are of all tenants of this system; only those who run it make and see them.')
