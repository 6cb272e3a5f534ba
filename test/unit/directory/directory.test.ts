import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { createDirectory } from '../../../pbx/directory/directory.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import type { Directory } from '../../../pbx/directory/types.ts'
import { computeHa1 } from '../../../pbx/sip/digest.ts'
import { addTenant, logger, secrets, settings, startPostgres } from './postgres.ts'
import type { Ground } from './postgres.ts'

let ground: Ground
let directory: Directory

before(async () => {
  ground = await startPostgres()
  directory = await createDirectory({ database: ground.database, secrets, logger, settings })
})
after(async () => {
  await directory?.close()
  await ground?.close()
})

const isRefusal = (code: string, text = /./) => (error: unknown) => error instanceof Refusal && error.code === code && text.test(error.message)
const PAGE = { page: 1, limit: 20, sort: 'number', order: 'asc' } as const
const auditOf = (action: string): Promise<Record<string, unknown>[]> =>
  ground.database.system('test', (trx) => trx('audit_log').where({ action }).orderBy('id', 'desc') as unknown as Promise<Record<string, unknown>[]>)

test('an extension with its first phone: the credentials work at once, only hashes are kept, and the audit holds no secret', async () => {
  const { actor, database } = ground
  const { extension, credentials } = await directory.extensions.create(actor, { number: ' 101 ', name: ' Ann ', deviceName: 'Desk' })
  assert.deepEqual([extension.number, extension.name, extension.ringSeconds, extension.maxContacts, extension.enabled, extension.recording, extension.version], ['101', 'Ann', null, 10, true, 'on-demand', 1])
  assert.deepEqual(extension.devices.map(({ name, sipUsername, enabled }) => [name, sipUsername, enabled]), [['Desk', '101', true]])
  assert.deepEqual({ ...credentials, password: '' }, { deviceId: extension.devices[0]?.id, username: '101', password: '', domain: '192.0.2.1', port: 5060, transports: [{ name: 'udp', port: 5060 }, { name: 'tcp', port: 5060 }] })
  assert.match(credentials.password, /^[A-Za-z0-9]{20}$/)

  const device = directory.snapshot().deviceByUsername(actor.tenantId, '101')
  assert.deepEqual(device?.ha1, {
    md5: computeHa1('MD5', '101', 'dialplane', credentials.password),
    sha256: computeHa1('SHA-256', '101', 'dialplane', credentials.password),
  })
  assert.equal(directory.snapshot().extensionByNumber(actor.tenantId, '101')?.id, extension.id)
  const everything = await database.system('test', async (trx) => [await trx('audit_log').select(), await trx('devices').select(), await trx('extensions').select()] as const)
  const text = JSON.stringify(everything)
  assert.ok(text.includes('device.create'))
  for (const secret of [credentials.password, device?.ha1.md5, device?.ha1.sha256]) assert.ok(secret && !text.includes(secret))
  const bytes = everything[1].map((row: { credentials_sealed: Buffer }) => row.credentials_sealed.toString('latin1')).join()
  assert.ok(device && !bytes.includes(device.ha1.md5))
  assert.deepEqual((await auditOf('extension.create'))[0]?.['after'], { number: '101', name: 'Ann', ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', recordingDays: null, encryption: null, ...plainHandling, voicemail: true })
})

test('a number that is taken is a conflict that names it; a bad one is unprocessable and says which field', async () => {
  const { actor } = ground
  await directory.extensions.create(actor, { number: '110', name: 'One' })
  await assert.rejects(directory.extensions.create(actor, { number: '110', name: 'Two' }), (error) => isRefusal('conflict', /110/)(error) && (error as Refusal).details[0]?.field === 'number')
  const { extension } = await directory.extensions.create(actor, { number: '111', name: 'Eleven' })
  await assert.rejects(directory.extensions.update(actor, extension.id, { number: '110' }), isRefusal('conflict', /110/))
  for (const [input, field] of [
    [{ number: '1', name: 'x' }, 'number'], [{ number: '12a', name: 'x' }, 'number'], [{ number: '1234567890123456', name: 'x' }, 'number'], [{ number: '120', name: '  ' }, 'name'],
    [{ number: '120', name: 'a\r\nb' }, 'name'], [{ number: '120', name: 'x'.repeat(101) }, 'name'], [{ number: '120', name: 'x', ringSeconds: 4 }, 'ringSeconds'],
    [{ number: '120', name: 'x', ringSeconds: 30.5 }, 'ringSeconds'], [{ number: '120', name: 'x', maxContacts: 0 }, 'maxContacts'],
  ] as const) {
    await assert.rejects(directory.extensions.create(actor, input), (error) => isRefusal('unprocessable')(error) && (error as Refusal).details[0]?.field === field, JSON.stringify(input))
  }
  await assert.rejects(directory.extensions.create(actor, { number: '120', name: 'x', deviceName: ' ' }), isRefusal('unprocessable'))
  assert.equal(directory.snapshot().extensionByNumber(actor.tenantId, '120'), undefined)
})

test('a change is seen by the next call, keeps what was not named, and one from an old version is refused', async () => {
  const { actor } = ground
  const { extension } = await directory.extensions.create(actor, { number: '130', name: 'Old', ringSeconds: 20, recording: 'always' })
  const changed = await directory.extensions.update(actor, extension.id, { name: 'New', ringSeconds: null }, 1)
  assert.deepEqual([changed.name, changed.ringSeconds, changed.recording, changed.version], ['New', null, 'always', 2])
  assert.equal(directory.snapshot().extension(extension.id)?.name, 'New')
  await assert.rejects(directory.extensions.update(actor, extension.id, { name: 'Third' }, 1), isRefusal('conflict'))
  const [audit] = await auditOf('extension.update')
  assert.deepEqual([(audit?.['before'] as { name: string }).name, (audit?.['after'] as { name: string }).name], ['Old', 'New'])
  await directory.extensions.update(actor, extension.id, { enabled: false })
  assert.equal(directory.snapshot().extension(extension.id)?.enabled, false)
})

test('a new number keeps the devices and their user names; who gets the old number gets another user name', async () => {
  const { actor } = ground
  const { extension, credentials } = await directory.extensions.create(actor, { number: '140', name: 'Mover' })
  await directory.extensions.update(actor, extension.id, { number: '141' })
  const device = directory.snapshot().deviceByUsername(actor.tenantId, '140')
  assert.equal(device?.extensionId, extension.id)
  assert.equal(device?.ha1.md5, computeHa1('MD5', '140', 'dialplane', credentials.password))
  const heir = await directory.extensions.create(actor, { number: '140', name: 'Heir' })
  assert.match(heir.credentials.username, /^140-[a-z0-9]{4}$/)
})

test('further devices, their names, switching off, new credentials, removal', async () => {
  const { actor } = ground
  const { extension } = await directory.extensions.create(actor, { number: '150', name: 'Many' })
  const { device, credentials } = await directory.devices.create(actor, extension.id, { name: 'Mobile' })
  assert.match(device.sipUsername, /^150-[a-z0-9]{4}$/)
  assert.equal(directory.snapshot().devicesOf(extension.id).length, 2)
  assert.equal((await directory.extensions.get(actor, extension.id)).devices.length, 2)
  const renamed = await directory.devices.update(actor, device.id, { name: 'Softphone', enabled: false }, 1)
  assert.deepEqual([renamed.name, renamed.enabled, renamed.version], ['Softphone', false, 2])
  assert.equal(directory.snapshot().device(device.id)?.enabled, false)
  await assert.rejects(directory.devices.update(actor, device.id, { name: 'x' }, 1), isRefusal('conflict'))
  const before = directory.snapshot().device(device.id)
  const renewed = await directory.devices.renewCredentials(actor, device.id)
  const now = directory.snapshot().device(device.id)
  assert.notEqual(renewed.password, credentials.password)
  assert.equal(renewed.username, device.sipUsername)
  assert.equal(now?.ha1.sha256, computeHa1('SHA-256', device.sipUsername, 'dialplane', renewed.password))
  assert.ok(before && now && now.credentialsChangedAt > before.credentialsChangedAt)
  assert.ok(!JSON.stringify(await auditOf('device.credentials')).includes(renewed.password))
  await directory.devices.remove(actor, device.id)
  assert.equal(directory.snapshot().device(device.id), undefined)
  await directory.extensions.remove(actor, extension.id)
  assert.deepEqual(directory.snapshot().devicesOf(extension.id), [])
  assert.equal(directory.snapshot().deviceByUsername(actor.tenantId, '150'), undefined)
  const missing = '00000000-0000-4000-8000-00000000dead'
  for (const attempt of [
    () => directory.extensions.get(actor, extension.id), () => directory.extensions.update(actor, missing, { name: 'x' }), () => directory.extensions.remove(actor, missing),
    () => directory.devices.create(actor, missing, { name: 'x' }), () => directory.devices.update(actor, missing, {}),
    () => directory.devices.remove(actor, device.id), () => directory.devices.renewCredentials(actor, missing),
  ]) await assert.rejects(attempt, isRefusal('not-found'))
})

test('credentials renewed in the same moment, or after the clock was set back, still count as newer', async (t) => {
  const { actor } = ground
  const { credentials } = await directory.extensions.create(actor, { number: '155', name: 'Quick' })
  const changedAt = (): number => directory.snapshot().device(credentials.deviceId)?.credentialsChangedAt ?? 0
  const times = [changedAt()]
  t.mock.timers.enable({ apis: ['Date'], now: times[0] ?? 0 })
  for (const back of [0, 0, 60_000]) {
    t.mock.timers.setTime((times[0] ?? 0) - back)
    await directory.devices.renewCredentials(actor, credentials.deviceId)
    times.push(changedAt())
  }
  assert.deepEqual(times, times.toSorted((a, b) => a - b))
  assert.equal(new Set(times).size, 4)
})

test('the list: search, order, pages; a search text is no pattern', async () => {
  const actor = await addTenant(ground, 'lists')
  for (const [number, name] of [['99', 'Zoe'], ['100', 'Abe 50%'], ['1000', 'max_mustermann'], ['20', 'Abigail']] as const) await directory.extensions.create(actor, { number, name })
  const numbers = async (filter: Partial<Parameters<Directory['extensions']['list']>[1]>): Promise<string[]> =>
    (await directory.extensions.list(actor, { ...PAGE, ...filter })).rows.map(({ number }) => number)
  assert.deepEqual(await numbers({}), ['20', '99', '100', '1000'])
  assert.deepEqual(await numbers({ order: 'desc' }), ['1000', '100', '99', '20'])
  assert.deepEqual(await numbers({ sort: 'name' }), ['100', '20', '1000', '99'])
  assert.deepEqual(await numbers({ search: 'ab' }), ['20', '100'])
  assert.deepEqual(await numbers({ search: '00' }), ['100', '1000'])
  assert.deepEqual(await numbers({ search: '%' }), ['100'])
  assert.deepEqual(await numbers({ search: '_' }), ['1000'])
  const page = await directory.extensions.list(actor, { ...PAGE, limit: 3, page: 2 })
  assert.deepEqual([page.total, page.rows.length, page.rows[0]?.devices.length], [4, 1, 1])
})

test('tenants do not see each other, share numbers, and are found by their domains', async () => {
  const other = await addTenant(ground, 'other', ['PBX.Other.example'])
  const { extension } = await directory.extensions.create(other, { number: '101', name: 'Other Ann' })
  const { actor } = ground
  await assert.rejects(directory.extensions.get(actor, extension.id), isRefusal('not-found'))
  await assert.rejects(directory.extensions.update(actor, extension.id, { name: 'x' }), isRefusal('not-found'))
  await assert.rejects(directory.extensions.remove(actor, extension.id), isRefusal('not-found'))
  await assert.rejects(directory.devices.create(actor, extension.id, { name: 'x' }), isRefusal('not-found'))
  await assert.rejects(directory.devices.renewCredentials(actor, extension.devices[0]?.id ?? ''), isRefusal('not-found'))
  const snapshot = directory.snapshot()
  assert.equal(snapshot.tenantByDomain('pbx.OTHER.example')?.id, other.tenantId)
  assert.equal(snapshot.defaultTenant()?.id, actor.tenantId)
  assert.equal(snapshot.extensionByNumber(other.tenantId, '101')?.name, 'Other Ann')
  assert.equal(snapshot.extensionByNumber(actor.tenantId, '101')?.name, 'Ann')
  assert.equal(snapshot.extension(extension.id)?.tenantId, other.tenantId)
})

test('a change by somebody else arrives by notification; a snapshot once taken does not change', async () => {
  const { actor, database } = ground
  const before = directory.snapshot()
  const told = new Promise<string>((resolve) => directory.onChange((tenantId) => {
    if (directory.snapshot().extensionByNumber(actor.tenantId, '160')) resolve(tenantId)
  }))
  await database.system('test', (trx) => trx('extensions').insert({ id: crypto.randomUUID(), tenant_id: actor.tenantId, number: '160', name: 'From elsewhere' }))
  assert.equal(await told, actor.tenantId)
  assert.equal(before.extensionByNumber(actor.tenantId, '160'), undefined)
})

test('a device whose envelope does not open is left out, the others stay', async () => {
  const { actor, database } = ground
  const { extension } = await directory.extensions.create(actor, { number: '170', name: 'Broken' })
  const seen = new Promise<void>((resolve) => directory.onChange(() => {
    if (!directory.snapshot().deviceByUsername(actor.tenantId, '170')) resolve()
  }))
  await database.system('test', (trx) => trx('devices').where({ extension_id: extension.id }).update({ credentials_sealed: Buffer.from('rubbish') }))
  await seen
  assert.ok(directory.snapshot().deviceByUsername(actor.tenantId, '101'))
  const renewed = await directory.devices.renewCredentials(actor, extension.devices[0]?.id ?? '')
  assert.ok(renewed.password)
  assert.ok(directory.snapshot().deviceByUsername(actor.tenantId, '170'))
})

test('two who change one extension at once: one of them is told', async () => {
  const { actor } = ground
  const { extension } = await directory.extensions.create(actor, { number: '180', name: 'Both' })
  const results = await Promise.allSettled([1, 2, 3, 4].map((n) => directory.extensions.update(actor, extension.id, { name: `Name ${n}` }, 1)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
})
