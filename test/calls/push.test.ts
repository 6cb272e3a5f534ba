/** Calls to whom only a closed page in a browser would ring for: it is woken, and rings as part of the same call. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { ApiClient } from '../support/http-client.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Line } from '../support/desk.ts'
import type { Phone } from '../support/phone.ts'
import { assertSigned, openPushService, type PushService } from '../support/push-service.ts'

suite('browsers that sleep', () => {
  let house: House
  let anna: Line
  let ben: Phone
  let browser: PushService
  let publicKey: string
  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.webhooks.networks = ['127.0.0.1/32']) })
    anna = await house.extension('101', { name: 'Anna Lee', ringSeconds: 5 })
    ben = await house.registered(await house.extension('102', { name: 'Ben Okafor' }))
    browser = await openPushService()
    const { user } = await house.api.get<{ user: { id: string } }>('/auth/session')
    await house.api.ask('PATCH', `/users/${user.id}`, { extensionId: anna.extensionId })
    ;({ publicKey } = await house.api.get<{ publicKey: string }>('/softphone/push'))
  })
  after(async () => {
    await browser?.close()
    await house?.close()
  })
  afterEach(() => house.idle())
  const subscribe = (): Promise<unknown> => house.api.ask('PUT', '/softphone/push', browser.subscription)

  test('without one the extension is not registered', async () => {
    const refused = await (await ben.invite('101')).ended()
    assert.equal(refused.status, 480)
    assert.deepEqual(await house.api.get('/softphone/push'), { publicKey, subscribed: false })
  })

  test('the caller hears ringing, the browser is told who calls, rings once it has registered, and talks', async () => {
    await subscribe()
    assert.deepEqual(await house.api.get('/softphone/push'), { publicKey, subscribed: true })
    const mark = browser.pushed.mark()
    const call = await ben.invite('101')
    const told = await browser.pushed.until(({ message }) => message.kind === 'call', 'a message of the call', { from: mark })
    assertSigned(told, publicKey, browser.subscription.endpoint)
    assert.deepEqual([told.message.number, told.message.name], ['102', 'Ben Okafor'])
    assert.equal(told.headers['urgency'], 'high')
    assert.ok(Number(told.headers['ttl']) > 0 && Number(told.headers['ttl']) <= 60)
    assert.match(String(told.headers['topic']), /^[\w-]{1,32}$/)
    await call.status(180)
    const phone = await house.registered(anna)
    const incoming = await phone.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    const over = await browser.pushed.until(({ message }) => message.kind === 'over', 'a message that it is over', { from: mark })
    assert.deepEqual([over.message.callId, over.message.missed, over.message.mine], [told.message.callId, false, true])
    assert.equal(over.headers['topic'], told.headers['topic'], 'the later takes the place of the one before')
    await call.bye()
    const { legs, termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, legs.length], ['answered', 2], 'one call')
    await phone.unregister()
  })

  test('a page that nobody opens rings for as long as the extension does, then the call goes where unanswered calls go; it was missed', async () => {
    const mark = browser.pushed.mark()
    const call = await ben.invite('101')
    await call.status(180)
    const { termination } = await house.verdict(call, 15_000)
    assert.equal(termination?.reason, 'no-answer')
    const over = await browser.pushed.until(({ message }) => message.kind === 'over', 'a message that it is over', { from: mark })
    assert.deepEqual([over.message.missed, over.message.number], [true, '102'])
  })

  test('a caller who hangs up is a missed call; a phone that comes later rings no more', async () => {
    const mark = browser.pushed.mark()
    const call = await ben.invite('101')
    await browser.pushed.until(({ message }) => message.kind === 'call', 'a message of the call', { from: mark })
    await call.status(180)
    await call.cancel()
    const over = await browser.pushed.until(({ message }) => message.kind === 'over', 'a message that it is over', { from: mark })
    assert.equal(over.message.missed, true)
    await house.idle()
    const phone = await house.registered(anna)
    assert.deepEqual(phone.calls, [])
    await phone.unregister()
  })

  test('a browser is told beside phones that ring, and where one of them answers, that it was not missed', async () => {
    const phone = await house.registered(anna)
    const mark = browser.pushed.mark()
    const call = await ben.invite('101')
    const incoming = await phone.nextCall()
    await browser.pushed.until(({ message }) => message.kind === 'call', 'a message of the call', { from: mark })
    await incoming.answer()
    await call.answered()
    const over = await browser.pushed.until(({ message }) => message.kind === 'over', 'a message that it is over', { from: mark })
    assert.equal(over.message.missed, false)
    await call.bye()
    await phone.unregister()
  })

  test('what was opened by the own person in another place, or is for somebody else, wakes nobody', async () => {
    const mark = browser.pushed.mark()
    const phone = await house.registered(anna)
    assert.equal((await (await phone.invite('101')).ended()).status, 486)
    const call = await phone.invite('102')
    const incoming = await ben.nextCall()
    await incoming.answer()
    await call.answered()
    await call.bye()
    await house.idle()
    assert.equal(browser.pushed.entries.length, mark)
    await phone.unregister()
  })

  test('in a group that rings all, the browsers of its members are woken: of who is there too, and when nobody is', async () => {
    await house.api.post('/ring-groups', { number: '600', name: 'Sales', members: [{ extensionId: anna.extensionId, delaySeconds: 0 }], ringSeconds: 10 })
    const mark = browser.pushed.mark()
    const call = await ben.invite('600')
    await browser.pushed.until(({ message }) => message.kind === 'call', 'a message of the call', { from: mark })
    await call.status(180)
    const phone = await house.registered(anna)
    await (await phone.nextCall()).answer()
    await call.answered()
    assert.equal((await browser.pushed.until(({ message }) => message.kind === 'over', 'a message that it is over', { from: mark })).message.mine, true)
    await call.bye()
    await phone.unregister()
  })

  test('a browser that took its word back is forgotten; one whose push service fails is kept', async () => {
    browser.status = 503
    const { asked } = browser
    assert.equal((await house.verdict(await ben.invite('101'), 15_000)).termination?.reason, 'no-answer')
    await eventually(() => browser.asked === asked + 2, 'it is told that the call is over')
    browser.status = 410
    const call = await ben.invite('101')
    await call.status(180)
    await call.cancel()
    await house.idle()
    browser.status = 201
    assert.equal((await (await ben.invite('101')).ended()).status, 480)
    assert.ok(!house.warnings.join('\n').includes(browser.subscription.endpoint), 'whoever knows the address can send')
  })

  test('it is told nothing after its session has ended', async () => {
    const other = new ApiClient(house.api.url)
    await other.signIn()
    await other.ask('PUT', '/softphone/push', browser.subscription)
    const call = await ben.invite('101')
    await call.status(180)
    await call.cancel()
    await house.idle()
    await other.post('/auth/logout')
    assert.equal((await (await ben.invite('101')).ended()).status, 480)
  })

  test('an address in a private network is refused, and a token cannot subscribe', async () => {
    const refused = await house.api.send('PUT', '/softphone/push', { ...browser.subscription, endpoint: 'https://10.0.0.1/push' })
    assert.equal(refused.status, 422)
    assert.match(refused.body.toString(), /WEBHOOK_NETWORKS/)
    assert.equal((await house.api.send('PUT', '/softphone/push', { ...browser.subscription, keys: { p256dh: 'x', auth: 'y' } })).status, 400)
    const { token } = await house.api.post<{ token: string }>('/tokens', { name: 'A program', permissions: ['softphone.use'] })
    const program = new ApiClient(house.api.url)
    program.bearer = token
    assert.equal((await program.send('PUT', '/softphone/push', browser.subscription)).status, 403)
  })
})
