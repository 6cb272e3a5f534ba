/** When every RTP port is taken, a call is refused for that reason, whichever leg missed one. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf } from '../support/phone.ts'

suite('no RTP ports', () => {
  let house: House
  before(async () => {
    // Three pairs: one call and the caller of a second.
    house = await startHouse({ change: (settings) => void (settings.media.ports.last = settings.media.ports.first + 5) })
  })
  after(() => house?.close())

  test('the caller is told 503, the history says which place was missing, and the call before it goes on', async () => {
    const { alice, bob } = await house.pair('101', '102')
    const first = await alice.invite('102')
    const ringing = await bob.nextCall()
    await ringing.answer()
    await first.answered()

    const second = await bob.invite('101')
    const { status, message } = await second.ended()
    assert.equal(status, 503)
    assert.equal(message && headerOf(message, 'Retry-After'), '5')
    const { termination } = await house.verdict(second)
    assert.equal(termination?.reason, 'no-media')
    assert.match(termination?.explanation ?? '', /cannot take another call: .*(in use|RTP port)/)

    assert.equal((await house.liveCalls()).length, 1)
    await first.bye()
    assert.equal((await house.verdict(first)).termination?.reason, 'hung-up')
  })
})
