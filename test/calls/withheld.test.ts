/** *67: a caller who shows no number, inside the house, over trunks, by way of a forward and a transfer; never towards help. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

suite('a withheld number', () => {
  let house: House
  let carrier: Phone
  let trunkId: string
  let anna: Phone
  let ben: Phone
  let benId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunkId = (await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true })).id
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunkId] })
    anna = await house.registered(await house.extension('101', { name: 'Anna Berg' }))
    const line = await house.extension('102', { name: 'Ben' })
    benId = line.extensionId
    ben = await house.registered(line)
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const everything = ({ invite }: PhoneCall): string => `${invite.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}`
  async function atCarrier(dialled: string): Promise<{ out: PhoneCall; there: PhoneCall }> {
    const mark = carrier.incoming.mark()
    const out = await anna.invite(dialled)
    return { out, there: await carrier.nextCall({ from: mark }) }
  }

  test('inside the house the phone and its lamps see nobody; the record knows who called, and why nothing was shown', async () => {
    const mark = ben.incoming.mark()
    const out = await anna.invite('*67102')
    const there = await ben.nextCall({ from: mark })
    assert.match(headerOf(there.invite, 'From') ?? '', /^"?Anonymous"? <sip:anonymous@anonymous\.invalid>/)
    assert.equal(headerOf(there.invite, 'Privacy'), 'id')
    assert.doesNotMatch(everything(there), /Anna|Berg|sip:101\b/)
    await there.answer()
    await out.answered()
    await hearEachOther(out, there)
    await out.bye()
    const view = await house.verdict(out)
    assert.deepEqual([view.from.number, view.to.number, view.legs[0]?.number, view.legs[0]?.name], ['anonymous', '102', '101', 'Anna Berg'])
    assert.match(view.plan.steps[0]?.reason ?? '', /\*67 was dialled before 102/)
  })

  test('a carrier learns the number only where it is told it in a header of its own, with the wish for privacy', async () => {
    for (const [identity, header, value] of [['pai', 'P-Asserted-Identity', /\+15550001000@/], ['rpid', 'Remote-Party-ID', /\+15550001000@.*privacy=full/], ['none', 'From', /anonymous@anonymous\.invalid/]] as const) {
      await house.api.ask('PATCH', `/trunks/${trunkId}`, { identity })
      const { out, there } = await atCarrier('*67+12025550123')
      assert.match(there.invite.uri, /^sip:\+12025550123@/)
      assert.match(headerOf(there.invite, 'From') ?? '', /^"?Anonymous"? <sip:anonymous@anonymous\.invalid>/, identity)
      assert.equal(headerOf(there.invite, 'Privacy'), 'id', identity)
      assert.match(headerOf(there.invite, header) ?? '', value)
      if (identity === 'none') assert.doesNotMatch(everything(there), /15550001000/)
      there.reject(486)
      await out.ended()
    }
    await house.api.ask('PATCH', `/trunks/${trunkId}`, { identity: 'pai' })
    const { out, there } = await atCarrier('+12025550123')
    assert.match(headerOf(there.invite, 'From') ?? '', /\+15550001000@/, 'the next call shows it again')
    assert.equal(headerOf(there.invite, 'Privacy'), undefined)
    there.reject(486)
    await out.ended()
  })

  test('a forward keeps it withheld, a call for help never is', async () => {
    await house.api.ask('PATCH', `/extensions/${benId}`, { forwardAlways: '+12025550199' })
    const forwarded = await atCarrier('*67102')
    assert.match(headerOf(forwarded.there.invite, 'From') ?? '', /anonymous@anonymous\.invalid/)
    assert.doesNotMatch(everything(forwarded.there), /sip:101\b|Anna/)
    forwarded.there.reject(486)
    await forwarded.out.ended()
    await house.api.ask('PATCH', `/extensions/${benId}`, { forwardAlways: null })

    const { out, there } = await atCarrier('*67911')
    assert.match(there.invite.uri, /^sip:911@/)
    assert.match(headerOf(there.invite, 'From') ?? '', /\+15550001000@/)
    assert.equal(headerOf(there.invite, 'Privacy'), undefined)
    await there.answer()
    await out.answered()
    await out.bye()
    assert.equal((await house.verdict(out)).to.number, '911')
    for (const [path, wish] of [[`/extensions/${benId}`, { forwardAlways: '*67911' }], [`/extensions/${benId}`, { forwardAlways: '*67102' }]] as const) assert.equal((await house.api.send('PATCH', path, wish)).status, 422, 'nothing that is set up leads there')
    assert.match((await house.api.send('POST', '/calls', { extensionId: benId, to: '*67911' })).body.toString(), /from the phone itself/)
    const alone = await anna.invite('*67')
    assert.equal((await alone.ended()).status, 484)
    const { steps } = await house.api.get<{ steps: { step: string }[] }>(`/routing/explanation?from=101&to=${encodeURIComponent('*67102')}`)
    assert.equal(steps[0]?.step, 'Show no number')
  })
})
