/** What each carrier wants of the sound: its codecs in order, digits as it has them, the length of its packets. The carriers are phones that take nothing else. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, readSdp, type Phone, type PhoneCall, type PhoneOptions } from '../support/phone.ts'

interface Trunk {
  id: string
  codecs: string[]
}

suite('the sound of a trunk', () => {
  let house: House
  let anna: Phone
  const carriers: Phone[] = []
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    anna = await house.registered(await house.extension('101', { name: 'Anna Berg' }))
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main line', destination: '101' })
  })
  after(async () => {
    for (const carrier of carriers) await carrier.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  let next = 0
  /** A carrier that is reached by a prefix of its own. */
  const carrierWith = async (trunk: object, phone: Partial<PhoneOptions> = {}): Promise<{ carrier: Phone; prefix: string; id: string }> => {
    const address = `127.0.0.${20 + (next += 1)}`
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '', address, ...phone })
    carriers.push(carrier)
    const prefix = `8${next}`
    const { id } = await house.api.post<Trunk>('/trunks', { name: `Carrier ${next}`, host: address, port: carrier.local.port, callerId: '+15550001000', ...trunk })
    await house.api.post('/outbound-routes', { name: `By ${prefix}`, pattern: `${prefix}.`, strip: 2, trunkIds: [id] })
    return { carrier, prefix, id }
  }
  const out = async (carrier: Phone, prefix: string): Promise<[PhoneCall, PhoneCall]> => {
    const mark = carrier.incoming.mark()
    const call = await anna.invite(`${prefix}2025550123`)
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    return [call, there]
  }
  const mainNumber = async (): Promise<string> => (await house.api.get<{ id: string }[]>('/inbound-numbers'))[0]!.id
  const talk = async (one: PhoneCall, other: PhoneCall): Promise<void> => {
    one.audio.play(440)
    other.audio.play(1000)
    await Promise.all([one.audio.hears(1000), other.audio.hears(440)])
  }
  const codecsOf = (body: string): number[] => readSdp(body)?.payloads.filter((payload) => payload < 96) ?? []
  const digits = (info: string): string | undefined => /^Signal=(.)/m.exec(info)?.[1]
  /** What came by INFO. */
  const informed = (call: PhoneCall): string => call.journal.entries.flatMap((event) => (event.type === 'request' && event.message.method === 'INFO' ? [digits(event.message.body) ?? '?'] : [])).join('')
  const informs = (call: PhoneCall, wanted: string): Promise<unknown> => call.journal.until(() => informed(call) === wanted, `${wanted} by INFO`)

  test('codecs: only those of the trunk are offered, and a phone that has none of them is converted for', async () => {
    const { carrier, prefix } = await carrierWith({ codecs: ['PCMA'] }, { payloads: [8] })
    const [call, there] = await out(carrier, prefix)
    assert.deepEqual(codecsOf(there.invite.body), [8])
    await talk(call, there)
    await call.bye()
    await there.ended()
    assert.deepEqual((await house.verdict(call)).legs.map(({ codec }) => codec), ['PCMA', 'PCMA'], 'the phone has it too, and nothing is converted')
    const bea = await house.registered(await house.extension('102'), { payloads: [0] })
    const mark = carrier.incoming.mark()
    const other = await bea.invite(`${prefix}2025550123`)
    const far = await carrier.nextCall({ from: mark })
    await far.answer()
    await other.answered()
    await talk(other, far)
    await other.bye()
    await far.ended()
    assert.deepEqual((await house.verdict(other)).legs.map(({ codec }) => codec), ['PCMU', 'PCMA'])
  })

  test('codecs of calls from the carrier: the first of the trunk that it has, and none of the others', async () => {
    const { carrier, id } = await carrierWith({ codecs: ['PCMA', 'PCMU'] }, { payloads: [0, 8] })
    const carl = await house.registered(await house.extension('103'), { payloads: [8, 0] })
    const number = await mainNumber()
    await house.api.ask('PATCH', `/inbound-numbers/${number}`, { destination: '103' })
    const mark = carl.incoming.mark()
    const call = await carrier.invite('+15550001000')
    const there = await carl.nextCall({ from: mark })
    await there.answer()
    assert.deepEqual(codecsOf((await call.answered()).body), [8])
    await talk(there, call)
    await call.bye()
    await there.ended()
    await house.api.ask('PATCH', `/trunks/${id}`, { codecs: ['G722'] })
    const refused = await carrier.invite('+15550001000')
    assert.equal((await refused.ended()).status, 488)
    await house.api.ask('PATCH', `/inbound-numbers/${number}`, { destination: '101' })
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /no common audio codec: the peer has PCMU, PCMA, we have G722/)
  })

  test('digits as events: read back at the far end, and tones in the sound of that carrier are none', async () => {
    const { carrier, prefix } = await carrierWith({ dtmf: 'rfc4733' })
    const [call, there] = await out(carrier, prefix)
    await talk(call, there)
    await call.audio.press('159#')
    await there.audio.hearsDigits('159#')
    await there.audio.press('*0')
    await call.audio.hearsDigits('*0')
    await call.bye()
    await there.ended()
    assert.equal(there.audio.tones, '')
  })

  test('digits in the sound: events of the phone become tones, and tones of the carrier events', async () => {
    const { carrier, prefix } = await carrierWith({ dtmf: 'inband' })
    const [call, there] = await out(carrier, prefix)
    assert.doesNotMatch(there.invite.body, /telephone-event/)
    await talk(call, there)
    await call.audio.press('147#')
    await there.audio.hearsTones('147#')
    assert.equal(there.audio.digits, '', 'none as an event, although this carrier would take them')
    there.audio.pressInSound('95*')
    await call.audio.hearsDigits('95*')
    await call.bye()
    await there.ended()
  })

  test('digits by SIP INFO: both ways, none in the sound and none as an event', async () => {
    const { carrier, prefix } = await carrierWith({ dtmf: 'info' }, { events: false })
    const [call, there] = await out(carrier, prefix)
    assert.doesNotMatch(there.invite.body, /telephone-event/)
    await talk(call, there)
    await call.audio.press('26*')
    await informs(there, '26*')
    const [info] = there.journal.entries.flatMap((event) => (event.type === 'request' && event.message.method === 'INFO' ? [event.message] : []))
    assert.equal(headerOf(info!, 'Content-Type'), 'application/dtmf-relay')
    assert.match(info?.body ?? '', /^Signal=2\r\nDuration=\d+\r\n$/)
    assert.equal((await there.info('application/dtmf-relay', 'Signal=7\r\nDuration=120\r\n')).status, 200)
    await call.audio.hearsDigits('7')
    // What that carrier says is not searched for tones.
    there.audio.pressInSound('3')
    await there.info('application/dtmf-relay', 'Signal=8\r\nDuration=120\r\n')
    await call.audio.hearsDigits('78')
    await call.bye()
    await there.ended()
    assert.deepEqual([there.audio.digits, there.audio.tones], ['', ''])
    assert.equal(house.warnings.filter((line) => /SIP INFO/.test(line)).length, 0)
  })

  test('two carriers that have digits differently: each gets those of the other in its own way', async () => {
    const [byInfo, inSound] = [await carrierWith({ dtmf: 'info' }, { events: false }), await carrierWith({ dtmf: 'inband' }, { events: false })]
    const id = await mainNumber()
    const extension = await house.extension('109', { name: 'Forwarder' })
    await house.api.ask('PATCH', `/extensions/${extension.extensionId}`, { forwardAlways: `${inSound.prefix}2025550123` })
    await house.api.ask('PATCH', `/inbound-numbers/${id}`, { destination: '109' })
    const mark = inSound.carrier.incoming.mark()
    const call = await byInfo.carrier.invite('+15550001000')
    const there = await inSound.carrier.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    await talk(call, there)
    await call.info('application/dtmf-relay', 'Signal=4\r\nDuration=160\r\n')
    await call.info('application/dtmf-relay', 'Signal=#\r\nDuration=160\r\n')
    await there.audio.hearsTones('4#')
    there.audio.pressInSound('61')
    await informs(call, '61')
    await call.bye()
    await there.ended()
    await house.api.ask('PATCH', `/inbound-numbers/${id}`, { destination: '101' })
  })

  test('digits by INFO reach what collects them: a menu of the house', async () => {
    const { carrier } = await carrierWith({ dtmf: 'info' }, { events: false })
    await house.api.post('/attendants', { number: '600', name: 'Menu', greeting: 'For Anna, press one.', keys: { 1: '101' } })
    const id = await mainNumber()
    await house.api.ask('PATCH', `/inbound-numbers/${id}`, { destination: '600' })
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+15550001000')
    await call.answered()
    await call.info('application/dtmf-relay', 'Signal=1\r\nDuration=160\r\n')
    const there = await anna.nextCall({ from: mark })
    await there.answer()
    await talk(there, call)
    await there.bye()
    await call.ended()
    await house.api.ask('PATCH', `/inbound-numbers/${id}`, { destination: '101' })
  })

  test('the length of packets: what the trunk says, whatever the phone sends', { skip: process.env['FREESWITCH'] ? 'FreeSWITCH sends packets of the length that comes in' : false }, async () => {
    const { carrier, prefix } = await carrierWith({ codecs: ['PCMU'], packetMs: 40 }, { payloads: [0] })
    const [call, there] = await out(carrier, prefix)
    assert.match(there.invite.body, /^a=ptime:40\r$/m)
    await talk(call, there)
    const before = there.audio.figures.received
    await call.audio.packets(50)
    const came = there.audio.figures.received - before
    assert.ok(came > 0 && came < 40, `${came} packets to the carrier while 50 of 20 ms came from it`)
    await call.bye()
    await there.ended()
  })

  test('what makes no sense is refused, and a codec that the engine has not', async () => {
    for (const [field, value] of [['codecs', ['G729']], ['dtmf', 'loud'], ['packetMs', 25]] as const) {
      const answer = await house.api.send('POST', '/trunks', { name: 'Wrong', host: 'sip.wrong.example', [field]: value })
      assert.equal(answer.status, 400, field)
    }
    const other = await startHouse({ embedded: true, change: ({ media }) => void ((media as { codecs: readonly string[] }).codecs = ['PCMU']) })
    try {
      const answer = await other.api.send('POST', '/trunks', { name: 'Wrong', host: 'sip.wrong.example', codecs: ['opus', 'PCMU'] })
      assert.equal(answer.status, 422)
      assert.match(answer.body.toString(), /The media engine has no opus: MEDIA_CODECS is PCMU/)
    } finally {
      await other.close()
    }
  })
})
