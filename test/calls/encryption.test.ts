/** Encrypted audio with a foreign phone: baresip speaks SRTP by libsrtp, and every tone is measured where it arrives. */
import assert from 'node:assert/strict'
import { after, before, suite, test, type TestContext } from 'node:test'
import type { LegView } from '../../pbx/events/catalogue.ts'
import { startBaresip, type Baresip, type BaresipOptions } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'
import { missing } from '../support/run/peers.ts'
import { describeSound, secondsOfTone } from '../support/wav.ts'

/** Seconds of sound each side must have heard. */
const SECONDS = 2
type Way = Pick<BaresipOptions, 'transport' | 'encryption' | 'ice' | 'codec'>

suite('encrypted audio', { skip: missing('baresip', 'baresip-core') }, () => {
  let house: House
  let authority: string
  let lines: Record<'100' | '101' | '102' | '103', Line>
  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.log.level = 'trace') })
    authority = (await house.api.get<{ authority: string }>('/system/certificates')).authority
    lines = {
      '100': await house.extension('100'), '101': await house.extension('101'),
      '102': await house.extension('102', { encryption: 'require' }), '103': await house.extension('103', { encryption: 'off' }),
    }
  })
  after(() => house?.close())

  async function phone(t: TestContext, number: keyof typeof lines, way: Way, tone: number): Promise<Baresip> {
    const from = house.events.mark()
    const server = way.transport === 'tls' ? sipPlace(house.dialplane.pbx.sipAddresses(), 'tls') : house.sip
    const started = await startBaresip({ server, line: lines[number], ...way, ...(way.transport === 'tls' && { trusts: authority }), tone, answers: true })
    t.after(() => started.stop())
    await house.event('registration.changed', ({ data: { registration } }) => registration.extensionNumber === number && registration.transport === way.transport, { from })
    return started
  }

  /** Both talk until each heard enough of the other's tone; returns the legs as they were. */
  async function talk(caller: Baresip, callee: Baresip, number: string): Promise<LegView[]> {
    const from = house.events.mark()
    await caller.dial(number)
    await Promise.all([caller.event('CALL_ESTABLISHED'), callee.event('CALL_ESTABLISHED')])
    const enough = (leg: LegView): boolean => (leg.media?.packetsSent ?? 0) > SECONDS * 60
    const talked = await house.event('call.updated', ({ data: { call } }) => call.state === 'answered' && call.legs.length === 2 && call.legs.every(enough), { from, ms: 20_000 })
    await caller.hangUp()
    const ended = await house.event('call.ended', undefined, { from })
    assert.equal(ended.data.call.termination?.result, 'answered')
    await secretsAreHidden(ended.data.call.id)
    await heard(caller, 1000)
    await heard(callee, 440)
    return talked.data.call.legs
  }

  async function heard(phone: Baresip, tone: number): Promise<void> {
    const wav = await phone.stop()
    const samples = wav?.channels[0]
    assert.ok(wav && samples, 'baresip wrote down nothing')
    const seconds = secondsOfTone(samples, tone, wav.rate)
    assert.ok(seconds >= SECONDS, `${seconds} s of ${tone} Hz in ${describeSound(samples, wav.rate)}`)
  }

  /** The trace of a call shows that keys were sent, and none of them. */
  async function secretsAreHidden(id: string): Promise<void> {
    const { messages } = await house.api.get<{ messages: { text: string }[] }>(`/calls/${id}/trace`)
    assert.ok(messages.length > 4)
    for (const { text } of messages) {
      for (const [line] of text.matchAll(/inline:\S*/g)) assert.match(line, /^inline:\[hidden\]/)
      for (const [line] of text.matchAll(/a=ice-pwd:\S*/g)) assert.equal(line, 'a=ice-pwd:[hidden]')
    }
  }

  test('SDES over TLS on one side, plain RTP on the other', async (t) => {
    const caller = await phone(t, '100', { transport: 'tls', encryption: 'srtp-mand' }, 440)
    const callee = await phone(t, '101', { transport: 'udp' }, 1000)
    const [first, second] = await talk(caller, callee, '101')
    assert.equal(first?.security?.keying, 'sdes')
    assert.equal(second?.security, null)
  })

  test('SDES on both sides, one of them called: our key is offered beside plain RTP and taken', async (t) => {
    const caller = await phone(t, '100', { transport: 'tls', encryption: 'srtp', codec: 'G722' }, 440)
    const callee = await phone(t, '101', { transport: 'tls', encryption: 'srtp' }, 1000)
    const legs = await talk(caller, callee, '101')
    assert.deepEqual(legs.map((leg) => leg.security?.keying), ['sdes', 'sdes'])
  })

  test('required: a phone with SDES over TLS is called and calls', async (t) => {
    const one = await phone(t, '102', { transport: 'tls', encryption: 'srtp-mand' }, 440)
    const other = await phone(t, '101', { transport: 'udp' }, 1000)
    const [first] = await talk(one, other, '101')
    assert.equal(first?.security?.keying, 'sdes')
    const again = await phone(t, '102', { transport: 'tls', encryption: 'srtp-mand' }, 1000)
    const caller = await phone(t, '101', { transport: 'udp' }, 440)
    const legs = await talk(caller, again, '102')
    assert.equal(legs[1]?.security?.keying, 'sdes')
  })

  test('keys over UDP, which others can read: taken from a phone that has nothing else, never given to one that has', async (t) => {
    const caller = await phone(t, '100', { transport: 'udp', encryption: 'srtp' }, 440)
    const callee = await phone(t, '101', { transport: 'udp', encryption: 'srtp' }, 1000)
    const legs = await talk(caller, callee, '101')
    assert.deepEqual(legs.map((leg) => leg.security), [null, null])
    const must = await phone(t, '100', { transport: 'udp', encryption: 'srtp-mand' }, 440)
    const plain = await phone(t, '101', { transport: 'udp' }, 1000)
    assert.equal((await talk(must, plain, '101'))[0]?.security?.keying, 'sdes')
  })

  for (const ice of [false, true]) {
    test(`DTLS-SRTP ${ice ? 'with ICE ' : ''}on both sides, over UDP`, async (t) => {
      const caller = await phone(t, '100', { transport: 'udp', encryption: 'dtls_srtp', ice }, 440)
      const callee = await phone(t, '102', { transport: 'udp', encryption: 'dtls_srtp', ice }, 1000)
      const legs = await talk(caller, callee, '102')
      assert.deepEqual(legs.map((leg) => leg.security?.keying), ['dtls', 'dtls'])
    })
  }

  /** A phone's own call is refused with 488, and the reason is said to those who look after it. */
  async function refused(caller: Baresip, number: string, why: RegExp): Promise<void> {
    const from = house.events.mark()
    await caller.dial(number)
    const { data: { call } } = await house.event('call.ended', undefined, { from })
    assert.match((await caller.event('CALL_CLOSED')).param, /488/)
    assert.equal(call.termination?.reason, 'caller-media')
    assert.match(call.termination?.explanation ?? '', why)
  }

  test('refused with the reason: plain where encryption is required, keys that others can read, encrypted where it is off', async (t) => {
    const plain = await phone(t, '102', { transport: 'tls' }, 440)
    await refused(plain, '101', /must encrypt/)
    await plain.stop()
    const readable = await phone(t, '102', { transport: 'udp', encryption: 'srtp-mand' }, 440)
    await refused(readable, '101', /others can read/)
    await readable.stop()
    const off = await phone(t, '103', { transport: 'tls', encryption: 'srtp-mand' }, 440)
    await refused(off, '101', /encryption is off/)
  })

  test('the log at its most talkative holds no key', () => {
    const log = house.warnings.join('\n')
    assert.match(log, /call ended/, 'the log was on')
    assert.doesNotMatch(log, /inline:(?!\[hidden\])/)
    assert.doesNotMatch(log, /ice-pwd:(?!\[hidden\])/)
    assert.doesNotMatch(log, /PRIVATE KEY/)
  })
})
