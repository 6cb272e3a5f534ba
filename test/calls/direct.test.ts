/** Direct media: phones send their sound to each other while nobody needs it here, and come back when somebody does. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { parseWav, secondsOfTone } from '../support/wav.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall, type SipMessage } from '../support/phone.ts'

let house: House

suite('direct media', () => {
  before(async () => {
    house = await startHouse({ change: ({ calls }) => void (calls.directNetworks = ['127.0.0.0/8']) })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  let next = 300
  const three = async (): Promise<{ phones: [Phone, Phone, Phone]; numbers: [string, string, string] }> => {
    const numbers = [next++, next++, next++].map(String) as [string, string, string]
    return { phones: (await Promise.all(numbers.map(async (number) => house.registered(await house.extension(number, { ringSeconds: 5 }))))) as [Phone, Phone, Phone], numbers }
  }
  const talk = async (alice: Phone, bob: Phone, number: string): Promise<{ call: PhoneCall; incoming: PhoneCall }> => {
    const mark = bob.incoming.mark()
    const call = await alice.invite(number)
    const incoming = await bob.nextCall({ from: mark })
    await incoming.answer()
    await call.answered()
    await hear(call, incoming)
    return { call, incoming }
  }
  const hear = async (one: PhoneCall, other: PhoneCall): Promise<void> => {
    one.audio.play(440)
    other.audio.play(1000)
    one.audio.forget()
    other.audio.forget()
    await Promise.all([one.audio.hears(1000), other.audio.hears(440)])
  }
  const isDirect = (direct: boolean, from: number): Promise<unknown> => house.event('call.updated', ({ data }) => data.call.direct === direct, { from })
  const sendsTo = (one: PhoneCall, other: PhoneCall): boolean => one.audio.remote?.port === other.audio.local.port

  test('both phones are told each other\'s address, and hear each other without us', async () => {
    const { phones: [alice, bob], numbers } = await three()
    const from = house.events.mark()
    const { call, incoming } = await talk(alice, bob, numbers[1])
    await isDirect(true, from)
    assert.ok(sendsTo(call, incoming) && sendsTo(incoming, call))
    await hear(call, incoming)
    const before = call.audio.figures.received
    await call.audio.packets(25)
    assert.ok(call.audio.figures.received > before)
    const [live] = await house.liveCalls()
    assert.equal(live?.direct, true)
    // RFC 3264 §8: the same session, one version on.
    const told = [readOrigin((await call.answered()).body), readOrigin((await call.requested('INVITE')).body)] as const
    assert.equal(told[1].id, told[0].id)
    assert.equal(told[1].version, told[0].version + 1)
    await call.bye()
    await incoming.ended()
    assert.equal((await house.verdict(call)).termination?.reason, 'hung-up')
  })

  test('on hold the other phone hears music from here; resumed, they are direct again', async () => {
    const { phones: [alice, bob], numbers } = await three()
    let from = house.events.mark()
    const { call, incoming } = await talk(alice, bob, numbers[1])
    await isDirect(true, from)
    from = house.events.mark()
    await call.hold('sendonly')
    await isDirect(false, from)
    incoming.audio.forget()
    await incoming.audio.hearsSomething()
    assert.ok(!sendsTo(incoming, call))
    from = house.events.mark()
    await call.resume()
    await hear(call, incoming)
    await isDirect(true, from)
    await hear(call, incoming)
    await incoming.bye()
  })

  test('a recording brings the sound back, both sides of it, and lets it go after', async () => {
    const { phones: [alice, bob], numbers } = await three()
    let from = house.events.mark()
    const { call, incoming } = await talk(alice, bob, numbers[1])
    await isDirect(true, from)
    const [live] = await house.liveCalls()
    const record = (action: string): Promise<{ id: string }> => house.api.post(`/calls/${live?.id}/recording`, { action })
    const { id } = await record('start')
    assert.ok(!sendsTo(call, incoming) && !sendsTo(incoming, call))
    await hear(call, incoming)
    await Promise.all([call.audio.packets(50), incoming.audio.packets(50)])
    from = house.events.mark()
    await record('stop')
    await isDirect(true, from)
    await call.bye()
    const wav = parseWav((await house.api.send('GET', `/recordings/${id}/audio.wav`)).body)
    assert.ok(secondsOfTone(wav.channels[0]!, 440, wav.rate) > 0.3, 'the caller is on the left')
    assert.ok(secondsOfTone(wav.channels[1]!, 1000, wav.rate) > 0.3, 'the callee is on the right')
  })

  test('a transfer takes the sound along', async () => {
    const { phones: [alice, bob, carol], numbers } = await three()
    const from = house.events.mark()
    const { call, incoming } = await talk(alice, bob, numbers[1])
    await isDirect(true, from)
    await call.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    const atCarol = await carol.nextCall()
    await atCarol.answer()
    await call.ended()
    await hear(incoming, atCarol)
    await atCarol.bye()
    await incoming.ended()
  })

  test('a phone that refuses the change stays with us, and so does the other', async () => {
    const { phones: [alice, bob], numbers } = await three()
    const mark = bob.incoming.mark()
    const call = await alice.invite(numbers[1])
    const incoming = await bob.nextCall({ from: mark })
    await incoming.answer()
    incoming.refuseChanges = 488
    await call.answered()
    await hear(call, incoming)
    const reinvites = (one: PhoneCall): SipMessage[] => one.journal.entries.flatMap((event) => (event.type === 'request' && event.message.method === 'INVITE' ? [event.message] : []))
    await call.requested('INVITE')
    await call.journal.until(() => reinvites(call).length === 2, 'the way back')
    await hear(call, incoming)
    assert.ok(!sendsTo(call, incoming))
    await call.bye()
  })

  test('phones in different encodings are not asked', async () => {
    const [one, other] = [String(next++), String(next++)]
    const alice = await house.registered(await house.extension(one), { payloads: [0] })
    const bob = await house.registered(await house.extension(other), { payloads: [8] })
    const { call, incoming } = await talk(alice, bob, other)
    const live = await house.event('call.updated', ({ data }) => data.call.legs.every((leg) => (leg.media?.packetsReceived ?? 0) > 150))
    assert.ok(live)
    assert.equal(call.journal.entries.filter((event) => event.type === 'request' && event.message.method === 'INVITE').length, 0)
    assert.equal(headerOf(incoming.invite, 'CSeq')?.endsWith('INVITE'), true)
    await call.bye()
  })
})

function readOrigin(sdp: string): { id: string; version: number } {
  const [, id = '', version = ''] = /^o=\S+ (\S+) (\d+)/m.exec(sdp) ?? []
  return { id, version: Number(version) }
}
