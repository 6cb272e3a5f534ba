/** Calls for help with real phones and carriers: where the caller is, who is told, the call back, 933, and what is written down. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

interface Located { name: string; source: string; floor: string; since: string | null; problems: string[] }
interface Device { deviceId: string; located: Located | null }
interface Help {
  id: string; kind: string; dialled: string; caller: { number: string; device: string | null }; location: Located | null; callbackNumber: string | null; outcome: string | null
  attempts: { trunk: string; status: number | null; answered: boolean }[]; notified: { how: string; to: string }[]; acknowledgedBy: string | null; note: string | null
}

suite('calls for help', () => {
  let house: House
  let mails: TestMailServer
  let carrier: Phone
  let trunk: { id: string }
  let line: Line
  let anna: Phone
  let guard: Phone
  let site: { id: string; problems: string[] }
  const places: Record<string, string> = {}
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    mails = await startMailServer()
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunk = await house.api.post('/trunks', { name: 'Carrier A', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true, sendLocation: true })
    line = await house.extension('101', { name: 'Anna Berg' })
    anna = await house.registered(line)
    guard = await house.registered(await house.extension('102', { name: 'Guard' }))
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main line', destination: '102' })
    await house.api.post('/inbound-numbers', { number: '+15550001911', name: 'For dispatchers', destination: '102' })
    await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: mails.port, security: 'none', username: null, sender: 'phones@example.com', senderName: '' })
    site = await house.api.post<{ id: string; problems: string[] }>('/emergency/sites', { name: 'HQ & annex', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12', callbackNumber: '+15550001911' })
    assert.deepEqual(site.problems, [])
    for (const [name, floor, room] of [['Reception', '1', ''], ['Lab', '3', '312'], ['Attic', '4', '']]) places[name!] = (await house.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name, floor, room })).id
    await house.api.send('PATCH', '/emergency/settings', { locationId: places['Reception'], mailTo: ['security@example.com'], extensions: ['102'] })
  })
  after(async () => {
    await carrier?.close()
    await mails?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const device = (): Promise<Device> => house.api.get<Device>(`/emergency/devices/${line.deviceId}`)
  const records = (): Promise<Help[]> => house.api.get<Help[]>('/emergency/calls')
  async function help(dialled = '911'): Promise<{ call: PhoneCall; there: PhoneCall }> {
    const mark = carrier.incoming.mark()
    const call = await anna.invite(dialled)
    return { call, there: await carrier.nextCall({ from: mark }) }
  }
  test('the place goes along as PIDF-LO beside the SDP, with the number of the building; nothing of the house is seen', async () => {
    const { call, there } = await help()
    const { headers, body, uri } = there.invite
    assert.match(uri, /^sip:911@/)
    assert.match(headerOf(there.invite, 'Content-Type') ?? '', /^multipart\/mixed;boundary=/)
    const cid = /^<cid:(.+)>$/.exec(headerOf(there.invite, 'Geolocation') ?? '')?.[1]
    assert.ok(cid)
    assert.equal(headerOf(there.invite, 'Geolocation-Routing'), 'yes')
    assert.ok(body.includes(`Content-ID: <${cid}>`))
    const pidf = /<\?xml[^]*<\/presence>/.exec(body)?.[0] ?? ''
    const values = [...pidf.matchAll(/<ca:(\w+)>([^<]*)</g)].map(([, tag, value]) => [tag, value])
    assert.deepEqual(values, [['country', 'US'], ['A1', 'IL'], ['A3', 'Springfield'], ['RD', 'Main Street'], ['HNO', '12'], ['LOC', 'Reception'], ['FLR', '1'], ['NAM', 'HQ &#38; annex'], ['PC', '62701']], 'in the order of the schema')
    assert.match(pidf, /entity="pres:\+15550001911@127\.0\.0\.1"/)
    assert.match(headerOf(there.invite, 'From') ?? '', /sip:\+15550001911@/)
    assert.doesNotMatch(`${headers.map(String).join('\n')}${body}`, /Anna|sip:101/)
    there.invite.body = /v=0[^]*?(?=\r\n--)/.exec(body)?.[0] ?? ''
    await there.answer()
    await call.answered()
    await hearEachOther(call, there)
    await there.bye()
    await call.ended()
    const mail = await mails.mailFor('security@example.com')
    assert.match(mail.headers, /^subject: EMERGENCY CALL: 101 Anna Berg dialled 911$/im)
    assert.match(mail.headers, /^importance: high$/im)
    assert.match(mail.parts[0]?.content.toString() ?? '', /Place: +12 Main Street, Springfield, IL 62701, US; floor 1/)
    const message = await guard.received.until(({ method }) => method === 'MESSAGE', 'a MESSAGE')
    assert.match(message.body, /EMERGENCY CALL: 101 Anna Berg[^]*floor 1/)
    const record = await eventually(async () => (await records()).find(({ outcome, notified }) => outcome !== null && notified.some(({ how }) => how === 'phone')), 'the record')
    assert.deepEqual([record.kind, record.dialled, record.caller.number, record.location?.name, record.location?.source, record.callbackNumber], ['call', '911', '101', 'Reception', 'default', '+15550001911'])
    assert.deepEqual(record.attempts.map(({ trunk: name, status, answered }) => [name, status, answered]), [['Carrier A', 200, true]])
    assert.deepEqual(record.notified.map(({ how, to }) => [how, to]).slice(1), [['mail', 'security@example.com'], ['phone', '102']])
    const acknowledged = await house.api.post<Help>(`/emergency/calls/${record.id}/acknowledge`, { note: 'I am there.' })
    assert.deepEqual([acknowledged.note, typeof acknowledged.acknowledgedBy], ['I am there.', 'string'])
    assert.equal((await house.api.send('POST', `/emergency/calls/${record.id}/acknowledge`, {})).status, 409)
  })

  test('the most specific that is known wins: access point, switch port, network, the phone’s own place, what its user says, the default', async () => {
    const at = `/emergency/devices/${line.deviceId}`
    const isAt = async (name: string, source: string): Promise<void> => assert.deepEqual([(await device()).located?.name, (await device()).located?.source], [name, source])
    await isAt('Reception', 'default')
    await house.api.ask('PUT', `${at}/place`, { locationId: places['Attic'] })
    await isAt('Attic', 'device')
    await house.api.ask('PUT', `${at}/confirmed`, { locationId: places['Lab'] })
    await isAt('Lab', 'confirmed')
    const network = await house.api.post<{ id: string }>('/emergency/networks', { kind: 'network', value: '127.0.0.0/8', locationId: places['Reception'] })
    await isAt('Attic', 'device')
    await house.api.ask('PUT', `${at}/place`, { locationId: null })
    await isAt('Reception', 'network')
    await house.api.post('/emergency/networks', { kind: 'switch-port', value: 'sw-3/*', locationId: places['Attic'] })
    await house.api.post('/emergency/networks', { kind: 'switch-port', value: 'sw-3/gi1/0/7', locationId: places['Lab'] })
    await house.api.post('/emergency/networks', { kind: 'bssid', value: '00-11-22-33-44-*', locationId: places['Attic'] })
    await house.api.ask('PUT', `${at}/network`, { chassis: 'SW-3', port: 'Gi1/0/7' })
    await isAt('Lab', 'switch-port')
    await house.api.ask('PUT', `${at}/network`, { chassis: 'sw-3', port: 'gi1/0/8' })
    await isAt('Attic', 'switch-port')
    await house.api.ask('PUT', `${at}/network`, { chassis: 'sw-3', port: 'gi1/0/7', bssid: '001122334455' })
    await isAt('Attic', 'bssid')
    assert.ok((await device()).located?.since, 'what a phone reported has an age')
    // The softphone has gone to another floor: the next call says so.
    const { call, there } = await help('9911')
    assert.match(there.invite.body, /<ca:FLR>4</)
    assert.match(there.invite.body, /<gp:method>802\.11</)
    there.reject(486)
    await call.ended()
    await house.api.ask('PUT', `${at}/network`, {})
    await house.api.ask('DELETE', `/emergency/networks/${network.id}`)
    await house.api.ask('PUT', `${at}/confirmed`, { locationId: null })
    await isAt('Reception', 'default')
  })

  test('what was said in another network no longer counts where the network tells, and is marked where nothing does', async () => {
    const laptop = await house.extension('103', { name: 'Laptop' })
    const at = `/emergency/devices/${laptop.deviceId}`
    const inOffice = await house.registered(laptop)
    await house.api.post('/emergency/networks', { kind: 'bssid', value: '02:00:00:00:00:01', locationId: places['Lab'] })
    await house.api.ask('PUT', `${at}/network`, { bssid: '02:00:00:00:00:01' })
    const seen = async (): Promise<[string | undefined, string | undefined, number | undefined]> => {
      const { located } = await house.api.get<Device>(at)
      return [located?.name, located?.source, located?.problems.length]
    }
    assert.deepEqual(await seen(), ['Lab', 'bssid', 0])
    await inOffice.unregister()
    const away = await house.registered(laptop, { address: '127.0.0.2' })
    assert.deepEqual(await seen(), ['Lab', 'bssid', 1], 'the last that is known, and that it may be wrong')
    const network = await house.api.post<{ id: string }>('/emergency/networks', { kind: 'network', value: '127.0.0.2', locationId: places['Attic'] })
    assert.deepEqual(await seen(), ['Attic', 'network', 0])
    const mark = carrier.incoming.mark()
    const call = await away.invite('911')
    const there = await carrier.nextCall({ from: mark })
    assert.match(there.invite.body, /<ca:FLR>4</)
    there.reject(486)
    await call.ended()
    await house.api.ask('DELETE', `/emergency/networks/${network.id}`)
  })

  test('a carrier that refuses the place gets the call without it; what one refuses goes to the next', async () => {
    const other = await openPhone({ server: house.sip, user: 'other', password: '' })
    const second = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier B', host: '127.0.0.1', port: other.local.port, callerId: '+15550002000', emergency: true })
    try {
      let mark = carrier.incoming.mark()
      const call = await anna.invite('911')
      const first = await carrier.nextCall({ from: mark })
      mark = carrier.incoming.mark()
      first.reject(415)
      const again = await carrier.nextCall({ from: mark })
      assert.equal(headerOf(again.invite, 'Content-Type'), 'application/sdp')
      assert.equal(headerOf(again.invite, 'Geolocation'), undefined)
      again.reject(404)
      const there = await other.nextCall()
      await there.answer()
      await call.answered()
      await hearEachOther(call, there)
      await call.bye()
      await there.ended()
      const record = await eventually(async () => (await records()).find(({ outcome, attempts }) => outcome !== null && attempts.length === 3), 'the record')
      assert.equal(record.callbackNumber, '+15550001911')
      assert.deepEqual(record.attempts.map(({ trunk: name, status }) => [name, status]), [['Carrier A', 415], ['Carrier A', 404], ['Carrier B', 200]])
    } finally {
      await house.api.ask('DELETE', `/trunks/${second.id}`)
      await other.close()
    }
  })

  test('a key of an attendant never leads to help, also when a route is changed later', async () => {
    const route = await house.api.post<{ id: string }>('/outbound-routes', { name: 'Short', pattern: '8.', strip: 0, trunkIds: [trunk.id] })
    const attendant = await house.api.post<{ id: string }>('/attendants', { number: '700', name: 'Menu', greeting: 'One.', keys: { 1: '8911' }, waitSeconds: 1, rounds: 1, noInput: '8911' })
    try {
      await house.api.ask('PATCH', `/outbound-routes/${route.id}`, { strip: 1 })
      assert.match((await house.api.send('PATCH', `/attendants/${attendant.id}`, { noInput: '8911' })).body.toString(), /emergency services/)
      const mark = carrier.incoming.mark()
      const call = await anna.invite('700')
      await call.answered()
      await call.ended()
      await house.idle()
      assert.equal(carrier.incoming.mark(), mark)
    } finally {
      await house.api.ask('DELETE', `/attendants/${attendant.id}`)
      await house.api.ask('DELETE', `/outbound-routes/${route.id}`)
    }
  })

  test('a call that will ring outside only later makes no room for help, and goes on', async () => {
    const route = await house.api.post<{ id: string }>('/outbound-routes', { name: 'Out', pattern: '92.', strip: 1, trunkIds: [trunk.id] })
    const group = await house.api.post<{ id: string }>('/ring-groups', { number: '600', name: 'Sales', members: [{ number: '92025550124', delaySeconds: 60 }, { extensionId: line.extensionId, delaySeconds: 0 }] })
    try {
      let mark = carrier.incoming.mark()
      const ordinary = await guard.invite('92025550123')
      const there = await carrier.nextCall({ from: mark })
      await there.answer()
      await ordinary.answered()
      const at = anna.incoming.mark()
      const waiting = await guard.invite('600')
      const atAnna = await anna.nextCall({ from: at })
      mark = carrier.incoming.mark()
      const call = await anna.invite('911')
      const first = await carrier.nextCall({ from: mark })
      mark = carrier.incoming.mark()
      first.reject(503)
      await there.ended()
      const second = await carrier.nextCall({ from: mark })
      assert.equal((await house.verdict(ordinary)).termination?.reason, 'displaced')
      second.reject(404)
      await call.ended()
      await atAnna.answer()
      await waiting.answered()
      await waiting.bye()
    } finally {
      await house.api.ask('DELETE', `/ring-groups/${group.id}`)
      await house.api.ask('DELETE', `/outbound-routes/${route.id}`)
    }
  })

  test('a carrier without a free channel gets the call again once an ordinary one has made room', async () => {
    const route = await house.api.post<{ id: string }>('/outbound-routes', { name: 'Out', pattern: '92.', strip: 1, trunkIds: [trunk.id] })
    try {
      let mark = carrier.incoming.mark()
      const ordinary = await guard.invite('92025550123')
      const there = await carrier.nextCall({ from: mark })
      await there.answer()
      await ordinary.answered()
      mark = carrier.incoming.mark()
      const call = await anna.invite('911')
      const first = await carrier.nextCall({ from: mark })
      mark = carrier.incoming.mark()
      first.reject(503)
      await there.ended()
      const second = await carrier.nextCall({ from: mark })
      assert.equal((await house.verdict(ordinary)).termination?.reason, 'displaced')
      assert.match(second.invite.body, /application\/pidf\+xml/, 'the place still goes along')
      second.reject(503)
      // There is nobody left to make room, and it ends.
      assert.equal((await call.ended()).status, 503)
    } finally {
      await house.api.ask('DELETE', `/outbound-routes/${route.id}`)
    }
  })

  test('a carrier from which nothing is heard while the place goes along is asked without it, so one trunk alone is enough', async () => {
    const deaf = await openPhone({ server: house.sip, user: 'deaf', password: '', hears: (text) => !text.includes('application/pidf+xml') })
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { port: deaf.local.port })
    try {
      const call = await anna.invite('911')
      const there = await deaf.nextCall()
      assert.equal(headerOf(there.invite, 'Content-Type'), 'application/sdp')
      assert.match(headerOf(there.invite, 'From') ?? '', /sip:\+15550001911@/)
      await there.answer()
      await call.answered()
      await hearEachOther(call, there)
      await there.bye()
      await call.ended()
      const record = await eventually(async () => (await records()).find(({ outcome, attempts }) => outcome !== null && attempts[0]?.status === 408), 'the record')
      assert.deepEqual(record.attempts.map(({ status, answered }) => [status, answered]), [[408, false], [200, true]])
    } finally {
      await house.api.ask('PATCH', `/trunks/${trunk.id}`, { port: carrier.local.port })
      await deaf.close()
    }
  })

  test('the dispatcher calls back, and the very phone rings, past do not disturb and forwards', async () => {
    const { call, there } = await help()
    there.reject(486)
    await call.ended()
    await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: true, forwardAlways: '102' })
    const { credentials } = await house.api.post<{ credentials: { deviceId: string; username: string; password: string } }>(`/extensions/${line.extensionId}/devices`, { name: 'Second phone' })
    const desk = await house.phone({ user: credentials.username, password: credentials.password })
    await desk.register()
    try {
      const [mark, elsewhere, reception] = [anna.incoming.mark(), desk.incoming.mark(), guard.incoming.mark()]
      const back = await carrier.invite('+15550001911')
      const ringing = await anna.nextCall({ from: mark })
      assert.match(headerOf(ringing.invite, 'From') ?? '', /"Emergency services:/)
      await ringing.answer()
      await back.answered()
      await hearEachOther(back, ringing)
      assert.deepEqual([desk.incoming.mark(), guard.incoming.mark()], [elsewhere, reception])
      await back.bye()
      await ringing.ended()
      // When she does not take it, nor her other phone, somebody else must.
      let rings = anna.incoming.mark()
      const again = await carrier.invite('+15550001911')
      ;(await anna.nextCall({ from: rings })).reject(486)
      rings = anna.incoming.mark()
      ;(await desk.nextCall({ from: elsewhere })).reject(486)
      ;(await anna.nextCall({ from: rings })).reject(486)
      const instead = await guard.nextCall({ from: reception })
      await instead.answer()
      await again.answered()
      await again.bye()
      await instead.ended()
    } finally {
      await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: false, forwardAlways: null })
      await desk.unregister()
    }
  })

  test('without a number for dispatchers the one that the last carrier showed is written down; the very phone has a moment before whoever it leads to', async () => {
    await house.api.ask('PATCH', `/emergency/sites/${site.id}`, { callbackNumber: null })
    const other = await openPhone({ server: house.sip, user: 'other', password: '' })
    const main = await house.api.post<{ id: string }>('/inbound-numbers', { number: '+15550002000', name: 'Second line', destination: '102' })
    const second = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier C', host: '127.0.0.1', port: other.local.port, callerId: '+15550002000', emergency: true })
    try {
      const { call, there } = await help()
      there.reject(404)
      const last = await other.nextCall()
      assert.match(headerOf(last.invite, 'From') ?? '', /sip:\+15550002000@/)
      last.reject(486)
      await call.ended()
      const record = await eventually(async () => (await records()).find(({ outcome, attempts }) => outcome !== null && attempts.at(-1)?.trunk === 'Carrier C'), 'the record')
      assert.equal(record.callbackNumber, '+15550002000')
      const [rings, reception] = [anna.incoming.mark(), guard.incoming.mark()]
      const back = await other.invite('+15550002000')
      const ringing = await anna.nextCall({ from: rings })
      assert.match(headerOf(ringing.invite, 'From') ?? '', /"Call back\? /)
      ringing.reject(486)
      const usual = await guard.nextCall({ from: reception })
      assert.doesNotMatch(headerOf(usual.invite, 'From') ?? '', /Call back/)
      await usual.answer()
      await back.answered()
      await back.bye()
      await usual.ended()
    } finally {
      await house.api.ask('DELETE', `/trunks/${second.id}`)
      await house.api.ask('DELETE', `/inbound-numbers/${main.id}`)
      await house.api.ask('PATCH', `/emergency/sites/${site.id}`, { callbackNumber: '+15550001911' })
      await other.close()
    }
  })

  test('933 tells the phone where help would be sent, and whether it did is written down', async () => {
    const tests = async (): Promise<Help[]> => (await records()).filter(({ kind }) => kind === 'test')
    const call = await anna.invite('933')
    await call.answered()
    await call.audio.hearsSomething()
    const record = await eventually(async () => (await tests())[0], 'the record')
    assert.match(record.outcome ?? '', /^Told: 12 Main Street, Springfield, IL 62701, US; floor 1/)
    await call.bye()
    const hasty = await anna.invite('933')
    await hasty.answered()
    await hasty.bye()
    const untold = await eventually(async () => (await tests()).find(({ id }) => id !== record.id), 'the second record')
    assert.equal(untold.outcome, 'Not told: the caller hung up before it was said.')
  })

  test('without any trunk for it the call is refused, and all the same told and written down', async () => {
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { emergency: false })
    const before = (await records()).length
    const call = await anna.invite('911')
    await call.ended()
    const record = await eventually(async () => { const all = await records(); return all.length > before && all[0]?.outcome ? all[0] : undefined }, 'the record')
    assert.deepEqual([record.attempts, record.location?.name], [[], 'Reception'])
    assert.match(record.outcome ?? '', /no outside line/)
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { emergency: true })
  })

  test('what is checked: addresses are flagged and kept, places in use stay, numbers are the company’s', async () => {
    const shed = await house.api.post<{ id: string; problems: string[] }>('/emergency/sites', { name: 'Shed', city: 'Springfield' })
    assert.deepEqual(shed.problems, ['The street is missing.', 'The house number is missing.', 'The state has two letters, such as IL.', 'A ZIP code has five digits.'])
    const refused = async (method: string, path: string, body: unknown, words: RegExp): Promise<void> => assert.match((await house.api.send(method, path, body)).body.toString(), words)
    await refused('PATCH', `/emergency/sites/${shed.id}`, { callbackNumber: '+15559999999' }, /not the company/)
    await refused('DELETE', `/emergency/locations/${places['Reception']}`, undefined, /Phones, trunks, networks or the default/)
    await refused('POST', '/emergency/networks', { kind: 'bssid', value: 'nonsense', locationId: places['Lab'] }, /An access point is written/)
    await refused('POST', '/emergency/networks', { kind: 'network', value: '192.0.2.0/40', locationId: places['Lab'] }, /A network is written/)
    await refused('POST', '/emergency/networks', { kind: 'switch-port', value: 'SW-3/*', locationId: places['Lab'] }, /tells of a place already/)
    await refused('PATCH', '/emergency/settings', { extensions: ['999'] }, /no extension 999/)
    await refused('PATCH', '/emergency/settings', { mailTo: ['nobody'] }, /no e-mail address/)
  })
})
