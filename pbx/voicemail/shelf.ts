import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, Transaction } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { SoundKeeper, StoredSound } from '../../media/contract.ts'
import type { VoicemailMessageRow } from '../../migrations/tables.ts'
import { inside, partsOf } from '../recording/files.ts'
import type { RecordingKeys } from '../recording/keys.ts'

const RETRY_MS = 60_000
const BATCH = 20
/** Of WAV, before the samples. */
const HEADER = 44

/** The sound of messages: WAV while it is recorded, sealed Opus from then on, WAV again for as long as a phone plays it. */
export interface Shelf {
  /** Where the recorder is to write a message; its folder exists. */
  place(tenantId: string, mailboxId: string, id: string): Promise<{ path: string; relative: string }>
  /** Messages in the database may wait to be stored. */
  wake(): void
  /** Sealed Opus in Ogg, or WAV made of it. Refuses `gone` and `unavailable`. */
  open(row: VoicemailMessageRow, as: 'ogg' | 'wav'): Promise<StoredSound>
  /** A WAV file for a phone to hear; `done` removes it. */
  lend(row: VoicemailMessageRow): Promise<{ path: string; done(): Promise<void> }>
  /** A WAV file of another that begins later. */
  from(path: string, seconds: number): Promise<{ path: string; done(): Promise<void> }>
  /** Writes the WAV of a message to this path. */
  copy(row: VoicemailMessageRow, path: string): Promise<void>
  remove(row: Pick<VoicemailMessageRow, 'path'>): Promise<void>
  /** Everything of a mailbox. */
  clear(tenantId: string, mailboxId: string): Promise<void>
  readonly failing: number
  close(): Promise<void>
}

export async function openShelf(options: {
  database: Database; logger: Logger; home: string; keys: RecordingKeys; sounds: Pick<SoundKeeper, 'keep' | 'open' | 'openWav'>
  /** One is stored: sealed, and its row says so; in that transaction. */
  onStored: (trx: Transaction, row: VoicemailMessageRow) => Promise<void>
}): Promise<Shelf> {
  const { database, logger, keys, sounds, onStored } = options
  const root = join(options.home, 'voicemail')
  const lent = join(root, 'playing')
  // What a crash left there is nobody's.
  await rm(lent, { recursive: true, force: true })
  await mkdir(lent, { recursive: true, mode: 0o700 })
  const running = new Map<string, Promise<void>>()
  const failed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> | undefined
  let again = false
  let closed = false

  const storeOne = async (row: VoicemailMessageRow): Promise<void> => {
    try {
      const sources = await partsOf(inside(root, row.path))
      const target = row.path.replace(/\.wav$/, '.sealed')
      if (sources.length === 0) throw new Error('its file is gone')
      const kept = await sounds.keep(sources, inside(root, target), await keys.of(row.tenant_id), row.id, { mono: true })
      const { bytes, seconds, rate, sha256, peaks } = kept
      const changed = await database.system('voicemail stored', async (trx) => {
        const found = await trx('voicemail_messages').where({ id: row.id }).update({ path: target, bytes, seconds, rate, sha256, peaks, stored_at: trx.fn.now() })
        if (found > 0) await onStored(trx, { ...row, seconds, rate })
        return found
      })
      if (changed === 0) await rm(inside(root, target), { force: true })
      for (const source of sources) await rm(source, { force: true })
      failed.delete(row.id)
    } catch (error) {
      if (closed) return
      failed.add(row.id)
      logger.error({ tenant: row.tenant_id, message: row.id, err: error }, `a voice message could not be stored and stays as it was recorded; it is tried again: ${messageOf(error)}`)
    }
  }
  const store = (row: VoicemailMessageRow): Promise<void> => {
    const going = running.get(row.id) ?? storeOne(row).finally(() => running.delete(row.id))
    running.set(row.id, going)
    return going
  }
  const drain = async (): Promise<void> => {
    const tried = new Set<string>()
    for (;;) {
      again = false
      const rows = (await database.system('voicemail to store', (trx) =>
        trx<VoicemailMessageRow>('voicemail_messages').whereNull('stored_at').whereNotIn('id', [...tried]).orderBy('left_at').limit(BATCH))) as VoicemailMessageRow[]
      for (const row of rows) {
        if (closed) return
        tried.add(row.id)
        await store(row)
      }
      if (rows.length === 0 && !again) return
    }
  }
  const wake = (): void => {
    again = true
    if (closed || work) return
    clearTimeout(timer)
    timer = undefined
    work = drain()
      .catch((error: unknown) => { if (!closed) logger.warn({ err: error }, `voice messages wait to be stored: ${messageOf(error)}`); failed.add('') })
      .then(() => {
        work = undefined
        if (failed.size > 0 && !closed) timer ??= setTimeout(wake, RETRY_MS)
        failed.delete('')
      })
  }

  const stored = async (row: VoicemailMessageRow): Promise<VoicemailMessageRow> => {
    if (row.stored_at !== null) return row
    await store(row)
    const now = await database.system('voicemail stored', (trx) => trx<VoicemailMessageRow>('voicemail_messages').where({ id: row.id }).first())
    if (!now) throw new Refusal('gone', 'This message was deleted.')
    if (now.stored_at === null) throw new Refusal('unavailable', 'This message is being stored. Try again in a moment.', { retryAfter: 5 })
    return now as VoicemailMessageRow
  }
  const openSound = async (given: VoicemailMessageRow, as: 'ogg' | 'wav'): Promise<StoredSound> => {
    const row = await stored(given)
    const path = inside(root, row.path)
    try {
      const key = await keys.of(row.tenant_id)
      return await (as === 'ogg' ? sounds.open(path, key, row.id) : sounds.openWav(path, key, row.id, row.rate ?? 8000))
    } catch (error) {
      logger.error({ tenant: row.tenant_id, message: row.id, err: error }, `a voice message does not open: ${messageOf(error)}`)
      throw new Refusal('gone', 'The file of this message is missing or was altered. The log says more.', { cause: error })
    }
  }
  const copy = async (row: VoicemailMessageRow, path: string): Promise<void> => {
    const sound = await openSound(row, 'wav')
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const piece of sound.read(0, sound.bytes)) await file.write(piece)
    } finally {
      await file.close()
      await sound.close()
    }
  }
  const lease = (): { path: string; done(): Promise<void> } => {
    const path = join(lent, `${randomUUID()}.wav`)
    return { path, done: () => rm(path, { force: true }) }
  }

  return {
    async place(tenantId, mailboxId, id) {
      const folder = join(tenantId, mailboxId)
      await mkdir(join(root, folder), { recursive: true, mode: 0o700 })
      const relative = join(folder, `${id}.wav`)
      return { path: join(root, relative), relative }
    },
    wake,
    open: openSound,
    copy,
    async lend(row) {
      const loan = lease()
      await copy(row, loan.path).catch(async (error: unknown) => { await loan.done(); throw error })
      return loan
    },
    async from(path, seconds) {
      const loan = lease()
      const [source, target] = [await open(path, 'r'), await open(loan.path, 'wx', 0o600)]
      try {
        const whole = await source.readFile()
        const bytesPerSecond = whole.readUInt32LE(28)
        const frame = whole.readUInt16LE(32)
        const at = Math.min(whole.length, HEADER + Math.max(0, Math.floor((seconds * bytesPerSecond) / frame) * frame))
        const header = Buffer.from(whole.subarray(0, HEADER))
        header.writeUInt32LE(whole.length - at + HEADER - 8, 4)
        header.writeUInt32LE(whole.length - at, 40)
        await target.write(Buffer.concat([header, whole.subarray(at)]))
      } finally {
        await source.close()
        await target.close()
      }
      return loan
    },
    async remove(row) {
      const path = inside(root, row.path)
      for (const one of row.path.endsWith('.wav') ? await partsOf(path) : [path]) await rm(one, { force: true })
    },
    clear: async (tenantId, mailboxId) => rm(inside(root, join(tenantId, mailboxId)), { recursive: true, force: true }),
    get failing() {
      return failed.size
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await Promise.all([work, ...running.values()])
      for (const name of await readdir(lent).catch(() => [])) await rm(join(lent, name), { force: true })
    },
  }
}
