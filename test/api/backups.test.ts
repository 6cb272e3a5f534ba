/** Backups on a real database: asked for, due, tried out, kept, downloaded, and missed aloud. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startBackups } from '../../api/backups/room.ts'
import { isDue, latestDue, missedDue } from '../../api/backups/schedule.ts'
import { tryBackup } from '../../config/backup/try.ts'
import { createLogger } from '../../config/logger.ts'
import { createSecrets } from '../../config/secrets.ts'
import { eventually } from '../support/eventually.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

interface Backup { id: string; file: string; state: string; cause: string | null; trial: string; trialCause: string | null; there: boolean; bytes: number; rows: number; scheduled: boolean; askedBy: string }
interface Settings { enabled: boolean; at: string; days: number[]; keep: number; mailTo: string[]; hasKey: boolean; folder: string; freeBytes: number; nextAt: string | null; version: number }

suite('when a backup is due', () => {
  const nightly = { enabled: true, at: '02:30', days: [1, 2, 3, 4, 5, 6, 7] }
  const at = (text: string): Date => new Date(`2026-11-${text}`)
  const long = new Date(0)

  test('is the latest of its times up to now', () => {
    assert.deepEqual(latestDue(nightly, at('27T02:30:00')), at('27T02:30:00'))
    assert.deepEqual(latestDue(nightly, at('27T02:29:59')), at('26T02:30:00'))
    // 2026-11-27 is a Friday.
    assert.deepEqual(latestDue({ ...nightly, days: [7] }, at('27T12:00:00')), at('22T02:30:00'))
    assert.deepEqual(latestDue({ ...nightly, days: [5] }, at('27T01:00:00')), at('20T02:30:00'))
    assert.equal(latestDue({ ...nightly, enabled: false }, at('27T12:00:00')), undefined)
  })

  test('is made up for when nothing ran at its time, and not made twice, nor at once when it was just turned on', () => {
    assert.equal(isDue(nightly, at('27T09:00:00'), at('26T02:30:01'), long), true)
    assert.equal(isDue(nightly, at('27T09:00:00'), at('27T02:30:01'), long), false)
    assert.equal(isDue(nightly, at('27T09:00:00'), undefined, at('27T08:00:00')), false)
    assert.equal(isDue(nightly, at('28T02:30:00'), undefined, at('27T08:00:00')), true)
  })

  test('is missed when hours later there is none', () => {
    assert.equal(missedDue(nightly, at('27T03:00:00'), at('26T02:30:00'), long), undefined)
    assert.deepEqual(missedDue(nightly, at('27T09:00:00'), at('26T02:30:00'), long), at('27T02:30:00'))
    assert.equal(missedDue(nightly, at('27T09:00:00'), at('27T02:30:01'), long), undefined)
  })
})

suite('backups', () => {
  let ground: Ground
  let recoveryKey = ''
  before(async () => {
    ground = await openGround()
  })
  after(() => ground.close())

  const all = (): Promise<Backup[]> => ground.admin.get<Backup[]>('/backups')
  const over = (id: string): Promise<Backup> => eventually(async () => {
    const found = await ground.admin.get<Backup>(`/backups/${id}`)
    return found.state !== 'running' && found.trial !== 'running' && (found.state === 'failed' || found.trial !== 'none') ? found : undefined
  }, 'the backup is made and tried', 30_000)

  test('are not made before there is a key', async () => {
    const refused = await ground.admin.send('POST', '/backups')
    assert.equal(refused.status, 409)
    assert.match(errorOf(refused).message, /recovery key first/)
    assert.equal((await ground.admin.send('POST', '/backups/key', { passphrase: 'short' })).status, 400)
  })

  test('get a recovery key that is shown once and lies nowhere', async () => {
    const made = await ground.admin.send('POST', '/backups/key', {})
    const { data } = made.json as { data: { recoveryKey: string; settings: Settings } }
    recoveryKey = data.recoveryKey
    assert.match(recoveryKey, /^DP(-[A-Z2-9]{5}){8}$/)
    assert.equal(made.headers['cache-control'], 'no-store')
    assert.deepEqual([data.settings.hasKey, data.settings.enabled, data.settings.folder], [true, false, ground.settings.backup.folder])
    assert.ok(data.settings.freeBytes > 0)
    const audit = JSON.stringify(await ground.admin.get('/audit?limit=100'))
    assert.ok(audit.includes('backup.key'))
    assert.ok(!audit.includes(recoveryKey) && !JSON.stringify(ground.log).includes(recoveryKey))
    assert.ok(!JSON.stringify(await ground.database.system('test', (trx) => trx('backup_settings'))).includes(recoveryKey))
  })

  test('are made, restored beside the real tables, and downloaded; all of it is in the audit', async () => {
    const { id } = await ground.admin.post<Backup>('/backups')
    const made = await over(id)
    assert.deepEqual([made.state, made.trial, made.there, made.cause], ['done', 'well', true, null])
    assert.ok(made.rows > 50 && made.bytes > 1000)
    const file = await ground.admin.send('GET', `/backups/${id}/file`)
    assert.equal(file.status, 200)
    assert.equal(file.body.length, made.bytes)
    assert.match(String(file.headers['content-disposition']), new RegExp(made.file))
    const copy = join(ground.settings.home, 'copy.backup')
    await writeFile(copy, file.body)
    const tried = await tryBackup({ path: copy, secret: recoveryKey.toLowerCase(), connection: ground.database.connection, logger: createLogger('silent') })
    assert.equal(tried.sums.reduce((sum, { rows }) => sum + rows, 0), made.rows)
    const actions = (await ground.admin.get<{ action: string }[]>('/audit?limit=100')).map(({ action }) => action)
    assert.ok(['backup.start', 'backup.download'].every((action) => actions.includes(action)), actions.join())
  })

  test('whose file went bad are found out, and somebody is told', async () => {
    const [newest] = await all()
    const path = join(ground.settings.backup.folder, newest!.file)
    await writeFile(path, 'DIALPLANE-BACKUP\n{"format":1}\n')
    await ground.admin.send('POST', `/backups/${newest!.id}/trial`)
    const tried = await eventually(async () => (await all()).find(({ id, trial }) => id === newest!.id && trial === 'failed'), 'the trial fails')
    assert.match(tried.trialCause ?? '', /damaged|does not open|cannot be used/)
    const health = (await ground.admin.get<{ health: { name: string; ok: boolean; message: string }[] }>('/system')).health.find(({ name }) => name === 'backup')
    assert.deepEqual(health?.ok, true, 'none is scheduled')
  })

  test('are kept as many as wanted', async () => {
    const settings = await ground.admin.get<Settings>('/backups/settings')
    const changed = await ground.admin.send('PATCH', '/backups/settings', { keep: 2, days: [3, 1], at: '23:59', enabled: true, mailTo: ['ada@example.com'], version: settings.version })
    assert.deepEqual([(changed.json as { data: Settings }).data.days, (changed.json as { data: Settings }).data.keep], [[1, 3], 2])
    assert.equal((await ground.admin.send('PATCH', '/backups/settings', { keep: 3, version: settings.version })).status, 409)
    for (const bad of [{ keep: 0 }, { at: '25:00' }, { days: [] }, { days: [1, 1] }, { mailTo: ['nobody'] }]) assert.equal((await ground.admin.send('PATCH', '/backups/settings', bad)).status, 400, JSON.stringify(bad))
    for (let i = 0; i < 2; i++) await over((await ground.admin.post<Backup>('/backups')).id)
    const left = await all()
    assert.equal(left.length, 2)
    assert.deepEqual(readdirSync(ground.settings.backup.folder).sort(), left.map(({ file }) => file).sort())
  })

  test('asked for twice at once are one', async () => {
    const [one, two] = await Promise.all([ground.admin.post<Backup>('/backups'), ground.admin.post<Backup>('/backups')])
    assert.equal(one.id, two.id)
    await over(one.id)
  })

  test('are deleted with their file', async () => {
    const [newest] = await all()
    assert.equal((await ground.admin.send('DELETE', `/backups/${newest!.id}`)).status, 200)
    assert.ok(!existsSync(join(ground.settings.backup.folder, newest!.file)))
  })

  test('are nobody else’s', async () => {
    const { client } = await ground.stranger()
    assert.deepEqual(await client.get('/backups'), [])
    for (const [method, path, body] of [['GET', '/backups/settings'], ['PATCH', '/backups/settings', { keep: 1 }], ['POST', '/backups'], ['POST', '/backups/key', {}]] as const)
      assert.equal((await client.send(method, path, body)).status, 403, path)
  })

  test('are made by schedule; when that fails, or none is made for long, somebody is told once', async () => {
    let now = Date.now()
    const heard: { type: string; cause: string }[] = []
    const mail: string[] = []
    const pbx = {
      tell: (_actor: unknown, type: string, data: { cause: string }) => void heard.push({ type, cause: data.cause }),
      mail: { post: async (_actor: unknown, { body }: { body: string }) => void mail.push(body) },
    }
    const inTheWay = join(ground.settings.home, 'in-the-way')
    await writeFile(inTheWay, '')
    const start = (folder: string) => startBackups({ settings: { home: ground.settings.home, backup: { folder, passphrase: undefined } }, database: ground.database, secrets: createSecrets(Buffer.alloc(32, 1)), pbx: pbx as never, clock: { now: () => now }, logger: createLogger('silent'), version: '0.1.0' })
    await ground.admin.send('PATCH', '/backups/settings', { days: [1, 2, 3, 4, 5, 6, 7], at: '02:30', enabled: true })
    const room = await start(ground.settings.backup.folder)
    try {
      await room.tick()
      assert.deepEqual((await all()).filter(({ scheduled }) => scheduled), [], 'turned on just now')
      // In the morning: half a day later none is due yet.
      now = new Date(now).setHours(24 + 9, 0, 0, 0)
      await room.tick()
      const scheduled = (await all()).find((one) => one.scheduled)
      assert.ok(scheduled)
      assert.equal(scheduled.askedBy, 'backups')
      assert.equal((await over(scheduled.id)).trial, 'well')
      assert.equal(heard.length, 0)
      assert.deepEqual((await room.health()).ok, true)
    } finally {
      await room.close()
    }
    const full = await start(inTheWay)
    try {
      now += 86_400_000
      await full.tick()
      const failed = await eventually(async () => (await all()).find(({ state }) => state === 'failed'), 'it fails')
      await eventually(() => mail.length > 0 || undefined, 'the mail')
      assert.match(failed.cause ?? '', /in-the-way.* cannot be used.*mounted/)
      assert.deepEqual(heard.map(({ type }) => type), ['backup.failed'])
      assert.match((await full.health()).message, /too old/)
      now += 12 * 3_600_000
      await full.tick()
      await full.tick()
      assert.equal(heard.length, 2, 'once for the failure, once because it is old')
      assert.match(heard[1]?.cause ?? '', /One was due/)
      assert.match(mail[1] ?? '', /the newest is of/)
      assert.match((await full.health()).message, /too old/)
    } finally {
      await full.close()
    }
  })

  test('of a process that died are given up', async () => {
    const id = randomUUID()
    await ground.database.system('test', (trx) => trx('backups').insert({ id, file: 'x', asked_by: 'x', scheduled: false, alive_at: new Date(Date.now() - 600_000) }))
    const next = await ground.admin.post<Backup>('/backups')
    assert.notEqual(next.id, id)
    assert.match((await ground.admin.get<Backup>(`/backups/${id}`)).cause ?? '', /ended while it was made/)
    await over(next.id)
  })
})
