/** How long a transferred call rings before it returns is a setting of the company. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther, talk, untilBeep } from '../support/talk.ts'

suite('recall of transferred calls', () => {
  let house: House
  let anna: Phone
  let ben: Phone
  let carl: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    carl = await house.registered(await house.extension('103', { name: 'Carl', ringSeconds: 7, voicemail: true }))
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const returnsAfter = async (transferSeconds: number | null): Promise<void> => assert.equal((await house.api.send('PATCH', '/call-settings', { transferSeconds })).status, 200)

  test('after the time it returns to whoever transferred it, before the mailbox takes it; the history says why', async () => {
    await returnsAfter(5)
    const { out, in: there } = await talk(anna, ben, '102')
    const mark = carl.incoming.mark()
    await there.refer(`sip:103@${house.sip.host}`)
    const ringing = await carl.nextCall({ from: mark })
    ringing.ring()
    await ringing.requested('CANCEL')
    await there.referred(/^SIP\/2\.0 480/)
    await hearEachOther(out, there)
    assert.match((await house.verdict(ringing)).termination?.explanation ?? '', /Nobody had answered for 5 seconds, after which transferred calls return/)
    await out.bye()
    await there.ended()
  })

  test('a phone that has hung up is called back; typed transfers return alike', async () => {
    const { out, in: there } = await talk(anna, ben, '102')
    const mark = carl.incoming.mark()
    await there.audio.press('##')
    await there.audio.press('103#')
    const ringing = await carl.nextCall({ from: mark })
    ringing.ring()
    await there.bye()
    const again = ben.incoming.mark()
    await ringing.requested('CANCEL')
    const back = await ben.nextCall({ from: again })
    await back.answer()
    await hearEachOther(out, back)
    await out.bye()
    await back.ended()
  })

  test('who answers in time talks on, and nothing returns', async () => {
    const { out, in: there } = await talk(anna, ben, '102')
    const mark = carl.incoming.mark()
    await there.refer(`sip:103@${house.sip.host}`)
    const ringing = await carl.nextCall({ from: mark })
    await ringing.answer()
    await there.ended()
    await hearEachOther(out, ringing)
    // Longer than transferred calls ring.
    await out.audio.packets(280)
    await hearEachOther(out, ringing)
    await out.bye()
    await ringing.ended()
  })

  test('nothing takes a call for help back while it rings there', async () => {
    await returnsAfter(5)
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    try {
      await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
      const { out, in: there } = await talk(anna, ben, '102')
      const mark = carrier.incoming.mark()
      await there.refer(`sip:911@${house.sip.host}`)
      const ringing = await carrier.nextCall({ from: mark })
      ringing.ring()
      // Longer than transferred calls ring.
      await new Promise((resolve) => { setTimeout(resolve, 6_500) })
      await ringing.answer()
      await hearEachOther(out, ringing)
      await out.bye()
      await ringing.ended()
    } finally {
      await carrier.close()
    }
  })

  test('without the setting it goes where the target sends it; what is no time is refused', async () => {
    await returnsAfter(null)
    const { out, in: there } = await talk(anna, ben, '102')
    const mark = carl.incoming.mark()
    await there.refer(`sip:103@${house.sip.host}`)
    const ringing = await carl.nextCall({ from: mark })
    ringing.ring()
    await ringing.requested('CANCEL')
    await there.ended()
    await untilBeep(out)
    await out.bye()
    for (const transferSeconds of [4, 601, 'soon']) assert.ok([400, 422].includes((await house.api.send('PATCH', '/call-settings', { transferSeconds })).status), String(transferSeconds))
  })
})
