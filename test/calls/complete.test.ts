/** Completion of calls: *66 after busy or no answer, the recall when both are free, and what takes it back. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

suite('completion of calls', () => {
  let house: House
  let lines: Line[]
  let anna: Phone
  let ben: Phone
  let carl: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben', ringSeconds: 5 }), await house.extension('103', { name: 'Carl' })]
    await house.api.send('PATCH', `/extensions/${lines[1]!.extensionId}`, { callLimit: 1 })
    ;[anna, ben, carl] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone, Phone]
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function dial(code: string): Promise<string> {
    const call = await anna.invite(code)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.ended(20_000)
    const { termination } = await house.verdict(call)
    return `${termination?.reason}: ${termination?.explanation}`
  }
  async function busy(): Promise<{ out: PhoneCall; in: PhoneCall }> {
    const talking = await talk(carl, ben, '102')
    await (await anna.invite('102')).status(486)
    return talking
  }
  async function end({ out, in: there }: { out: PhoneCall; in: PhoneCall }): Promise<void> {
    await out.bye()
    await there.ended()
  }

  test('busy: once that call is over, whoever asked is rung with the name of the other, and then the other', async () => {
    const talking = await busy()
    const [mark, theirs] = [anna.incoming.mark(), ben.incoming.mark()]
    assert.match(await dial('*66'), /^feature-done: Calls when 102 \(Ben\) is free; for an hour/)
    assert.equal(anna.incoming.mark(), mark, 'not while it lasts')
    await end(talking)
    const own = await anna.nextCall({ from: mark, ms: 20_000 })
    assert.match(headerOf(own.invite, 'From') ?? '', /"Call back: Ben" <sip:102@/)
    assert.equal(ben.incoming.mark(), theirs, 'nobody else rings yet')
    await own.answer()
    const there = await ben.nextCall({ from: theirs })
    assert.match(headerOf(there.invite, 'From') ?? '', /"Anna" <sip:101@/)
    await there.answer()
    await hearEachOther(own, there)
    await own.bye()
    await there.ended()
    await house.idle()
    const [last] = await house.history('?limit=1')
    const chain = await house.history(`?rootId=${last?.rootId}&order=asc`)
    assert.deepEqual(chain.map(({ from, to, termination }) => [from.number, to.number, termination?.reason]), [['102', '101', 'transferred'], ['101', '102', 'hung-up']])
    assert.match(chain[0]?.plan.steps[0]?.reason ?? '', /101 asked to be called back/)
  })

  test('busy, and whoever asked is busy too: the recall waits for both', async () => {
    const talking = await busy()
    await dial('*66')
    const mark = anna.incoming.mark()
    const own = await talk(carl, anna, '101')
    await end(talking)
    // Three seconds of sound: longer than a recall would have waited that did not look.
    own.out.audio.play(440)
    await own.in.audio.packets(150)
    assert.equal(anna.incoming.mark(), mark + 1, 'the call with Carl, and no other')
    await end(own)
    const back = await anna.nextCall({ from: mark + 1, ms: 20_000 })
    back.reject()
    await back.ended()
    await house.idle()
  })

  test('no answer: a phone that is free all along is waited for until somebody used it', async () => {
    const out = await anna.invite('102')
    await out.status(480, 20_000)
    const mark = anna.incoming.mark()
    assert.match(await dial('*66'), /is free, after its next call/)
    const talking = await talk(ben, carl, '103')
    assert.equal(anna.incoming.mark(), mark)
    await end(talking)
    const own = await anna.nextCall({ from: mark, ms: 20_000 })
    own.reject()
    await own.ended()
    await house.idle()
    assert.equal(anna.incoming.mark(), mark + 1, 'once and not again')
  })

  test('no phone: the recall comes when one registers', async () => {
    await ben.unregister()
    await (await anna.invite('102')).status(480)
    const mark = anna.incoming.mark()
    await dial('*66')
    await ben.register()
    const own = await anna.nextCall({ from: mark, ms: 20_000 })
    own.reject()
    await own.ended()
  })

  test('it is taken back, and nothing is waited for that was answered or never called', async () => {
    const talking = await busy()
    await dial('*66')
    assert.match(await dial('*86'), /^feature-done: One call is not completed any more/)
    assert.match(await dial('*86'), /^feature-done: Nobody was to be called back/)
    await end(talking)
    await end(await talk(anna, ben, '102'))
    await house.idle()
    assert.match(await dial('*66'), /^feature-refused: The call to 102 was answered/)
    const wrong = await house.api.send('PATCH', `/extensions/${lines[2]!.extensionId}`, { forwardBusy: '*66' })
    assert.equal(wrong.status, 422)
  })
})
