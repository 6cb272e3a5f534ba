/** Numbers around calls for help, with real phones and a carrier: call-back numbers out of a pool. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { request as httpRequest } from 'node:http'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

interface Help {
  id: string; caller: { number: string }; callbackNumber: string | null; outcome: string | null; pool: { size: number; takenFrom: { caller: string } | null } | null
}
interface PoolNumber { number: string; holder: { caller: string; device: string | null } | null }

const [FIRST, SECOND] = ['+15550001901', '+15550001902'] as const

suite('numbers of calls for help', () => {
  let house: House
  let carrier: Phone
  let lines: Record<'anna' | 'ben' | 'cleo', Line>
  let phones: Record<'anna' | 'ben' | 'cleo', Phone>
  let site: { id: string }
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true, sendLocation: true })
    lines = { anna: await house.extension('101', { name: 'Anna' }), ben: await house.extension('102', { name: 'Ben' }), cleo: await house.extension('103', { name: 'Cleo' }) }
    phones = { anna: await house.registered(lines.anna), ben: await house.registered(lines.ben), cleo: await house.registered(lines.cleo) }
    for (const number of ['+15550001000', FIRST, SECOND]) await house.api.post('/inbound-numbers', { number, name: number, destination: '103' })
    site = await house.api.post<{ id: string }>('/emergency/sites', { name: 'HQ', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12', callbackPool: [FIRST, '+1 555 000-1902'] })
    const { id: locationId } = await house.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name: 'Hall', floor: '1' })
    await house.api.send('PATCH', '/emergency/settings', { locationId })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** The number that the carrier sees. */
  async function callForHelp(phone: Phone, dialled = '911'): Promise<{ from: string; to: string }> {
    const mark = carrier.incoming.mark()
    const call = await phone.invite(dialled)
    const there = await carrier.nextCall({ from: mark })
    there.reject(486)
    await call.ended()
    return { from: /sip:([^@]+)@/.exec(headerOf(there.invite, 'From') ?? '')?.[1] ?? '', to: /^sip:([^@]+)@/.exec(there.invite.uri)?.[1] ?? '' }
  }
  const records = (): Promise<Help[]> => house.api.get<Help[]>('/emergency/calls')
  const holders = async (): Promise<(string | null)[]> => (await house.api.get<PoolNumber[]>('/emergency/pool-numbers')).map(({ holder }) => holder && holder.caller)

  test('each phone shows a number of the pool of its own; a call back on it rings that very phone past everything, and no other', async () => {
    assert.deepEqual(await holders(), [null, null])
    assert.equal((await callForHelp(phones.anna)).from, FIRST)
    assert.equal((await callForHelp(phones.ben)).from, SECOND)
    assert.equal((await callForHelp(phones.anna)).from, FIRST, 'the same again')
    assert.deepEqual(await holders(), ['101', '102'])
    // The dispatcher is on the block list, Anna wants no calls, and her second phone is none of it.
    await house.api.ask('PATCH', `/extensions/${lines.anna.extensionId}`, { doNotDisturb: true, forwardAlways: '103' })
    await house.api.post('/blocked-callers', { number: '+15559110000', name: 'Calls every night' })
    const { credentials } = await house.api.post<{ credentials: { username: string; password: string } }>(`/extensions/${lines.anna.extensionId}/devices`, { name: 'Second phone' })
    const second = await house.phone({ user: credentials.username, password: credentials.password })
    await second.register()
    const marks = [second.incoming.mark(), phones.ben.incoming.mark(), phones.cleo.incoming.mark()]
    const mark = phones.anna.incoming.mark()
    const back = await carrier.invite('15550001901', { headers: [['P-Asserted-Identity', '<sip:+15559110000@carrier.example>']] })
    const ringing = await phones.anna.nextCall({ from: mark })
    assert.match(headerOf(ringing.invite, 'From') ?? '', /"Emergency services:/)
    await ringing.answer()
    await back.answered()
    await hearEachOther(back, ringing)
    assert.deepEqual([second.incoming.mark(), phones.ben.incoming.mark(), phones.cleo.incoming.mark()], marks)
    await back.bye()
    await ringing.ended()
    // That phone is gone: all others of the extension ring.
    await phones.anna.unregister()
    const at = second.incoming.mark()
    const again = await carrier.invite(FIRST)
    const instead = await second.nextCall({ from: at })
    await instead.answer()
    await again.answered()
    await again.bye()
    await instead.ended()
    await second.unregister()
    await phones.anna.register()
    await house.api.ask('PATCH', `/extensions/${lines.anna.extensionId}`, { doNotDisturb: false, forwardAlways: null })
  })

  test('with all in use the oldest is used again, the call goes out, and the report says whose it was', async () => {
    assert.equal((await callForHelp(phones.cleo)).from, SECOND, 'Anna called last')
    const record = await eventually(async () => (await records()).find(({ caller, outcome }) => caller.number === '103' && outcome !== null), 'the record')
    assert.deepEqual([record.callbackNumber, record.pool?.size, record.pool?.takenFrom?.caller], [SECOND, 2, '102'])
    const mark = phones.cleo.incoming.mark()
    const back = await carrier.invite(SECOND)
    const ringing = await phones.cleo.nextCall({ from: mark })
    await ringing.answer()
    await back.answered()
    await back.bye()
    await ringing.ended()
  })

  test('a phone with a number of its own shows that; what is in a pool shows for nothing else, and stays while it is in one', async () => {
    const refused = async (method: string, path: string, body: unknown, words: RegExp): Promise<void> => {
      const { status, body: said } = await house.api.send(method, path, body)
      assert.match(`${status} ${said.toString()}`, words)
    }
    await refused('PATCH', `/extensions/${lines.ben.extensionId}`, { outsideNumber: FIRST }, /^4\d\d .*pool of the site HQ/)
    await refused('PATCH', `/emergency/sites/${site.id}`, { callbackNumber: FIRST }, /^4\d\d .*pool of the site HQ/)
    await refused('POST', '/trunks', { name: 'Other', host: '127.0.0.1', callerId: FIRST }, /^4\d\d .*pool of the site HQ/)
    await refused('PATCH', `/emergency/sites/${site.id}`, { callbackPool: ['+15550001000'] }, /^4\d\d .*the trunk Carrier/)
    await refused('PATCH', `/emergency/sites/${site.id}`, { callbackPool: ['+15550009999'] }, /^4\d\d .*no inbound number/)
    const inbound = (await house.api.get<{ id: string; number: string }[]>('/inbound-numbers')).find(({ number }) => number === FIRST)
    await refused('DELETE', `/inbound-numbers/${inbound?.id}`, undefined, /^409 .*the pool of the site HQ/)
    await house.api.post('/inbound-numbers', { number: '+15550001555', name: 'Ben', destination: '102' })
    await house.api.ask('PATCH', `/extensions/${lines.ben.extensionId}`, { outsideNumber: '+15550001555' })
    assert.equal((await callForHelp(phones.ben)).from, '+15550001555')
  })

  test('the paths of the framework: sites, where the phones of an extension are, and saying so', async () => {
    const at = (path: string): string => `/../framework/nomadic-e911/${path}`
    const annex = await house.api.post<{ id: string; problems: string[] }>(at('create-site'), { name: 'Annex', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Side Street', houseNumber: '3' })
    assert.deepEqual((await house.api.get<{ name: string }[]>(at('sites'))).map(({ name }) => name), ['Annex', 'HQ'])
    const { id: locationId } = await house.api.post<{ id: string }>('/emergency/locations', { siteId: annex.id, name: 'Shed', floor: '0' })
    const shown = async (): Promise<(string | undefined)[]> => (await house.api.get<{ devices: { located: { name: string } | null }[] }>(at('location/103'))).devices.map(({ located }) => located?.name)
    assert.deepEqual(await shown(), ['Hall'])
    await house.api.post(at('update-location/103'), { locationId })
    assert.deepEqual(await shown(), ['Shed'])
    await house.api.post('/emergency/networks', { kind: 'bssid', value: '02:00:00:00:00:01', locationId })
    const told = await house.api.post<{ located: { source: string } }>(at('update-location/103'), { locationId: null, network: { bssid: '02-00-00-00-00-01' } })
    assert.equal(told.located.source, 'bssid')
    // The next call goes to the other building, which has no pool.
    assert.equal((await callForHelp(phones.cleo)).from, '+15550001000')
    for (const [status, path, body] of [[404, 'update-location/199', { locationId }], [400, 'update-location/103', {}], [422, 'update-location/103', { locationId: site.id }], [422, 'update-location/103', { deviceId: site.id, locationId }]] as const) assert.equal((await house.api.send('POST', at(path), body)).status, status)
    assert.equal((await house.api.send('GET', at('location/199'))).status, 404)
    await house.api.post(at('update-location/103'), { network: {} })
  })

  test('the numbers of the country where the phone is, also withheld, with a digit before it, and from an extension that is switched off', async () => {
    const taken = await house.extension('118', { name: 'Not in Italy' })
    const refused = async (method: string, path: string, body: unknown, words: RegExp): Promise<void> => assert.match((await house.api.send(method, path, body)).body.toString(), words)
    const address = { city: 'Berlin', postalCode: '10115', street: 'Hauptstraße', houseNumber: '7' }
    await refused('POST', '/emergency/sites', { name: 'Roma', country: 'IT', ...address }, /118 calls the emergency services in IT, and it is the number of Not in Italy/)
    const berlin = await house.api.post<{ id: string; helpNumbers: string[] }>('/emergency/sites', { name: 'Berlin', country: 'DE', ...address })
    assert.deepEqual(berlin.helpNumbers, ['112', '110'])
    const { id: locationId } = await house.api.post<{ id: string }>('/emergency/locations', { siteId: berlin.id, name: 'Empfang' })
    await house.api.ask('PUT', `/emergency/devices/${lines.cleo.deviceId}/place`, { locationId })
    const [trunk] = await house.api.get<{ id: string }[]>('/trunks')
    await house.api.post('/outbound-routes', { name: 'Out', pattern: '0XXXXXXX.', strip: 1, trunkIds: [trunk?.id] })
    for (const [dialled, called] of [['110', '110'], ['911', '112'], ['*67110', '110'], ['0112', '112']] as const) assert.equal((await callForHelp(phones.cleo, dialled)).to, called, dialled)
    const mark = carrier.incoming.mark()
    const call = await phones.anna.invite('110')
    await call.ended()
    assert.equal(carrier.incoming.mark(), mark, 'it means nothing in Springfield')
    await refused('POST', '/extensions', { number: '110', name: 'No' }, /110 calls the emergency services, from every phone/)
    await refused('POST', '/ring-groups', { number: '0112', name: 'No', members: [] }, /0112 calls the emergency services \(112, with the digits/)
    await refused('POST', '/extensions/import', { csv: 'number,name\n110,No\n', trial: true }, /110 calls the emergency services/)
    await refused('PATCH', `/extensions/${taken.extensionId}`, { forwardAlways: '110' }, /nothing that is set up may lead/)
    // Switched off for everything else.
    await house.api.ask('PATCH', `/extensions/${lines.cleo.extensionId}`, { enabled: false })
    assert.equal((await callForHelp(phones.cleo, '110')).to, '110')
    assert.equal((await (await phones.cleo.invite('101')).ended()).status, 407)
  })

  test('a phone asks where it is (HELD), and a carrier that got an address asks there while the call may be called back', async () => {
    interface Said { status: number; type: string; text: string; challenge: string }
    const held = (path: string, { method = 'POST', body, headers = {} }: { method?: string; body?: string; headers?: Record<string, string> } = {}): Promise<Said> => new Promise((resolve, reject) => {
      const outgoing = httpRequest(new URL(path, house.api.url), { method, agent: false, headers: { ...(body !== undefined && { 'Content-Type': 'application/held+xml' }), ...headers } }, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text: Buffer.concat(parts).toString(), challenge: incoming.headers['www-authenticate'] ?? '' }))
      }).on('error', reject)
      outgoing.end(body)
    })
    const ask = (inner = '', headers?: Record<string, string>): Promise<Said> => held('/held', { body: `<?xml version="1.0"?><h:locationRequest xmlns:h="urn:ietf:params:xml:ns:geopriv:held">${inner}</h:locationRequest>`, ...(headers && { headers }) })
    const device = (inner: string): string => `<device xmlns="urn:ietf:params:xml:ns:geopriv:held:id">${inner}</device>`
    const code = ({ status, text }: Said): string => `${status} ${/code="(\w+)"/.exec(text)?.[1] ?? ''}`.trim()
    const basic = ({ user, password }: Pick<Line, 'user' | 'password'>): Record<string, string> => ({ Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })

    assert.equal(code(await ask()), '200 locationUnknown', 'nobody may ask yet')
    await house.api.ask('PATCH', '/emergency/settings', { held: true })
    // Three phones are behind this address, and no network tells where that is.
    assert.equal(code(await ask()), '200 locationUnknown')
    const [place] = await house.api.get<{ id: string }[]>('/emergency/locations')
    const network = await house.api.post<{ id: string }>('/emergency/networks', { kind: 'network', value: '127.0.0.0/8', locationId: place?.id })
    const here = await ask()
    assert.deepEqual([here.status, here.type], [200, 'application/held+xml; charset=utf-8'])
    assert.match(here.text, /<locationResponse xmlns="urn:ietf:params:xml:ns:geopriv:held"><locationUriSet expires="[^"]+"><locationURI>http[^<]+\/held\/[\w-]+<\/locationURI><\/locationUriSet><presence [^]*<ca:A3>Berlin</)
    const uri = new URL(/<locationURI>([^<]+)</.exec(here.text)?.[1] ?? '').pathname
    assert.match((await held(uri, { method: 'GET', headers: { Accept: 'application/pidf+xml' } })).text, /^<\?xml[^]*<ca:A3>Berlin</)
    assert.equal((await held(`${uri.slice(0, -2)}xx`, { method: 'GET' })).status, 404)
    await house.api.ask('DELETE', `/emergency/networks/${network.id}`)

    // By what a phone is, for itself only.
    const own = basic(lines.anna)
    assert.match((await ask(`<h:locationType exact="true">civic</h:locationType>`, own)).text, /<locationResponse [^>]+><presence [^]*<ca:A3>Springfield</, 'without an address, which was not wanted')
    assert.match((await ask(device('<uri>sip:101@pbx.example</uri>'), own)).text, /<ca:A3>Springfield</)
    assert.equal(code(await ask(device('<uri>sip:102@pbx.example</uri>'), own)), '200 badIdentifier')
    const stranger = await ask(device('<mac>00-11-22-33-44-55</mac>'))
    assert.deepEqual([stranger.status, /^Basic /.test(stranger.challenge)], [401, true])
    assert.equal((await ask('', basic({ ...lines.anna, password: 'wrong' }))).status, 401)
    // A program may ask about any phone, also by the MAC address of one that is set up from here.
    const { token } = await house.api.post<{ token: string }>('/tokens', { name: 'LIS', permissions: ['emergency.read'] })
    const program = { Authorization: `Bearer ${token}` }
    assert.match((await ask(device('<uri>sip:103@pbx.example</uri>'), program)).text, /<ca:A3>Berlin</)
    assert.equal(code(await ask(device('<mac>00-11-22-33-44-55</mac>'), program)), '200 badIdentifier')
    await house.api.post('/phones', { name: 'Desk', vendor: 'yealink', model: 'T46U', mac: '80:5e:c0:12:34:56', lines: [lines.ben.extensionId] })
    assert.match((await ask(device('<mac>80-5E-C0-12-34-56</mac>'), program)).text, /<ca:A3>Springfield</)
    for (const [body, error] of [['<a', '200 xmlError'], ['<!DOCTYPE a><a/>', '200 xmlError'], ['<a/>', '200 unsupportedMessage']] as const) assert.equal(code(await held('/held', { body })), error, body)
    assert.equal(code(await ask('<h:locationType exact="true">geodetic</h:locationType>')), '200 cannotProvideLiType')
    assert.equal(code(await ask('<h:locationType>place</h:locationType>')), '200 requestError')
    assert.equal((await held('/held', { body: '{}', headers: { 'Content-Type': 'application/json' } })).status, 415)

    // The carrier is told where to ask.
    const [trunk] = await house.api.get<{ id: string }[]>('/trunks')
    for (const locationBy of ['reference', 'both']) {
      await house.api.ask('PATCH', `/trunks/${trunk?.id}`, { locationBy })
      const mark = carrier.incoming.mark()
      const call = await phones.anna.invite('911')
      const there = await carrier.nextCall({ from: mark })
      const geolocation = headerOf(there.invite, 'Geolocation') ?? ''
      assert.match(geolocation, locationBy === 'both' ? /^<cid:[^>]+>, <http[^>]+>$/ : /^<http[^>]+>$/)
      assert.equal(there.invite.body.includes('pidf'), locationBy === 'both')
      const at = new URL(/<(http[^>]+)>/.exec(geolocation)?.[1] ?? '').pathname
      assert.match((await held(at, { method: 'GET' })).text, /<locationResponse [^>]+><presence [^]*<ca:A3>Springfield</)
      there.reject(486)
      await call.ended()
      assert.match((await held(at, { method: 'GET' })).text, /<ca:A3>Springfield</, 'and for the hours of a call back')
    }
  })

  test('a wire map is tried, read all or none, moves what is there, decides where a phone is, and comes back as it was', async () => {
    interface Report { created: number; updated: number; unchanged: number; errors: { line: number; field: string; message: string }[] }
    const read = (csv: string, trial = false): Promise<Report> => house.api.post('/emergency/networks/import', { csv, trial })
    const count = async (): Promise<number> => (await house.api.get<unknown[]>('/emergency/networks')).length
    const before = await count()
    for (const [name, floor] of [['Lab', '3'], ['Attic', '4']]) await house.api.post('/emergency/locations', { siteId: site.id, name, floor })
    const wrong = await read('kind,value,chassis,port,place\nbssid,00:11:22:zz,,,Lab\nwifi,x,,,Lab\nnetwork,10.7.0.0/16,,,Cellar\nsubnet,10.8.0.0/16,,,Lab\nnetwork,10.8.0.0/16,,,Attic\n')
    assert.deepEqual(wrong.errors.map(({ line, field }) => [line, field]), [[2, 'value'], [3, 'kind'], [4, 'place'], [6, 'value']])
    assert.match(wrong.errors[2]?.message ?? '', /There is no place Cellar/)
    const map = 'kind;value;chassis;port;place\nbssid;00-AA-BB-CC-DD-*;;;lab\nswitch-port;;SW-7;Gi1/0/4;Lab\nswitch-port;;SW-7;;Attic\npublic-address;198.51.100.9;;;Attic\n'
    assert.deepEqual(await read(map, true), { created: 4, updated: 0, unchanged: 0, errors: [] })
    assert.equal(await count(), before, 'nothing came of a wrong file and of a trial')
    assert.deepEqual(await read(map), { created: 4, updated: 0, unchanged: 0, errors: [] })
    const seen = async (network: object): Promise<string | undefined> => (await house.api.ask<{ located: { name: string } }>('PUT', `/emergency/devices/${lines.ben.deviceId}/network`, network)).located.name
    assert.deepEqual([await seen({ chassis: 'sw-7', port: 'gi1/0/4' }), await seen({ chassis: 'sw-7', port: 'gi1/0/5' }), await seen({ bssid: '00:aa:bb:cc:dd:11' })], ['Lab', 'Attic', 'Lab'])
    assert.deepEqual(await read('kind,value,place\nbssid,00:aa:bb:cc:dd:*,Attic\nswitch-port,sw-7/*,Attic\n'), { created: 0, updated: 1, unchanged: 1, errors: [] })
    assert.equal(await seen({ bssid: '00:aa:bb:cc:dd:11' }), 'Attic')
    const file = (await house.api.send('GET', '/emergency/networks/export.csv')).body.toString()
    assert.match(file, /bssid,00:aa:bb:cc:dd:\*,Attic\r\n[^]*switch-port,sw-7\/gi1\/0\/4,Lab/)
    assert.deepEqual(await read(file), { created: 0, updated: 0, unchanged: before + 4, errors: [] })
  })
})
