/** Speed dials: of the company and of an extension, dialled, transferred to, from a file, and what they may reach. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { ApiClient } from '../support/http-client.ts'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

interface Dial { id: string; number: string; name: string; target: string }

suite('speed dials', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let line: Line
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    line = await house.extension('101', { name: 'Anna' })
    anna = await house.registered(line)
    ben = await house.registered(await house.extension('102', { name: 'Ben' }))
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const list = () => house.api.get<Dial[]>('/speed-dials')
  const rightsOf = (outsideCalls: string) => house.api.send('PATCH', `/extensions/${line.extensionId}`, { outsideCalls })

  test('one of the company calls outside, and the history has the number; the extension has one of its own for the same', async () => {
    await house.api.post('/speed-dials', { number: '01', name: 'Head office', target: '9 (202) 555-0123' })
    const mark = carrier.incoming.mark()
    const call = await anna.invite('*001')
    const atCarrier = await carrier.nextCall({ from: mark })
    assert.match(atCarrier.invite.uri, /^sip:\+?1?2025550123@/)
    await atCarrier.answer()
    await call.answered()
    await hearEachOther(call, atCarrier)
    await call.bye()
    const { plan } = await house.verdict(call)
    assert.deepEqual(plan.steps[0], { step: 'Dial 92025550123', reason: '*001 is the speed dial Head office of the company' })
    const explained = await house.api.get<{ number: string; steps: { step: string; reason: string }[] }>(`/routing/explanation?from=101&to=${encodeURIComponent('*001')}`)
    assert.deepEqual([explained.number, explained.steps[0]?.reason], ['92025550123', '*001 is the speed dial Head office of the company'])

    assert.equal((await house.api.send('PATCH', `/extensions/${line.extensionId}`, { speedDials: [{ number: '01', name: 'Ben', target: '102' }] })).status, 200)
    const { out, in: there } = await talk(anna, ben, '*001')
    await out.bye()
    await there.ended()
  })

  test('it gives no right that the phone has not, and a call for help is one', async () => {
    await rightsOf('none')
    await house.api.post('/speed-dials', { number: '02', name: 'Branch', target: '92025550124' })
    const refused = await anna.invite('*002')
    assert.equal((await refused.ended(20_000)).status, 403)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /101 \(Anna\) may not call outside/)
    await house.api.post('/speed-dials', { number: '11', name: 'Help', target: '911' })
    const mark = carrier.incoming.mark()
    const help = await anna.invite('*011')
    const dispatcher = await carrier.nextCall({ from: mark })
    assert.match(dispatcher.invite.uri, /^sip:911@/)
    await dispatcher.answer()
    await help.answered()
    await help.bye()
    await dispatcher.ended()
    await rightsOf('national')
    const nobody = await anna.invite('*099')
    assert.equal((await nobody.ended(20_000)).status, 404)
    assert.match((await house.verdict(nobody)).plan.steps[0]?.reason ?? '', /has no speed dial 99, nor has the company/)
  })

  test('a phone transfers to one, with its own list', async () => {
    const carl = await house.registered(await house.extension('103', { name: 'Carl' }))
    const { out, in: there } = await talk(carl, anna, '101')
    const mark = ben.incoming.mark()
    await there.refer(`sip:*001@${house.sip.host}`)
    const sent = await ben.nextCall({ from: mark })
    await sent.answer()
    await there.ended()
    await hearEachOther(out, sent)
    await out.bye()
    await sent.ended()
  })

  test('from a file: tried first, changed by number, nothing done when a line is wrong; what is used is not deleted; undone', async () => {
    const send = async (csv: string, trial: boolean) => (await house.api.send('POST', '/speed-dials/import', { csv, trial })).json as { data: { created: number; updated: number; unchanged: number; errors: { line: number; field: string; message: string }[] } }
    const before = await list()
    const wrong = await send('number,name,target\n5,Short,102\n20,,102\n21,Nested,*001\n22,Twice,102\n22,Twice,102\n23,Words,abc\n', false)
    assert.deepEqual(wrong.data.errors.map(({ line: at, field }) => [at, field]), [[2, 'number'], [3, 'name'], [4, 'target'], [6, 'number'], [7, 'target']])
    assert.deepEqual(await list(), before)
    const file = 'number,name,target\n01,Headquarters,\n02,,\n0300,Ben,102\n'
    const tried = await send(file, true)
    assert.deepEqual([tried.data.created, tried.data.updated, tried.data.unchanged, tried.data.errors], [1, 1, 1, []])
    assert.deepEqual(await list(), before)
    await send(file, false)
    assert.deepEqual((await list()).map(({ number, name, target }) => [number, name, target]), [['01', 'Headquarters', '92025550123'], ['02', 'Branch', '92025550124'], ['0300', 'Ben', '102'], ['11', 'Help', '911']])
    const exported = await house.api.send('GET', '/speed-dials/export.csv')
    assert.match(exported.body.toString(), /0300,Ben,102/)
    const [found] = await house.api.get<{ id: string }[]>('/extensions?search=102')
    const kept = await house.api.send('DELETE', `/extensions/${found?.id}`)
    assert.equal(kept.status, 409)
    assert.match(kept.body.toString(), /\*00300 \(Ben\)/)
    const entries = await house.api.get<{ id: string; action: string }[]>('/audit?limit=10')
    const change = entries.find(({ action }) => action === 'speed-dial.update')
    assert.equal((await house.api.send('POST', `/audit/${change?.id}/undo`)).status, 200)
    assert.equal((await list())[0]?.name, 'Head office')
  })

  test('a person keeps those of the own extension, and nobody else\'s', async () => {
    const person = { name: 'Anna', email: 'anna@example.com', password: 'correct horse battery' }
    await house.api.post('/users', { ...person, roles: ['user'], extensionId: line.extensionId })
    const hers = new ApiClient(house.api.url)
    await hers.signIn(person)
    const own = await hers.get<{ number: string; speedDials: Omit<Dial, 'id'>[]; company: Omit<Dial, 'id'>[]; version: number }>('/own/speed-dials')
    assert.deepEqual([own.number, own.speedDials.length, own.company.length], ['101', 1, 4])
    const saved = await hers.send('PUT', '/own/speed-dials', { speedDials: [{ number: '05', name: 'Home', target: '9 202 555 0177' }], version: own.version })
    assert.equal(saved.status, 200)
    assert.equal((await hers.send('POST', '/speed-dials', { number: '77', name: 'Mine', target: '102' })).status, 403)
    const twice = await hers.send('PUT', '/own/speed-dials', { speedDials: [{ number: '05', name: 'A', target: '102' }, { number: '05', name: 'B', target: '102' }] })
    assert.equal(twice.status, 422)
    assert.match(twice.body.toString(), /05: is there twice/)
    assert.equal((await hers.send('PUT', '/own/speed-dials', { speedDials: [{ number: '06', name: 'Nested', target: '*005' }] })).status, 422)
    const mark = carrier.incoming.mark()
    const call = await anna.invite('*005')
    const atCarrier = await carrier.nextCall({ from: mark })
    assert.match(atCarrier.invite.uri, /2025550177@/)
    atCarrier.reject(486)
    await call.ended()
  })
})
