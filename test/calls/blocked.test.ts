/** Callers over a trunk, by their number: blocked, what each hears, exceptions, who hides, the call back after a call for help; led elsewhere; and routes out for some callers and some hours. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

interface Rule { id: string; number: string; version: number }

suite('blocked callers', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunk.id] })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    await house.api.post('/inbound-numbers', { number: '+12025550000', name: 'Main', destination: '101' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const block = (number: string, action?: string): Promise<Rule> => house.api.post<Rule>('/blocked-callers', { number, name: 'Calls every night', ...(action !== undefined && { action }) })
  const from = (number: string): Promise<PhoneCall> => carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', `<sip:${number}@carrier.example>`]] })
  const hidden = (): Promise<PhoneCall> => carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', '<sip:+12025550777@carrier.example>'], ['Privacy', 'id']] })
  const putThrough = async (call: PhoneCall, mark: number): Promise<void> => {
    const ringing = await anna.nextCall({ from: mark })
    await ringing.answer()
    await call.answered()
    await call.bye()
    await ringing.ended()
  }

  test('declined, busy or told that there is no such number, with the rule in the history; everybody else is put through', async () => {
    await block('(+1) 900-555*')
    await block('+19005550200', 'busy')
    await block('anonymous', 'not-in-service')
    const mark = anna.incoming.mark()
    const declined = await from('+19005550100')
    assert.equal((await declined.ended()).status, 603)
    const verdict = await house.verdict(declined)
    assert.deepEqual([verdict.from.number, verdict.termination?.reason, verdict.termination?.by], ['+19005550100', 'caller-blocked', 'system'])
    assert.match(verdict.termination?.explanation ?? '', /\+19005550100 is blocked by \+1900555\* \(Calls every night\)/)
    assert.equal((await (await from('19005550200')).ended()).status, 486)
    const told = await hidden()
    await told.audio.hearsSomething()
    assert.equal((await told.ended()).status, 603)
    assert.equal(anna.incoming.mark(), mark, 'the phone has not rung')
    await putThrough(await from('+12025550555'), mark)
  })

  test('an exception beats what blocks all that begin alike; a rule that is off is none; changes hold at once', async () => {
    const exception = await block('+19005550100', 'allow')
    let mark = anna.incoming.mark()
    await putThrough(await from('+19005550100'), mark)
    await house.api.send('PATCH', `/blocked-callers/${exception.id}`, { enabled: false })
    assert.equal((await (await from('+19005550100')).ended()).status, 603)
    const rules = await house.api.get<Rule[]>('/blocked-callers')
    await house.api.send('DELETE', `/blocked-callers/${rules.find(({ number }) => number === '+1900555*')?.id}`)
    mark = anna.incoming.mark()
    await putThrough(await from('+19005550100'), mark)
    assert.match((await house.api.send('POST', '/blocked-callers', { number: '2025550123', name: 'No country' })).body.toString(), /country code/)
    assert.match((await house.api.send('POST', '/blocked-callers', { number: 'anonymous', name: 'Again' })).body.toString(), /taken|already/)
    const why = async (caller: string): Promise<string> =>
      (await house.api.get<{ steps: { step: string; reason: string }[] }>(`/routing/explanation?from=${encodeURIComponent(caller)}&to=${encodeURIComponent('+12025550000')}`)).steps.map(({ reason }) => reason).join(' ')
    assert.match(await why('+19005550200'), /is blocked by \+19005550200/)
    assert.match(await why('+12025550555'), /101/)
  })

  test('whoever may leave a message rings nothing; where nobody has a mailbox the call is declined', async () => {
    const [{ id = '' } = {}] = await house.api.get<{ id: string }[]>('/extensions?search=101')
    await house.api.ask('PATCH', `/extensions/${id}`, { voicemail: true })
    const rule = await block('+17005550*', 'voicemail')
    const mark = anna.incoming.mark()
    const call = await from('+17005550100')
    await call.answered()
    await call.audio.hearsSomething()
    await call.bye()
    const { termination, plan } = await house.verdict(call)
    assert.equal(termination?.reason, 'voicemail-empty')
    assert.match(plan.steps[0]?.reason ?? '', /is blocked by \+17005550\* \(Calls every night\), and may leave 101 \(Anna\) a message/)
    await house.api.ask('PATCH', `/extensions/${id}`, { voicemail: false })
    const declined = await from('+17005550100')
    assert.equal((await declined.ended()).status, 603)
    assert.match((await house.verdict(declined)).termination?.explanation ?? '', /nobody is called who has a mailbox/)
    assert.equal(anna.incoming.mark(), mark, 'the phone has not rung')
    await house.api.send('DELETE', `/blocked-callers/${rule.id}`)
  })

  test('an inbound number leads some of its callers elsewhere; where it leads is checked, found and said', async () => {
    const ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    const [main] = await house.api.get<Rule[]>('/inbound-numbers')
    const change = (byCaller: { caller: string; destination: string }[]) => house.api.send('PATCH', `/inbound-numbers/${main?.id}`, { byCaller })
    for (const [byCaller, complaint] of [
      [[{ caller: '+1303*', destination: '199' }], /\+1303\*: This leads nowhere/],
      [[{ caller: '+1303*', destination: '911' }], /emergency services/],
      [[{ caller: '303', destination: '102' }], /country code/],
      [[{ caller: '+1303*', destination: '102' }, { caller: '+1 (303)*', destination: '101' }], /there twice/],
    ] as const) assert.match((await change([...byCaller])).body.toString(), complaint)
    assert.equal((await change([{ caller: '+1 303*', destination: '102' }, { caller: '+13035550111', destination: '101' }])).status, 200)
    const marks = { anna: anna.incoming.mark(), ben: ben.incoming.mark() }
    const call = await from('13035550199')
    const ringing = await ben.nextCall({ from: marks.ben })
    assert.equal(anna.incoming.mark(), marks.anna, 'only the other phone rings')
    await ringing.answer()
    await call.answered()
    await call.bye()
    await ringing.ended()
    assert.match(JSON.stringify(await house.verdict(call)), /leads callers with \+1303\* to 102/)
    await putThrough(await from('+13035550111'), marks.anna)
    assert.match((await house.api.send('DELETE', `/extensions/${(await house.api.get<Rule[]>('/extensions')).find(({ number }) => number === '102')?.id}`)).body.toString(), /Main/)
  })

  test('a route out is for some extensions and some hours: others take the next or are refused with the reason, help goes out', async () => {
    const [{ id: trunkId } = { id: '' }] = await house.api.get<{ id: string }[]>('/trunks')
    const hours = await house.api.post<Rule>('/schedules', { number: '800', name: 'Office', open: '101', closed: '101', hours: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }] })
    const turn = async (override: string): Promise<void> => {
      const { version } = await house.api.get<Rule>(`/schedules/${hours.id}`)
      await house.api.ask('PATCH', `/schedules/${hours.id}`, { override, version })
    }
    const route = await house.api.post<Rule>('/outbound-routes', { name: 'Sales', pattern: '8.', strip: 1, position: 1, trunkIds: [trunkId], callers: ['2XX'] })
    assert.equal((await house.api.send('PATCH', `/outbound-routes/${route.id}`, { callers: ['Anna'] })).status, 422)
    assert.equal((await house.api.send('PATCH', `/outbound-routes/${route.id}`, { scheduleId: trunkId })).status, 422)
    const reasonFor = async (call: PhoneCall): Promise<string> => (await house.verdict(call)).termination?.explanation ?? ''
    const goesOut = async (dialled: string, number: string): Promise<void> => {
      const mark = carrier.incoming.mark()
      const call = await anna.invite(dialled)
      const there = await carrier.nextCall({ from: mark })
      assert.match(there.invite.uri, number === '112' ? /112/ : /^sip:\+12025550123@/)
      await there.answer()
      await call.answered()
      await call.bye()
      await there.ended()
      await house.idle()
    }
    const refused = await anna.invite('82025550123')
    assert.equal((await refused.ended()).status, 403)
    assert.match(await reasonFor(refused), /Sales is for 2XX only, and not for 101 \(Anna\)/)
    const second = await house.api.post<Rule>('/outbound-routes', { name: 'Office hours', pattern: '8.', strip: 1, trunkIds: [trunkId], scheduleId: hours.id })
    await goesOut('82025550123', '+12025550123')
    await turn('closed')
    const late = await anna.invite('82025550123')
    assert.equal((await late.ended()).status, 403)
    assert.match(await reasonFor(late), /Sales is for .*; The outbound route Office hours is for the time when 800 \(Office\) is open: it was turned to closed by hand/)
    await goesOut('8112', '112')
    // What is closed now is no dead end: a forward over it is saved.
    const { extensionId } = await house.extension('103')
    await house.api.ask('PATCH', `/extensions/${extensionId}`, { forwardAlways: '82025550123' })
    assert.match((await house.api.send('DELETE', `/schedules/${hours.id}`)).body.toString(), /Outbound routes go by these opening hours: Office hours/)
    await house.api.ask('PATCH', `/outbound-routes/${second.id}`, { scheduleId: null })
    assert.equal((await house.api.send('DELETE', `/schedules/${hours.id}`)).status, 200)
  })

  test('whoever is called back after a call for help is reached, blocked or not', async () => {
    await block('+12025550911')
    const mark = carrier.incoming.mark()
    const help = await anna.invite('911')
    const dispatcher = await carrier.nextCall({ from: mark })
    await dispatcher.answer()
    await help.answered()
    await help.bye()
    await dispatcher.ended()
    await house.idle()
    const rung = anna.incoming.mark()
    await putThrough(await from('+12025550911'), rung)
  })
})
