/** When every RTP port is taken, a call is refused for that reason, whichever leg missed one. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, readSdp, writeSdp, type Phone, type PhoneCall } from '../support/phone.ts'

suite('no RTP ports', () => {
  let house: House

  /** Carrier and phone could not hear each other without the engine: the pair that rests is taken, and an ordinary call gives the other. */
  async function helpBehindNat(bob: Phone, first: PhoneCall): Promise<void> {
    const [trunk] = await house.api.get<{ id: string }[]>('/trunks')
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    try {
      await house.api.ask('PATCH', `/trunks/${trunk?.id}`, { port: carrier.local.port })
      const sdp = writeSdp({ audio: { host: '10.11.12.13', port: 40_000 }, payloads: [0], direction: 'sendrecv', version: 1 })
      const call = await bob.invite('911', { sdp })
      const there = await carrier.nextCall()
      await there.answer()
      await call.answered()
      assert.equal((await house.verdict(first)).termination?.reason, 'displaced')
      assert.notEqual(readSdp(there.invite.body)?.audio.host, '10.11.12.13')
      await call.bye()
      await there.ended()
      await house.verdict(call)
    } finally {
      await carrier.close()
    }
    const [record] = await house.api.get<{ caller: { number: string }; displaced: { caller: string; called: string; held: string }[] }[]>('/emergency/calls')
    assert.deepEqual(record?.displaced.map(({ caller, called, held }) => [caller, called, held]), [['101', '102', 'a place in the media engine']])
    assert.equal(record?.caller.number, '102')
  }
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

    // A call for help goes on all the same, its sound from phone to carrier: where only the carrier's port is missing, and where the caller's is.
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    try {
      await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, emergency: true })
      // The port that the first gave back rests, for a while at least.
      for (const legs of [[3], [2, 3]]) {
        const mark = carrier.incoming.mark()
        const call = await bob.invite('911')
        const there = await carrier.nextCall({ from: mark })
        await there.answer()
        await call.answered()
        call.audio.play(440)
        there.audio.play(1000)
        await Promise.all([call.audio.hears(1000), there.audio.hears(440)])
        assert.equal(call.audio.remote?.port, there.audio.local.port)
        await call.bye()
        await there.ended()
        assert.ok(legs.includes((await house.verdict(call)).legs.length))
      }
    } finally {
      await carrier.close()
    }

    const second = await bob.invite('101')
    const { status, message } = await second.ended()
    assert.equal(status, 503)
    assert.equal(message && headerOf(message, 'Retry-After'), '5')
    const { termination } = await house.verdict(second)
    assert.equal(termination?.reason, 'no-media')
    assert.match(termination?.explanation ?? '', /cannot take another call: .*(in use|RTP port)/)

    assert.equal((await house.liveCalls()).length, 1)
    await helpBehindNat(bob, first)
  })
})
