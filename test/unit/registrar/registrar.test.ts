import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { createRegistrar } from '../../../pbx/registrar/registrar.ts'
import type { Registrar } from '../../../pbx/registrar/types.ts'
import type { BindingRow } from '../../../migrations/tables.ts'
import { BOUNDS, DEVICE, directoryOf, EXTENSION, FakeDatabase, FakePhones, logger, OTHER, recordedEvents, requestOf, responseOf, TENANT } from './fakes.ts'
import type { Answer } from './fakes.ts'

interface World {
  registrar: Registrar
  database: FakeDatabase
  phones: FakePhones
  directory: ReturnType<typeof directoryOf>
  events: ReturnType<typeof recordedEvents>
  clock: { time: number; now(): number }
  register(headers: Record<string, string>, device?: typeof DEVICE, options?: Parameters<typeof requestOf>[2]): Promise<Answer>
  /** The registrar's own timer comes round. */
  pass(seconds: number): Promise<void>
}

async function setUp(t: TestContext, settings: Partial<typeof BOUNDS> = {}, rows: Partial<BindingRow>[] = [], { edges }: { edges: readonly string[] | undefined } = { edges: ['192.0.2.8'] }): Promise<World> {
  const database = new FakeDatabase()
  // A transaction that takes everything; what is written is the store test's affair.
  database.work = async () => rows
  const { system } = database
  database.system = (purpose, work) => (purpose === 'bindings' ? Promise.resolve(undefined as never) : system.call(database, purpose, work as never) as never)
  const phones = new FakePhones()
  const directory = directoryOf([EXTENSION], [DEVICE, OTHER])
  const events = recordedEvents()
  const clock = { time: 1_000_000_000, now: () => clock.time }
  t.mock.timers.enable({ apis: ['setInterval'] })
  const registrar = await createRegistrar({ database, directory, sip: phones, settings: { registrar: { ...BOUNDS, ...settings } }, edges, logger, events, clock })
  t.after(() => registrar.close())
  let cseq = 0
  return {
    registrar, database, phones, directory, events, clock,
    async register(headers, device = DEVICE, options = {}) {
      const request = requestOf('REGISTER', { cseq: `${++cseq} REGISTER`, 'call-id': device.id, ...headers }, options)
      await registrar.register(request, device)
      assert.equal(request.answers.length, 1)
      return request.answers[0] as Answer
    },
    async pass(seconds) {
      for (let tick = 0; tick < seconds * 4; tick++) {
        clock.time += 250
        t.mock.timers.tick(250)
        await new Promise(setImmediate)
      }
    },
  }
}

const contactsIn = (answer: Answer): string => String(answer.options.headers?.['Contact'] ?? '')

test('register, fetch, refresh, unregister: answers, contacts, events', async (t) => {
  const { registrar, register, events, clock } = await setUp(t)
  const first = await register({ contact: '<sip:101@10.0.0.5:5060;ob>;expires=60', 'user-agent': 'Desk\tphone 1.0' })
  assert.equal(first.status, 200)
  assert.equal(contactsIn(first), '<sip:101@10.0.0.5:5060;ob>;expires=60')
  assert.equal(first.options.headers?.['Date'], new Date(clock.time).toUTCString())
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ bindingId: _, ...rest }) => rest), [{
    deviceId: DEVICE.id, uri: 'sip:101@10.0.0.5:5060;ob', nextHop: 'sip:192.0.2.7:5062;transport=udp', route: [], transport: 'udp', received: '192.0.2.7:5062',
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

test('two flows of one phone: both are listed with what they said, one is rung, and a dead one gives way', async (t) => {
  const { registrar, register, clock } = await setUp(t)
  const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
  const over = (port: number) => ({ source: { transport: 'tcp' as const, address: '192.0.2.7', port } })
  const first = await register({ contact: `<sip:101@10.0.0.5;ob>;reg-id=1;${instance}`, supported: 'path, outbound' }, DEVICE, over(4001))
  assert.equal(first.options.headers?.['Require'], 'outbound')
  assert.equal(first.options.headers?.['Flow-Timer'], '120')
  clock.time += 1000
  const second = await register({ contact: `<sip:101@10.0.0.5;ob>;reg-id=2;${instance}`, supported: 'outbound' }, DEVICE, over(4002))
  assert.match(contactsIn(second), /reg-id=1.*reg-id=2|reg-id=2.*reg-id=1/)
  assert.match(contactsIn(second), /\+sip\.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"/)
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map((contact) => [contact.received, contact.spare.map((other) => other.received)]), [['192.0.2.7:4002', ['192.0.2.7:4001']]])
  // The phone comes back over a new connection: the flow is replaced, not added.
  await register({ contact: `<sip:101@10.0.0.5;ob>;reg-id=2;${instance}`, supported: 'outbound', 'call-id': 'anew' }, DEVICE, over(4003))
  assert.equal(registrar.figures().bindings, 2)
  registrar.disconnected({ transport: 'tcp', address: '192.0.2.7', port: 4002 })
  assert.equal(registrar.figures().bindings, 2, 'the old connection means nothing any more')
  registrar.disconnected({ transport: 'tcp', address: '192.0.2.7', port: 4003 })
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map((contact) => contact.received), ['192.0.2.7:4001'])
})

test('outbound is promised to phones that ask for it and name their flow; over UDP only where STUN is answered (RFC 5626 §6)', async (t) => {
  const contact = '<sip:101@10.0.0.5>;reg-id=1;+sip.instance="<urn:uuid:0>"'
  const tcp = { source: { transport: 'tcp' as const, address: '192.0.2.7', port: 4001 } }
  const { register } = await setUp(t)
  const promised = async (headers: Record<string, string>, options: Parameters<typeof register>[2] = {}, ask = register): Promise<unknown[]> => {
    const { headers: given = {} } = (await ask(headers, DEVICE, options)).options
    return [given['Require'], given['Flow-Timer']]
  }
  assert.deepEqual(await promised({ contact, supported: 'outbound' }, tcp), ['outbound', '120'])
  assert.deepEqual(await promised({ contact, supported: 'path, Outbound' }), ['outbound', undefined])
  assert.deepEqual(await promised({ contact }, tcp), [undefined, undefined])
  assert.deepEqual(await promised({ contact: '<sip:101@10.0.0.6>', supported: 'outbound' }, tcp), [undefined, undefined])
  assert.deepEqual(await promised({ contact: '<sip:101@10.0.0.6>;reg-id=1', supported: 'outbound' }, tcp), [undefined, undefined], 'a reg-id without instance means nothing')
  await t.test('on a drachtio-server', async (inner) => {
    const { register: there } = await setUp(inner, {}, [], { edges: undefined })
    assert.deepEqual(await promised({ contact, supported: 'outbound' }, {}, there), [undefined, undefined])
    assert.deepEqual(await promised({ contact, supported: 'outbound' }, tcp, there), ['outbound', '120'])
  })
})

test('a proxy in between must keep the flow: `ob` in its Path, else 439, or the reg-id means nothing (RFC 5626 §6)', async (t) => {
  const { registrar, register } = await setUp(t)
  const edge = { source: { transport: 'udp' as const, address: '192.0.2.8', port: 5060 } }
  const via = 'SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKa, SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKb'
  const flow = (id: number): string => `<sip:101@10.0.0.5>;reg-id=${id};+sip.instance="<urn:uuid:0>"`
  const lacks = (error: unknown): boolean => error instanceof Refusal && error.code === 'first-hop-lacks-outbound'
  await assert.rejects(register({ contact: flow(1), supported: 'outbound', via, path: '<sip:192.0.2.8;lr>' }, DEVICE, edge), lacks)
  await assert.rejects(register({ contact: flow(1), supported: 'outbound', via }, DEVICE, edge), lacks)
  const kept = await register({ contact: flow(1), supported: 'outbound', via, path: '<sip:192.0.2.9;lr>, <sip:x@192.0.2.8;lr;ob>' }, DEVICE, edge)
  assert.deepEqual([kept.options.headers?.['Require'], kept.options.headers?.['Flow-Timer']], ['outbound', undefined])
  await register({ contact: flow(2), supported: 'outbound', via, path: '<sip:y@192.0.2.8;lr;ob>' }, DEVICE, edge)
  assert.equal(registrar.figures().bindings, 2)
  await register({ contact: '*', expires: '0', via }, DEVICE, edge)
  await register({ contact: flow(1), via, path: '<sip:192.0.2.8;lr>' }, DEVICE, edge)
  await register({ contact: flow(2), via, path: '<sip:192.0.2.8;lr>' }, DEVICE, edge)
  assert.equal(registrar.figures().bindings, 1, 'one phone, one way')
})

test('a flow is registered by itself (RFC 5626 §6)', async (t) => {
  const { registrar, register } = await setUp(t)
  const contact = '<sip:101@10.0.0.5>;reg-id=1;+sip.instance="<urn:uuid:0>"'
  await assert.rejects(register({ contact: `${contact}, <sip:101@10.0.0.6>`, supported: 'outbound' }), (error) => error instanceof Refusal && error.code === 'malformed')
  await register({ contact: `${contact}, <sip:101@10.0.0.6>;expires=0`, supported: 'outbound' })
  assert.equal(registrar.figures().bindings, 1)
})

test('after a restart, who had registered over a connection is waited for, and not rung until heard again', async (t) => {
  const row = (name: string, transport: string, path: string | null): Partial<BindingRow> => ({
    id: `00000000-0000-4000-8000-0000000003${name}`, tenant_id: TENANT, extension_id: EXTENSION.id, device_id: DEVICE.id, contact_uri: `sip:${name}@h`, contact_key: `sip:${name}@h:;`,
    call_id: 'c', cseq: 4, q: 1, user_agent: null, transport, received: '192.0.2.9:5061', path, registered_at: new Date(5), updated_at: new Date(5), expires_at: new Date(2_000_000_000),
  })
  const rows = [row('01', 'udp', null), row('02', 'tcp', null), row('03', 'wss', null), row('04', 'tcp', '<sip:192.0.2.8;lr>')]
  const { registrar, register, phones, pass, directory } = await setUp(t, { qualifySeconds: 1 }, rows)
  directory.set([{ ...EXTENSION, maxContacts: 9 }], [DEVICE, OTHER])
  const states = (): string[] => registrar.list(TENANT).map(({ contact, reachable, waiting }) => `${contact} ${reachable} ${waiting}`).sort()
  assert.deepEqual(states(), ['sip:01@h unknown false', 'sip:02@h no true', 'sip:03@h no true', 'sip:04@h unknown false'])
  assert.equal(registrar.hasLivePhoneAt('192.0.2.9'), true)
  // One listens where it came from; the other comes back by itself.
  phones.answer = ({ uri }) => (uri === 'sip:02@h' ? Promise.resolve(responseOf(200)) : new Promise(() => {}))
  await pass(1)
  await register({ contact: '<sip:03@h>', 'call-id': 'anew' }, DEVICE, { source: { transport: 'wss', address: '192.0.2.9', port: 6000 } })
  assert.deepEqual(states(), ['sip:01@h unknown false', 'sip:02@h yes false', 'sip:03@h unknown false', 'sip:04@h unknown false'])
  await t.test('on a drachtio-server, which keeps the connections', async (inner) => {
    const there = await setUp(inner, {}, rows, { edges: undefined })
    assert.deepEqual(there.registrar.list(TENANT).filter(({ waiting }) => waiting), [])
  })
})

test('a Path is stored with the binding, leads the way, and is told to phones that know it (RFC 3327)', async (t) => {
  const { registrar, register, phones, pass } = await setUp(t, { qualifySeconds: 1 })
  const edge = { source: { transport: 'tcp' as const, address: '192.0.2.8', port: 5060 } }
  const path = '<sip:in,1@192.0.2.8;lr;received=sip:10.0.0.5:5060%3Btransport%3Dtcp>, <sip:192.0.2.9;lr>'
  const answer = await register({ contact: '<sip:101@10.0.0.5>', path, supported: 'outbound, Path' }, DEVICE, edge)
  assert.equal(answer.options.headers?.['Path'], path)
  assert.deepEqual(registrar.contactsOf(EXTENSION.id)[0]?.route, ['<sip:in,1@192.0.2.8;lr;received=sip:10.0.0.5:5060%3Btransport%3Dtcp>', '<sip:192.0.2.9;lr>'])
  await pass(1)
  assert.deepEqual(phones.asked[0]?.route, registrar.contactsOf(EXTENSION.id)[0]?.route)
  // The connection is between us and the proxy, and says nothing of the phone.
  registrar.disconnected(edge.source)
  assert.equal(registrar.figures().bindings, 1)
  assert.equal((await register({ contact: '<sip:101@10.0.0.5>', path: '<sip:192.0.2.9;lr>' }, DEVICE, edge)).options.headers?.['Path'], undefined)
  assert.deepEqual(registrar.contactsOf(EXTENSION.id)[0]?.route, ['<sip:192.0.2.9;lr>'])
  await register({ contact: '<sip:101@10.0.0.5>' }, DEVICE, edge)
  assert.deepEqual(registrar.contactsOf(EXTENSION.id)[0]?.route, [])
})

test('a Path from anybody, or that is none, is refused and changes nothing', async (t) => {
  const { registrar, register } = await setUp(t)
  const edge = { source: { transport: 'udp' as const, address: '192.0.2.8', port: 5060 } }
  const refusals = (code: string) => (error: unknown): boolean => error instanceof Refusal && error.code === code
  await assert.rejects(register({ contact: '<sip:101@10.0.0.5>', path: '<sip:192.0.2.8;lr>', supported: 'path' }), (error) => refusals('unsupported')(error) && (error as Refusal).details[0]?.message === 'path')
  const hop = '<sip:192.0.2.8;lr>'
  for (const path of ['sip:192.0.2.8;lr', '<tel:123>', '<sip:>', 'x', Array(9).fill(hop).join(','), `<sip:${'a'.repeat(2050)}@192.0.2.8;lr>`]) {
    await assert.rejects(register({ contact: '<sip:101@10.0.0.5>', path }, DEVICE, edge), refusals('malformed'), path)
  }
  assert.equal(registrar.figures().bindings, 0)
  await register({ contact: '<sip:101@10.0.0.5>', path: Array(8).fill(hop).join(',') }, DEVICE, edge)
  assert.equal(registrar.contactsOf(EXTENSION.id)[0]?.route.length, 8)
})

test('where no Route can be sent, a Path is left alone unless it is required', async (t) => {
  const { registrar, register } = await setUp(t, {}, [], { edges: undefined })
  await register({ contact: '<sip:101@10.0.0.5>', path: '<sip:192.0.2.8;lr>' })
  assert.deepEqual(registrar.contactsOf(EXTENSION.id).map(({ route, nextHop }) => [route, nextHop]), [[[], 'sip:192.0.2.7:5062;transport=udp']])
  await assert.rejects(register({ contact: '<sip:101@10.0.0.5>', path: '<sip:192.0.2.8;lr>', require: 'path' }), (error) => error instanceof Refusal && error.code === 'unsupported')
})
