/** Follow me: calls to an extension ring elsewhere too, each for its time; a mobile takes one by a key. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

suite('follow me', () => {
  let house: House
  let carrier: Phone
  let ben: { id: string; phone: Phone }
  let anna: Phone
  let carl: Phone
  let dora: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier A', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    const line = await house.extension('102', { name: 'Ben', ringSeconds: 5 })
    ben = { id: line.extensionId, phone: await house.registered(line) }
    carl = await house.registered(await house.extension('103', { name: 'Carl' }))
    dora = await house.registered(await house.extension('104', { name: 'Dora' }))
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const change = (wish: object) => house.api.send('PATCH', `/extensions/${ben.id}`, wish)
  const state = async (): Promise<boolean> => (await house.api.get<{ followMe: boolean }>(`/extensions/${ben.id}`)).followMe
  const to = (target: string, over: object = {}) => ({ target, delaySeconds: 0, ringSeconds: 20, confirm: true, ...over })
  const code = async (): Promise<string | undefined> => {
    const call = await ben.phone.invite('*21')
    await call.answered()
    await call.ended()
    return (await house.verdict(call)).termination?.reason
  }

  test('*21 turns it on and off, and not on without a number that rings; its lamp says which', async () => {
    assert.equal((await ben.phone.subscribe('dialog', { expires: 600, uri: `sip:*21@${house.sip.host}:${house.sip.port}` })).status, 200)
    let told = 0
    const lamp = async (state: RegExp): Promise<void> => {
      await ben.phone.received.until(({ method, body }) => method === 'NOTIFY' && state.test(body), `a NOTIFY with ${state}`, { from: told })
      told = ben.phone.received.mark()
    }
    await lamp(/<state>terminated/)
    assert.equal(await code(), 'feature-refused')
    assert.equal((await change({ followMeTo: [to('103'), to('9 202 555-0123')] })).status, 200)
    assert.equal(await code(), 'feature-done')
    assert.equal(await state(), true)
    await lamp(/<state>confirmed/)
    assert.equal(await code(), 'feature-done')
    assert.equal(await state(), false)
    await lamp(/<state>terminated/)
  })

  test('all ring; the mobile takes the call by the key, and hears and is heard', async () => {
    assert.equal((await change({ followMe: true, outsideNumber: null })).status, 200)
    const marks = [ben.phone, carl, carrier].map((phone) => phone.incoming.mark())
    const call = await anna.invite('102')
    const [atBen, atCarl, mobile] = await Promise.all([ben.phone.nextCall({ from: marks[0]! }), carl.nextCall({ from: marks[1]! }), carrier.nextCall({ from: marks[2]! })])
    assert.match(headerOf(mobile.invite, 'From') ?? '', /^<sip:\+15550001000@/)
    atBen.ring()
    // Who declines elsewhere declines for himself.
    atCarl.reject(603)
    await mobile.answer()
    await mobile.audio.hearsSomething()
    await mobile.audio.press('1')
    await call.answered()
    assert.match(headerOf(await atBen.requested('CANCEL'), 'Reason') ?? '', /completed elsewhere/)
    await hearEachOther(call, mobile)
    await mobile.bye()
    await call.ended()
    const view = await house.verdict(call)
    assert.match(view.plan.steps[0]?.reason ?? '', /102 is the extension of Ben; follow me rings 103, 92025550123 \(asked first\)/)
    assert.match(view.plan.steps[0]?.step ?? '', /the extension's phones and 2 numbers by follow me/)
  })

  test('each rings for its time after its wait; what nobody answers goes on as without', async () => {
    assert.equal((await change({ followMeTo: [to('103', { delaySeconds: 2, ringSeconds: 5 })], forwardNoAnswer: '104' })).status, 200)
    const marks = [ben.phone, carl, dora].map((phone) => phone.incoming.mark())
    const call = await anna.invite('102')
    const atBen = await ben.phone.nextCall({ from: marks[0]! })
    atBen.ring()
    assert.equal(carl.incoming.mark(), marks[1], 'not yet')
    const atCarl = await carl.nextCall({ from: marks[1]! })
    atCarl.ring()
    await atBen.ended()
    assert.deepEqual((await house.api.get<{ legs: { state: string }[] }[]>('/calls/live'))[0]?.legs.map(({ state: now }) => now), ['ringing', 'ended', 'ringing'], 'Carl rings on')
    const atDora = await dora.nextCall({ from: marks[2]! })
    await atDora.answer()
    await call.answered()
    await hearEachOther(call, atDora)
    await call.bye()
    const view = await house.verdict(call)
    assert.deepEqual(view.legs.map(({ number }) => number), ['101', '102', '103', '104'])
  })

  test('without the own phones; who is followed to is not deleted; what leads nowhere is refused', async () => {
    assert.equal((await change({ followMeTo: [to('103')], followMeOwnPhones: false, forwardNoAnswer: null })).status, 200)
    const marks = [ben.phone, carl].map((phone) => phone.incoming.mark())
    const call = await anna.invite('102')
    const atCarl = await carl.nextCall({ from: marks[1]! })
    await atCarl.answer()
    await call.answered()
    await call.bye()
    await house.verdict(call)
    assert.equal(ben.phone.incoming.mark(), marks[0])

    const [{ id }] = await house.api.get<[{ id: string }]>('/extensions?search=103')
    assert.equal((await house.api.send('DELETE', `/extensions/${id}`)).status, 409)
    for (const [target, why] of [['102', /extension itself/], ['911', /emergency services/], ['9911', /emergency services/], ['*99103', /extensions and numbers outside/], ['90114930123456', /is abroad/]] as const) {
      const answer = await change({ followMeTo: [to(target)] })
      assert.equal(answer.status, 422, target)
      assert.match(answer.body.toString(), why, target)
    }
    assert.equal((await change({ followMeTo: [] })).status, 422, 'it is on')
    assert.equal((await change({ followMeTo: [to('103'), to('103')] })).status, 422)
    assert.equal((await change({ followMe: false, followMeTo: [] })).status, 200)
  })
})
