/** *69 calls back whoever called last, *30 blocks them, *870 calls again who was called last: of calls to the extension, to a group, from outside, and of those who hide. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

suite('whoever called last', () => {
  let house: House
  let lines: Line[]
  let anna: Phone
  let ben: Phone
  let carl: Phone
  let carrier: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben' }), await house.extension('103', { name: 'Carl' })]
    ;[anna, ben, carl] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone, Phone]
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    // Only behind a 9 does anything lead out.
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '101' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const from = (number: string): { headers: [string, string][] } => ({ headers: [['P-Asserted-Identity', `<sip:${number}@carrier.example>`]] })
  async function calls(by: Phone, number: string, at = anna, options?: Parameters<Phone['invite']>[1]): Promise<void> {
    const { out, in: there } = await talk(by, at, number, options)
    await out.bye()
    await there.ended()
    await house.idle()
  }
  /** Dials a code, hears what is said, and presses the keys. */
  async function dial(code: string, keys = '1'): Promise<PhoneCall> {
    const call = await anna.invite(code)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press(keys)
    return call
  }
  const verdict = async (code: string): Promise<CallView['termination']> => {
    const call = await anna.invite(code)
    await call.answered()
    await call.ended(20_000)
    return (await house.verdict(call)).termination
  }

  test('nobody has called yet', async () => {
    const ended = await verdict('*69')
    assert.deepEqual([ended?.reason, ended?.explanation], ['feature-refused', 'Nobody has called 101.'])
    assert.equal((await verdict('*870'))?.explanation, '101 has called no number lately.')
  })

  test('the number is said, and 1 calls back; without a key nobody is called', async () => {
    await calls(ben, '101')
    const mark = ben.incoming.mark()
    const call = await dial('*69')
    const back = await ben.nextCall({ from: mark, ms: 20_000 })
    assert.match(headerOf(back.invite, 'From') ?? '', /"Anna" <sip:101@/)
    await back.answer()
    await hearEachOther(call, back)
    await back.bye()
    await call.ended()
    await house.idle()
    const chain = await house.history(`?rootId=${(await house.verdict(call)).rootId}&order=asc`)
    assert.deepEqual(chain.map(({ to, termination }) => [to.number, termination?.reason]), [['*69', 'transferred'], ['102', 'hung-up']])
    const again = ben.incoming.mark()
    const quiet = await anna.invite('*69')
    await quiet.answered()
    await quiet.audio.hearsSomething()
    await quiet.bye()
    await house.idle()
    assert.equal(ben.incoming.mark(), again)
  })

  test('calls to a group count, clicks do not', async () => {
    const group = await house.api.post<{ number: string }>('/ring-groups', { number: '600', name: 'Sales', members: [{ extensionId: lines[0]!.extensionId, delaySeconds: 0 }] })
    await calls(carl, group.number)
    const click = anna.incoming.mark()
    await house.api.post('/calls', { extensionId: lines[0]!.extensionId, to: '102' })
    ;(await anna.nextCall({ from: click })).reject()
    await house.idle()
    const mark = carl.incoming.mark()
    const call = await dial('*69')
    const back = await carl.nextCall({ from: mark, ms: 20_000 })
    back.reject()
    await call.ended()
  })

  test('a number outside is called with the digit that leads out, and only by who may', async () => {
    await calls(carrier, '+15550001000', anna, from('+12025550123'))
    const mark = carrier.incoming.mark()
    const call = await dial('*69')
    const there = await carrier.nextCall({ from: mark, ms: 20_000 })
    assert.match(there.invite.uri, /^sip:\+12025550123@/)
    await there.answer()
    await hearEachOther(call, there)
    await there.bye()
    await call.ended()
    await house.api.send('PATCH', `/extensions/${lines[0]!.extensionId}`, { outsideCalls: 'none' })
    const before = carrier.incoming.mark()
    const refused = await dial('*69')
    await refused.ended(20_000)
    const { termination } = await house.verdict(refused)
    assert.deepEqual([termination?.reason, /101 \(Anna\) may not call outside/.test(termination?.explanation ?? '')], ['feature-refused', true], termination?.explanation)
    assert.equal(carrier.incoming.mark(), before)
    await house.api.send('PATCH', `/extensions/${lines[0]!.extensionId}`, { outsideCalls: 'national' })
  })

  test('who hid the number cannot be called, nor the emergency services, whoever claims to be them', async () => {
    await calls(ben, '*67101')
    assert.match((await verdict('*69'))?.explanation ?? '', /showed no number/)
    assert.match((await verdict('*30'))?.explanation ?? '', /showed no number/)
    await calls(carrier, '+15550001000', anna, from('911'))
    assert.match((await verdict('*69'))?.explanation ?? '', /no number that could be called/)
  })

  test('1 blocks a caller from outside for the company, audited as of the phone; a colleague is not blocked', async () => {
    await calls(ben, '101')
    assert.match((await verdict('*30'))?.explanation ?? '', /102 called last, and colleagues are not blocked/)
    await calls(carrier, '+15550001000', anna, from('+12025550199'))
    const call = await dial('*30')
    await call.ended(20_000)
    assert.equal((await house.verdict(call)).termination?.reason, 'feature-done')
    const rules = await house.api.get<{ number: string; name: string; action: string }[]>('/blocked-callers')
    assert.deepEqual(rules.map(({ number, name, action }) => [number, name, action]), [['+12025550199', 'By 101 (Anna) on the phone', 'decline']])
    const [entry] = await house.api.get<{ action: string; actor: { name: string } }[]>('/audit?limit=1')
    assert.deepEqual([entry?.action, entry?.actor.name], ['blocked-caller.create', 'Phone of 101'])
    const blocked = await carrier.invite('+15550001000', from('+12025550199'))
    await blocked.status(603)
    // They called last all the same, and are blocked once.
    const again = await dial('*30')
    await again.ended(20_000)
    assert.equal((await house.verdict(again)).termination?.reason, 'feature-done')
    assert.equal((await house.api.get<unknown[]>('/blocked-callers')).length, 1)
  })

  test('*870 calls again who was called last, codes left out, and hides the number where it was hidden', async () => {
    await calls(anna, '102', ben)
    for (const [before, shown] of [['102', /"Anna" <sip:101@/], ['*67102', /anonymous/i]] as const) {
      if (before !== '102') await calls(anna, before, ben)
      const mark = ben.incoming.mark()
      const call = await anna.invite('*870')
      await call.answered()
      const again = await ben.nextCall({ from: mark, ms: 20_000 })
      assert.match(headerOf(again.invite, 'From') ?? '', shown)
      await again.answer()
      await hearEachOther(call, again)
      await again.bye()
      await call.ended()
      await house.idle()
    }
  })

  test('*870 has the rights of the extension', async () => {
    await calls(anna, '912025550123', carrier)
    await house.api.send('PATCH', `/extensions/${lines[0]!.extensionId}`, { outsideCalls: 'none' })
    const mark = carrier.incoming.mark()
    const refused = await verdict('*870')
    assert.deepEqual([refused?.reason, /101 \(Anna\) may not call outside/.test(refused?.explanation ?? '')], ['feature-refused', true], refused?.explanation)
    assert.equal(carrier.incoming.mark(), mark)
    await house.api.send('PATCH', `/extensions/${lines[0]!.extensionId}`, { outsideCalls: 'national' })
  })

  test('*60 says the time, twice, and hangs up', async () => {
    const call = await anna.invite('*60')
    await call.answered()
    await call.audio.hearsSomething()
    await call.ended(20_000)
    const { termination } = await house.verdict(call)
    assert.equal(termination?.reason, 'feature-done')
    assert.match(termination?.explanation ?? '', /Day and time were said, by the clock in /)
  })

  test('no inbound number leads there', async () => {
    const wrong = await house.api.send('POST', '/inbound-numbers', { number: '+15550001001', name: 'Odd', destination: '*69' })
    assert.equal(wrong.status, 422)
  })
})
