/** Several phones of one extension ring together; the first answer wins. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'

// A drachtio-server takes one connection for all that it sends to a user at a host over TCP, whichever phone is meant.
const SECOND = process.env['DRACHTIO'] ? 'udp' : 'tcp'

suite('forking', () => {
  let house: House
  let alice: Phone
  before(async () => {
    house = await startHouse()
    alice = await house.registered(await house.extension('100'))
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  /** An extension with three phones, two of them on one device. */
  async function three(number: string): Promise<[Phone, Phone, Phone]> {
    const line: Line = await house.extension(number, { maxContacts: 5 })
    const added = await house.api.post<{ credentials: { username: string; password: string } }>(`/extensions/${line.extensionId}/devices`, { name: 'Second' })
    const second = { user: added.credentials.username, password: added.credentials.password }
    return [await house.registered(line), await house.registered(line, { transport: SECOND }), await house.registered(second)]
  }

  test('three phones ring, one answers, the others are told that the call was completed elsewhere', async () => {
    const phones = await three('210')
    const call = await alice.invite('210')
    const [first, second, third] = await Promise.all(phones.map((phone) => phone.nextCall()))
    assert.ok(first && second && third)
    for (const one of [first, second, third]) one.ring()
    await call.status(180)
    await second.answer()
    await call.answered()
    for (const loser of [first, third]) {
      const end = await loser.ended()
      assert.equal(end.how, 'cancel')
      assert.ok(end.message)
      assert.equal(headerOf(end.message, 'Reason'), 'SIP;cause=200;text="Call completed elsewhere"')
    }
    second.audio.play(600)
    call.audio.play(900)
    await Promise.all([call.audio.hears(600), second.audio.hears(900)])
    await call.bye()
    const { legs, termination } = await house.verdict(call)
    assert.equal(legs.length, 4)
    assert.equal(termination?.result, 'answered')
  })

  test('two answer at once: one is in the call, the other gets a BYE', async () => {
    const phones = await three('211')
    const call = await alice.invite('211')
    const calls = await Promise.all(phones.map((phone) => phone.nextCall()))
    for (const one of calls) one.ring()
    await call.status(180)
    const [first, second, third] = calls
    assert.ok(first && second && third)
    await Promise.all([first.answer(), second.answer(), call.answered()])
    assert.equal((await third.ended()).how, 'cancel')
    const loser = await Promise.race([first.ended().then(() => first), second.ended().then(() => second)])
    const winner = loser === first ? second : first
    assert.equal(winner.isEnded, false)
    winner.audio.play(700)
    await call.audio.hears(700)
    await call.bye()
    assert.equal((await winner.ended()).how, 'bye')
  })

  test('one is busy, one rings on: the caller hears nothing of the busy one', async () => {
    const phones = await three('212')
    const call = await alice.invite('212')
    const [first, second, third] = await Promise.all(phones.map((phone) => phone.nextCall()))
    assert.ok(first && second && third)
    first.reject(486)
    second.reject(486)
    third.ring()
    await call.status(180)
    await third.answer()
    await call.answered()
    await call.bye()
  })

  test('all refuse: the caller gets the best of the refusals', async () => {
    const phones = await three('213')
    const call = await alice.invite('213')
    const [first, second, third] = await Promise.all(phones.map((phone) => phone.nextCall()))
    assert.ok(first && second && third)
    first.reject(480)
    second.reject(486)
    third.reject(480)
    assert.equal((await call.ended()).status, 486)
  })

  test('one declines for all (603): the others stop ringing', async () => {
    const phones = await three('214')
    const call = await alice.invite('214')
    const [first, second, third] = await Promise.all(phones.map((phone) => phone.nextCall()))
    assert.ok(first && second && third)
    second.ring()
    third.ring()
    first.reject(603)
    assert.equal((await call.ended()).status, 603)
    assert.deepEqual([(await second.ended()).how, (await third.ended()).how], ['cancel', 'cancel'])
  })

  test('the caller gives up: every phone stops ringing', async () => {
    const phones = await three('215')
    const call = await alice.invite('215')
    const calls = await Promise.all(phones.map((phone) => phone.nextCall()))
    for (const one of calls) one.ring()
    await call.status(180)
    await call.cancel()
    for (const one of calls) assert.equal((await one.ended()).how, 'cancel')
    assert.equal((await call.ended()).status, 487)
  })

  test('a phone may call its own extension: the other phones ring, not itself', async () => {
    const [first, second, third] = await three('216')
    const call = await third.invite('216')
    const incoming = await Promise.all([first.nextCall(), second.nextCall()])
    assert.equal(third.incoming.entries.length, 0)
    await incoming[0].answer()
    await call.answered()
    await call.bye()
  })
})
