/** Intercom: the called phone is asked to answer by itself, beeps, and both talk; who does not want it is left alone. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

suite('intercom', () => {
  let house: House
  let lines: Line[]
  let anna: Phone
  let ben: Phone
  let carl: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben', voicemail: true }), await house.extension('103')]
    await change(1, { forwardBusy: '103' })
    ;[anna, ben, carl] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone, Phone]
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const change = (at: number, body: Record<string, unknown>) => house.api.send('PATCH', `/extensions/${lines[at]!.extensionId}`, body)

  test('the phone is asked to answer by itself in every way that phones know, beeps first, and both are heard', async () => {
    const mark = ben.incoming.mark()
    const out = await anna.invite('*80102')
    const there = await ben.nextCall({ from: mark })
    assert.match(headerOf(there.invite, 'Call-Info') ?? '', /^<sip:[^>]+>;answer-after=0$/)
    assert.match(headerOf(there.invite, 'Alert-Info') ?? '', /info=alert-autoanswer/)
    assert.equal(headerOf(there.invite, 'Answer-Mode'), 'Auto')
    assert.match(headerOf(there.invite, 'From') ?? '', /"Anna" <sip:101@/)
    await there.answer()
    await there.audio.hears(1400)
    await out.answered()
    await hearEachOther(out, there)
    await there.bye()
    await out.ended()
    const verdict = await house.verdict(out)
    assert.deepEqual([verdict.to.number, verdict.to.extensionId, verdict.termination?.reason], ['*80102', lines[1]!.extensionId, 'hung-up'])
    assert.match(verdict.plan.steps[0]?.step ?? '', /answer by itself/)
  })

  test('a plain call asks for nothing of the kind', async () => {
    const { out, in: there } = await talk(anna, ben, '102')
    assert.equal(headerOf(there.invite, 'Answer-Mode'), undefined)
    await out.bye()
  })

  test('nobody is disturbed who does not want to be, and neither forwards nor voicemail take the call', async () => {
    const [atBen, atCarl] = [ben.incoming.mark(), carl.incoming.mark()]
    const refused = async (status: number, reason: string): Promise<void> => {
      const call = await anna.invite('*80102')
      await call.status(status)
      assert.equal((await house.verdict(call)).termination?.reason, reason)
    }
    await change(1, { doNotDisturb: true })
    await refused(486, 'do-not-disturb')
    await change(1, { doNotDisturb: false, pageable: false })
    await refused(403, 'not-pageable')
    await change(1, { pageable: true })
    const unknown = await anna.invite('*80777')
    await unknown.status(404)
    assert.deepEqual([ben.incoming.mark(), carl.incoming.mark()], [atBen, atCarl], 'no phone rang')
    const { out, in: talking } = await talk(carl, ben, '102')
    await refused(486, 'busy')
    await talking.bye()
    await out.ended()
  })

  test('nobody from outside is led there: not by an inbound number, and not by a transfer', async () => {
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    try {
      await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
      const wrong = await house.api.send('POST', '/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '*80102' })
      assert.equal(wrong.status, 422)
      assert.match(wrong.body.toString(), /by intercom from extensions alone/)
      await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '101' })
      const mark = anna.incoming.mark()
      const from = await carrier.invite('+15550001000')
      const at = await anna.nextCall({ from: mark })
      await at.answer()
      await from.answered()
      const atBen = ben.incoming.mark()
      await at.refer(`<sip:*80102@${house.sip.host}>`)
      await at.referred(/^SIP\/2\.0 403/)
      assert.equal(ben.incoming.mark(), atBen)
      await from.bye()
    } finally {
      await carrier.close()
    }
  })
})
