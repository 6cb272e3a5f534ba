/** Two baresips, each sending its own tone: each must have the other's tone in what it wrote down. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startBaresip, type Baresip, type BaresipCodec } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'
import { missing } from '../support/run/peers.ts'
import { describeSound, secondsOfTone } from '../support/wav.ts'

/** Seconds of sound each side must have heard. */
const SECONDS = 2

suite('baresip', { skip: missing('baresip', 'baresip-core') }, () => {
  let house: House
  let alice: Line
  let bob: Line
  before(async () => {
    house = await startHouse({
      change: ({ sip, media }) => {
        sip.hosts = ['127.0.0.1', '::1']
        media.hosts = sip.hosts
      },
    })
    alice = await house.extension('100')
    bob = await house.extension('101')
  })
  after(() => house?.close())

  /** baresip may be registered before its control port is open to tell us, so the house is asked. */
  const registered = (number: string, transport: string) =>
    house.event('registration.changed', ({ data: { registration } }) => registration.extensionNumber === number && registration.transport === transport)

  async function talk(caller: Baresip, callee: Baresip, end: 'caller' | 'callee', codecs: BaresipCodec[] = ['PCMU', 'PCMU']): Promise<void> {
    const from = house.events.mark()
    await caller.dial('101')
    await Promise.all([caller.event('CALL_ESTABLISHED'), callee.event('CALL_ESTABLISHED')])
    // The figures of the call say when enough sound went through, both ways.
    const enough = (leg: { media: { packetsReceived: number; packetsSent: number } | null }): boolean => (leg.media?.packetsSent ?? 0) > SECONDS * 60
    await house.event('call.updated', ({ data: { call } }) => call.state === 'answered' && call.legs.length === 2 && call.legs.every(enough), { from, ms: 20_000 })
    await (end === 'caller' ? caller : callee).hangUp()
    await Promise.all([caller.event('CALL_CLOSED'), callee.event('CALL_CLOSED')])
    const ended = await house.event('call.ended', undefined, { from })
    const { termination, legs } = ended.data.call
    assert.equal(termination?.result, 'answered')
    assert.equal(termination?.by, end)
    assert.deepEqual(legs.map((leg) => leg.codec), codecs)
    for (const leg of legs) {
      assert.match(leg.userAgent ?? '', /baresip/)
      assert.ok((leg.media?.lossRate ?? 1) < 0.02, `loss ${leg.media?.lossRate}`)
    }
  }

  async function heard(phone: Baresip, tone: number): Promise<void> {
    const wav = await phone.stop()
    const samples = wav?.channels[0]
    assert.ok(wav && samples, 'baresip wrote down nothing')
    const seconds = secondsOfTone(samples, tone, wav.rate)
    assert.ok(seconds >= SECONDS, `${seconds} s of ${tone} Hz in ${describeSound(samples, wav.rate)}`)
  }

  for (const [transport, end] of [['udp', 'caller'], ['tcp', 'callee']] as const) {
    test(`two baresips over ${transport} hear each other, the ${end} hangs up`, async (t) => {
      const caller = await startBaresip({ server: house.sip, line: alice, transport, tone: 440, answers: false })
      t.after(() => caller.stop())
      const callee = await startBaresip({ server: house.sip, line: bob, transport, tone: 1000, answers: true })
      t.after(() => callee.stop())
      await Promise.all([registered('100', transport), registered('101', transport)])
      await talk(caller, callee, end)
      await heard(caller, 1000)
      await heard(callee, 440)
    })
  }

  test('one on IPv6 and one on IPv4 hear each other', async (t) => {
    const [, port] = /^udp\/\[::1\]:(\d+)/.exec(house.dialplane.pbx.sipAddresses().find((one) => one.startsWith('udp/[')) ?? '') ?? []
    const caller = await startBaresip({ server: { host: '[::1]', port: Number(port) }, line: alice, transport: 'udp', tone: 440, answers: false })
    t.after(() => caller.stop())
    const callee = await startBaresip({ server: house.sip, line: bob, transport: 'udp', tone: 1000, answers: true })
    t.after(() => callee.stop())
    await Promise.all([registered('100', 'udp'), registered('101', 'udp')])
    const from = house.events.mark()
    await talk(caller, callee, 'caller')
    const { data: { call } } = await house.event('call.ended', undefined, { from })
    assert.deepEqual(call.legs.map(({ media }) => media?.local.replace(/:\d+$/, '')), ['[::1]', '127.0.0.1'])
    await heard(caller, 1000)
    await heard(callee, 440)
  })

  test('two baresips over tls, which trust the authority that the house made, hear each other', async (t) => {
    const { authority } = await house.api.get<{ authority: string }>('/system/certificates')
    const server = sipPlace(house.dialplane.pbx.sipAddresses(), 'tls')
    const caller = await startBaresip({ server, line: alice, transport: 'tls', trusts: authority, tone: 440, answers: false })
    t.after(() => caller.stop())
    const callee = await startBaresip({ server, line: bob, transport: 'tls', trusts: authority, tone: 1000, answers: true })
    t.after(() => callee.stop())
    await Promise.all([registered('100', 'tls'), registered('101', 'tls')])
    await talk(caller, callee, 'caller')
    await heard(caller, 1000)
    await heard(callee, 440)
  })

  for (const [mine, theirs] of [['G722', 'G722'], ['opus', 'PCMU'], ['PCMA', 'G722'], ['G722', 'opus']] satisfies [BaresipCodec, BaresipCodec][]) {
    test(`a baresip with ${mine} and one with ${theirs} hear each other`, async (t) => {
      const caller = await startBaresip({ server: house.sip, line: alice, transport: 'udp', tone: 440, answers: false, codec: mine })
      t.after(() => caller.stop())
      const callee = await startBaresip({ server: house.sip, line: bob, transport: 'udp', tone: 1000, answers: true, codec: theirs })
      t.after(() => callee.stop())
      await Promise.all([registered('100', 'udp'), registered('101', 'udp')])
      await talk(caller, callee, 'caller', [mine, theirs])
      await heard(caller, 1000)
      await heard(callee, 440)
    })
  }
})
