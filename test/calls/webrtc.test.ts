/** Browsers call: SIP.js in headless Chromium over WSS, DTLS-SRTP and ICE; tones are measured where they arrive. */
import assert from 'node:assert/strict'
import { after, before, suite, test, type TestContext } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, skip } from '../admin/browser.ts'
import { startBaresip } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'
import { missing } from '../support/run/peers.ts'
import { describeSound, secondsOfTone } from '../support/wav.ts'
import { serveWebPhones, WebPhone, webPhoneFlags, type WebPages } from '../support/web-phone.ts'

const foreign = process.env['DRACHTIO'] ? 'DRACHTIO is set: what it serves is its own configuration' : false

suite('WebRTC', { skip: skip || foreign, timeout: 180_000 }, () => {
  let house: House
  let pages: WebPages
  let browser: Browser

  before(async () => {
    house = await startHouse()
    pages = await serveWebPhones()
    browser = await launch(webPhoneFlags)
  })
  after(async () => {
    await browser?.close()
    await pages?.close()
    await house?.close()
  })

  async function web(t: TestContext, line: Line, tone: number, answers = false): Promise<WebPhone> {
    const phone = await WebPhone.open(browser, { pages, server: sipPlace(house.dialplane.pbx.sipAddresses(), 'wss/'), transport: 'wss', line, tone, answers })
    t.after(() => phone.close())
    return phone
  }

  const dtls = { keying: 'dtls', suite: 'AES_CM_128_HMAC_SHA1_80' }

  test('a browser calls a desk phone: both hear each other, before and after hold', async (t) => {
    const [line, desk] = [await house.extension('600'), await house.extension('601')]
    const bob = await house.registered(desk)
    const from = await web(t, line, 700)
    await from.call('601')
    const incoming = await bob.nextCall()
    incoming.ring()
    await incoming.answer()
    await from.until('Established')
    incoming.audio.play(1000)
    await Promise.all([from.hears(1000), incoming.audio.hears(700)])
    const { dtls: state, ice, srtp } = await from.connection()
    assert.deepEqual([state, ice], ['connected', 'connected'])
    // Versions of Chromium name it as RFC 3711 or as RFC 5764 does.
    assert.match(srtp ?? '', /^(SRTP_AES128_CM|AES_CM_128)_HMAC_SHA1_80$/)
    const [live] = await house.liveCalls()
    assert.deepEqual(live?.legs.map((leg) => leg.security), [dtls, null])
    await from.hold(true)
    // The desk phone hears our music, and the browser nothing.
    incoming.audio.forget()
    await Promise.all([incoming.audio.hearsSomething(), from.hearsNot(1000)])
    await from.hold(false)
    incoming.audio.forget()
    await Promise.all([from.hears(1000), incoming.audio.hears(700)])
    await from.bye()
    assert.equal((await incoming.ended()).how, 'bye')
    const { termination, id } = await house.verdict(incoming)
    assert.deepEqual([termination?.result, termination?.by], ['answered', 'caller'])
    const { messages } = await house.api.get<{ messages: { text: string }[] }>(`/calls/${id}/trace`)
    const trace = messages.map(({ text }) => text).join('\n')
    assert.match(trace, /a=fingerprint:sha-256/)
    assert.match(trace, /a=ice-pwd:\[hidden\]/)
    assert.doesNotMatch(trace, /a=ice-pwd:(?!\[hidden\])/)
  })

  test('a desk phone calls a browser and a desk phone at once; the browser answers', async (t) => {
    const [line, desk] = [await house.extension('610'), await house.extension('611')]
    const alice = await house.registered(desk)
    const other = await house.registered(line)
    const to = await web(t, line, 700, true)
    other.onCall = (ringing) => ringing.ring()
    const call = await alice.invite('610')
    await call.answered()
    call.audio.play(1000)
    await to.until('Established')
    await Promise.all([to.hears(1000), call.audio.hears(700)])
    const [live] = await house.liveCalls()
    assert.deepEqual(live?.legs.filter((leg) => leg.state === 'answered').map((leg) => leg.security), [null, dtls])
    assert.equal((await call.bye()).status, 200)
    await to.until('Terminated')
  })

  test('a browser calls a browser: Opus goes through as it is', async (t) => {
    const [one, two] = [await house.extension('620'), await house.extension('621')]
    const to = await web(t, two, 1000, true)
    const from = await web(t, one, 700)
    await from.call('621')
    await Promise.all([from.until('Established'), to.until('Established')])
    await Promise.all([from.hears(1000), to.hears(700)])
    const [live] = await house.liveCalls()
    assert.deepEqual(live?.legs.map((leg) => [leg.codec, leg.security]), [['opus', dtls], ['opus', dtls]])
    await to.bye()
    await from.until('Terminated')
  })

  test('a browser calls a baresip that has SDES over TLS, another encoding and no DTLS', { skip: missing('baresip', 'baresip-core') }, async (t) => {
    const [line, far] = [await house.extension('640'), await house.extension('641')]
    const { authority } = await house.api.get<{ authority: string }>('/system/certificates')
    const from = house.events.mark()
    const to = await startBaresip({ server: sipPlace(house.dialplane.pbx.sipAddresses(), 'tls'), line: far, transport: 'tls', trusts: authority, encryption: 'srtp', codec: 'PCMA', tone: 1000, answers: true })
    t.after(() => to.stop())
    await house.event('registration.changed', ({ data: { registration } }) => registration.extensionNumber === '641', { from })
    const caller = await web(t, line, 700)
    await caller.call('641')
    await Promise.all([caller.until('Established'), to.event('CALL_ESTABLISHED')])
    await caller.hears(1000)
    const [live] = await house.liveCalls()
    assert.deepEqual(live?.legs.map((leg) => leg.security?.keying), ['dtls', 'sdes'])
    await caller.page.waitForTimeout(2000)
    await caller.bye()
    await to.event('CALL_CLOSED')
    const { channels: [samples], rate } = (await to.stop()) ?? assert.fail('baresip wrote down nothing')
    assert.ok(samples && secondsOfTone(samples, 700, rate) >= 2, samples && describeSound(samples, rate))
  })

  test('a browser whose certificate is not the one of its fingerprint is not talked to', async (t) => {
    const [line, desk] = [await house.extension('630'), await house.extension('631')]
    const bob = await house.registered(desk)
    const from = await web(t, line, 700)
    await from.forge()
    await from.call('631')
    const incoming = await bob.nextCall()
    await incoming.answer()
    const { termination, legs } = await house.verdict(incoming)
    assert.equal(termination?.reason, 'insecure')
    assert.match(termination?.explanation ?? '', /fingerprint/)
    assert.equal(legs[0]?.security, null)
    assert.equal(legs[0]?.media?.packetsReceived, 0)
    await from.until('Terminated')
  })
})
