/** What programs do with a call that goes on: one side is sent on, held, played to, pressed keys for. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

suite('calls steered by the API', () => {
  let house: House
  let [alice, bob, carol]: Phone[] = []
  before(async () => {
    house = await startHouse()
    ;({ alice, bob } = await house.pair('101', '102'))
    carol = await house.registered(await house.extension('103'))
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function talking(from: Phone | undefined = alice, to = '102', at: Phone | undefined = bob): Promise<{ id: string; asking: PhoneCall; answering: PhoneCall }> {
    const events = house.events.mark()
    const mark = at!.incoming.mark()
    const asking = await from!.invite(to)
    const answering = await at!.nextCall({ from: mark })
    await answering.answer()
    await asking.answered()
    asking.audio.play(500)
    answering.audio.play(1100)
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    const { data } = await house.event('call.updated', (event) => event.data.call.state === 'answered', { from: events })
    return { id: data.call.id, asking, answering }
  }
  const order = async (id: string, what: string, body: object): Promise<number> => (await house.api.send('POST', `/calls/${id}/${what}`, body)).status

  test('the caller goes on to a third phone, and the one who had it is let go', async () => {
    const { id, asking, answering } = await talking()
    const mark = carol!.incoming.mark()
    assert.equal(await order(id, 'transfer', { side: 'caller', to: '103' }), 202)
    const third = await carol!.nextCall({ from: mark })
    assert.equal(await order(id, 'transfer', { side: 'caller', to: '102' }), 409, 'it is under way')
    await third.answer()
    third.audio.play(1700)
    await answering.ended()
    await Promise.all([asking.audio.hears(1700), third.audio.hears(500)])
    await asking.bye()
    await third.ended()
  })

  test('nobody answers: the two talk again; a number that is none is refused', async () => {
    const { id, asking, answering } = await talking()
    assert.equal(await order(id, 'transfer', { side: 'callee', to: 'x' }), 422)
    const mark = carol!.incoming.mark()
    assert.equal(await order(id, 'transfer', { side: 'callee', to: '103' }), 202)
    const third = await carol!.nextCall({ from: mark })
    await third.reject(486)
    asking.audio.forget()
    answering.audio.forget()
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    await answering.bye()
    await asking.ended()
  })

  test('held for the callee the caller hears music and the callee nothing; both hear each other again', async () => {
    const { id, asking, answering } = await talking()
    assert.equal(await order(id, 'hold', { side: 'callee', on: true }), 200)
    await house.event('call.updated', ({ data: { call } }) => call.id === id && call.onHold)
    answering.audio.forget()
    await answering.audio.hearsNothing()
    await assert.rejects(asking.audio.hears(1100, 700))
    // The phone holds too, and takes it back: that of the API stays.
    await asking.hold('sendonly')
    await asking.resume()
    answering.audio.forget()
    await answering.audio.hearsNothing()
    const from = house.events.mark()
    assert.equal(await order(id, 'hold', { side: 'callee', on: false }), 200)
    await house.event('call.updated', ({ data: { call } }) => call.id === id && !call.onHold, { from })
    asking.audio.forget()
    answering.audio.forget()
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    await asking.bye()
    await answering.ended()
  })

  test('plays to one side, stops, and says what it cannot play; digits reach one side and are written nowhere', async () => {
    const { id, asking, answering } = await talking()
    assert.equal(await order(id, 'playback', { side: 'caller', text: 'One moment please, we look for your order.', repeat: 20 }), 202)
    await eventually(async () => {
      asking.audio.forget()
      await assert.rejects(asking.audio.hears(1100, 700))
      return true
    }, 'the caller hears the text alone')
    await answering.audio.hears(500)
    assert.equal((await house.api.send('DELETE', `/calls/${id}/playback`)).status, 200)
    asking.audio.forget()
    await asking.audio.hears(1100)
    assert.equal(await order(id, 'playback', { prompt: 'there-is-none' }), 404)
    assert.equal(await order(id, 'playback', { text: 'a', prompt: 'b' }), 400)
    assert.equal(await order(id, 'digits', { side: 'callee', digits: '7391#' }), 202)
    await answering.audio.hearsDigits('7391#')
    const audit = await house.api.get<{ action: string; after: unknown }[]>('/audit?limit=10')
    assert.ok(audit.some(({ action }) => action === 'call.digits'))
    assert.doesNotMatch(JSON.stringify(audit), /7391/)
    await asking.bye()
    await answering.ended()
  })

  test('a caller who hears the attendant is sent on; nobody outside lends rights to a transfer', async () => {
    await house.api.post('/attendants', { number: '600', name: 'Front', greeting: 'Welcome to the long greeting of a company that has very much to say to whoever calls it in the morning.', keys: { 1: '102' }, noInput: '102' })
    const events = house.events.mark()
    const asking = await alice!.invite('600')
    await asking.answered()
    const { data } = await house.event('call.updated', (event) => event.data.call.state === 'answered', { from: events })
    const mark = carol!.incoming.mark()
    assert.equal(await order(data.call.id, 'transfer', { side: 'caller', to: '103' }), 202)
    const third = await carol!.nextCall({ from: mark })
    await third.answer()
    await third.bye()
    await asking.ended()

    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
    await house.api.post('/inbound-numbers', { number: '5551000', name: 'Main', destination: '102' })
    const from = house.events.mark()
    const into = bob!.incoming.mark()
    const outside = await carrier.invite('5551000')
    const here = await bob!.nextCall({ from: into })
    await here.answer()
    await outside.answered()
    const answered = await house.event('call.updated', (event) => event.data.call.state === 'answered', { from })
    assert.equal(await order(answered.data.call.id, 'transfer', { side: 'callee', to: '103' }), 409)
    await here.bye()
    await outside.ended()
    await house.api.send('DELETE', `/trunks/${trunk.id}`)
    await carrier.close()
  })
})
