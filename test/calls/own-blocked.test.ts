/** The list of blocked callers of an extension: what each caller hears, exceptions against the company, groups and menus, and *32 on the phone. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { talk } from '../support/talk.ts'

interface Rule { number: string; name: string; action: string }

suite('blocked callers of an extension', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let line: Line
  before(async () => {
    house = await startHouse({ change: ({ registrar, calls }) => {
      registrar.qualifySeconds = 0
      calls.blockedHoldSeconds = 5
    } })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunk.id] })
    line = await house.extension('101', { name: 'Anna' })
    const other = await house.extension('102', { name: 'Ben' })
    anna = await house.registered(line)
    ben = await house.registered(other)
    await house.api.post('/ring-groups', { number: '600', name: 'Sales', strategy: 'all', members: [{ extensionId: line.extensionId, delaySeconds: 0 }, { extensionId: other.extensionId, delaySeconds: 0 }] })
    for (const [number, destination] of [['+12025550000', '101'], ['+12025550001', '102'], ['+12025550002', '600']]) await house.api.post('/inbound-numbers', { number, name: `Number ${destination}`, destination })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const change = (body: object) => house.api.send('PATCH', `/extensions/${line.extensionId}`, body)
  const list = async (...rules: [number: string, action?: string][]): Promise<void> => assert.equal((await change({ blockedCallers: rules.map(([number, action]) => ({ number, name: 'Sells things', ...(action !== undefined && { action }) })) })).status, 200)
  const rules = async (): Promise<Rule[]> => (await house.api.get<{ blockedCallers: Rule[] }>(`/extensions/${line.extensionId}`)).blockedCallers
  const from = (number: string, to = '+12025550000'): Promise<PhoneCall> => carrier.invite(to, { headers: [['P-Asserted-Identity', `<sip:${number}@carrier.example>`]] })
  const hidden = (): Promise<PhoneCall> => carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', '<sip:+12025550777@carrier.example>'], ['Privacy', 'id']] })
  const putThrough = async (call: PhoneCall, mark: number, at = anna): Promise<void> => {
    const ringing = await at.nextCall({ from: mark })
    await ringing.answer()
    await call.answered()
    await call.bye()
    await ringing.ended()
    await house.idle()
  }
  const reasonOf = async (call: PhoneCall): Promise<string> => (await house.verdict(call)).plan.steps.map(({ reason }) => reason).join(' ')

  test('declined, busy, told that there is no such number, or held with music and let go; nobody else is blocked', async () => {
    await list(['(+1) 900-555*'], ['+19005550200', 'busy'], ['anonymous', 'not-in-service'], ['/^\\+1976\\d{7}$/', 'hold'])
    const mark = anna.incoming.mark()
    const declined = await from('+19005550100')
    assert.equal((await declined.ended()).status, 603)
    assert.match(await reasonOf(declined), /\+19005550100 is blocked by \+1900555\* \(Sells things\), of 101 \(Anna\)/)
    assert.equal((await (await from('19005550200')).ended()).status, 486)
    const told = await hidden()
    await told.audio.hearsSomething()
    assert.equal((await told.ended()).status, 603)
    const held = await from('+19765550100')
    await held.answered()
    await held.audio.hearsSomething()
    await held.ended(20_000)
    const { termination } = await house.verdict(held)
    assert.deepEqual([termination?.reason, termination?.result], ['caller-held', 'refused'])
    assert.match(termination?.explanation ?? '', /of 101 \(Anna\), and held with music for 5 seconds\./)
    assert.equal(anna.incoming.mark(), mark, 'the phone has not rung')
    await putThrough(await from('+12025550555'), mark)
    const bens = ben.incoming.mark()
    await putThrough(await from('+19005550100', '+12025550001'), bens, ben)
  })

  test('whoever is held may hang up, and is gone', async () => {
    const held = await from('+19765550100')
    await held.answered()
    await held.audio.hearsSomething()
    await held.bye()
    assert.equal((await house.verdict(held)).termination?.reason, 'hung-up')
  })

  test('whoever may leave a message rings nothing', async () => {
    await list(['+17005550*', 'voicemail'])
    await change({ voicemail: true })
    const mark = anna.incoming.mark()
    const call = await from('+17005550100')
    await call.answered()
    await call.audio.hearsSomething()
    await call.bye()
    assert.match(await reasonOf(call), /of 101 \(Anna\), and may leave 101 \(Anna\) a message/)
    assert.equal(anna.incoming.mark(), mark)
    await change({ voicemail: false })
  })

  test('an exception of the extension beats what the company blocks, for this extension alone, and the explanation names it', async () => {
    const company = await house.api.post<{ id: string }>('/blocked-callers', { number: '+1900*', name: 'Premium numbers' })
    await list(['+19005550100', 'allow'])
    const mark = anna.incoming.mark()
    await putThrough(await from('+19005550100'), mark)
    assert.equal((await (await from('+19005550101')).ended()).status, 603)
    assert.equal((await (await from('+19005550100', '+12025550001')).ended()).status, 603)
    const explained = await house.api.get<{ steps: { reason: string }[] }>(`/routing/explanation?from=${encodeURIComponent('+19005550100')}&to=${encodeURIComponent('+12025550000')}`)
    assert.match(explained.steps[0]?.reason ?? '', /^\+19005550100 is always put through, by \+19005550100 \(Sells things\), of 101 \(Anna\); /)
    await house.api.send('DELETE', `/blocked-callers/${company.id}`)
  })

  test('a group rings its others, and a colleague is never blocked', async () => {
    await list(['+12025550555'], ['/^\\+102$/'])
    const marks = [anna.incoming.mark(), ben.incoming.mark()] as const
    const call = await from('+12025550555', '+12025550002')
    await putThrough(call, marks[1], ben)
    assert.equal(anna.incoming.mark(), marks[0])
    assert.match(await reasonOf(call), /101 has blocked the caller/)
    const { out, in: there } = await talk(ben, anna, '101')
    await out.bye()
    await there.ended()
  })

  test('*32 and 1 block whoever called last for the own extension alone, once, audited as of the phone; the change can be undone', async () => {
    await list()
    const mark = ben.incoming.mark()
    await putThrough(await from('+12025550199', '+12025550001'), mark, ben)
    const dial = async (): Promise<PhoneCall> => {
      const call = await ben.invite('*32')
      await call.answered()
      call.audio.play(0)
      await call.audio.hearsSomething()
      await call.audio.press('1')
      await call.ended(20_000)
      return call
    }
    const first = await dial()
    const { termination } = await house.verdict(first)
    assert.deepEqual([termination?.reason, termination?.explanation], ['feature-done', '+12025550199 is blocked for 102.'])
    await dial()
    const [{ id } = { id: '' }] = await house.api.get<{ id: string }[]>('/extensions?search=102')
    const ofBen = async (): Promise<Rule[]> => (await house.api.get<{ blockedCallers: Rule[] }>(`/extensions/${id}`)).blockedCallers
    assert.deepEqual(await ofBen(), [{ number: '+12025550199', name: 'By 102 (Ben) on the phone', action: 'decline' }])
    assert.deepEqual(await house.api.get<Rule[]>('/blocked-callers'), [])
    const [entry] = await house.api.get<{ id: string; action: string; actor: { name: string } }[]>('/audit?limit=1')
    assert.deepEqual([entry?.action, entry?.actor.name], ['extension.update', 'Phone of 102'])
    assert.equal((await (await from('+12025550199', '+12025550001')).ended()).status, 603)
    assert.equal((await house.api.send('POST', `/audit/${entry?.id}/undo`)).status, 200)
    assert.deepEqual(await ofBen(), [])
  })

  test('what is no caller is refused in words, and each stands there once', async () => {
    const wrong = async (...list: object[]): Promise<string> => {
      const { status, body } = await change({ blockedCallers: list })
      assert.ok(status === 422 || status === 400, `${status} ${body.toString()}`)
      return body.toString()
    }
    assert.match(await wrong({ number: '2025550123', name: 'No country' }), /country code/)
    assert.match(await wrong({ number: '/(?=1)/', name: 'Looks ahead' }), /no look-around/)
    assert.match(await wrong({ number: '/1*/', name: 'Everybody' }), /found in every number/)
    assert.match(await wrong({ number: '/', name: 'Half' }), /between slashes/)
    assert.match(await wrong({ number: '+1900*', name: 'A' }, { number: '+1 900*', name: 'B' }), /there twice/)
    assert.match(await wrong({ number: '+1900*', name: '  ' }), /name/)
    await wrong({ number: '+1900*', name: 'A', action: 'shout' })
    assert.deepEqual(await rules(), [])
  })

  test('whoever is called back after a call for help is reached, by number, hidden or by everybody blocked', async () => {
    await list(['+12025550911'], ['anonymous', 'hold'], ['+*'])
    const mark = carrier.incoming.mark()
    const help = await ben.invite('911')
    const dispatcher = await carrier.nextCall({ from: mark })
    await dispatcher.answer()
    await help.answered()
    await help.bye()
    await dispatcher.ended()
    await house.idle()
    // It was the other extension, but the number is everybody's: after a moment the call goes on to where it leads.
    await ben.unregister()
    for (const calls of [() => from('+12025550911'), hidden]) {
      const rung = anna.incoming.mark()
      await putThrough(await calls(), rung)
    }
  })
})
