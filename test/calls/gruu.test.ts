/** Addresses that mean one phone (RFC 5627): calls to them, and phones that say them of themselves. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headersOf, type Phone } from '../support/phone.ts'
import { missing } from '../support/run/peers.ts'

const skip = process.env['DRACHTIO'] ? 'a drachtio-server would send what is for a GRUU to itself' : false

suite('GRUU', { skip }, () => {
  let house: House
  let lines: [Line, Line]
  let alice: Phone

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
    lines = [await house.extension('100'), await house.extension('101')]
    alice = await house.registered(lines[0])
  })
  after(() => house.close())

  /** A phone of 101 with an instance, and the GRUUs it was told. */
  const named = async (id: string): Promise<{ phone: Phone; public: string; temporary: string }> => {
    const phone = await house.phone(lines[1])
    const answer = await phone.register({ contact: `${phone.contact};+sip.instance="<urn:uuid:${id}>"`, headers: [['Supported', 'gruu']] })
    assert.equal(answer.status, 200)
    const own = headersOf(answer, 'Contact').join().split(/,(?=<)/).find((one) => one.includes(id)) ?? ''
    const given = (name: string): string => new RegExp(`;${name}="([^"]*)"`).exec(own)?.[1] ?? assert.fail(own)
    return { phone, public: given('pub-gruu'), temporary: given('temp-gruu') }
  }

  test('a call to a GRUU, public or temporary, rings that phone alone', async () => {
    const [one, other] = [await named('00000000-0000-4000-8000-0000000000a1'), await named('00000000-0000-4000-8000-0000000000a2')]
    for (const uri of [one.public, one.temporary]) {
      const from = one.phone.incoming.mark()
      const call = await alice.invite('101', { uri })
      const incoming = await one.phone.nextCall({ from })
      await incoming.answer()
      await call.answered()
      assert.equal((await call.bye()).status, 200)
      await house.idle()
    }
    assert.equal(other.phone.incoming.mark(), 0)
    const { to } = (await house.history())[0] ?? {}
    assert.equal(to?.number, '101')
    await one.phone.register({ contact: '*', expires: 0 })

    const away = await alice.invite('101', { uri: one.public })
    await away.status(480)
    const over = await alice.invite('101', { uri: one.temporary })
    await over.status(404)
    await house.idle()
  })

  test('a phone whose Contact in the call is its GRUU gets what belongs to the call, though the GRUU names us', async () => {
    const bob = await named('00000000-0000-4000-8000-0000000000b1')
    bob.phone.gruu = bob.public
    const call = await alice.invite('101')
    const incoming = await bob.phone.nextCall()
    await incoming.answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    const bye = await bob.phone.received.until((message) => message.method === 'BYE', 'the BYE')
    assert.match(bye.uri, /;gr=urn:uuid:/)
    await house.idle()
    await bob.phone.register({ contact: '*', expires: 0 })
  })

  test('a transfer to a GRUU rings that phone alone; one that means nobody is refused', async () => {
    const [one, other] = [await named('00000000-0000-4000-8000-0000000000c1'), await named('00000000-0000-4000-8000-0000000000c2')]
    const carol = await house.registered(await house.extension('103'))
    const call = await alice.invite('103')
    const incoming = await carol.nextCall()
    await incoming.answer()
    await call.answered()
    assert.equal((await incoming.refer(`<${one.temporary.replace(/tgruu\.../, 'tgruu.xx')}>`)).status, 404)
    const mark = other.phone.incoming.mark()
    assert.equal((await incoming.refer(`<${one.temporary}>`)).status, 202)
    await (await one.phone.nextCall()).answer()
    await incoming.ended()
    call.audio.play(440)
    await one.phone.incoming.entries.at(-1)?.audio.hears(440)
    assert.equal(other.phone.incoming.mark(), mark)
    assert.equal((await call.bye()).status, 200)
    await house.idle()
    await one.phone.register({ contact: '*', expires: 0 })
  })

  test('baresip, which says its GRUU of itself, calls, is called, and is hung up on', { skip: missing('baresip', 'baresip-core') }, async (t) => {
    const line = await house.extension('102')
    const phone = await startBaresip({ server: house.sip, line, transport: 'udp', tone: 880, answers: true, flows: [`sip:${house.sip.host}:${house.sip.port};transport=udp`] })
    t.after(() => phone.stop())
    await house.event('registration.changed', ({ data: { registration } }) => registration.extensionNumber === '102' && registration.regId === '1')
    const out = await alice.invite('102')
    await out.answered()
    await out.audio.hears(880)
    assert.equal((await out.bye()).status, 200)
    await phone.event('CALL_CLOSED')
    await house.idle()
    const [call] = await house.history()
    const said = await eventually(async () => {
      const { messages } = await house.api.get<{ messages: { direction: string; text: string }[] }>(`/calls/${call?.id}/trace`)
      return messages.find(({ direction, text }) => direction === 'in' && /^SIP\/2\.0 200[^]*CSeq: \d+ INVITE/.test(text))?.text
    }, "baresip's answer in the trace")
    assert.match(said, /^Contact: <sip:102@127\.0\.0\.1[^>]*;gr=urn:uuid:/im)

    const from = alice.incoming.mark()
    await phone.dial('100')
    const incoming = await alice.nextCall({ from })
    await incoming.answer()
    await incoming.audio.hears(880)
    assert.equal((await incoming.bye()).status, 200)
    await house.idle()
  })
})
