/** Blocked callers by the file, such as a list that others keep, and by a person for the own extension. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { ApiClient } from '../support/http-client.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

interface Rule { id: string; number: string; name: string; action: string; enabled: boolean; version: number }
interface Report { created: number; updated: number; unchanged: number; errors: { line: number; field: string; message: string }[] }

suite('lists of blocked callers', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let extensionId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000' })
    const line = await house.extension('101', { name: 'Anna' })
    extensionId = line.extensionId
    anna = await house.registered(line)
    await house.api.post('/inbound-numbers', { number: '+12025550000', name: 'Main', destination: '101' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const send = (csv: string, more: { trial?: boolean; name?: string } = {}): Promise<Report> => house.api.post<Report>('/blocked-callers/import', { csv, ...more })
  const rules = (): Promise<Rule[]> => house.api.get<Rule[]>('/blocked-callers')
  const from = (number: string): Promise<PhoneCall> => carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', `<sip:${number}@carrier.example>`]] })

  test('a trial changes nothing; then rules are made, with what the line or the list says of them, and hold at once', async () => {
    const csv = "number,name,action,enabled\n+1 (900) 555-0100,Lottery,busy,\n'+1976*,,,\n/^\\+1888\\d/,,hold,no\nanonymous,,Decline,yes\n"
    assert.deepEqual(await send(csv, { trial: true, name: 'Spam list' }), { created: 4, updated: 0, unchanged: 0, errors: [] })
    assert.deepEqual(await rules(), [])
    assert.deepEqual(await send(csv, { name: 'Spam list' }), { created: 4, updated: 0, unchanged: 0, errors: [] })
    assert.deepEqual(new Set((await rules()).map(({ number, name, action, enabled }) => [number, name, action, enabled].join('|'))), new Set(['+19005550100|Lottery|busy|true', '+1976*|Spam list|decline|true', '/^\\+1888\\d/|Spam list|hold|false', 'anonymous|Spam list|decline|true']))
    assert.equal((await (await from('+19005550100')).ended()).status, 486)
    assert.equal((await (await from('+19765550100')).ended()).status, 603)
  })

  test('what is there is changed where the file says so, and the rest stays; each change is audited and can be undone', async () => {
    assert.deepEqual(await send('number;action\n+1976*;voicemail\n+19005550100;\nanonymous;decline\n+1977*;\n'), { created: 1, updated: 1, unchanged: 2, errors: [] })
    const [changed] = (await rules()).filter(({ number }) => number === '+1976*')
    assert.deepEqual([changed?.name, changed?.action, changed?.version], ['Spam list', 'voicemail', 2])
    const audit = await house.api.get<{ id: string; action: string; subject: { id: string } }[]>('/audit?limit=10')
    assert.deepEqual(audit.slice(0, 3).map(({ action }) => action).toSorted(), ['blocked-caller.create', 'blocked-caller.import', 'blocked-caller.update'])
    assert.equal((await house.api.send('POST', `/audit/${audit.find(({ action }) => action === 'blocked-caller.update')?.id}/undo`)).status, 200)
    assert.equal((await rules()).find(({ number }) => number === '+1976*')?.action, 'decline')
  })

  test('the export is what the import reads', async () => {
    const csv = (await house.api.send('GET', '/blocked-callers/export.csv')).body.toString()
    assert.match(csv, /^\uFEFFnumber,name,action,enabled\r\n/)
    assert.deepEqual(await send(csv), { created: 0, updated: 0, unchanged: 5, errors: [] })
  })

  test('every wrong line is named, and nothing is changed', async () => {
    const before = await rules()
    const { errors, ...counts } = await send('number,name,action,enabled\n2025550123,,,\n+1978*,Good,,\n+1 978*,Twice,,\n/(?=1)/,,,\n')
    assert.deepEqual(counts, { created: 0, updated: 0, unchanged: 0 })
    assert.deepEqual(errors.map(({ line, field }) => [line, field]), [[2, 'number'], [4, 'number'], [5, 'number']])
    assert.match(errors[1]?.message ?? '', /\+1978\* is in line 3 already/)
    assert.deepEqual((await send('number,action,enabled\n+1978*,shout,\n,,\n+1979*,,perhaps\n303,,\n')).errors.map(({ line, field }) => [line, field]), [[2, 'action'], [4, 'enabled'], [5, 'number']])
    assert.deepEqual(await rules(), before)
    assert.match((await house.api.send('POST', '/blocked-callers/import', { csv: 'phone\n+1978*\n' })).body.toString(), /columns that are not known here: phone/)
    assert.match((await house.api.send('POST', '/blocked-callers/import', { csv: `number\n${Array.from({ length: 201 }, (_, at) => `/^\\+1${at}/`).join('\n')}\n` })).body.toString(), /at most 200 are looked for in every call/)
  })

  test('a list of ten thousand is read, and calls go on', async () => {
    const csv = `number\n${Array.from({ length: 10_000 }, (_, at) => `+1303555${String(at).padStart(4, '0')}`).join('\n')}\n`
    assert.deepEqual(await send(csv, { name: 'Long list' }), { created: 10_000, updated: 0, unchanged: 0, errors: [] })
    assert.equal((await (await from('+13035557777')).ended()).status, 603)
    const mark = anna.incoming.mark()
    const call = await from('+12025550177')
    const ringing = await anna.nextCall({ from: mark })
    await ringing.answer()
    await call.answered()
    await call.bye()
    await ringing.ended()
  })

  test('a person changes the list of the own extension, and of no other; without one it is said who helps', async () => {
    const person = { name: 'Anna Berg', email: 'anna@example.com', password: 'correct horse battery' }
    const user = await house.api.post<{ id: string; version: number }>('/users', { ...person, roles: ['user'] })
    const own = new ApiClient(house.api.url)
    await own.signIn(person)
    assert.match((await own.send('GET', '/own/blocked-callers')).body.toString(), /No extension is yours yet/)
    await house.api.ask('PATCH', `/users/${user.id}`, { extensionId })
    await own.signIn(person)
    const { number, version } = await own.get<{ number: string; version: number }>('/own/blocked-callers')
    assert.equal(number, '101')
    const list = [{ number: '+12025550177', name: 'My landlord' }, { number: '+1900*', name: 'Wins something', action: 'allow' }]
    assert.equal((await own.send('PUT', '/own/blocked-callers', { blockedCallers: list, version })).status, 200)
    assert.equal((await own.send('PUT', '/own/blocked-callers', { blockedCallers: [], version })).status, 409, 'changed meanwhile')
    assert.equal((await own.send('PATCH', `/extensions/${extensionId}`, { blockedCallers: [] })).status, 403)
    assert.equal((await own.send('POST', '/blocked-callers/import', { csv: 'number\n+1*\n' })).status, 403)
    assert.match((await own.send('PUT', '/own/blocked-callers', { blockedCallers: [{ number: '303', name: 'No country' }] })).body.toString(), /303: Enter the number with its country code/)
    assert.equal((await (await from('+12025550177')).ended()).status, 603)
    assert.deepEqual((await own.get<{ blockedCallers: Rule[] }>('/own/blocked-callers')).blockedCallers, [{ ...list[0], action: 'decline' }, list[1]])
    const [entry] = await house.api.get<{ action: string; actor: { name: string } }[]>('/audit?limit=1')
    assert.deepEqual([entry?.action, entry?.actor.name], ['extension.update', 'anna@example.com'])
  })
})
