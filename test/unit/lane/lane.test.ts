import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXTENSION } from '../registrar/fakes.ts'
import { dice } from '../engine/dice.ts'
import { CONTACT, DESK, digest, MOBILE, nonceIn, openWorld, PLACE, readMessage, registerText, renewed, withoutNonce, type Wish, type World } from './world.ts'

/** The phone registers the way through the application, and is lent. */
async function registered(world: World, wish: Wish = {}, user: Parameters<typeof digest>[1] = {}): Promise<void> {
  const challenge = await world.handle(registerText(wish))
  assert.equal(challenge.status, 401)
  const answer = await world.handle(registerText({ ...wish, cseq: (wish.cseq ?? 1) + 1, authorization: digest(nonceIn(challenge), user) }))
  assert.deepEqual([answer.status, answer.way], [200, 'long'])
  await world.settled()
}

const freshNonce = (world: World): string => nonceIn(world.short(registerText()) ?? { status: 0, lines: [] })

test('a phone that comes again is answered by the lane, and the registrar hears of it', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  const [before] = world.registrar.list(DESK.tenantId)
  world.clock.time += 60_000
  const challenge = await world.handle(registerText({ callId: 'two' }))
  assert.deepEqual([challenge.status, challenge.way], [401, 'short'])
  const answer = await world.handle(registerText({ callId: 'two', cseq: 2, authorization: digest(nonceIn(challenge)) }))
  assert.deepEqual([answer.status, answer.way], [200, 'short'])
  for (const line of [`Contact: ${CONTACT}`, `Date: ${new Date(world.clock.time).toUTCString()}`]) assert.ok(answer.lines.includes(line), line)
  await world.settled()
  const [after] = world.registrar.list(DESK.tenantId)
  assert.equal(after?.id, before?.id)
  assert.equal(after?.expiresAt, world.clock.time + 600_000)
  const [held] = world.registrar.bindingsOf(EXTENSION.id)
  assert.deepEqual([held?.callId, held?.cseq], ['two', 2])
})

test('whatever the lane answers, the application would have answered the same', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  await registered(world, { contact: '<sip:101@10.0.0.6:5062>;q=0.5;+sip.instance="<urn:uuid:1>"' }, { username: MOBILE.sipUsername })
  const roll = dice(7)
  const one = <T>(...all: T[]): T => all[Math.floor(roll() * all.length)] as T
  const counts: Record<string, number> = {}
  let cseq = 100
  for (let i = 0; i < 3_000; i++) {
    world.clock.time += one(0, 10, 1_000)
    const nonce = one(freshNonce(world), freshNonce(world), freshNonce(world), 'made-up', '')
    const phone = one(
      { username: '101', contact: CONTACT }, { username: '101', contact: CONTACT },
      { username: MOBILE.sipUsername, contact: '<sip:101@10.0.0.6:5062>;q=0.5;+sip.instance="<urn:uuid:1>"' },
    )
    const wish: Wish = {
      callId: one('one', 'two', `new${i}`), cseq: one(++cseq, ++cseq, 1),
      uri: one('sip:192.0.2.1', 'sip:192.0.2.1', 'sip:192.0.2.1:5060;transport=udp', 'sip:pbx.example', 'sip:101@192.0.2.1', 'tel:1'),
      to: one('<sip:101@192.0.2.1>', '<sip:101@192.0.2.1>', '"Ann" <sip:101@pbx.example>', `<sip:${phone.username}@192.0.2.1>`, '<sip:102@192.0.2.1>', 'sip:101@192.0.2.1', '<sip:101@192.0.2.1>;tag=x'),
      from: one('<sip:101@192.0.2.1>;tag=a', '<sip:101@192.0.2.1>;tag=a', '"A, B" <sip:1@2>;tag=b', 'sip:101@192.0.2.1;tag=c'),
      contact: one(phone.contact, phone.contact, phone.contact, `${phone.contact}, <sip:other@10.0.0.9>`, '<sip:101@10.0.0.5:5063>', '*', undefined, '<sip:101@10.0.0.5:5062>', '<sip:101@10.0.0.5:5062>;expires=30', '<sip:101@10.0.0.5:5062>;expires=0x', '<sip:101@localhost:5062>'),
      more: one([], [], [], ['Expires: 600'], ['Expires: 1'], ['Expires: 99999'], ['Supported: replaces, timer'], ['Supported: path, outbound'], ['Supported: gruu, outbound'], ['Require: gruu'], ['Path: <sip:edge.example;lr>'], ['X-Hello: 1'], ['User-Agent: other'], ['k: outbound'], ['Allow: INVITE', 'Date: x'], ['Expires: 100', 'Expires: 200'], ['Subject: ü']),
      body: one('', '', '', '', 'v=0'),
      authorization: one(
        undefined, undefined, digest(nonce, phone), digest(nonce, phone), digest(nonce, phone), digest(nonce, { ...phone, algorithm: 'MD5' }), digest(nonce, { ...phone, password: 'wrong' }), digest(nonce, { username: 'nobody' }),
        digest(nonce, { ...phone, realm: 'elsewhere' }), digest(nonce, { ...phone, uri: 'sip:elsewhere.example' }), digest(nonce, phone).replace(/,qop=auth.*/, ''), digest(nonce, { ...phone, nc: 3 }), `${digest(nonce, phone)}, Digest realm="other"`, 'Basic abc',
      ),
    }
    // Some are left as a phone sends them, or next to none would be answered here.
    const text = registerText(i % 3 === 0 ? { callId: `plain${i}`, cseq: 2, contact: phone.contact, authorization: one(undefined, digest(nonce, phone)) } : wish)
    const source = one(PLACE, PLACE, PLACE, { ...PLACE, port: 5090 }, { ...PLACE, transport: 'ws' as const })
    const short = world.short(text, source)
    if (short === undefined) {
      counts['application'] = (counts['application'] ?? 0) + 1
      continue
    }
    const strikes = world.strikes.length
    const long = await world.long(text, source)
    assert.deepEqual(withoutNonce(short), withoutNonce(long), text)
    assert.equal(world.strikes.length, strikes, 'nothing that would be held against an address')
    const kind = `${short.status}${short.lines.join().includes('stale') ? ' stale' : ''}`
    counts[kind] = (counts[kind] ?? 0) + 1
    if (i % 50 === 0) await world.settled()
  }
  for (const kind of ['application', '200', '401', '401 stale']) assert.ok((counts[kind] ?? 0) > 50, `${kind}: ${counts[kind]}`)
  assert.equal(world.registrar.list(DESK.tenantId).length, 2)
})

test('a digest that was spent here is spent for the application, and the other way round', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  const nonce = freshNonce(world)
  const again = registerText({ callId: 'two', authorization: digest(nonce) })
  assert.equal((await world.handle(again)).way, 'short')
  // Overheard, and sent from elsewhere: the news of it come before.
  const replayed = await world.handle(registerText({ callId: 'three', authorization: digest(nonce) }), { ...PLACE, address: '198.51.100.1' })
  assert.deepEqual([replayed.way, replayed.status, replayed.lines.join().includes('stale=true')], ['long', 401, true])
  // The application spends one: it names a contact that is not there.
  const other = freshNonce(world)
  const moved = await world.handle(registerText({ callId: 'four', contact: '<sip:101@10.0.0.9>', authorization: digest(other) }))
  assert.deepEqual([moved.way, moved.status], ['long', 200])
  await world.settled()
  const reused = await world.handle(registerText({ callId: 'five', authorization: digest(other) }))
  assert.deepEqual([reused.way, reused.status, reused.lines.join().includes('stale=true')], ['short', 401, true])
})

test('an older CSeq of the same Call-ID, a binding about to end, another place or user agent: the application decides', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  const ways = async (wish: Wish, source = PLACE): Promise<string> => (world.short(registerText({ callId: 'x', authorization: digest(freshNonce(world)), ...wish }), source) ? 'short' : 'long')
  assert.equal(await ways({ callId: 'one', cseq: 2 }), 'long')
  assert.equal(await ways({ callId: 'one', cseq: 3 }), 'short')
  assert.equal(await ways({}, { ...PLACE, port: 5090 }), 'long')
  assert.equal(await ways({}, { ...PLACE, transport: 'tcp' }), 'long')
  assert.equal(await ways({ more: ['User-Agent: other'] }), 'long')
  assert.equal(await ways({}), 'short')
  world.clock.time += 596_000
  assert.equal(await ways({}), 'long')
})

test('renewed credentials, a device or extension switched off, a changed number: nothing is answered here from that moment', async (t) => {
  for (const [extensions, devices] of [
    [[EXTENSION], [renewed, MOBILE]], [[EXTENSION], [{ ...DESK, enabled: false }]], [[{ ...EXTENSION, enabled: false }], [DESK]], [[{ ...EXTENSION, number: '102' }], [DESK]], [[], []],
  ] as const) {
    const world = await openWorld(t)
    await registered(world)
    const text = registerText({ callId: 'two', authorization: digest(freshNonce(world)) })
    assert.ok(world.lane.knows(readMessage(text), PLACE))
    world.directory.set([...extensions], [...devices])
    assert.equal(world.lane.knows(readMessage(text), PLACE), false)
    t.mock.timers.reset()
    t.mock.restoreAll()
  }
})

test('a contact that is removed is taken back at once', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  const [binding] = world.registrar.list(DESK.tenantId)
  const removal = world.registrar.remove({ kind: 'service', tenantId: DESK.tenantId, id: 't', name: 't', permissions: new Set() }, binding?.id ?? '')
  await new Promise(setImmediate)
  assert.equal(world.short(registerText({ callId: 'two', authorization: digest(freshNonce(world)) })), undefined)
  await world.settled()
  await removal
})

test('while new work is refused: phones that are lent are known with and without credentials, others are not', async (t) => {
  const world = await openWorld(t)
  await registered(world)
  const knows = (text: string, source = PLACE): boolean => world.lane.knows(readMessage(text), source)
  assert.equal(knows(registerText({ callId: 'two' })), true)
  assert.equal(knows(registerText({ callId: 'two', authorization: digest(freshNonce(world)) })), true)
  assert.equal(knows(registerText({ callId: 'two' }), { ...PLACE, address: '192.0.2.99' }), false)
  assert.equal(knows(registerText({ callId: 'two', to: '<sip:102@192.0.2.1>' })), false)
})

test('no more is lent than was agreed on, and everything is given back at the end', async (t) => {
  const world = await openWorld(t, { most: 1 })
  await registered(world)
  assert.ok(world.short(registerText({ callId: 'two', authorization: digest(freshNonce(world)) })))
  await registered(world, { contact: '<sip:101@10.0.0.6>' }, { username: MOBILE.sipUsername })
  assert.equal(world.short(registerText({ callId: 'three', authorization: digest(freshNonce(world)) })), undefined)
  await world.lender.close()
  assert.deepEqual(world.orders.at(-1), { do: 'end' })
  assert.equal(world.short(registerText()), undefined)
})
