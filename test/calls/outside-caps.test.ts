/** How many calls outside an extension may have at once, and begin within a minute; how many an inbound number takes, said in advance. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

suite('caps of single extensions and numbers', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let annaId: string
  let benId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    const [one, two] = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben' })]
    ;[annaId, benId] = [one.extensionId, two.extensionId]
    ;[anna, ben] = [await house.registered(one), await house.registered(two)]
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(async () => {
    carrier.onCall = undefined
    await house.idle()
    for (const id of [annaId, benId]) await house.api.ask('PATCH', `/extensions/${id}`, { outsideAtOnce: null, outsidePerMinute: null, forwardAlways: null, followMe: false, followMeTo: [] })
  })

  const change = (id: string, input: object): Promise<unknown> => house.api.ask('PATCH', `/extensions/${id}`, input)
  const nowOf = async (from: string, to: string): Promise<string> =>
    (await house.api.get<{ steps: { now: string | null }[] }>(`/routing/explanation?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`)).steps.map(({ now }) => now ?? '').join(' ').trim()

  test('of many calls that come at once exactly as many go out as may; the others say why, and it is said in advance', async () => {
    await change(annaId, { outsideAtOnce: 2 })
    const mark = carrier.incoming.mark()
    const calls = await Promise.all(Array.from({ length: 8 }, (_, index) => anna.invite(`92025550${String(100 + index)}`)))
    const there = [await carrier.nextCall({ from: mark }), await carrier.nextCall({ from: mark + 1 })]
    const refused: PhoneCall[] = []
    await Promise.all(calls.map(async (call) => {
      const at = there.some(({ invite }) => invite.uri.includes(/9(\d+)/.exec(call.invite.uri)![1]!))
      if (at) return
      assert.equal((await call.ended()).status, 403)
      refused.push(call)
    }))
    assert.equal(refused.length, 6)
    assert.equal(carrier.incoming.mark() - mark, 2)
    const verdict = (await house.verdict(refused[0]!)).termination
    assert.deepEqual([verdict?.reason, verdict?.explanation], ['outside-limit', '101 (Anna) is in 2 calls outside already, and no more may be at once.'])
    assert.equal(await nowOf('101', '92025550123'), 'Now it would be refused: 101 (Anna) is in 2 calls outside already, and no more may be at once.')
    assert.equal(await nowOf('102', '92025550123'), '')
    // Help is never counted out.
    const help = await anna.invite('911')
    const dispatcher = await carrier.nextCall({ from: mark + 2 })
    await dispatcher.answer()
    await help.answered()
    await help.bye()
    await dispatcher.ended()
    // Who has hung up makes room.
    const first = calls.find((call) => there[0]!.invite.uri.includes(/9(\d+)/.exec(call.invite.uri)![1]!))!
    there[0]!.reject(486)
    assert.equal((await first.ended()).status, 486)
    await house.event('call.ended', ({ data }) => data.call.legs.some((leg) => leg.sipCallId === first.callId))
    const again = await anna.invite('92025550999')
    const third = await carrier.nextCall({ from: mark + 3 })
    third.reject(486)
    assert.equal((await again.ended()).status, 486)
    there[1]!.reject(486)
    await Promise.all(calls.map((call) => call.ended()))
  })

  test('calls that an extension forwards outside, or that follow it there, count for it and not for whoever calls', async () => {
    await change(benId, { outsideAtOnce: 1, forwardAlways: '92025550500' })
    const mark = carrier.incoming.mark()
    const call = await anna.invite('102')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    const more = await anna.invite('102')
    assert.equal((await more.ended()).status, 403)
    assert.match((await house.verdict(more)).termination?.explanation ?? '', /102 \(Ben\) is in 1 call outside already/)
    const own = await anna.invite('92025550600')
    const second = await carrier.nextCall({ from: mark + 1 })
    second.reject(486)
    await own.ended()
    // Its phones ring all the same where only the number outside does not fit.
    await change(benId, { forwardAlways: null, followMe: true, followMeTo: [{ target: '92025550501', delaySeconds: 0, ringSeconds: 20, confirm: false }] })
    const atBen = ben.incoming.mark()
    const third = await anna.invite('102')
    const phone = await ben.nextCall({ from: atBen })
    await phone.answer()
    await third.answered()
    assert.equal(carrier.incoming.mark() - mark, 2, 'the number outside was not called')
    await third.bye()
    await phone.ended()
    await call.bye()
    await there.ended()
  })

  test('calls within a minute: the next is refused, and counted by attempts', async () => {
    const line = await house.extension('103', { name: 'Carl', ...{ outsidePerMinute: 3 } })
    const carl = await house.registered(line)
    carrier.onCall = (call) => call.reject(486)
    const statuses: number[] = []
    for (let time = 0; time < 5; time += 1) statuses.push((await (await carl.invite(`9202555010${time}`)).ended()).status)
    assert.deepEqual(statuses, [486, 486, 486, 403, 403])
    assert.match(await nowOf('103', '92025550123'), /^Now it would be refused: 103 \(Carl\) has begun 3 calls outside within a minute/)
    for (const input of [{ outsidePerMinute: 0 }, { outsideAtOnce: 51 }]) assert.equal((await house.api.send('PATCH', `/extensions/${annaId}`, input)).status, 400)
  })

  test('how many calls an inbound number has now is said in advance', async () => {
    await house.api.post('/inbound-numbers', { number: '+15550003000', name: 'Sales', destination: '101', maxCalls: 1 })
    assert.match(await nowOf('+12025550123', '+15550003000'), /^Now 0 of 1 calls at once for \+15550003000 \(Sales\) go on\./)
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+15550003000')
    await anna.nextCall({ from: mark })
    assert.match(await nowOf('+12025550123', '+15550003000'), /^Now 1 of 1 calls at once for \+15550003000 \(Sales\) go on: this one would hear that it is busy\./)
    await call.cancel()
    await call.ended()
  })
})
