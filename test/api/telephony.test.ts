/** Extensions, devices, registrations, calls and recordings as the API gives them on. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
before(async () => {
  ground = await openGround()
})
after(() => ground.close())

suite('extensions', () => {
  test('are made with a first device whose password is told once and kept by no cache', async () => {
    const answer = await ground.admin.send('POST', '/extensions', { number: '100', name: ' Ada ', deviceName: 'Desk' })
    const { data } = answer.json as { data: { extension: { id: string; name: string; devices: { name: string }[] }; credentials: { username: string; password: string } } }
    assert.equal(answer.status, 201)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.deepEqual([data.extension.name, data.extension.devices[0]?.name, data.credentials.username], ['Ada', 'Desk', '100'])
    const again = await ground.admin.send('GET', `/extensions/${data.extension.id}`)
    assert.ok(!again.body.toString().includes(data.credentials.password))
    assert.ok(!JSON.stringify(ground.log).includes(data.credentials.password))
  })

  test('the refusal of the PBX comes through with its field', async () => {
    await ground.admin.send('POST', '/extensions', { number: '200', name: 'A' })
    const answer = await ground.admin.send('POST', '/extensions', { number: '200', name: 'B' })
    assert.deepEqual([answer.status, errorOf(answer).code, errorOf(answer).details[0]?.field], [409, 'conflict', 'number'])
  })

  test('the actor is the person with the address they came from', async () => {
    await ground.admin.get('/extensions')
    const actor = ground.pbx.actors.at(-1)
    assert.deepEqual([actor?.kind, actor?.tenantId, actor && 'address' in actor && actor.address], ['user', ground.tenantId, '127.0.0.1'])
  })

  test('a change of one device needs the version that was read, when one is given', async () => {
    const { credentials } = await ground.admin.post<{ credentials: { deviceId: string } }>('/extensions', { number: '300', name: 'A' })
    const path = `/devices/${credentials.deviceId}`
    assert.equal((await ground.admin.send('PATCH', path, { name: 'Desk', version: 1 })).status, 200)
    assert.equal((await ground.admin.send('PATCH', path, { name: 'Couch', version: 1 })).status, 409)
    assert.equal((await ground.admin.send('PATCH', path, { name: 'Couch' }, { 'If-Match': '"2"' })).status, 200)
    assert.equal((await ground.admin.send('PATCH', path, { name: 'Couch' }, { 'If-Match': '"2"' })).status, 409)
  })
})

suite('registrations', () => {
  test('are sorted by number as people count, searched and paged', async () => {
    for (const extensionNumber of ['1000', '99', '101']) ground.pbx.addRegistration(ground.tenantId, { extensionNumber, userAgent: 'Snom/D785' })
    ground.pbx.addRegistration(ground.tenantId, { extensionNumber: '7', userAgent: 'other' })
    const list = async (query: string) => (await ground.admin.send('GET', `/registrations?${query}`)).json as { data: { extensionNumber: string }[]; pagination: { total: number; pages: number } }
    assert.deepEqual((await list('search=snom')).data.map((row) => row.extensionNumber), ['99', '101', '1000'])
    assert.deepEqual((await list('search=snom&order=desc')).data.map((row) => row.extensionNumber), ['1000', '101', '99'])
    const second = await list('limit=3&page=2')
    assert.deepEqual([second.data.length, second.pagination.total, second.pagination.pages], [1, 4, 2])
  })
})

suite('calls', () => {
  test('times are ISO 8601 and a message of the trace says how far into the call it came', async () => {
    const call = ground.pbx.addCall(ground.tenantId)
    const trace = await ground.admin.get<{ call: { startedAt: string }; messages: { at: string; offsetMs: number }[] }>(`/calls/${call.id}/trace`)
    assert.equal(trace.call.startedAt, '2026-11-20T10:00:00.000Z')
    assert.deepEqual(trace.messages.map(({ at, offsetMs }) => [at, offsetMs]), [['2026-11-20T10:00:00.001Z', 1.25]])
  })

  test('nothing but what the schema names leaves the house', async () => {
    const call = ground.pbx.addCall(ground.tenantId)
    const shown = await ground.admin.get<object>(`/calls/${call.id}`)
    assert.ok(!('tenantId' in shown))
  })

  test('/calls/live is no id', async () => {
    const answer = await ground.admin.send('GET', '/calls/live?limit=1')
    assert.equal((answer.json as { data: unknown[] }).data.length, 1)
  })

  test('an action that does not exist is refused', async () => {
    const call = ground.pbx.addCall(ground.tenantId)
    assert.equal((await ground.admin.send('POST', `/calls/${call.id}/recording`, { action: 'shred' })).status, 400)
    assert.equal((await ground.admin.send('POST', `/calls/${call.id}/hang-up`)).status, 202)
  })
})

suite('the sound of a recording', () => {
  let folder: string
  const sound = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251))
  before(async () => {
    // Under a folder with a dot, as below ~/.local.
    folder = await mkdtemp(join(tmpdir(), 'dialplane-sound-'))
    await mkdir(join(folder, '.local'))
    await writeFile(join(folder, '.local', 'a.wav'), sound)
  })
  after(() => rm(folder, { recursive: true }))
  const path = () => `/recordings/${ground.pbx.addRecording(ground.tenantId, join(folder, '.local', 'a.wav')).id}/audio`

  test('comes whole, uncompressed, as Ogg', async () => {
    const answer = await ground.admin.send('GET', path(), undefined, { 'Accept-Encoding': 'gzip, br' })
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['accept-ranges'], answer.headers['content-encoding']], [200, 'audio/ogg', 'bytes', undefined])
    assert.ok(answer.body.equals(sound))
  })

  test('comes in parts', async () => {
    const route = path()
    const ranges = [['bytes=0-99', 0, 100], ['bytes=4900-', 4_900, 5_000], ['bytes=-10', 4_990, 5_000]] as const
    for (const [range, from, to] of ranges) {
      const answer = await ground.admin.send('GET', route, undefined, { Range: range })
      assert.deepEqual([answer.status, answer.headers['content-range']], [206, `bytes ${from}-${to - 1}/5000`])
      assert.ok(answer.body.equals(sound.subarray(from, to)))
    }
    const beyond = await ground.admin.send('GET', route, undefined, { Range: 'bytes=9000-' })
    assert.deepEqual([beyond.status, errorOf(beyond).code], [416, 'range-not-satisfiable'])
  })

  test('is not sent again when it is known, and whole when another was meant', async () => {
    const route = path()
    const { headers } = await ground.admin.send('GET', route)
    assert.equal((await ground.admin.send('GET', route, undefined, { 'If-None-Match': headers['etag']! })).status, 304)
    const meant = await ground.admin.send('GET', route, undefined, { Range: 'bytes=0-9', 'If-Range': headers['etag']! })
    assert.deepEqual([meant.status, meant.body.length], [206, 10])
    const other = await ground.admin.send('GET', route, undefined, { Range: 'bytes=0-9', 'If-Range': '"another"' })
    assert.deepEqual([other.status, other.body.length], [200, 5_000])
  })

  test('as WAV it is saved under a name that tells what it is', async () => {
    const answer = await ground.admin.send('GET', `${path()}.wav`)
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['accept-ranges'], answer.headers['content-disposition']],
      [200, 'audio/wav', 'none', 'attachment; filename="recording-20261120-1000-100-200.wav"'])
    assert.ok(answer.body.equals(sound))
  })

  test('is 410 when the file is gone', async () => {
    const gone = ground.pbx.addRecording(ground.tenantId, join(folder, 'gone.wav'))
    const answer = await ground.admin.send('GET', `/recordings/${gone.id}/audio`)
    assert.deepEqual([answer.status, errorOf(answer).code], [410, 'gone'])
  })
})

test('the audit is read, filtered, and cannot be changed by a tenant', async () => {
  const { client, id } = await ground.person(['user'])
  await client.send('POST', '/auth/logout')
  const made = await ground.admin.get<{ subjectId: string; after: { email: string } }[]>('/audit?action=user.create&limit=1')
  assert.ok(made[0])
  assert.equal(made[0].subjectId, id)
  assert.equal((await ground.admin.get<unknown[]>(`/audit?subjectId=${id}&to=2020-01-01T00:00:00Z`)).length, 0)
  const named = await ground.admin.get<{ subjectId: string }[]>(`/audit?action=user.create&search=${encodeURIComponent(made[0].after.email)}`)
  assert.deepEqual(named.map(({ subjectId }) => subjectId), [id], 'found by what it is called')
  assert.equal((await ground.admin.get<unknown[]>(`/audit?search=${encodeURIComponent('called like nothing here')}`)).length, 0)
  const actor = { kind: 'service', tenantId: ground.tenantId, id: 'test', name: 'test', permissions: new Set<string>() } as const
  const tamper = ground.database.change(actor, async (trx) => ({ result: await trx('audit_log').delete(), audit: { action: 'x', subjectType: 'x', subjectId: 'x' } }))
  await assert.rejects(tamper, /permission denied/)
})
