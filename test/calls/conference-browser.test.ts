/** A browser, a G.722 desk phone and a PCMU phone share one conference; each hears the two others, measured where it arrives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, skip } from '../admin/browser.ts'
import { startBaresip } from '../support/baresip.ts'
import { sipPlace, startHouse } from '../support/house.ts'
import { missing } from '../support/run/peers.ts'
import { toneShare } from '../support/tone.ts'
import { serveWebPhones, WebPhone, webPhoneFlags } from '../support/web-phone.ts'

const foreign = process.env['DRACHTIO'] ? 'DRACHTIO is set: what it serves is its own configuration' : false

test('a browser, a G.722 phone and a PCMU phone share one conference', { skip: skip || foreign || missing('baresip', 'baresip-core'), timeout: 180_000 }, async (t) => {
  const house = await startHouse()
  const pages = await serveWebPhones()
  const browser = await launch(webPhoneFlags)
  const closing: (() => Promise<unknown>)[] = [() => house.close(), () => pages.close(), () => browser.close()]
  t.after(async () => {
    for (const close of closing.toReversed()) await close()
  })
  await house.api.post('/conferences', { number: '600', name: 'Monday', announce: 'none' })
  const desk = await house.extension('102')
  const baresip = await startBaresip({ server: house.sip, line: desk, transport: 'udp', tone: 1100, answers: false, codec: 'G722' })
  closing.push(() => baresip.stop())
  await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === '102')
  const web = await WebPhone.open(browser, { pages, server: sipPlace(house.dialplane.pbx.sipAddresses(), 'wss/'), transport: 'wss', line: await house.extension('101'), tone: 700, answers: false })
  closing.push(() => web.close())
  const plain = await house.registered(await house.extension('103'))

  await web.call('600')
  await web.until('Established')
  await baresip.dial('600')
  await baresip.event('CALL_ESTABLISHED')
  const call = await plain.invite('600')
  await call.answered()
  call.audio.play(1700)
  await house.event('conference.changed', ({ data }) => data.conference.parties.length === 3)
  await call.audio.hearsTogether([700, 1100])
  const live = await house.liveCalls()
  assert.deepEqual(live.map((one) => one.legs[0]?.codec).sort(), ['G722', 'PCMU', 'opus'])
  const seen = house.events.mark()
  await house.event('call.updated', ({ data }) => data.call.from.number === '102' && (data.call.legs[0]?.media?.packetsSent ?? 0) > 250, { from: seen, ms: 20_000 })
  await baresip.hangUp()
  const wav = await baresip.stop()
  const samples = wav?.channels[0]
  assert.ok(wav && samples, 'baresip wrote down nothing')
  const middle = samples.subarray(samples.length - 2 * wav.rate, samples.length - wav.rate)
  const shares = [700, 1100, 1700].map((tone) => toneShare(middle, tone, wav.rate))
  assert.ok(shares[0]! > 0.2 && shares[1]! < 0.03 && shares[2]! > 0.2, `the G.722 phone hears ${shares.map((share) => share.toFixed(2)).join(', ')}`)
  // Alone with the PCMU phone, the browser hears that one, and it the browser.
  await Promise.all([web.hears(1700), call.audio.hears(700)])
  await call.bye()
  await web.bye()
  await house.idle()
})
