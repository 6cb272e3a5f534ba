/** Whoever is in the contacts is shown by name. */
import { after, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'

suite('a call from a contact', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
    await house.api.post('/inbound-numbers', { number: '+12025550000', name: 'Main', destination: '101', namePrefix: 'Sales' })
    await house.api.post('/contacts', { name: 'Ada Lovelace', numbers: [{ number: '(212) 555/0123' }] })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })

  test('shows the name on the phone and in the records, after the prefix of the number', async () => {
    // A name that is not found in time is left out: on a machine that is very busy the next call shows it.
    await eventually(async () => {
      const mark = anna.incoming.mark()
      const call = await carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', '"CARRIER SAYS" <sip:+12125550123@carrier.example>']] })
      const ringing = await anna.nextCall({ from: mark })
      const shown = headerOf(ringing.invite, 'From') ?? ''
      const [live] = await house.api.get<{ from: { name: string } }[]>('/calls/live')
      await ringing.answer()
      await call.answered()
      await call.bye()
      const { from } = await house.verdict(call)
      await house.idle()
      return /^"Sales Ada Lovelace" <sip:\+12125550123@/.test(shown) && live?.from.name === 'Sales Ada Lovelace' && from.name === 'Sales Ada Lovelace'
    }, 'the name of the contact')
  })
})
