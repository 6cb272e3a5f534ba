/** What phones ask of a registrar beside RFC 3261: flows, Path, GRUUs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { parseUri } from '../../../pbx/sip/uri.ts'
import type { BindingRow } from '../../../migrations/tables.ts'
import { DEVICE, EXTENSION, OTHER, responseOf, TENANT } from './fakes.ts'
import type { Answer } from './fakes.ts'
import { contactsIn, setUp } from './world.ts'

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
  await t.test('an engine that outlived us kept the connections', async (inner) => {
    const there = await setUp(inner, {}, rows, { edges: [], keepsCalls: true })
    assert.deepEqual(there.registrar.list(TENANT).filter(({ waiting }) => waiting), [])
  })
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

test('GRUUs: told to phones that ask, mean one phone, and the temporary ones end with the run of registrations (RFC 5627)', async (t) => {
  const { registrar, register } = await setUp(t)
  const instance = '<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>'
  const asks = (callId: string, extra: Record<string, string> = {}) => register({ contact: `<sip:101@10.0.0.5>;+sip.instance="${instance}"`, supported: 'gruu', 'call-id': callId, to: '<sip:101@pbx.example.com:5070>', ...extra })
  const given = (answer: Answer, name: string): string => new RegExp(`;${name}="([^"]*)"`).exec(contactsIn(answer))?.[1] ?? ''
  const phoneOf = (text: string, tenant = TENANT) => registrar.phoneOf(tenant, parseUri(text) ?? assert.fail(text))

  assert.doesNotMatch(contactsIn(await asks('a', { supported: 'outbound' })), /gruu/)
  const first = await asks('a')
  const known = given(first, 'pub-gruu')
  assert.equal(known, 'sip:101@pbx.example.com:5070;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6')
  assert.deepEqual(phoneOf(known), { number: '101', instance })
  const temporary = given(first, 'temp-gruu')
  assert.match(temporary, /^sip:tgruu\.[\w-]{60,90}@pbx\.example\.com:5070;gr$/)
  assert.doesNotMatch(Buffer.from(temporary.slice(10).split('@')[0] ?? '', 'base64url').toString('latin1'), /101|f81d/)
  const second = given(await asks('a'), 'temp-gruu')
  assert.notEqual(second, temporary)
  for (const one of [temporary, second]) assert.deepEqual(phoneOf(one), { number: '101', instance }, 'all of one run are good')
  assert.equal(phoneOf(temporary, '00000000-0000-4000-8000-000000000009'), 'invalid', 'not of another tenant')
  for (const forged of [temporary.replace(/(?<=tgruu\.)./, (letter) => (letter === 'A' ? 'B' : 'A')), 'sip:tgruu.@h;gr', 'sip:101@h;gr', 'sip:999@h;gr=urn:x']) assert.equal(phoneOf(forged), 'invalid', forged)
  assert.equal(phoneOf('sip:101@pbx.example.com'), undefined)
  assert.deepEqual(phoneOf('sip:101@h;gr=URN:UUID:F81D4FAE-7DEC-11d0-a765-00a0c91e6bf6'), { number: '101', instance })

  // Another Call-ID: the phone began anew, and what it had given away before is void.
  const third = given(await asks('b'), 'temp-gruu')
  assert.deepEqual([phoneOf(temporary), phoneOf(second), phoneOf(third)], ['invalid', 'invalid', { number: '101', instance }])
  await register({ contact: '*', expires: '0', 'call-id': 'b' })
  assert.equal(phoneOf(third), 'invalid')
  assert.deepEqual(phoneOf(known), { number: '101', instance }, 'the public one is for good')
  await asks('b')
  assert.equal(phoneOf(third), 'invalid')
})

test('GRUUs: another device is told the public one only; none is a contact, none is given behind a proxy or on a drachtio-server', async (t) => {
  const { register } = await setUp(t)
  const contact = '<sip:101@10.0.0.5>;+sip.instance="<urn:uuid:1>"'
  await register({ contact, supported: 'gruu' })
  const other = contactsIn(await register({ supported: 'gruu' }, OTHER))
  assert.match(other, /pub-gruu="sip:101@192\.0\.2\.1;gr=urn:uuid:1"/)
  assert.doesNotMatch(other, /temp-gruu/)
  await assert.rejects(register({ contact: '<sip:101@192.0.2.1;gr=urn:uuid:1>' }), (error) => error instanceof Refusal && error.code === 'forbidden')
  const edge = { source: { transport: 'udp' as const, address: '192.0.2.8', port: 5060 } }
  assert.doesNotMatch(contactsIn(await register({ contact, supported: 'gruu', path: '<sip:192.0.2.8;lr>' }, DEVICE, edge)), /gruu/)
  await t.test('on a drachtio-server', async (inner) => {
    const there = await setUp(inner, {}, [], { edges: undefined })
    assert.doesNotMatch(contactsIn(await there.register({ contact, supported: 'gruu' })), /gruu/)
  })
})
