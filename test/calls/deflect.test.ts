/** Phones that send their calls on by themselves: 302 with a Contact, as desk phones do that have a forward of their own. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

suite('phones that send calls on', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let lines: Line[]
  let phones: Phone[]
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    lines = await Promise.all(['101', '102', '103'].map((number) => house.extension(number)))
    phones = await Promise.all(lines.map((line) => house.registered(line)))
    anna = phones[0]!
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(async () => {
    for (const phone of [...phones, carrier]) phone.onCall = undefined
    await house.idle()
  })

  const sends = (phone: Phone, ...contacts: string[]): void => {
    phone.onCall = (call) => call.reject(302, contacts.map((contact) => ['Contact', contact] as const))
  }
  const at = (number: string): string => `<sip:${number}@${house.sip.host}:${house.sip.port}>`

  test('the call goes on as by a forward: the next phone is told whose it was, and the record tells the way', async () => {
    sends(phones[1]!, at('103'))
    const call = await anna.invite('102')
    const there = await phones[2]!.nextCall()
    assert.match(headerOf(there.invite, 'Diversion') ?? '', /^<sip:102@[^>]+>;reason=deflection/)
    assert.match(headerOf(there.invite, 'History-Info') ?? '', /^<sip:102@[^>]+\?Reason=SIP%3Bcause%3D302[^>]*>;index=1, <sip:103@[^>]+>;index=1\.1;mp=1$/)
    await there.answer()
    await call.answered()
    await hearEachOther(call, there)
    await call.bye()
    const { plan, termination } = await house.verdict(call)
    assert.equal(termination?.reason, 'hung-up')
    assert.ok(plan.steps.some(({ step, reason }) => step === 'Send the call on to 103' && /^The phone of 102 .* answered 302$/.test(reason)), JSON.stringify(plan.steps))
  })

  test('it speaks for all phones of the extension, and the most wanted contact counts', async () => {
    const second = await house.registered(lines[1]!)
    const ringing = second.incoming.mark()
    const mark = phones[2]!.incoming.mark()
    const call = await anna.invite('102')
    const rung = await second.nextCall({ from: ringing })
    rung.ring()
    const own = await phones[1]!.nextCall({ from: 1 })
    own.reject(302, [['Contact', `<sip:nobody@elsewhere.example>;q=0.9, ${at('199')};q=0.1, ${at('103')};q=0.8`]])
    assert.equal((await rung.ended()).how, 'cancel')
    const there = await phones[2]!.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    await call.bye()
    await second.close()
  })

  test('two that send to each other ring once each, and the call ends', async () => {
    sends(phones[1]!, at('103'))
    sends(phones[2]!, at('102'))
    const marks = [phones[1]!.incoming.mark(), phones[2]!.incoming.mark()]
    const call = await anna.invite('102')
    assert.equal((await call.ended()).status, 480)
    assert.deepEqual([phones[1]!.incoming.mark() - marks[0]!, phones[2]!.incoming.mark() - marks[1]!], [1, 1])
  })

  test('outside by the rights of whoever sends it on; never to the emergency services, nor to an address elsewhere', async () => {
    const calls = carrier.incoming.mark()
    await house.api.ask('PATCH', `/extensions/${lines[1]!.extensionId}`, { outsideCalls: 'none' })
    sends(phones[1]!, at('92025550123'))
    assert.equal((await (await anna.invite('102')).ended()).status, 403)
    for (const number of ['911', '9911']) {
      sends(phones[1]!, at(number))
      assert.equal((await (await anna.invite('102')).ended()).status, 404, number)
    }
    sends(phones[1]!, '<sip:bob@elsewhere.example>')
    const foreign = await anna.invite('102')
    assert.equal((await foreign.ended()).status, 480)
    assert.match((await house.verdict(foreign)).termination?.explanation ?? '', /sends the call on to sip:bob@elsewhere\.example, which is no number of this house/)
    assert.equal(carrier.incoming.mark(), calls)
    await house.api.ask('PATCH', `/extensions/${lines[1]!.extensionId}`, { outsideCalls: 'national' })
    sends(phones[1]!, 'tel:92025550123')
    const call = await anna.invite('102')
    const out = await carrier.nextCall({ from: calls })
    assert.match(out.invite.uri, /^sip:\+12025550123@/)
    await out.answer()
    await call.answered()
    await call.bye()
  })

  test('a member of a ring group sends on no call of the group', async () => {
    sends(phones[1]!, at('101'))
    await house.api.post('/ring-groups', { number: '600', name: 'Team', members: [1, 2].map((at) => ({ extensionId: lines[at]!.extensionId, delaySeconds: 0 })) })
    const mark = phones[2]!.incoming.mark()
    const call = await anna.invite('600')
    const there = await phones[2]!.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    await call.bye()
  })
})
