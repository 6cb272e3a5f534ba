/** Outbound routes that ask for a PIN: whoever dials enters one by the keys, the history says whose it was, too many wrong ones lock the extension, and nobody is sent over such a route who cannot be asked. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

interface Past { direction: string; pin: string | null; to: { number: string }; legs: unknown[]; plan: { steps: { step: string }[] } }
interface PinSet { id: string; name: string; version: number; pins: { id: string; label: string }[] }

suite('outbound routes with a PIN', () => {
  let house: House
  let mails: TestMailServer
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let lines: Line[]
  let set: PinSet
  let routeId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    mails = await startMailServer()
    await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: mails.port, security: 'none', username: null, sender: 'phones@example.com', senderName: '' })
    await house.api.ask('PATCH', '/toll/settings', { mailTo: ['boss@example.com'] })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben' })]
    ;[anna, ben] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone]
    set = await house.api.post<PinSet>('/pin-sets', { name: 'Outside', pins: [{ label: 'Anna', pin: '4711' }, { label: 'Sales', pin: '90210' }] })
    routeId = (await house.api.post<{ id: string }>('/outbound-routes', { name: 'With 9', pattern: '9.', strip: 1, trunkIds: [trunk.id], pinSetId: set.id })).id
  })
  after(async () => {
    await carrier?.close()
    await mails?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** Dials, is answered, hears the question, and enters these one after the other. */
  async function dial(phone: Phone, ...pins: string[]): Promise<PhoneCall> {
    const call = await phone.invite('92025550123')
    await call.answered()
    call.audio.play(0)
    for (const pin of pins) {
      await call.audio.hearsSomething()
      await call.audio.press(`${pin}#`)
    }
    return call
  }
  const explain = async (from: string, to: string): Promise<string> => JSON.stringify((await house.api.get<{ steps: unknown }>(`/routing/explanation?from=${from}&to=${to}`)).steps)

  test('the right PIN lets the call out, wrong ones are asked again; record, CSV and audit have the label and never the PIN', async () => {
    assert.match(await explain('101', '92025550123'), /Ask for a PIN of Outside, then call \+12025550123 over Carrier/)
    const mark = carrier.incoming.mark()
    const call = await dial(anna, '9999', '90210')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await hearEachOther(call, there)
    await call.bye()
    await there.ended()
    await house.idle()
    const past = (await house.api.get<Past[]>('/calls')).find(({ direction, legs }) => direction === 'outbound' && legs.length > 1)
    assert.deepEqual([past?.pin, past?.to.number], ['Sales', '92025550123'])
    assert.equal(past?.plan.steps[0]?.step, 'Let the call out by the PIN of Sales')
    const csv = (await house.api.send('GET', '/calls/export.csv')).body.toString()
    assert.match(csv, /,Currency,PIN,Call,/)
    assert.match(csv, /,Sales,/)
    for (const place of [csv, JSON.stringify(past), JSON.stringify(await house.api.get('/pin-sets')), JSON.stringify(await house.api.get('/audit?limit=100'))]) assert.doesNotMatch(place, /(?<![\w.-])(90210|4711|9999)(?![\w.-])/)
  })

  test('without a right one the call ends and the carrier sees nothing; after nine the extension is locked, and somebody told', async () => {
    const mark = carrier.incoming.mark()
    const call = await dial(ben, '1111', '22', '3333')
    await call.ended(20_000)
    await house.idle()
    const { termination, plan } = await house.verdict(call)
    assert.deepEqual([termination?.reason, plan.pin], ['wrong-outside-pin', undefined])
    for (let times = 0; times < 2; times += 1) {
      await (await dial(ben, '1111', '2222', '3333')).ended(20_000)
      await house.idle()
    }
    assert.equal(carrier.incoming.mark(), mark, 'no call went out')
    const [lock] = await eventually(async () => { const all = await house.api.get<{ extensionId: string; reason: string }[]>('/toll/locks'); return all.length > 0 && all }, 'the lock')
    assert.deepEqual([lock?.extensionId, lock?.reason], [lines[1]?.extensionId, 'too many tries with wrong PINs of Outside'])
    assert.match((await mails.mailFor('boss@example.com')).headers, /Locked: 102 Ben tries wrong PINs/)
    const refused = await ben.invite('92025550123')
    assert.equal((await refused.ended()).status, 403)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /102 \(Ben\) is locked for calls outside/)
    await house.api.ask('DELETE', `/toll/locks/${lines[1]?.extensionId}`)
    assert.match(await explain('102', '92025550123'), /Ask for a PIN/)
  })

  test('help is never asked for a PIN, whatever its route', async () => {
    for (const dialled of ['911', '9911']) {
      const mark = carrier.incoming.mark()
      const call = await anna.invite(dialled)
      const there = await carrier.nextCall({ from: mark })
      assert.match(there.invite.uri, /^sip:911@/)
      await there.answer()
      await call.answered()
      await call.bye()
      await there.ended()
      await house.idle()
    }
  })

  test('where nobody can be asked the route is not taken, with the reason: forwards, follow me; one who clicks is asked at the phone', async () => {
    const { extensionId = '' } = lines[1] ?? {}
    const forward = await house.api.send('PATCH', `/extensions/${extensionId}`, { forwardAlways: '92025550123' })
    assert.equal(forward.status, 422)
    assert.match(forward.body.toString(), /asks for a PIN of Outside, and whoever is sent there by 102 would not know one/)
    assert.match((await house.api.send('PATCH', `/extensions/${extensionId}`, { followMe: true, followMeTo: [{ target: '92025550123', delaySeconds: 0, ringSeconds: 20, confirm: false }] })).body.toString(), /asks for a PIN of Outside, and nobody who calls here would know one/)
    // One that was saved before the route asked is refused when it is called.
    await house.api.ask('PATCH', `/outbound-routes/${routeId}`, { pinSetId: null })
    await house.api.ask('PATCH', `/extensions/${extensionId}`, { forwardAlways: '92025550123' })
    await house.api.ask('PATCH', `/outbound-routes/${routeId}`, { pinSetId: set.id })
    const forwarded = await anna.invite('102')
    assert.equal((await forwarded.ended()).status, 403)
    assert.match((await house.verdict(forwarded)).termination?.explanation ?? '', /asks for a PIN of Outside, and nobody who calls 102 would know one/)
    await house.api.ask('PATCH', `/extensions/${extensionId}`, { forwardAlways: null })

    const rung = anna.incoming.mark()
    const mark = carrier.incoming.mark()
    await house.api.post('/calls', { extensionId: lines[0]?.extensionId, to: '92025550123' })
    const own = await anna.nextCall({ from: rung })
    await own.answer()
    own.audio.play(0)
    await own.audio.hearsSomething()
    await own.audio.press('4711#')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await hearEachOther(own, there)
    await own.bye()
    await there.ended()
  })

  test('weak PINs are refused, one that is used is not removed, those left out are gone, and a change keeps the others', async () => {
    const wrong = async (pins: { id?: string; label: string; pin?: string }[], complaint: RegExp): Promise<void> => {
      const { status, body } = await house.api.send('PATCH', `/pin-sets/${set.id}`, { pins })
      assert.equal(status, 422)
      assert.match(body.toString(), complaint)
      assert.doesNotMatch(body.toString(), /"[0-9]{4,}"/)
    }
    const kept = set.pins.map(({ id, label }) => ({ id, label }))
    for (const pin of ['123', '1234', '0000', '9876', '1212', '2580', '12345678901234', 'abcd']) await wrong([{ label: 'Weak', pin }], /Weak: /)
    await wrong([...kept, { label: 'Other', pin: '4711' }], /somebody else has this PIN already/)
    await wrong([...kept, { label: 'anna', pin: '8353' }], /there twice/)
    await wrong([{ label: 'New' }], /enter a PIN/)
    assert.match((await house.api.send('DELETE', `/pin-sets/${set.id}`)).body.toString(), /The outbound route With 9 asks for these PINs/)
    assert.match((await house.api.send('PATCH', `/outbound-routes/${routeId}`, { pinSetId: routeId })).body.toString(), /This PIN set is not there/)
    const [, sales] = kept
    await house.api.ask('PATCH', `/pin-sets/${set.id}`, { pins: [{ ...sales, label: 'Sales team' }, { label: 'Night', pin: '8353' }] })
    const mark = carrier.incoming.mark()
    const call = await dial(anna, '4711', '90210')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await there.bye()
    await call.ended()
    await house.idle()
    assert.equal((await house.api.get<Past[]>('/calls'))[0]?.pin, 'Sales team')
    await house.api.ask('PATCH', `/outbound-routes/${routeId}`, { pinSetId: null })
    assert.equal((await house.api.send('DELETE', `/pin-sets/${set.id}`)).status, 200)
  })
})
