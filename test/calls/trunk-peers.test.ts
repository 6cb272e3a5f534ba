/** A customer's PBX at the far end of a trunk: it registers with us, gets the calls of the trunk and makes its own. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'

interface Trunk {
  id: string
  status: { state: string; cause: string | null; registration: { state: string; expiresAt: string | null } | null; peer: { address: string; contact: string; transport: string } | null }
}
const PASSWORD = 'a-long-secret-of-the-branch'

suite('a PBX that registers with us', () => {
  let house: House
  let trunk: Trunk
  let anna: Phone
  let branch: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    trunk = await house.api.post<Trunk>('/trunks', { name: 'Branch', registersHere: true, username: 'branch', password: PASSWORD, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Branch', pattern: '7.', strip: 1, trunkIds: [trunk.id] })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '101' })
    branch = await openPhone({ server: house.sip, user: 'branch', password: PASSWORD })
  })
  after(async () => {
    await branch?.close()
    await house?.close()
  })
  afterEach(() => house.idle())
  const now = async (): Promise<Trunk['status']> => (await house.api.get<Trunk>(`/trunks/${trunk.id}`)).status

  test('wrong settings are refused with what is missing', async () => {
    for (const [wrong, field] of [[{ registersHere: true, username: 'x' }, 'password'], [{ registersHere: true, username: 'x', password: 'short' }, 'password'], [{ registersHere: true, register: true, username: 'x', password: PASSWORD }, 'registersHere'], [{}, 'host']] as const) {
      const answer = await house.api.send('POST', '/trunks', { name: 'Wrong', ...wrong })
      assert.deepEqual([answer.status, answer.body.toString().includes(`"${field}"`)], [422, true], answer.body.toString())
    }
    assert.equal((await house.api.send('POST', '/trunks', { name: 'Twice', registersHere: true, username: 'branch', password: PASSWORD })).status, 409)
    assert.equal((await house.api.send('PATCH', `/trunks/${trunk.id}`, { registersHere: false })).status, 422, 'it has no host')
  })

  test('before it registers, calls have nowhere to go; a wrong password does not register', async () => {
    assert.deepEqual([(await now()).state, (await now()).registration?.state], ['down', 'trying'])
    assert.equal((await (await anna.invite('75550123')).ended()).status, 503)
    const thief = await openPhone({ server: house.sip, user: 'branch', password: 'guessed-by-somebody' })
    try {
      assert.equal((await thief.register()).status, 401)
      assert.equal((await (await thief.invite('+15550001000')).ended()).status, 407)
    } finally {
      await thief.close()
    }
    assert.equal((await now()).peer, null)
  })

  test('registered, it gets calls for numbers of its own, and says who called', async () => {
    const answer = await branch.register()
    assert.equal(answer.status, 200)
    assert.match(headerOf(answer, 'Contact') ?? '', new RegExp(`^<sip:branch@127\\.0\\.0\\.1:${branch.local.port}.*>;expires=\\d+$`))
    const status = await now()
    assert.deepEqual([status.state, status.registration?.state, status.peer?.address, status.peer?.transport], ['up', 'registered', `127.0.0.1:${branch.local.port}`, 'udp'])
    assert.ok(Date.parse(status.registration?.expiresAt ?? '') > Date.now())
    const mark = branch.incoming.mark()
    const call = await anna.invite('72025550123')
    const there = await branch.nextCall({ from: mark })
    assert.match(there.invite.uri, new RegExp(`^sip:\\+12025550123@127\\.0\\.0\\.1:${branch.local.port}`))
    assert.match(headerOf(there.invite, 'From') ?? '', /^<sip:\+15550001000@127\.0\.0\.1/)
    await there.answer()
    await call.answered()
    call.audio.play(440)
    await there.audio.hears(440)
    await call.bye()
    await there.ended()
  })

  test('its calls in prove themselves by digest, MD5 and SHA-256, and reach inbound numbers and nothing else', async () => {
    const mark = anna.incoming.mark()
    const call = await branch.invite('+15550001000', { headers: [['P-Asserted-Identity', '<sip:+12025550999@branch>']] })
    const there = await anna.nextCall({ from: mark })
    assert.match(headerOf(there.invite, 'From') ?? '', /<sip:\+12025550999@/)
    await there.answer()
    await call.answered()
    await call.bye()
    await there.ended()
    const view = await house.verdict(call)
    assert.deepEqual([view.direction, view.from.number], ['inbound', '+12025550999'])
    for (const inside of ['101', '72025550123']) assert.equal((await (await branch.invite(inside)).ended()).status, 404)
    // A trunk's password is no phone's.
    assert.equal((await branch.request('MESSAGE', `sip:101@${house.sip.host}`, [['Content-Type', 'text/plain']], 'hello')).status, 407)
  })

  test('its calls to the emergency services go out before every inbound number, as from where the PBX is', async () => {
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const out = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, emergency: true, sendLocation: true, callerId: '+15550009999' })
    try {
      const site = await house.api.post<{ id: string }>('/emergency/sites', { name: 'Branch house', street: 'Elm Street', houseNumber: '7', city: 'Springfield', state: 'IL', postalCode: '62701' })
      const place = await house.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name: 'Branch', floor: '2' })
      assert.equal((await house.api.send('PUT', `/emergency/trunks/${out.id}/place`, { locationId: place.id })).status, 422, 'no PBX registers there')
      await house.api.ask('PUT', `/emergency/trunks/${trunk.id}/place`, { locationId: place.id })
      const all = await house.api.get<{ name: string; located: { source: string; floor: string } | null }[]>('/emergency/trunks')
      assert.deepEqual(all.map(({ name, located }) => [name, located?.source, located?.floor]), [['Branch', 'device', '2']])
      const call = await branch.invite('911', { headers: [['P-Asserted-Identity', '<sip:+12025550999@branch>']] })
      const there = await carrier.nextCall()
      assert.match(there.invite.uri, /^sip:911@/)
      assert.match(headerOf(there.invite, 'From') ?? '', /sip:\+15550001000@/)
      assert.match(there.invite.body, /<ca:FLR>2<\/ca:FLR>|Elm Street/)
      await there.answer()
      await call.answered()
      await call.bye()
      await there.ended()
      await house.verdict(call)
      const [record] = await house.api.get<{ caller: { number: string; device: string | null }; location: { why: string } | null; answeredAt: string | null }[]>('/emergency/calls')
      assert.deepEqual([record?.caller.number, record?.caller.device, record?.location?.why], ['+12025550999', 'Branch', 'the PBX of the trunk Branch has its place there'])
      assert.equal((await house.api.send('DELETE', `/emergency/locations/${place.id}`)).status, 409)
    } finally {
      await house.api.ask('DELETE', `/trunks/${out.id}`)
      await carrier.close()
    }
  })

  test('over a connection of its own it is known without another proof; the end of the connection ends the registration', async () => {
    const tcp = await openPhone({ server: house.sip, user: 'branch', password: PASSWORD, transport: 'tcp' })
    try {
      assert.equal((await tcp.register()).status, 200)
      assert.equal((await now()).peer?.transport, 'tcp')
      const mark = anna.incoming.mark()
      const call = await tcp.invite('+15550001000', { headers: [] })
      await (await anna.nextCall({ from: mark })).answer()
      await call.answered()
      await call.bye()
      assert.equal(headerOf(call.invite, 'Proxy-Authorization'), undefined, 'nobody asked for one')
    } finally {
      await tcp.close()
    }
    await eventually(async () => (await now()).peer === null, 'the registration to end')
    assert.deepEqual([(await now()).state, /no longer registered/.test((await now()).cause ?? '')], ['down', true])
  })

  test('a new password ends it, and leaving ends it', async () => {
    assert.equal((await branch.register()).status, 200)
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { password: `${PASSWORD}-new` })
    await eventually(async () => (await now()).peer === null, 'the registration to be forgotten')
    assert.equal((await branch.register()).status, 401)
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { password: PASSWORD })
    await eventually(async () => (await branch.register()).status === 200, 'the old one to be right again')
    await branch.unregister()
    assert.equal((await now()).peer, null)
  })
})
