/** Phones that are gone without a word, and what becomes of their calls. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'

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
