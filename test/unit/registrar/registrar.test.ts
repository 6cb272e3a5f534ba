import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { BindingRow } from '../../../migrations/tables.ts'
import { DEVICE, EXTENSION, OTHER, responseOf, TENANT } from './fakes.ts'
import { contactsIn, setUp } from './world.ts'

test('register, fetch, refresh, unregister: answers, contacts, events', async (t) => {
  const { registrar, register, events, clock } = await setUp(t)
  const first = await register({ contact: '<sip:101@10.0.0.5:5060;ob>;expires=60', 'user-agent': 'Desk\tphone 1.0' })
  assert.equal(first.status, 200)
  assert.equal(contactsIn(first), '<sip:101@10.0.0.5:5060;ob>;expires=60')
  assert.equal(first.options.headers?.['Date'], new Date(clock.time).toUTCString())
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ bindingId: _, ...rest }) => rest), [{
    deviceId: DEVICE.id, instance: undefined, uri: 'sip:101@10.0.0.5:5060;ob', nextHop: 'sip:192.0.2.7:5062;transport=udp', route: [], transport: 'udp', received: '192.0.2.7:5062',
    userAgent: 'Desk phone 1.0', q: 1, reachable: 'unknown', spare: [],
  }])
  clock.time += 20_000
  assert.equal(contactsIn(await register({})), '<sip:101@10.0.0.5:5060;ob>;expires=40')
  await register({ contact: '<sip:101@10.0.0.5:5060;ob>;expires=60' })
  const [view] = registrar.list(TENANT)
  assert.deepEqual([view?.extensionNumber, view?.extensionName, view?.deviceName, view?.registeredAt, view?.expiresAt, view?.reachable], ['101', 'Ann', 'Desk', clock.time - 20_000, clock.time + 60_000, 'unknown'])
  assert.equal(contactsIn(await register({ contact: '*', expires: '0' })), '')
  assert.deepEqual(registrar.contactsOf(EXTENSION.id), [])
  assert.deepEqual(events.seen.map(({ type, data }) => [type, 'change' in data ? data.change : 'why' in data ? data.why : '']), [
    ['registration.changed', 'added'], ['registration.changed', 'refreshed'], ['registration.removed', 'unregistered'],
  ])
})

test('two devices of one extension: both are listed, the preferred first; the own come first in the answer', async (t) => {
  const { registrar, register } = await setUp(t)
  await register({ contact: '<sip:a@10.0.0.5>;q=0.2;expires=60' })
  const answer = await register({ contact: '<sip:b@10.0.0.6>;expires=60' }, OTHER, { source: { transport: 'tcp', address: '2001:db8::7', port: 4711 } })
  assert.equal(contactsIn(answer), '<sip:b@10.0.0.6>;expires=60, <sip:a@10.0.0.5>;expires=60;q=0.2')
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ uri, nextHop }) => [uri, nextHop]), [
    ['sip:b@10.0.0.6', 'sip:[2001:db8::7]:4711;transport=tcp'], ['sip:a@10.0.0.5', 'sip:192.0.2.7:5062;transport=udp'],
  ])
})

test('granted times are spread downwards, never below the shortest', async (t) => {
  const { register } = await setUp(t)
  const granted = new Set<number>()
  for (let i = 0; i < 60; i++) {
    const seconds = Number(/expires=(\d+)/.exec(contactsIn(await register({ contact: '<sip:a@h>;expires=3600' })))?.[1])
    assert.ok(seconds >= 3240 && seconds <= 3600, String(seconds))
    granted.add(seconds)
  }
  assert.ok(granted.size > 10)
})

test('a refused request changes nothing and is not answered here', async (t) => {
  const { registrar, register } = await setUp(t)
  await register({ contact: '<sip:a@h>;expires=60', cseq: '9 REGISTER' })
  for (const headers of [{ contact: '<sip:b@h>;expires=60, <sip:c@h>;expires=5' }, { contact: '<sip:b@h>, <sip:a@h>', cseq: '9 REGISTER' }, { contact: '<sip:b@h>', cseq: 'x' }]) {
    await assert.rejects(register(headers), Refusal)
  }
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ uri }) => uri), ['sip:a@h'])
})

test('bindings expire, refreshed ones later', async (t) => {
  const { registrar, register, events, pass } = await setUp(t)
  await register({ contact: '<sip:a@h>;expires=60' })
  await register({ contact: '<sip:b@h>;expires=60' })
  await pass(30)
  await register({ contact: '<sip:b@h>;expires=60' })
  await pass(29)
  assert.equal(registrar.figures().bindings, 2)
  await pass(3)
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ uri }) => uri), ['sip:b@h'])
  const last = events.seen.at(-1)
  assert.ok(last?.type === 'registration.removed' && last.data.why === 'expired' && last.data.registration.contact === 'sip:a@h')
  await pass(30)
  assert.equal(registrar.figures().bindings, 0)
})

test('keep-alives: an answer brings yes and the round trip, two misses no, a late answer or a REGISTER brings it back', async (t) => {
  // Its turn is the last of a round, so that the times below hold.
  t.mock.method(Math, 'random', () => 0.99)
  const { registrar, register, phones, events, pass } = await setUp(t, { qualifySeconds: 10 })
  phones.answer = async () => responseOf(404, 7.26)
  await register({ contact: '<sip:a@10.0.0.5>;expires=600' })
  const state = (): unknown[] => [registrar.list(TENANT)[0]?.reachable, registrar.list(TENANT)[0]?.roundTripMs]
  await pass(10)
  assert.deepEqual(state(), ['yes', 7.3])
  assert.deepEqual(phones.asked, [{ method: 'OPTIONS', uri: 'sip:a@10.0.0.5', nextHop: 'sip:192.0.2.7:5062;transport=udp' }])
  assert.equal(registrar.hasLivePhoneAt('192.0.2.7'), true)
  assert.equal(registrar.hasLivePhoneAt('192.0.2.8'), false)

  let late: ((response: ReturnType<typeof responseOf>) => void) | undefined
  phones.answer = () => new Promise((resolve) => (late = resolve))
  await pass(15)
  assert.equal(state()[0], 'yes')
  await pass(5.5)
  assert.deepEqual(state(), ['no', null])
  assert.equal(registrar.hasLivePhoneAt('192.0.2.7'), false)
  late?.(responseOf(200))
  await pass(0.25)
  assert.equal(state()[0], 'yes')
  phones.answer = async () => responseOf(408)
  await pass(10)
  assert.equal(state()[0], 'no')
  await register({ contact: '<sip:a@10.0.0.5>;expires=600' })
  assert.equal(state()[0], 'unknown')
  assert.deepEqual(
    events.seen.flatMap(({ data }) => ('change' in data && data.change === 'reachability' ? [data.registration.reachable] : [])),
    ['yes', 'no', 'yes', 'no'],
  )
})

test('keep-alives are spread over the whole time, and none is sent while there is no engine', async (t) => {
  const { register, phones, pass, registrar, directory } = await setUp(t, { qualifySeconds: 10 })
  directory.set([{ ...EXTENSION, maxContacts: 100 }], [DEVICE])
  for (let i = 0; i < 100; i++) await register({ contact: `<sip:a${i}@h>;expires=600` })
  phones.answer = async () => responseOf(200)
  const perSecond: number[] = []
  for (let second = 0; second < 10; second++) {
    const before = phones.asked.length
    await pass(1)
    perSecond.push(phones.asked.length - before)
  }
  assert.equal(phones.asked.length, 100)
  assert.ok(Math.max(...perSecond) < 40, perSecond.join())
  phones.connected = false
  await pass(10)
  assert.equal(phones.asked.length, 100)
  assert.equal(registrar.list(TENANT).filter(({ reachable }) => reachable === 'yes').length, 100)
})

test('who is removed, switched off or gets a new password is not registered any more; a rename is seen', async (t) => {
  const cases: [string, typeof EXTENSION[], typeof DEVICE[]][] = [
    ['device removed', [EXTENSION], [OTHER]],
    ['device off', [EXTENSION], [{ ...DEVICE, enabled: false }, OTHER]],
    ['new password', [EXTENSION], [{ ...DEVICE, credentialsChangedAt: 2 }, OTHER]],
  ]
  for (const [what, extensions, devices] of cases) {
    await t.test(what, async (inner) => {
      const { registrar, register, directory, events } = await setUp(inner)
      await register({ contact: '<sip:a@h>;expires=60' })
      await register({ contact: '<sip:b@h>;expires=60' }, OTHER)
      directory.set(extensions, devices)
      assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ uri }) => uri), ['sip:b@h'])
      const last = events.seen.at(-1)
      assert.ok(last?.type === 'registration.removed' && last.data.why === 'deleted')
      assert.equal(last.data.registration.extensionNumber, '101')
    })
  }
  await t.test('extension off', async (inner) => {
    const { registrar, register, directory } = await setUp(inner)
    await register({ contact: '<sip:a@h>;expires=60' })
    directory.set([{ ...EXTENSION, name: 'Anna' }], [DEVICE, OTHER])
    assert.equal(registrar.list(TENANT)[0]?.extensionName, 'Anna')
    directory.set([{ ...EXTENSION, enabled: false }], [DEVICE, OTHER])
    assert.equal(registrar.figures().bindings, 0)
  })
})

test('an administrator forgets a binding of the own tenant, with an audit row, or not at all', async (t) => {
  const { registrar, register, database } = await setUp(t)
  await register({ contact: '<sip:a@h>;expires=60' })
  const id = registrar.list(TENANT)[0]?.id ?? ''
  const actor = { kind: 'user' as const, tenantId: TENANT, id: 'u', name: 'admin', permissions: new Set<string>() }
  await assert.rejects(registrar.remove({ ...actor, tenantId: '00000000-0000-4000-8000-0000000000ff' }, id), (error) => error instanceof Refusal && error.code === 'not-found')
  database.become(false)
  await assert.rejects(registrar.remove(actor, id), (error) => error instanceof Refusal && error.code === 'unavailable')
  assert.equal(registrar.figures().bindings, 1)
  database.become(true)
  await registrar.remove(actor, id)
  assert.equal(registrar.figures().bindings, 0)
  assert.deepEqual(database.audits, [{ action: 'registration.remove', subjectType: 'registration', subjectId: id, before: { contact: 'sip:a@h', extension: '101', device: 'Desk' } }])
})

test('after a restart the stored bindings are there, those of changed passwords are not', async (t) => {
  const row = (id: string, device: typeof DEVICE, at: number): Partial<BindingRow> => ({
    id, tenant_id: TENANT, extension_id: EXTENSION.id, device_id: device.id, contact_uri: `sip:${id}@h`, contact_key: id, call_id: 'c', cseq: 4, q: 1, user_agent: null,
    transport: 'tcp', received: '[2001:db8::9]:5061', path: null, registered_at: new Date(at), updated_at: new Date(at), expires_at: new Date(1_000_060_000),
  })
  const { registrar, register } = await setUp(t, {}, [row('kept', DEVICE, 5), row('stale', OTHER, 0)])
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ uri, nextHop }) => [uri, nextHop]), [['sip:kept@h', 'sip:[2001:db8::9]:5061;transport=tcp']])
  await assert.rejects(register({ 'call-id': 'c', cseq: '4 REGISTER', contact: '*', expires: '0' }), (error) => error instanceof Refusal && error.code === 'conflict')
})

test('PostgreSQL away: phones register all the same', async (t) => {
  const { registrar, register, database } = await setUp(t)
  database.become(false)
  assert.equal((await register({ contact: '<sip:a@h>;expires=60' })).status, 200)
  assert.deepEqual(registrar.figures(), { bindings: 1, unwritten: 1 })
})
