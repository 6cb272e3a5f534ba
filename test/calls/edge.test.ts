/** Phones behind an edge proxy of the operator's: kamailio, which adds a Path (RFC 3327). */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { startKamailio, type Kamailio } from '../support/kamailio.ts'
import { headersOf, openPhone, type Phone } from '../support/phone.ts'
import type { Line } from '../support/desk.ts'
import { freePort } from '../support/ports.ts'
import { missing } from '../support/run/peers.ts'

const skip = missing('kamailio') || (process.env['DRACHTIO'] ? 'a drachtio-server leaves out the Route of an application' : false)

suite('phones behind an edge proxy', { skip }, () => {
  let house: House
  let edge: Kamailio
  let lines: [Line, Line]

  before(async () => {
    house = await startHouse()
    edge = await startKamailio(`sip:${house.sip.host}:${house.sip.port}`, { edge: true })
    lines = [await house.extension('100'), await house.extension('101')]
  })
  after(async () => {
    await edge.close()
    await house.close()
  })

  /** Registered through the edge; its Contact leads nowhere, so that only the Path does. */
  const behind = async (line: Line, transport: 'udp' | 'tcp' = 'udp'): Promise<Phone> => {
    const phone = await house.phone(line, { server: { host: '127.0.0.1', port: edge.port }, contact: { host: '192.0.2.99', port: 5060 }, transport })
    const answer = await phone.register({ headers: [['Supported', 'path']] })
    assert.equal(answer.status, 200)
    assert.match(headersOf(answer, 'Path').join(), new RegExp(`^<sip:127\\.0\\.0\\.1:${edge.port};.*lr.*received=.*>$`))
    return phone
  }

  for (const transport of ['udp', 'tcp'] as const) {
    test(`a call goes along the Path to a phone behind the edge over ${transport}, and back`, async () => {
      const alice = await house.registered(lines[0])
      const bob = await behind(lines[1], transport)
      const out = await alice.invite('101')
      const ringing = await bob.nextCall()
      assert.match(headersOf(ringing.invite, 'Record-Route').join(), new RegExp(`127\\.0\\.0\\.1:${edge.port}`), 'it came over the edge')
      await ringing.answer()
      await out.answered()
      out.audio.play(440)
      await ringing.audio.hears(440)
      assert.equal((await out.bye()).status, 200)
      await ringing.ended()
      const back = await bob.invite('100')
      const incoming = await alice.nextCall()
      await incoming.answer()
      await back.answered()
      assert.equal((await incoming.bye()).status, 200)
      await back.ended()
      await house.idle()
      await alice.unregister()
      await bob.unregister()
    })
  }

  test('a phone that does not say that it knows Path is reached along it all the same, and is not told of it', async () => {
    const bob = await house.phone(lines[1], { server: { host: '127.0.0.1', port: edge.port }, contact: { host: '192.0.2.99', port: 5060 } })
    const answer = await bob.register()
    assert.deepEqual([answer.status, headersOf(answer, 'Path')], [200, []])
    const [shown] = await house.registrations()
    assert.equal(shown?.received, `127.0.0.1:${edge.port}`)
    const alice = await house.registered(lines[0])
    const out = await alice.invite('101')
    await (await bob.nextCall()).answer()
    await out.answered()
    assert.equal((await out.bye()).status, 200)
    await alice.unregister()
    await bob.unregister()
  })

  test('a keep-alive goes along the Path too', async () => {
    const bob = await behind(lines[1])
    const options = await bob.received.until((message) => message.method === 'OPTIONS', 'an OPTIONS', { ms: 40_000 })
    assert.match(headersOf(options, 'Via').join(), new RegExp(`127\\.0\\.0\\.1:${edge.port}`))
    await bob.unregister()
  })
})

test('after a restart calls still go along the Path; without the edge in SIP_EDGES its phones are refused', { skip }, async (t) => {
  const port = await freePort()
  const edge = await startKamailio(`sip:127.0.0.1:${port}`, { edge: true })
  t.after(() => edge.close())
  const first = await startHouse({ change: (settings) => void (settings.sip.port = port) })
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const lines = [await first.extension('100'), await first.extension('101')] as const
  const bob = await openPhone({ server: { host: '127.0.0.1', port: edge.port }, user: lines[1].user, password: lines[1].password, contact: { host: '192.0.2.99', port: 5060 } })
  t.after(() => bob.close())
  assert.equal((await bob.register()).status, 200)
  await first.close({ keep: true, phonesStay: true })

  const again = (edges: readonly string[]): Promise<House> => startHouse({
    home: first.home,
    change(settings) {
      settings.sip.port = port
      settings.sip.edges = edges
    },
  })
  const second = await again([])
  const alice = await second.registered(lines[0])
  const call = await alice.invite('101')
  await (await bob.nextCall()).answer()
  await call.answered()
  assert.equal((await call.bye()).status, 200)
  await second.idle()

  const refused = await bob.register()
  assert.deepEqual([refused.status, headersOf(refused, 'Unsupported')], [420, ['path']])
  assert.ok(second.warnings.some((line) => line.includes('SIP_EDGES')), second.warnings.join('\n'))
  await second.close({ keep: true, phonesStay: true })
})
