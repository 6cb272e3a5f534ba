/** Tests of places with carriers: what is called, what goes along, what is heard; never in the way of anybody who needs help. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

interface Tested {
  locationId: string
  name: string
  waiting: boolean
  overdue: boolean
  passedAt: string | null
  last: { passed: boolean; message: string; trunk: string | null; sipStatus: number | null; place: string; called: string | null; callbackNumber: string | null; address: string; askedBy: string | null } | null
}

suite('tests of places', () => {
  let house: House
  let one: Phone
  let two: Phone
  let anna: Phone
  let first: string
  let second: string
  let hall: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    one = await openPhone({ server: house.sip, user: 'one', password: '' })
    two = await openPhone({ server: house.sip, user: 'two', password: '' })
    first = (await house.api.post<{ id: string }>('/trunks', { name: 'A first', host: '127.0.0.1', port: one.local.port, callerId: '+15550001000', emergency: true, sendLocation: true })).id
    second = (await house.api.post<{ id: string }>('/trunks', { name: 'B second', host: '127.0.0.1', port: two.local.port, callerId: '+15550001000', emergency: true, enabled: false })).id
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    const site = await house.api.post<{ id: string }>('/emergency/sites', { name: 'HQ', houseNumber: '12', street: 'Main Street', city: 'Springfield', state: 'IL', postalCode: '62701', country: 'US', callbackNumber: '+15550001000' })
    hall = (await house.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name: 'Hall', floor: '2', room: '204' })).id
    await house.api.ask('PATCH', '/emergency/settings', { locationId: hall, testNumber: '933' })
  })
  after(async () => {
    await one?.close()
    await two?.close()
    await house?.close()
  })
  afterEach(async () => {
    one.onCall = undefined
    two.onCall = undefined
    await house.idle()
    await house.api.ask('PATCH', `/trunks/${second}`, { enabled: false })
    await house.api.ask('PATCH', `/trunks/${first}`, { enabled: true })
  })

  /** Tests the place and waits for what came of it. */
  const tested = async (): Promise<NonNullable<Tested['last']>> => {
    const from = house.events.mark()
    const [row] = (await house.api.ask<{ data: Tested[] }>('POST', '/emergency/location-tests', {})) as unknown as Tested[]
    assert.equal(row?.waiting, true)
    await house.event('emergency.tested', ({ data }) => data.locationId === hall, { from, ms: 30_000 })
    const [after_] = await house.api.get<Tested[]>('/emergency/location-tests')
    assert.equal(after_?.waiting, false)
    return after_!.last!
  }
  /** A carrier that reads the address back. */
  const speaking = (calls: PhoneCall[] = []) => async (call: PhoneCall): Promise<void> => {
    calls.push(call)
    await call.answer()
    call.audio.play(600)
  }

  test('the number for tests is called as a call for help would be: with the place and the number for call backs; heard, it passes', async () => {
    const calls: PhoneCall[] = []
    one.onCall = (call) => void speaking(calls)(call)
    const last = await tested()
    assert.deepEqual([last.passed, last.trunk, last.sipStatus, last.place, last.called, last.callbackNumber], [true, 'A first', 200, 'sent', '933', '+15550001000'])
    assert.match(last.message, /^933 answered over A first and was heard\.$/)
    assert.match(last.address, /12 Main Street, Springfield, IL 62701, US; floor 2, room 204/)
    assert.equal(last.askedBy !== null, true)
    const { invite } = calls[0]!
    assert.match(invite.uri, /^sip:933@/)
    assert.match(headerOf(invite, 'From') ?? '', /^<sip:\+15550001000@/)
    assert.match(headerOf(invite, 'Geolocation') ?? '', /^<cid:/)
    assert.match(invite.body, /<(\w+:)?ROOM>204</i)
    assert.equal((await calls[0]!.ended()).how, 'bye')
    // It is no call of anybody's, and no call for help.
    assert.equal((await house.api.get<unknown[]>('/calls')).length, 0)
    assert.equal((await house.api.get<unknown[]>('/emergency/calls')).length, 0)
  })

  test('a carrier that does not take the place: the test fails, and says that a call would go out without it', async () => {
    one.onCall = (call) => void (headerOf(call.invite, 'Geolocation') === undefined ? speaking()(call) : call.reject(424))
    const last = await tested()
    assert.deepEqual([last.passed, last.place], [false, 'refused'])
    assert.match(last.message, /A first did not take the place \(424\), so that a call for help would go out without it\. 933 answered over A first and was heard\./)
  })

  test('answered and nothing heard is no test; nor is another trunk after the first that failed', async () => {
    one.onCall = (call) => void call.answer()
    const silent = await tested()
    assert.deepEqual([silent.passed, silent.message], [false, '933 answered over A first, and nothing was heard.'])
    await house.api.ask('PATCH', `/trunks/${second}`, { enabled: true })
    one.onCall = (call) => call.reject(503)
    two.onCall = (call) => void speaking()(call)
    const other = await tested()
    assert.deepEqual([other.passed, other.trunk], [false, 'B second'])
    assert.match(other.message, /A first: it answered 503 .*\. 933 answered over B second and was heard\./)
    two.onCall = (call) => call.reject(404)
    assert.match((await tested()).message, /^A first did not take the place.*|^A first: it answered 503.*B second: it answered 404/)
  })

  test('without a number nothing is called: address, number and trunks are looked at', async () => {
    await house.api.ask('PATCH', '/emergency/settings', { testNumber: null })
    const mark = one.incoming.mark()
    assert.match((await tested()).message, /Nothing was called, for no number for tests is set/)
    await house.api.ask('PATCH', `/trunks/${first}`, { enabled: false })
    const none = await tested()
    assert.deepEqual([none.passed, none.message], [false, 'No trunk carries calls to the emergency services.'])
    assert.equal(one.incoming.mark(), mark)
    await house.api.ask('PATCH', '/emergency/settings', { testNumber: '933' })
  })

  test('the emergency services themselves are never the number for tests', async () => {
    for (const testNumber of ['911', '9911', '112', '999', '110', 'help']) {
      const answer = await house.api.send('PATCH', '/emergency/settings', { testNumber })
      assert.deepEqual([testNumber, answer.status], [testNumber, 422])
    }
    for (const wrong of [{ testDays: 0 }, { testHour: 24 }]) assert.equal((await house.api.send('PATCH', '/emergency/settings', wrong)).status, 400)
    await house.api.ask('PATCH', '/emergency/settings', { testNumber: '933' })
  })

  test('somebody calls for help: a test that goes on ends at once, and is made again later', async () => {
    const begun = Promise.withResolvers<PhoneCall>()
    const help = Promise.withResolvers<PhoneCall>()
    one.onCall = (call) => {
      if (call.invite.uri.includes('911@')) return help.resolve(call)
      call.ring()
      begun.resolve(call)
    }
    await house.api.ask('POST', '/emergency/location-tests', {})
    const testCall = await begun.promise
    const call = await anna.invite('911')
    const dispatcher = await help.promise
    assert.equal((await testCall.ended()).how, 'cancel')
    await dispatcher.answer()
    await call.answered()
    const [row] = await house.api.get<Tested[]>('/emergency/location-tests')
    assert.equal(row?.waiting, true)
    await call.bye()
    await dispatcher.ended()
    const from = house.events.mark()
    one.onCall = (again) => void speaking()(again)
    // After the pause between two tests.
    await house.api.ask('POST', '/emergency/location-tests', { locationIds: [hall] })
    await house.event('emergency.tested', ({ data }) => data.passed, { from, ms: 30_000 })
    const past = await house.api.get<{ passed: boolean }[]>(`/emergency/locations/${hall}/tests`)
    assert.equal(past[0]?.passed, true)
    assert.ok(past.length >= 5)
  })
})
