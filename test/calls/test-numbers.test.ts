/** Test numbers: one's own voice at once and later, a tone of known level, the music of those who wait; from phones of the house and over a trunk. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { BEEP } from '../support/talk.ts'

suite('test numbers', () => {
  let house: House
  let anna: Phone
  /** A phone that knows A-law alone. */
  let alaw: Phone
  let carrier: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    alaw = await house.registered(await house.extension('102', { name: 'Ben' }), { payloads: [8, 101] })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** Past the sentence and the tone behind it. */
  async function afterBeep(by: Phone, number: string): Promise<PhoneCall> {
    const call = await by.invite(number)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('5')
    await call.audio.hears(BEEP, 20_000)
    return call
  }

  test('*9196 sends back what is said, whatever it is', async () => {
    const call = await afterBeep(anna, '*9196')
    for (const tone of [440, 700]) {
      call.audio.play(tone)
      call.audio.forget()
      await call.audio.hears(tone)
    }
    await call.bye()
    assert.equal((await house.verdict(call)).termination?.reason, 'hung-up')
  })

  test('*9195 sends it back later: what was said before is heard while something else is said', async () => {
    const call = await afterBeep(anna, '*9195')
    call.audio.play(440)
    await call.audio.hears(440, 15_000)
    call.audio.play(700)
    await call.audio.packets(100)
    call.audio.forget()
    await call.audio.hears(440)
    await call.audio.hears(700, 15_000)
    await call.bye()
  })

  test('*9197 is the milliwatt: 1004 Hz at 0 dBm0, in either law', async () => {
    for (const phone of [anna, alaw]) {
      const call = await phone.invite('*9197')
      await call.answered()
      call.audio.play(0)
      await call.audio.packets(50)
      call.audio.forget()
      await call.audio.hears(1004)
      assert.ok(Math.abs(call.audio.level) < 0.5, `${call.audio.level.toFixed(2)} dBm0`)
      await call.bye()
      await house.idle()
    }
  })

  test('*9664 plays music until the caller hangs up', async () => {
    const call = await anna.invite('*9664')
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.packets(150)
    call.audio.forget()
    await call.audio.hearsSomething()
    await call.bye()
    assert.equal((await house.verdict(call)).termination?.reason, 'hung-up')
  })

  test('an inbound number leads there, so that a line can be tried from outside', async () => {
    await house.api.post('/inbound-numbers', { number: '+15550001009', name: 'Line test', destination: '*9196' })
    const call = await afterBeep(carrier, '+15550001009')
    call.audio.play(620)
    call.audio.forget()
    await call.audio.hears(620)
    await call.bye()
  })

  test('the codes are in the table that can be edited, and what would meet them is refused', async () => {
    const codes = await house.api.get<{ code: string; action: string }[]>('/feature-codes')
    assert.deepEqual(codes.filter(({ action }) => action.endsWith('-test') || action === 'echo-test-delayed').map(({ code }) => code), ['*9196', '*9195', '*9197', '*9664'])
    const meets = await house.api.send('PATCH', '/feature-codes/voicemail-leave', { code: '*919' })
    assert.equal(meets.status, 422)
    assert.match(String(meets.body), /could be taken for \*919/)
    assert.equal((await house.api.send('PATCH', '/feature-codes/echo-test', { code: '*43' })).status, 409, 'an inbound number uses it')
    assert.equal((await house.api.send('PATCH', '/feature-codes/tone-test', { code: '*43' })).status, 200)
    const call = await anna.invite('*43')
    await call.answered()
    call.audio.play(0)
    await call.audio.hears(1004)
    await call.bye()
  })
})
