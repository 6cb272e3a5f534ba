/** Where a phone is: a table of what is known against what is told, addresses, and the document on the wire. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import type { SnapshotEmergency } from '../../../pbx/directory/types.ts'
import type { Located } from '../../../pbx/index.ts'
import { addressLine, locate, problemsOf } from '../../../pbx/routing/locate.ts'
import { locationBody, pidfLo } from '../../../pbx/trunks/pidf-lo.ts'

const site = (id: string) => ({ id, name: id, country: 'US', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12', callbackNumber: '+15550001911', callbackPool: [] })
const place = (id: string, siteId: string, callbackNumber: string | null = null) => ({ id, siteId, name: id, floor: '2', room: '', details: '', callbackNumber })
const emergency = (over: Partial<SnapshotEmergency> = {}): SnapshotEmergency => ({
  ...NOWHERE, sites: [site('hq'), site('annex')], locations: [place('lab', 'hq', '+15550001312'), place('hall', 'hq'), place('shed', 'annex')],
  networks: [
    { kind: 'bssid', value: '00:11:22:33:44:55', locationId: 'lab' }, { kind: 'bssid', value: '00:11:22:*', locationId: 'hall' }, { kind: 'switch-port', value: 'sw/1', locationId: 'lab' }, { kind: 'switch-port', value: 'sw/*', locationId: 'hall' },
    { kind: 'network', value: '10.0.0.0/8', locationId: 'hall' }, { kind: 'network', value: '10.1.0.0/16', locationId: 'shed' }, { kind: 'network', value: '2001:db8::/32', locationId: 'shed' }, { kind: 'network', value: '198.51.100.7', locationId: 'lab' },
  ],
  settings: { ...NOWHERE.settings, locationId: 'hall' }, ...over,
})
const known = (of: Partial<{ locationId: string; confirmedLocationId: string; reported: object; from: string }>): Partial<SnapshotEmergency> => ({
  devices: new Map([['d', { locationId: of.locationId ?? null, confirmedLocationId: of.confirmedLocationId ?? null, confirmedAt: of.confirmedLocationId ? 7 : null, confirmedFrom: of.from ?? null, reported: of.reported ?? null, reportedAt: of.reported ? 9 : null, reportedFrom: of.from ?? null }]]),
})

test('the most specific that is known wins', () => {
  const table: [what: string, of: Parameters<typeof known>[0], address: string | undefined, place: string, source: string, since: number | null][] = [
    ['nothing', {}, undefined, 'hall', 'default', null],
    ['a network', {}, '10.9.9.9', 'hall', 'network', null],
    ['the narrower network', {}, '10.1.2.3', 'shed', 'network', null],
    ['IPv6', {}, '2001:db8::1', 'shed', 'network', null],
    ['one address', {}, '198.51.100.7', 'lab', 'network', null],
    ['no known network', {}, '203.0.113.1', 'hall', 'default', null],
    ['an access point before the network', { reported: { bssid: '00:11:22:33:44:55' } }, '10.1.2.3', 'lab', 'bssid', 9],
    ['the rest of its kind', { reported: { bssid: '00:11:22:99:99:99' } }, '10.1.2.3', 'hall', 'bssid', 9],
    ['a port', { reported: { chassis: 'SW', port: '1' } }, undefined, 'lab', 'switch-port', 9],
    ['another port', { reported: { chassis: 'sw', port: '2' } }, undefined, 'hall', 'switch-port', 9],
    ['a switch nobody knows', { reported: { chassis: 'sw2', port: '1' } }, '10.1.2.3', 'shed', 'network', null],
    ['its own address behind a NAT', { reported: { address: '10.1.0.9' } }, '203.0.113.1', 'shed', 'network', 9],
    ['its user', { confirmedLocationId: 'shed' }, undefined, 'shed', 'confirmed', 7],
    ['the network before its user', { confirmedLocationId: 'shed' }, '10.9.9.9', 'hall', 'network', null],
    ['its own place, with nothing else', { locationId: 'lab' }, undefined, 'lab', 'device', null],
    ['its own place in the building the network says', { locationId: 'lab' }, '10.9.9.9', 'lab', 'device', null],
    ['carried to another building', { locationId: 'lab' }, '10.1.2.3', 'shed', 'network', null],
    ['an IPv4 address as IPv6 sockets write it', {}, '::ffff:10.1.2.3', 'shed', 'network', null],
    ['what its user said in the network it is still in', { confirmedLocationId: 'shed', from: '203.0.113.1' }, '203.0.113.1', 'shed', 'confirmed', 7],
    ['what its user said in another', { confirmedLocationId: 'shed', from: '203.0.113.1' }, '203.0.113.2', 'shed', 'confirmed', 7],
    ['its own place before what its user said in another', { confirmedLocationId: 'shed', locationId: 'lab', from: '203.0.113.1' }, '203.0.113.2', 'lab', 'device', null],
    ['an access point of another network gives way to the network', { reported: { bssid: '00:11:22:33:44:55' }, from: '203.0.113.1' }, '10.1.2.3', 'shed', 'network', null],
    ['an access point with another address of the same network', { reported: { bssid: '00:11:22:33:44:55' }, from: '10.1.9.9' }, '10.1.2.3', 'lab', 'bssid', 9],
    ['an access point with another address of the same IPv6 network', { reported: { bssid: '00:11:22:33:44:55' }, from: '2001:db9::1' }, '2001:db9::2', 'lab', 'bssid', 9],
    ['an access point in a network nobody knows, now in another', { reported: { bssid: '00:11:22:33:44:55' }, from: '203.0.113.1' }, '203.0.113.2', 'lab', 'bssid', 9],
    ['an access point that its phone does not say where', { reported: { bssid: '00:11:22:33:44:55' } }, '203.0.113.2', 'lab', 'bssid', 9],
    ['an access point before its own place', { locationId: 'hall', reported: { bssid: '00:11:22:33:44:55' } }, '10.9.9.9', 'lab', 'bssid', 9],
  ]
  for (const [what, of, address, expected, source, since] of table) {
    const found = locate(emergency(known(of)), { deviceId: 'd', ...(address !== undefined && { address }) })
    assert.deepEqual([found?.locationId, found?.source, found?.since], [expected, source, since], what)
  }
  const moved = (of: Parameters<typeof known>[0], address: string) => locate(emergency(known(of)), { deviceId: 'd', address })
  for (const said of [{ confirmedLocationId: 'shed', from: '203.0.113.1' }, { reported: { bssid: '00:11:22:33:44:55' }, from: '203.0.113.1' }]) {
    assert.deepEqual(moved(said, '203.0.113.1')?.problems, [])
    assert.match(moved(said, '203.0.113.2')?.problems.join() ?? '', /changed its network/, 'it is said that it may be wrong')
    assert.match(moved(said, '203.0.113.2')?.why ?? '', /in another network/)
  }
  assert.equal(locate(emergency({ settings: NOWHERE.settings }), { deviceId: 'd' }), undefined)
  assert.deepEqual(['10.9.9.9', '198.51.100.7'].map((address) => locate(emergency(), { deviceId: 'd', address })?.callbackNumber), ['+15550001911', '+15550001312'])
})

test('what an ambulance would miss is flagged', () => {
  const good = site('hq')
  assert.deepEqual(problemsOf(good), [])
  assert.deepEqual(problemsOf({ ...good, street: 'P.O. Box 7', postalCode: '6270', state: 'Illinois', houseNumber: ' ' }).length, 4)
  assert.deepEqual(problemsOf({ ...good, country: 'DE', state: '', postalCode: '10115' }), [])
})

test('the document has the order of the schema, escapes what people write, and names nobody of the house', () => {
  const located: Located = { ...locate(emergency(), { deviceId: 'd', address: '198.51.100.7' })!, room: '3 & "4" <x>', details: 'north wing' }
  const document = pidfLo(located, '12025550100@carrier.example', Date.parse('2026-11-26T12:00:00Z'))
  assert.deepEqual([...document.matchAll(/<ca:(\w+)>/g)].map(([, tag]) => tag), ['country', 'A1', 'A3', 'RD', 'HNO', 'LOC', 'FLR', 'NAM', 'PC', 'ROOM'])
  assert.match(document, /<ca:ROOM>3 &#38; &#34;4&#34; &#60;x&#62;<\/ca:ROOM>/)
  assert.match(document, /<gp:usage-rules><gbp:retransmission-allowed>true<\/gbp:retransmission-allowed><gbp:retention-expiry>2026-11-27T12:00:00\.000Z<\/gbp:retention-expiry><\/gp:usage-rules>/)
  assert.match(document, /xmlns:gbp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"/)
  // RFC 4479: the extension, then the device's name, then when; each in its place or the document is not valid.
  assert.match(document, /<\/gp:geopriv>\s*<dm:deviceID>urn:uuid:[0-9a-f-]{36}<\/dm:deviceID>\s*<dm:timestamp>[^<]+<\/dm:timestamp>\s*<\/dm:device>/)
  assert.match(document, /<gp:method>Derived</)
  const { headers, part } = locationBody(located, 'a@b', 0)
  assert.equal(headers['Geolocation'], `<cid:${part?.contentId}>`)
  assert.equal(addressLine(located), '12 Main Street, Springfield, IL 62701, US; floor 2, room 3 & "4" <x>, north wing')
  assert.equal(addressLine({ ...located, site: { ...located.site, country: 'DE', state: '', postalCode: '10115', city: 'Berlin' }, floor: '', room: '', details: '' }), 'Main Street 12, Berlin, 10115, DE (lab)')
})
