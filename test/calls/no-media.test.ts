/** While no media server is up, phones still call each other: each is told the other's address. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone } from '../support/phone.ts'
import { freePort } from '../support/ports.ts'
import { writeSdp } from '../support/phone/sdp.ts'

suite('no media server', () => {
  let house: House
  before(async () => {
    const port = await freePort()
    house = await startHouse({
      change: ({ media }) => void (media.freeswitch = { profile: 'drachtio_mrf', servers: [{ host: '127.0.0.1', port, secret: 'nobody', weight: 1 }] }),
    })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  test('two phones talk from phone to phone; what would need an engine is refused and disturbs nothing', async () => {
    const { alice, bob } = await house.pair('300', '301')
    const call = await alice.invite('301')
    const incoming = await bob.nextCall()
    await incoming.progress()
    incoming.audio.play(1000)
    await call.status(183)
    await call.audio.hears(1000)
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
    assert.equal(call.audio.remote?.port, incoming.audio.local.port)
    const [live] = await house.liveCalls()
    assert.equal(live?.direct, true)
    assert.equal((await call.hold('sendonly')).status, 488)
    assert.equal((await call.refer(`<sip:300@${house.sip.host}>`)).status, 503)
    assert.equal((await house.api.send('POST', `/calls/${live?.id}/recording`, { action: 'start' })).status, 501)
    call.audio.forget()
    await call.audio.hears(1000)
    await call.bye()
    await incoming.ended()
    assert.equal((await house.verdict(call)).termination?.reason, 'hung-up')
  })

  test('a call for help goes out with its place, over a trunk that is full', async () => {
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, emergency: true, sendLocation: true, maxCalls: 1 })
    try {
      const route = await house.api.post<{ id: string }>('/outbound-routes', { name: 'Out', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
      const { id: siteId } = await house.api.post<{ id: string }>('/emergency/sites', { name: 'HQ', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12' })
      const place = await house.api.post<{ id: string }>('/emergency/locations', { siteId, name: 'Hall', floor: '1' })
      await house.api.send('PATCH', '/emergency/settings', { locationId: place.id })
      const { alice, bob } = await house.pair('306', '307')
      let mark = carrier.incoming.mark()
      const ordinary = await bob.invite('92025550123')
      await (await carrier.nextCall({ from: mark })).answer()
      await ordinary.answered()
      mark = carrier.incoming.mark()
      const call = await alice.invite('911')
      const there = await carrier.nextCall({ from: mark })
      assert.equal((await house.verdict(ordinary)).termination?.reason, 'displaced')
      assert.match(there.invite.body, /<ca:FLR>1</)
      there.invite.body = /v=0[^]*?(?=\r\n--)/.exec(there.invite.body)?.[0] ?? ''
      await there.answer()
      await call.answered()
      call.audio.play(440)
      there.audio.play(1000)
      await Promise.all([call.audio.hears(1000), there.audio.hears(440)])
      await call.bye()
      await there.ended()
      await house.api.ask('DELETE', `/outbound-routes/${route.id}`)
    } finally {
      await house.api.ask('DELETE', `/trunks/${trunk.id}`)
      await carrier.close()
    }
  })

  test('a phone whose description names another address than it calls from is told why', async () => {
    const { alice, bob } = await house.pair('302', '303')
    const call = await alice.invite('303')
    const incoming = await bob.nextCall()
    incoming.pickUp(writeSdp({ audio: { host: '192.0.2.7', port: 4000 }, payloads: [0], direction: 'sendrecv', version: 1 }))
    assert.equal((await call.ended()).status, 488)
    const { legs } = await house.verdict(call)
    assert.match(legs[1]?.ended ?? '', /behind NAT/)
  })

  test('an unknown number is refused without an announcement, and health says what is missing', async () => {
    const { alice } = await house.pair('304', '305')
    const call = await alice.invite('399')
    assert.equal((await call.ended()).status, 404)
    const { health } = await house.api.get<{ health: { name: string; ok: boolean; message: string }[] }>('/system')
    const media = health.find(({ name }) => name === 'media')
    assert.equal(media?.ok, false)
    assert.match(media?.message ?? '', /can still call each other/)
  })
})
