import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDirectory } from '../../../pbx/directory/directory.ts'
import type { Directory, SnapshotDevice } from '../../../pbx/directory/types.ts'
import { createRegistrar } from '../../../pbx/registrar/registrar.ts'
import type { Registrar } from '../../../pbx/registrar/types.ts'
import { logger, secrets, settings, startPostgres } from '../directory/postgres.ts'
import type { Ground } from '../directory/postgres.ts'
import { BOUNDS, FakePhones, recordedEvents, requestOf } from './fakes.ts'

let ground: Ground
let directory: Directory
const open = new Set<Registrar>()

before(async () => {
  ground = await startPostgres()
  directory = await createDirectory({ database: ground.database, secrets, logger, settings })
})
after(async () => {
  for (const registrar of open) await registrar.close()
  await directory?.close()
  await ground?.close()
})

async function start(): Promise<Registrar> {
  const clock = { now: () => Date.now() }
  const registrar = await createRegistrar({ database: ground.database, directory, sip: new FakePhones(), settings: { registrar: BOUNDS }, logger, events: recordedEvents(), clock })
  open.add(registrar)
  return registrar
}

async function device(number: string): Promise<SnapshotDevice> {
  const { credentials } = await directory.extensions.create(ground.actor, { number, name: number, maxContacts: 100 })
  const found = directory.snapshot().device(credentials.deviceId)
  assert.ok(found)
  return found
}

const rows = (): Promise<{ contact_uri: string; cseq: string; q: number; received: string; transport: string; tenant_id: string }[]> =>
  ground.database.system('test', (trx) => trx('bindings').orderBy('contact_uri') as never)

let cseq = 0
const register = async (registrar: Registrar, phone: SnapshotDevice, headers: Record<string, string>): Promise<number | undefined> => {
  const request = requestOf('REGISTER', { cseq: `${++cseq} REGISTER`, ...headers })
  await registrar.register(request, phone)
  return request.answers[0]?.status
}

test('a binding is committed before the 200, updated in place, there after a restart, and gone when unregistered', async () => {
  const phone = await device('201')
  const first = await start()
  assert.equal(await register(first, phone, { contact: '<sip:a@10.0.0.5:5060>;q=0.7;expires=600', 'user-agent': 'Phone\0 \ud800' }), 200)
  const [row] = await rows()
  assert.deepEqual([row?.contact_uri, row?.q, row?.received, row?.transport, row?.tenant_id], ['sip:a@10.0.0.5:5060', 0.7, '192.0.2.7:5062', 'udp', ground.actor.tenantId])
  await register(first, phone, { contact: '<sip:a@10.0.0.5:5060>;expires=600' })
  assert.deepEqual((await rows()).map((each) => [each.q, Number(each.cseq)]), [[1, cseq]])
  await first.close()
  open.delete(first)

  const second = await start()
  const [contact] = second.contactsOf(phone.extensionId)
  assert.deepEqual([contact?.uri, contact?.nextHop, contact?.deviceId], ['sip:a@10.0.0.5:5060', 'sip:192.0.2.7:5062;transport=udp', phone.id])
  await register(second, phone, { contact: '*', expires: '0' })
  assert.deepEqual(await rows(), [])
})

test('a storm is written in few commits; a device deleted meanwhile spoils none of it', async () => {
  const registrar = await start()
  const phones = await Promise.all(['211', '212', '213'].map(device))
  const doomed = await device('219')
  const { system } = ground.database
  let commits = 0
  ground.database.system = (purpose, work) => {
    if (purpose === 'bindings') commits++
    return system.call(ground.database, purpose, work) as never
  }
  // Behind the directory's back, as when another node deletes it this moment.
  await ground.database.system('test', (trx) => trx('devices').where({ id: doomed.id }).delete())
  const storm = phones.flatMap((phone) => Array.from({ length: 60 }, (_, n) => register(registrar, phone, { contact: `<sip:${phone.sipUsername}-${n}@h>;expires=600` })))
  storm.push(register(registrar, doomed, { contact: '<sip:doomed@h>;expires=600' }))
  assert.ok((await Promise.all(storm)).every((status) => status === 200))
  ground.database.system = system
  const stored = await rows()
  assert.equal(stored.length, 180)
  assert.ok(commits <= 4, `${commits} commits`)
  assert.equal(registrar.figures().unwritten, 0)
})

test('removing an extension ends its registrations in memory and in the table', async () => {
  const registrar = await start()
  const phone = await device('221')
  await register(registrar, phone, { contact: '<sip:221@h>;expires=600' })
  await directory.extensions.remove(ground.actor, phone.extensionId)
  assert.deepEqual(registrar.contactsOf(phone.extensionId), [])
  assert.ok(!(await rows()).some(({ contact_uri }) => contact_uri === 'sip:221@h'))
})

test('renewed credentials end the registration; it is not back after a restart', async () => {
  const registrar = await start()
  const phone = await device('231')
  await register(registrar, phone, { contact: '<sip:231@h>;expires=600' })
  await directory.devices.renewCredentials(ground.actor, phone.id)
  assert.deepEqual(registrar.contactsOf(phone.extensionId), [])
  await registrar.close()
  open.delete(registrar)
  assert.deepEqual((await start()).contactsOf(phone.extensionId), [])
})

test('what had expired while the server was down is not there, and not in the table', async () => {
  const registrar = await start()
  const phone = await device('241')
  await register(registrar, phone, { contact: '<sip:241@h>;expires=600' })
  await registrar.close()
  open.delete(registrar)
  await ground.database.system('test', (trx) => trx('bindings').where({ contact_uri: 'sip:241@h' }).update({ expires_at: new Date(Date.now() - 1000) }))
  assert.deepEqual((await start()).contactsOf(phone.extensionId), [])
  assert.ok(!(await rows()).some(({ contact_uri }) => contact_uri === 'sip:241@h'))
})
