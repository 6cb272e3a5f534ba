/** From WAV to sealed Opus on a real database: crashes between the steps, a full disk, retention, and what is left behind. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { SoundKeeper } from '../../../media/contract.ts'
import { wavHeader } from '../../../media/embedded/worker/wav.ts'
import { createSoundKeeper } from '../../../media/index.ts'
import type { RecordingRow } from '../../../migrations/tables.ts'
import { createEvents } from '../../../pbx/events/events.ts'
import { adoptInterruptedRecordings, tidyRecordings } from '../../../pbx/recording/adopt.ts'
import { upsertRecordings, type RecordingFact } from '../../../pbx/recording/facts.ts'
import { createRecordingKeys } from '../../../pbx/recording/keys.ts'
import { createLibrary, type Library } from '../../../pbx/recording/library.ts'
import { createRecordingStore, type RecordingStore } from '../../../pbx/recording/store.ts'
import { sweepRecordings } from '../../../pbx/recording/sweep.ts'
import { eventually } from '../../support/eventually.ts'
import { addTenant, logger, secrets, startPostgres, type Ground } from '../directory/postgres.ts'

let ground: Ground
let root: string
let sounds: SoundKeeper
let store: RecordingStore
let library: Library

before(async () => { ground = await startPostgres() })
after(() => ground?.close())
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'recordings-'))
  open()
})
afterEach(async () => {
  await store.close()
  await ground.database.system('test', (trx) => trx('recordings').delete())
  await rm(root, { recursive: true, force: true })
})

/** As a server that starts. */
function open(): void {
  const { database } = ground
  sounds = createSoundKeeper()
  const events = createEvents(logger)
  const keys = createRecordingKeys(database, secrets)
  store = createRecordingStore({ database, events, logger, root, keys, sounds })
  library = createLibrary({ database, events, logger, root, keys, sounds, store })
}

/** A recording as the recorder leaves it. */
async function recorded(change: Partial<RecordingFact> = {}, seconds = 1): Promise<RecordingRow> {
  const id = randomUUID()
  const { tenantId } = ground.actor
  const path = join(tenantId, '2026-11-20', `${id}.wav`)
  await mkdir(join(root, tenantId, '2026-11-20'), { recursive: true })
  const sound = Buffer.alloc(seconds * 32_000, 1)
  await writeFile(join(root, path), Buffer.concat([wavHeader(2, sound.length, 8000), sound]))
  const now = Date.now() / 1000
  const fact: RecordingFact = {
    id, tenant_id: tenantId, call_id: randomUUID(), root_id: randomUUID(), direction: 'internal', from_number: '100', from_name: null, to_number: '101', to_name: null,
    caller_extension_id: null, callee_extension_id: null, codecs: 'PCMU, PCMU', path, status: 'finished', seconds, bytes: sound.length + 44, failure: null, marks: [],
    started_by: 'automatic', started_at: now - seconds, ended_at: now, ...change,
  }
  await ground.database.system('test', (trx) => upsertRecordings(trx, [fact]))
  return rowOf(id)
}

const rowOf = (id: string): Promise<RecordingRow> => ground.database.system('test', (trx) => trx<RecordingRow>('recordings').where({ id }).first() as unknown as Promise<RecordingRow>)
const files = async (): Promise<string[]> => (await readdir(root, { recursive: true })).filter((name) => /\.\w+$/.test(name)).map((name) => name.replace(/.*\.(\d*)/, '.$1'))
const stored = (id: string): Promise<boolean> => eventually(async () => (await rowOf(id)).stored_at !== null, 'the recording to be stored')
const change = (id: string, to: object): Promise<unknown> => ground.database.system('test', (trx) => trx('recordings').where({ id }).update(to))

test('what is finished is stored, verified, and its WAV removed', async () => {
  const { id } = await recorded()
  store.wake()
  await stored(id)
  await eventually(async () => (await files()).join() === '.sealed', 'only the sealed file')
  const row = await rowOf(id)
  assert.match(row.path, /\.sealed$/)
  assert.deepEqual([row.seconds, row.rate, row.sha256?.length, row.peaks?.length], [1, 8000, 64, 1600])
  const sound = await library.open(ground.actor, id, 'ogg', 'listen')
  assert.equal(sound.bytes, Number(row.bytes))
  await sound.close()
})

test('a server that was killed before, in the middle of, or after any step goes on where it was', async () => {
  // Killed while it was recorded: the row says so, the file holds what was said.
  const running = await recorded({ status: 'recording', seconds: null, bytes: null, ended_at: null })
  // Killed while it was made Opus: a piece of the sealed file.
  const middle = await recorded()
  await writeFile(join(root, middle.path.replace('.wav', '.sealed.part')), 'half of something')
  // Killed after the sealed file was there and before the row said so.
  const whole = await recorded()
  await writeFile(join(root, whole.path.replace('.wav', '.sealed')), 'will be written again')
  // Killed after the row said so and before the WAV was removed.
  const late = await recorded()
  await store.store(late)
  await writeFile(join(root, late.path), 'still here')
  // Killed before the database, which was away, knew of it at all.
  const unknown = await recorded()
  await ground.database.system('test', (trx) => trx('recordings').where({ id: unknown.id }).delete())
  await store.close()

  open()
  assert.equal(await adoptInterruptedRecordings(ground.database, root), 1)
  const since = Date.now() + 1000
  await tidyRecordings(ground.database, root, logger, since)
  store.wake()
  for (const { id } of [running, middle, whole, late, unknown]) await stored(id)
  await eventually(async () => (await files()).join() === '.sealed,.sealed,.sealed,.sealed,.sealed', 'five sealed files and nothing else')
  // What this server is at is left alone, known to the database or not.
  const { id, tenant_id: tenant } = unknown
  const own = join(root, tenant, '2026-11-20', `${id.replace(/.{4}$/, '0000')}.wav`)
  await writeFile(own, 'goes on')
  await tidyRecordings(ground.database, root, logger, Date.now() - 60_000)
  await access(own)
  await rm(own)
  assert.match((await rowOf(running.id)).failure ?? '', /The server stopped/)
  for (const { id } of [running, middle, whole, late, unknown]) {
    const sound = await library.open(ground.actor, id, 'wav', 'listen')
    assert.equal(sound.bytes, 44 + 32_000)
    await sound.close()
  }
})

test('a full disk keeps the WAV, says so, and is tried again', async () => {
  const row = await recorded()
  const part = join(root, row.path.replace('.wav', '.sealed.part'))
  await symlink('/dev/full', part)
  await store.store(row)
  assert.equal(store.failing, 1)
  assert.equal((await rowOf(row.id)).stored_at, null)
  await access(join(root, row.path))
  await assert.rejects(access(join(root, row.path.replace('.wav', '.sealed'))))
  await store.store(row)
  assert.equal(store.failing, 0)
  assert.notEqual((await rowOf(row.id)).stored_at, null)
})

test('a recording without sound, or without its file, is failed and not tried for ever', async () => {
  const [empty, gone] = [await recorded({}, 0), await recorded()]
  await rm(join(root, gone.path))
  await store.store(empty)
  await store.store(gone)
  assert.deepEqual([(await rowOf(empty.id)).status, (await rowOf(empty.id)).failure], ['failed', 'Nothing was recorded.'])
  assert.deepEqual([(await rowOf(gone.id)).status, (await rowOf(gone.id)).failure], ['failed', 'Its file is gone.'])
  assert.deepEqual(await files(), [])
  await assert.rejects(library.open(ground.actor, empty.id, 'ogg', 'listen'), { code: 'gone' })
})

test('one that is deleted while it is stored leaves no file', async () => {
  const row = await recorded({}, 20)
  const storing = store.store(row)
  await library.remove(ground.actor, row.id)
  await storing
  assert.deepEqual([(await rowOf(row.id)).status, await files()], ['deleted', []])
})

test('time deletes: the longer of its extensions, else the tenant, else the history; legal hold wins', async () => {
  const { database, actor } = ground
  const extension = randomUUID()
  await database.system('test', (trx) => trx('extensions').insert({ id: extension, tenant_id: actor.tenantId, number: '777', name: 'Kept', recording_days: 100 }))
  const old = await recorded()
  const kept = await recorded({ callee_extension_id: extension })
  const held = await recorded()
  const young = await recorded()
  for (const one of [old, kept, held, young]) await store.store(one)
  for (const { id } of [old, kept, held]) await change(id, { started_at: new Date(Date.now() - 50 * 86_400_000) })
  await library.hold(actor, held.id, 'Dispute')
  const statuses = async (): Promise<string[]> => Promise.all([old, kept, held, young].map(async ({ id }) => (await rowOf(id)).status))

  assert.equal(await sweepRecordings(database, library, 365), 0)
  await database.system('test', (trx) => trx('recording_settings').insert({ tenant_id: actor.tenantId, days: 10 }))
  assert.equal(await sweepRecordings(database, library, 365), 1)
  assert.deepEqual(await statuses(), ['deleted', 'finished', 'finished', 'finished'])
  assert.equal((await rowOf(old.id)).deleted_by, 'retention')
  assert.equal((await files()).length, 3)
  const [audit] = await database.system('test', (trx) => trx('audit_log').where({ action: 'recording.delete', subject_id: old.id }) as unknown as Promise<{ actor_name: string }[]>)
  assert.equal(audit?.actor_name, 'retention')
  await change(kept.id, { started_at: new Date(Date.now() - 101 * 86_400_000) })
  assert.equal(await sweepRecordings(database, library, 365), 1)
  await library.release(actor, held.id)
  assert.equal(await sweepRecordings(database, library, 365), 1)
  assert.deepEqual(await statuses(), ['deleted', 'deleted', 'deleted', 'finished'])
  // The proof of a deletion goes with the call history.
  await change(old.id, { started_at: new Date(Date.now() - 400 * 86_400_000), deleted_at: new Date(Date.now() - 2 * 86_400_000) })
  await sweepRecordings(database, library, 365)
  assert.equal(await rowOf(old.id), undefined)
})

test('a tenant neither sees nor opens what is another tenant\'s, and its key opens nothing of them', async () => {
  const row = await recorded()
  await store.store(row)
  const other = await addTenant(ground, 'other')
  const stranger = other
  assert.equal((await library.list(stranger, { page: 1, limit: 20, sort: 'started_at', order: 'desc' })).total, 0)
  for (const attempt of [() => library.get(stranger, row.id), () => library.open(stranger, row.id, 'ogg', 'listen'), () => library.remove(stranger, row.id), () => library.hold(stranger, row.id, 'mine')]) {
    await assert.rejects(attempt(), { code: 'not-found' })
  }
  const keys = createRecordingKeys(ground.database, secrets)
  const [mine, theirs] = [await keys.of(ground.actor.tenantId), await keys.of(other.tenantId)]
  assert.equal(mine.length, 32)
  assert.ok(!mine.equals(theirs))
  assert.ok(mine.equals(await createRecordingKeys(ground.database, secrets).of(ground.actor.tenantId)), 'the same after a restart')
  const { path } = await rowOf(row.id)
  await assert.rejects(sounds.open(join(root, path), theirs, row.id), /altered|another key/)
})
