/** Phones that are gone without a word, and what becomes of their calls. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'

async function talking(alice: Phone, bob: Phone, number: string): Promise<{ call: PhoneCall; incoming: PhoneCall }> {
  const call = await alice.invite(number)
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  call.audio.play(440)
  incoming.audio.play(1000)
  await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
  return { call, incoming }
}

suite('phones that vanish, noticed by their silence', () => {
  let house: House
  before(async () => {
    house = await startHouse({
      change({ calls, registrar }) {
        calls.mediaTimeoutSeconds = 2
        calls.sessionRefreshSeconds = 0
        registrar.qualifySeconds = 0
      },
    })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  test('both phones vanish: the call ends by itself', async () => {
    const { alice, bob } = await house.pair('300', '301')
    const { call } = await talking(alice, bob, '301')
    alice.vanish()
    bob.vanish()
    const { termination } = await house.verdict(call, 20_000)
    assert.deepEqual([termination?.result, termination?.reason], ['answered', 'media-vanished'])
  })

  test('one phone falls silent (muted): the call goes on', async () => {
    const { alice, bob } = await house.pair('302', '303')
    const { call, incoming } = await talking(alice, bob, '303')
    call.audio.silence()
    // Longer than the time-out, measured by what the other one goes on sending.
    await call.audio.packets(150)
    assert.equal((await house.liveCalls()).length, 1)
    call.audio.play(500)
    incoming.audio.forget()
    await incoming.audio.hears(500)
    await call.bye()
  })

  test('a call on hold may be silent on both sides', async () => {
    const { alice, bob } = await house.pair('304', '305')
    const { call, incoming } = await talking(alice, bob, '305')
    assert.equal((await call.hold('sendonly')).status, 200)
    call.audio.silence()
    incoming.audio.silence()
    const other = await house.pair('306', '307')
    const clock = await talking(other.alice, other.bob, '307')
    await clock.call.audio.packets(200)
    assert.equal((await house.liveCalls()).length, 2)
    await clock.call.bye()
    assert.equal((await call.resume()).status, 200)
    await incoming.bye()
  })
})

suite('phones that vanish, noticed by their session timer', { concurrency: true }, () => {
  let house: House
  before(async () => {
    house = await startHouse({
      change(settings) {
        settings.calls.mediaTimeoutSeconds = 0
        settings.calls.sessionRefreshSeconds = 0
        settings.registrar.qualifySeconds = 0
        settings.session = { expires: 3, min: 2 }
      },
    })
  })
  after(async () => {
    await house?.idle()
    await house?.close()
  })
  const timer: [string, string] = ['Supported', 'timer']

  test('the caller was to be refreshed: the callee hears the end before the caller answers nothing for 32 s', async () => {
    const { alice, bob } = await house.pair('320', '321')
    const call = await alice.invite('321', { headers: [timer, ['Allow', 'INVITE, ACK, BYE, UPDATE']] })
    const incoming = await bob.nextCall()
    await incoming.answer()
    const answer = await call.answered()
    assert.equal(headerOf(answer, 'Session-Expires'), '3;refresher=uas')
    const refresh = await call.requested('UPDATE')
    assert.equal(headerOf(refresh, 'Session-Expires'), '3;refresher=uac')
    alice.vanish()
    assert.equal((await incoming.ended()).how, 'bye')
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.reason, termination?.by], ['answered', 'peer-vanished', 'caller'])
    assert.match(termination?.explanation ?? '', /session timer/)
  })

  test('the callee was to refresh and does not', async () => {
    const { alice, bob } = await house.pair('322', '323')
    const call = await alice.invite('323')
    const incoming = await bob.nextCall()
    assert.equal(headerOf(incoming.invite, 'Session-Expires'), '3')
    await incoming.answer(undefined, [['Session-Expires', '3;refresher=uas'], ['Require', 'timer']])
    await call.answered()
    bob.vanish()
    assert.equal((await call.ended()).how, 'bye')
    assert.equal((await house.verdict(call)).termination?.by, 'callee')
  })

  test('a callee that wants longer sessions gets the call again with what it wants', async () => {
    const { alice, bob } = await house.pair('324', '325')
    const call = await alice.invite('325')
    const first = await bob.nextCall()
    const mark = bob.incoming.mark()
    first.reject(422, [['Min-SE', '7']])
    const second = await bob.nextCall({ from: mark })
    assert.equal(headerOf(second.invite, 'Session-Expires'), '7')
    assert.equal(headerOf(second.invite, 'Call-ID'), headerOf(first.invite, 'Call-ID'))
    await second.answer(undefined, [['Session-Expires', '7;refresher=uac']])
    await call.answered()
    await call.bye()
    assert.equal((await house.verdict(call)).termination?.reason, 'hung-up')
  })

  test('a caller that asks for less than we stand: 422', async () => {
    const { alice } = await house.pair('326', '327')
    const call = await alice.invite('327', { headers: [timer, ['Session-Expires', '1']] })
    const { status, message } = await call.ended()
    assert.equal(status, 422)
    assert.equal(message && headerOf(message, 'Min-SE'), '2')
  })

  test('refreshed sessions go on', async () => {
    const { alice, bob } = await house.pair('328', '329')
    const call = await alice.invite('329')
    const incoming = await bob.nextCall()
    await incoming.answer(undefined, [['Session-Expires', '3;refresher=uac']])
    await call.answered()
    for (let i = 0, from = 0; i < 3; i++) {
      await incoming.requested('INVITE', { from })
      from = incoming.journal.mark()
    }
    assert.equal((await house.liveCalls()).filter((one) => one.from.number === '328').length, 1)
    await call.bye()
  })
})

// Side by side: most of the time here is the 32 s after which RFC 3261 gives up (64*T1).
suite('phones that vanish, noticed by asking', { concurrency: true }, () => {
  let house: House
  before(async () => {
    house = await startHouse({
      change({ calls, registrar }) {
        calls.mediaTimeoutSeconds = 0
        calls.sessionRefreshSeconds = 1
        registrar.qualifySeconds = 1
      },
    })
  })
  after(async () => {
    await house?.idle(45_000)
    await house?.close()
  })

  test('a phone that restarted no longer knows the call: it ends', async () => {
    const { alice, bob } = await house.pair('310', '311')
    const { call, incoming } = await talking(alice, bob, '311')
    incoming.forgetEverything()
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.reason], ['answered', 'peer-vanished'])
    assert.equal((await call.ended()).how, 'bye')
  })

  test('the caller vanishes: the callee gets a BYE when the caller answered nothing for 32 s', async () => {
    const { alice, bob } = await house.pair('312', '313')
    const { call, incoming } = await talking(alice, bob, '313')
    alice.vanish()
    assert.equal((await incoming.ended(60_000)).how, 'bye')
    const { termination } = await house.verdict(call, 45_000)
    assert.deepEqual([termination?.reason, termination?.by], ['peer-vanished', 'caller'])
  })

  test('a callee that vanished while registered is found out, and the caller does not wait for it', async () => {
    const { alice, bob } = await house.pair('314', '315')
    bob.vanish()
    await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === '315' && data.registration.reachable === 'no', { ms: 60_000 })
    const call = await alice.invite('315')
    assert.equal((await call.ended()).status, 480)
    assert.equal((await house.verdict(call)).termination?.reason, 'not-reachable')
  })

  test('the caller never acknowledges the answer: the call does not stay', async () => {
    const { alice, bob } = await house.pair('316', '317')
    const call = await alice.invite('317')
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(180)
    alice.vanish()
    await incoming.answer()
    assert.equal((await incoming.ended(60_000)).how, 'bye')
    assert.equal((await house.verdict(call, 45_000)).termination?.result, 'failed')
  })
})
