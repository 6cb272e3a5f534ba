/** Whoever registered over whatever transport can call whoever registered over any other, and both hear each other. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneTransport } from '../support/phone.ts'

const TRANSPORTS: PhoneTransport[] = ['udp', 'tcp', 'tls', 'ws', 'wss']
const foreign = process.env['DRACHTIO'] ? 'DRACHTIO is set: what it serves is its own configuration' : false

suite('transports', { skip: foreign }, () => {
  let house: House
  let authority: string
  const callers = new Map<PhoneTransport, Phone>()
  const callees = new Map<PhoneTransport, { phone: Phone; line: Line }>()

  const phoneOver = (transport: PhoneTransport, line: Line): Promise<Phone> =>
    house.registered(line, { transport, trusts: authority, server: sipPlace(house.dialplane.pbx.sipAddresses(), `${transport}/`) })

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 2) })
    authority = (await house.api.get<{ authority: string }>('/system/certificates')).authority
    for (const [index, transport] of TRANSPORTS.entries()) {
      callers.set(transport, await phoneOver(transport, await house.extension(String(200 + index))))
      // Over WebSocket too this is no browser: it has plain audio only, and its extension says so.
      const line = await house.extension(String(300 + index), { encryption: 'off' })
      callees.set(transport, { phone: await phoneOver(transport, line), line })
    }
  })
  after(() => house?.close())

  test('the registrations show each transport', async () => {
    const shown = new Map((await house.registrations()).map((one) => [one.extensionNumber, one.transport]))
    assert.deepEqual(TRANSPORTS.map((_, index) => shown.get(String(200 + index))), TRANSPORTS)
  })

  test('phones are asked whether they are there over the way they came', async () => {
    for (const { phone } of callees.values()) await phone.received.until((message) => message.method === 'OPTIONS', 'OPTIONS')
  })

  for (const from of TRANSPORTS) {
    for (const to of TRANSPORTS) {
      test(`${from} calls ${to}: both hear each other, and the callee hangs up`, async () => {
        const caller = callers.get(from) as Phone
        const { phone: callee, line } = callees.get(to) as { phone: Phone; line: Line }
        const mark = callee.incoming.mark()
        const out = await caller.invite(line.number)
        const incoming = await callee.nextCall({ from: mark })
        assert.match(headerOf(incoming.invite, 'Via') ?? '', new RegExp(`^SIP/2\\.0/${to.toUpperCase()} `))
        await incoming.answer()
        await out.answered()
        out.audio.play(440)
        incoming.audio.play(1000)
        await Promise.all([out.audio.hears(1000), incoming.audio.hears(440)])
        await incoming.bye()
        await out.ended()
        const verdict = await house.verdict(out)
        assert.equal(verdict.termination?.result, 'answered')
        assert.deepEqual(verdict.legs.map((leg) => leg.transport), [from, to])
      })
    }
  }

  test('a connection that is lost ends its phone\'s reach; a new one brings it back', async () => {
    const line = await house.extension('400', { encryption: 'off' })
    const first = await phoneOver('wss', line)
    await first.close()
    const phone = await phoneOver('wss', line)
    const out = await (callers.get('udp') as Phone).invite('400')
    const incoming = await phone.nextCall()
    await incoming.answer()
    await out.answered()
    await out.bye()
    await incoming.ended()
  })

  test('a sips contact is taken over TLS and refused over anything else', async () => {
    const line = await house.extension('401')
    const secure = await phoneOver('tls', line)
    const { host, port } = secure.local
    const contact = `<sips:${line.user}@${host}:${port}>`
    assert.equal((await secure.register({ contact })).status, 200)
    const plain = await house.phone(line)
    assert.equal((await plain.register({ contact: `<sips:${line.user}@${plain.local.host}:${plain.local.port}>` })).status, 400)
    const out = await (callers.get('tcp') as Phone).invite('401')
    const incoming = await secure.nextCall()
    assert.match(incoming.invite.uri, /^sips:/)
    assert.match(headerOf(incoming.invite, 'Contact') ?? '', /<sips:/)
    await incoming.answer()
    await out.answered()
    await out.bye()
    await incoming.ended()
  })
})
