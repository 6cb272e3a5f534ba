/** Members of ring groups outside the house: they press 1 to take a call, and their mailboxes take none. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

const MOBILE = '92025550123'
const OTHER = '92025550124'

suite('members outside', () => {
  let house: House
  let carrier: Phone
  let trunk: { id: string }
  let anna: Phone
  let ben: Phone
  let benId: string
  let group: { id: string }
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier A', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    const line = await house.extension('102', { name: 'Ben' })
    benId = line.extensionId
    ben = await house.registered(line)
    group = await house.api.post('/ring-groups', { number: '600', name: 'Sales', members: [{ extensionId: benId, delaySeconds: 0 }, { number: '9 202 555-0123', delaySeconds: 0 }] })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const change = (wish: object): Promise<unknown> => house.api.ask('PATCH', `/ring-groups/${group.id}`, wish)
  const ring = async (): Promise<{ call: PhoneCall; atBen: PhoneCall; outside: PhoneCall }> => {
    const marks = [ben.incoming.mark(), carrier.incoming.mark()] as const
    const call = await anna.invite('600')
    const [atBen, outside] = await Promise.all([ben.nextCall({ from: marks[0] }), carrier.nextCall({ from: marks[1] })])
    atBen.ring()
    return { call, atBen, outside }
  }

  test('who answers outside is told who calls, and takes the call by 1; only then the others stop', async () => {
    const { call, atBen, outside } = await ring()
    assert.match(outside.invite.uri, /^sip:\+12025550123@/)
    assert.match(headerOf(outside.invite, 'From') ?? '', /^<sip:\+15550001000@/, 'shown is a number of ours, not the caller')
    await outside.answer()
    await outside.audio.hearsSomething()
    assert.equal((await outside.resume()).status, 200, 'it may say anew where its sound goes')
    await outside.audio.press('5')
    outside.audio.forget()
    await outside.audio.hearsSomething()
    assert.deepEqual((await house.api.get<{ state: string }[]>('/calls/live')).map(({ state }) => state), ['ringing'], 'the caller still waits')
    await outside.audio.press('1')
    await call.answered()
    assert.match(headerOf(await atBen.requested('CANCEL'), 'Reason') ?? '', /completed elsewhere/)
    await hearEachOther(call, outside)
    await call.bye()
    await outside.ended()
    const view = await house.verdict(call)
    assert.match(view.plan.steps[0]?.reason ?? '', /102, 92025550123 \(asked first\)/)
    assert.deepEqual(view.legs.map(({ name, answeredAt }) => [name, answeredAt !== null]), [['Anna', true], ['Ben', false], ['Carrier A', true]])
  })

  test('a mailbox outside takes nothing: another member answers, and it is hung up', async () => {
    const { call, atBen, outside } = await ring()
    await outside.answer()
    outside.audio.play(700)
    await outside.audio.hearsSomething()
    await atBen.answer()
    await call.answered()
    await outside.ended()
    await hearEachOther(call, atBen)
    await call.bye()
    const view = await house.verdict(call)
    assert.deepEqual(view.legs.map(({ name, answeredAt }) => [name, answeredAt !== null]), [['Anna', true], ['Ben', true], ['Carrier A', false]])
  })

  test('who hangs up while asked has not taken the call; it goes on where nobody answers', async () => {
    await change({ members: [{ number: MOBILE, delaySeconds: 0 }], noAnswer: '102' })
    const marks = [ben.incoming.mark(), carrier.incoming.mark()] as const
    const call = await anna.invite('600')
    const outside = await carrier.nextCall({ from: marks[1] })
    await outside.answer()
    await outside.audio.hearsSomething()
    await outside.bye()
    const atBen = await ben.nextCall({ from: marks[0] })
    await atBen.answer()
    await call.answered()
    await call.bye()
    assert.match((await house.verdict(call)).legs[1]?.ended ?? '', /hung up without taking the call/)
  })

  test('of two who are asked the first to press takes it; a caller who hangs up frees both', async () => {
    await change({ members: [{ number: MOBILE, delaySeconds: 0 }, { number: OTHER, delaySeconds: 0 }], noAnswer: null })
    for (const taken of [true, false]) {
      const mark = carrier.incoming.mark()
      const call = await anna.invite('600')
      const [one, other] = [await carrier.nextCall({ from: mark }), await carrier.nextCall({ from: mark + 1 })]
      await Promise.all([one.answer(), other.answer()])
      await Promise.all([one.audio.hearsSomething(), other.audio.hearsSomething()])
      if (taken) {
        await other.audio.press('1')
        await call.answered()
        await one.ended()
        await hearEachOther(call, other)
        await call.bye()
        await other.ended()
      } else {
        call.cancel()
        await Promise.all([one.ended(), other.ended(), call.ended()])
        assert.equal((await house.verdict(call)).termination?.reason, 'caller-cancelled')
      }
    }
    // Both need a channel of the trunk.
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { maxCalls: 1 })
    const mark = carrier.incoming.mark()
    const call = await anna.invite('600')
    const only = await carrier.nextCall({ from: mark })
    only.reject(486)
    assert.equal((await call.ended()).status, 486)
    assert.equal((await house.verdict(call)).legs.length, 2)
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { maxCalls: null })
  })

  test('without the key whoever answers has the call; a caller who may not call outside rings nobody there; nothing leads to help', async () => {
    await change({ members: [{ number: MOBILE, delaySeconds: 0, confirm: false }, { extensionId: benId, delaySeconds: 0 }] })
    const { call, outside } = await ring()
    await outside.answer()
    await call.answered()
    await hearEachOther(call, outside)
    await outside.bye()
    await call.ended()
    await house.verdict(call)

    const [{ id }] = await house.api.get<[{ id: string }]>('/extensions?search=101')
    await house.api.ask('PATCH', `/extensions/${id}`, { outsideCalls: 'none' })
    const { steps } = await house.api.get<{ steps: { reason: string }[] }>('/routing/explanation?from=101&to=600')
    assert.match(steps[0]?.reason ?? '', /600 is the ring group Sales: 102; 101 \(Anna\) may not call outside/)
    await house.api.ask('PATCH', `/extensions/${id}`, { outsideCalls: 'national' })

    for (const [number, why] of [['911', /emergency services/], ['9911', /emergency services/], ['102', /is an extension/], ['77777', /No outbound route/], ['919005551234', /premium-rate/]] as const) {
      const answer = await house.api.send('PATCH', `/ring-groups/${group.id}`, { members: [{ number, delaySeconds: 0 }] })
      assert.equal(answer.status, 422, number)
      assert.match(answer.body.toString(), why, number)
    }
    for (const member of [{ delaySeconds: 0 }, { extensionId: benId, number: MOBILE, delaySeconds: 0 }]) assert.equal((await house.api.send('PATCH', `/ring-groups/${group.id}`, { members: [member] })).status, 422)
  })
})
