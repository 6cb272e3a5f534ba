/** What a line takes: calls that begin within a second, calls for a number at once; and a carrier that answers and carries nothing. */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone } from '../support/phone.ts'

interface Trunk {
  id: string
  status: { state: string; cause: string | null }
}

suite('what a line takes', () => {
  let house: House
  let first: Phone
  let second: Phone
  let one: Trunk
  let two: Trunk
  let anna: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    first = await openPhone({ server: house.sip, user: 'first', password: '' })
    second = await openPhone({ server: house.sip, user: 'second', password: '' })
    one = await house.api.post<Trunk>('/trunks', { name: 'First', host: '127.0.0.1', port: first.local.port, callerId: '+15550001000' })
    two = await house.api.post<Trunk>('/trunks', { name: 'Second', host: '127.0.0.1', port: second.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'First alone', pattern: '8.', strip: 1, trunkIds: [one.id] })
    await house.api.post('/outbound-routes', { name: 'Both', pattern: '9.', strip: 1, trunkIds: [one.id, two.id] })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
  })
  after(async () => {
    await first?.close()
    await second?.close()
    await house?.close()
  })
  afterEach(async () => {
    first.onCall = undefined
    second.onCall = undefined
    await house.idle()
    await house.api.ask('PATCH', `/trunks/${one.id}`, { maxCallsPerSecond: null, maxCalls: null, emergency: false })
  })

  /** Lets a carrier refuse all calls, and says when each came. */
  function refusing(carrier: Phone, status: number): number[] {
    const times: number[] = []
    carrier.onCall = (call) => {
      times.push(performance.now())
      call.reject(status)
    }
    return times
  }

  test('calls that come together begin one after the other over the only trunk; those that would wait too long are told why', async () => {
    await house.api.ask('PATCH', `/trunks/${one.id}`, { maxCallsPerSecond: 1 })
    const times = refusing(first, 486)
    const begun = performance.now()
    const calls = await Promise.all(Array.from({ length: 12 }, (_, index) => anna.invite(`8202555${String(1000 + index)}`)))
    const statuses = await Promise.all(calls.map(async (call) => (await call.ended(30_000)).status))
    // One at once, and one after each of the three seconds that one waits; more where the calls themselves took seconds to come.
    const carried = statuses.filter((status) => status === 486).length
    assert.ok(carried >= 4 && carried < 12, statuses.join(' '))
    assert.deepEqual([statuses.filter((status) => status === 503).length, times.length], [12 - carried, carried])
    times.forEach((time, index) => assert.ok(time - begun >= index * 1000, `call ${index} came after ${time - begun} ms`))
    const refused = calls[statuses.indexOf(503)]!
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /First begins as many calls a second as it may/)
  })

  test('where another trunk follows it is taken at once; the first is waited for only when that one cannot', async () => {
    await house.api.ask('PATCH', `/trunks/${one.id}`, { maxCallsPerSecond: 1 })
    refusing(first, 486)
    refusing(second, 486)
    const [a, b] = [first.incoming.mark(), second.incoming.mark()]
    const calls = await Promise.all(['92025551000', '92025551001', '92025551002'].map((number) => anna.invite(number)))
    for (const call of calls) assert.equal((await call.ended()).status, 486)
    assert.deepEqual([first.incoming.mark() - a, second.incoming.mark() - b], [1, 2])
    refusing(second, 503)
    const [c, d] = await Promise.all(['92025551003', '92025551004'].map((number) => anna.invite(number)))
    assert.deepEqual([(await c!.ended()).status, (await d!.ended()).status], [486, 486], 'the second of them came back to the first trunk')
  })

  test('a call for help does not wait', async () => {
    await house.api.ask('PATCH', `/trunks/${one.id}`, { maxCallsPerSecond: 1, emergency: true })
    refusing(first, 486)
    const calls = await Promise.all(['82025551000', '82025551001', '82025551002', '82025551003'].map((number) => anna.invite(number)))
    const mark = first.incoming.mark()
    first.onCall = (call) => void (call.invite.uri.includes('911@') ? call.answer() : call.reject(486))
    const help = await anna.invite('911')
    await help.answered()
    const waited = first.incoming.entries.slice(mark).findIndex((call) => call.invite.uri.includes('911@'))
    assert.ok(waited <= 1, `${waited} ordinary calls came before it`)
    await help.bye()
    await Promise.all(calls.map((call) => call.ended()))
  })

  test('a caller who waits for the trunk may hang up', async () => {
    await house.api.ask('PATCH', `/trunks/${one.id}`, { maxCallsPerSecond: 1 })
    refusing(first, 486)
    const call = await anna.invite('82025551000')
    await call.ended()
    const mark = first.incoming.mark()
    const impatient = await anna.invite('82025551001')
    await house.event('call.started', ({ data }) => data.call.legs.some((leg) => leg.sipCallId === impatient.callId))
    await impatient.cancel()
    assert.equal((await impatient.ended()).status, 487)
    assert.equal((await house.verdict(impatient)).termination?.reason, 'caller-cancelled')
    assert.ok(first.incoming.mark() - mark <= 1)
  })

  test('a carrier that answers and carries nothing is passed over until a call gets through, and the panel says so', async () => {
    const state = async (): Promise<Trunk['status']> => (await house.api.get<Trunk>(`/trunks/${one.id}`)).status
    refusing(first, 503)
    refusing(second, 486)
    for (let time = 0; time < 5; time += 1) {
      const call = await anna.invite('92025551000')
      assert.equal((await call.ended()).status, 486)
      await house.idle()
    }
    const { state: now, cause } = await state()
    assert.equal(now, 'failing')
    assert.match(cause ?? '', /the last 5 calls over it failed: it refused with 503/)
    const mark = first.incoming.mark()
    assert.equal((await (await anna.invite('92025551000')).ended()).status, 486)
    assert.equal(first.incoming.mark(), mark, 'the second carries the call without asking the first')
    // Where it is the only one it is asked all the same, and shows that it carries calls again.
    refusing(first, 486)
    assert.equal((await (await anna.invite('82025551000')).ended()).status, 486)
    await house.idle()
    assert.deepEqual((await state()).state, 'up')
  })

  test('an inbound number takes so many calls at once, wherever they are by now; its other callers hear that it is busy', async () => {
    const number = await house.api.post<{ id: string }>('/inbound-numbers', { number: '+15550002000', name: 'Sales', destination: '101', maxCalls: 1 })
    const ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    const call = await first.invite('+15550002000')
    const atAnna = await anna.nextCall()
    await atAnna.answer()
    await call.answered()
    const more = await second.invite('+15550002000')
    assert.equal((await more.ended()).status, 486)
    const verdict = await house.verdict(more)
    assert.deepEqual([verdict.termination?.reason, verdict.termination?.explanation], ['number-full', '+15550002000 (Sales) takes 1 call at once, and that many go on.'])
    // Transferred it still takes the number's only place.
    assert.equal((await atAnna.refer(`<sip:102@${house.sip.host}>`)).status, 202)
    await (await ben.nextCall()).answer()
    await atAnna.ended()
    assert.equal((await (await second.invite('+15550002000')).ended()).status, 486)
    await call.bye()
    await house.idle()
    await house.api.ask('PATCH', `/inbound-numbers/${number.id}`, { maxCalls: 2 })
    const mark = anna.incoming.mark()
    const again = await Promise.all([first.invite('+15550002000'), second.invite('+15550002000')])
    await anna.nextCall({ from: mark })
    await anna.nextCall({ from: mark + 1 })
    for (const each of again) await each.cancel()
  })
})
