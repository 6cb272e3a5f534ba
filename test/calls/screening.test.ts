/** Call screening: the caller says a name, whoever answers hears it and takes the call or does not, and nothing of it is kept. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { BEEP, hearEachOther, talk, untilBeep } from '../support/talk.ts'

/** What the caller says, in Hz. */
const NAME = 620

suite('call screening', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let mobile: Phone
  let ben: Phone
  let line: Line
  let other: Line
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunk.id] })
    line = await house.extension('101', { name: 'Anna', voicemail: true })
    other = await house.extension('102', { name: 'Ben', ringSeconds: 5 })
    anna = await house.registered(line)
    const { credentials } = await house.api.post<{ credentials: { username: string; password: string } }>(`/extensions/${line.extensionId}/devices`, { name: 'Second' })
    mobile = await house.registered({ user: credentials.username, password: credentials.password })
    ben = await house.registered(other)
    await house.api.post('/attendants', { number: '700', name: 'Menu', greeting: 'Press one.', keys: { 1: '101' } })
    for (const [number, destination] of [['+12025550000', '101'], ['+12025550001', '102'], ['+12025550002', '700']]) await house.api.post('/inbound-numbers', { number, name: `Number ${destination}`, destination })
    assert.equal((await change({ screening: 'outside' })).status, 200)
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(async () => {
    await house.idle()
    await eventually(async () => (await readdir(join(house.home, 'screening')).catch(() => [])).length === 0, 'what callers said is deleted')
  })

  const change = (body: object, id = line.extensionId) => house.api.send('PATCH', `/extensions/${id}`, body)
  const from = (number: string, to = '+12025550000'): Promise<PhoneCall> => carrier.invite(to, { headers: [['P-Asserted-Identity', `<sip:${number}@carrier.example>`]] })
  /** Waits for the tone and says the name. */
  const sayName = async (call: PhoneCall): Promise<void> => {
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    // Who knows the words does not wait for their end.
    await call.audio.press('#')
    await call.audio.hears(BEEP, 20_000)
    call.audio.play(NAME)
    await call.audio.packets(100)
    call.audio.play(0)
  }
  const atBoth = async (marks: readonly [number, number]): Promise<[PhoneCall, PhoneCall]> => Promise.all([anna.nextCall({ from: marks[0], ms: 20_000 }), mobile.nextCall({ from: marks[1], ms: 20_000 })])
  const marks = (): [number, number] => [anna.incoming.mark(), mobile.incoming.mark()]
  const answerAndHear = async (call: PhoneCall): Promise<void> => {
    await call.answer()
    call.audio.play(0)
    await call.audio.hears(NAME, 20_000)
  }
  const rings = async (call: PhoneCall, at: Phone, mark: number): Promise<void> => {
    const ringing = await at.nextCall({ from: mark })
    assert.equal(call.dialog, undefined, 'nobody has asked: it is not answered yet')
    await ringing.answer()
    await call.answered()
    await hearEachOther(call, ringing)
    await call.bye()
    await ringing.ended()
  }

  test('the caller says a name, then both phones ring; who answers hears it, and is connected by 1, the other is told', async () => {
    const mark = marks()
    const call = await from('+12025550100')
    await call.answered()
    assert.deepEqual(marks(), mark, 'nothing rings while the caller is asked')
    await sayName(call)
    const [first, second] = await atBoth(mark)
    second.ring()
    // The ringing tone.
    await call.audio.hearsTogether([440, 480])
    await answerAndHear(first)
    await first.audio.press('1')
    assert.match(headerOf(await second.requested('CANCEL'), 'Reason') ?? '', /completed elsewhere/)
    await hearEachOther(call, first)
    await call.bye()
    await first.ended()
    await house.idle()
    const live = (await house.history('?limit=2')).map(({ plan }) => plan.steps.map(({ step }) => step))
    assert.ok(live.some((steps) => steps[0] === 'Ask the caller for a name'), JSON.stringify(live))
  })

  test('2 turns the caller away for all phones, and so does hanging up: the caller may leave a message', async () => {
    for (const how of ['2', 'hangs up'] as const) {
      const mark = marks()
      const call = await from('+12025550100')
      await sayName(call)
      const [first, second] = await atBoth(mark)
      second.ring()
      await answerAndHear(first)
      await (how === '2' ? first.audio.press('2') : first.bye())
      await second.requested('CANCEL')
      await call.audio.hearsSomething()
      await untilBeep(call)
      await call.bye()
      await first.ended()
      await house.idle()
      const [last] = await house.history('?limit=1')
      assert.equal(last?.termination?.reason, 'voicemail-empty')
      assert.match(last.legs.map(({ ended }) => ended).join(' '), how === '2' ? /pressed 2 not to take the call/ : /hung up without taking the call/)
    }
  })

  test('while one is asked another phone takes the call; the first is let go', async () => {
    const mark = marks()
    const call = await from('+12025550100')
    await sayName(call)
    const [first, second] = await atBoth(mark)
    await answerAndHear(first)
    await answerAndHear(second)
    await second.audio.press('1')
    await first.ended()
    await hearEachOther(call, second)
    await second.bye()
    await call.ended()
  })

  test('who presses nothing has not taken it', async () => {
    await mobile.unregister()
    const mark = anna.incoming.mark()
    const call = await from('+12025550100')
    await sayName(call)
    const first = await anna.nextCall({ from: mark, ms: 20_000 })
    await answerAndHear(first)
    await first.ended(60_000)
    await untilBeep(call)
    await call.bye()
    await mobile.register()
  })

  test('who says nothing is asked once more, rings nobody, and may leave a message', { skip: process.env['FREESWITCH'] ? 'FREESWITCH is set: that engine does not tell whether somebody speaks' : false }, async () => {
    const mark = marks()
    const call = await from('+12025550100')
    await call.answered()
    call.audio.play(0)
    for (let time = 0; time < 2; time += 1) {
      await call.audio.hearsSomething()
      await call.audio.press('#')
      await call.audio.hears(BEEP, 20_000)
      await call.audio.hearsNothing()
      call.audio.forget()
    }
    await untilBeep(call)
    await call.bye()
    assert.deepEqual(marks(), mark, 'nothing has rung')
    const [last] = await house.history('?limit=1')
    assert.match(last?.plan.steps[0]?.reason ?? '', /asked for a name, and said nothing/)
  })

  test('the caller may hang up while asked, while phones ring, and while somebody hears the name', async () => {
    const mark = marks()
    const asked = await from('+12025550100')
    await asked.answered()
    await asked.audio.hearsSomething()
    await asked.bye()
    assert.match((await house.verdict(asked)).termination?.explanation ?? '', /hung up when asked for a name/)
    const speaking = await from('+12025550100')
    await speaking.answered()
    speaking.audio.play(0)
    await speaking.audio.hears(BEEP, 20_000)
    speaking.audio.play(NAME)
    await speaking.audio.packets(50)
    await speaking.bye()
    await house.verdict(speaking)
    assert.deepEqual(marks(), mark, 'nothing has rung')
    const ringing = await from('+12025550100')
    await sayName(ringing)
    const [first, second] = await atBoth(mark)
    first.ring()
    second.ring()
    await ringing.bye()
    await Promise.all([first.requested('CANCEL'), second.requested('CANCEL')])
    const again = marks()
    const heard = await from('+12025550100')
    await sayName(heard)
    const [there, waiting] = await atBoth(again)
    waiting.ring()
    await answerAndHear(there)
    await heard.bye()
    await there.ended()
    await waiting.requested('CANCEL')
  })

  test('nobody else is asked: colleagues, those who may always disturb, exceptions, transfers of colleagues, and known contacts where only strangers are', async () => {
    const { out, in: inside } = await talk(ben, anna, '101')
    await hearEachOther(out, inside)
    await out.bye()
    await inside.ended()
    await change({ vipNumbers: ['+12025550111'], blockedCallers: [{ number: '+12025550112', name: 'Her bank', action: 'allow' }] })
    for (const number of ['+12025550111', '+12025550112']) {
      const mark = anna.incoming.mark()
      await rings(await from(number), anna, mark)
      await house.idle()
    }
    const explained = async (number: string): Promise<{ step: string; reason: string } | undefined> => (await house.api.get<{ steps: { step: string; reason: string }[] }>(`/routing/explanation?from=${encodeURIComponent(number)}&to=${encodeURIComponent('+12025550000')}`)).steps[0]
    assert.match((await explained('+12025550111'))?.reason ?? '', /asks callers for their name, and not \+12025550111, who may always disturb/)
    assert.match((await explained('+12025550113'))?.step ?? '', /^Ask the caller for a name; then ring the extension's phones .* and connect whoever presses 1$/)
    await house.api.post('/contacts', { name: 'Carla', numbers: [{ number: '+12025550113' }] })
    await change({ screening: 'unknown' })
    const known = anna.incoming.mark()
    await rings(await from('+12025550113'), anna, known)
    const mark = marks()
    const stranger = await from('+12025550114')
    await stranger.answered()
    await stranger.audio.hearsSomething()
    await stranger.bye()
    await house.idle()
    assert.deepEqual(marks(), mark)
    // A colleague has asked already.
    const bens = ben.incoming.mark()
    const through = await from('+12025550114', '+12025550001')
    const atBen = await ben.nextCall({ from: bens })
    await atBen.answer()
    await through.answered()
    const before = anna.incoming.mark()
    await atBen.refer(`sip:101@${house.sip.host}`)
    const sent = await anna.nextCall({ from: before })
    await sent.answer()
    await atBen.ended()
    await hearEachOther(through, sent)
    await through.bye()
    await sent.ended()
    await change({ screening: 'outside', vipNumbers: [], blockedCallers: [] })
  })

  test('by a menu, and where another extension forwards to: asked once, with the rest of the way kept', async () => {
    const mark = marks()
    const call = await from('+12025550100', '+12025550002')
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('1')
    await sayName(call)
    const [first] = await atBoth(mark)
    await answerAndHear(first)
    await first.audio.press('1')
    await hearEachOther(call, first)
    await call.bye()
    await house.idle()

    assert.equal((await change({ screening: 'outside', forwardNoAnswer: '101' }, other.extensionId)).status, 200)
    const bens = ben.incoming.mark()
    const again = marks()
    const forwarded = await from('+12025550100', '+12025550001')
    await sayName(forwarded)
    const atBen = await ben.nextCall({ from: bens, ms: 20_000 })
    atBen.ring()
    await atBen.requested('CANCEL')
    const [then] = await atBoth(again)
    await answerAndHear(then)
    await then.audio.press('1')
    await hearEachOther(forwarded, then)
    await forwarded.bye()
    await house.idle()
    await change({ screening: 'off', forwardNoAnswer: null }, other.extensionId)
  })

  test('who is followed to outside is counted when rung, not while the caller is asked', async () => {
    assert.equal((await change({ screening: 'outside', followMe: true, followMeTo: [{ target: '+12025550123', delaySeconds: 0, ringSeconds: 20, confirm: false }], outsideAtOnce: 1 })).status, 200)
    const mark = carrier.incoming.mark()
    for (let time = 0; time < 2; time++) {
      const call = await from('+12025550199')
      await call.answered()
      await call.bye()
      await house.idle()
    }
    const call = await from('+12025550199')
    await sayName(call)
    const outside = await carrier.nextCall({ from: mark, ms: 20_000 })
    outside.ring()
    await call.bye()
    await outside.ended()
    assert.equal((await change({ followMe: false, followMeTo: [], outsideAtOnce: null })).status, 200)
  })

  test('whoever calls back after a call for help is not asked', async () => {
    const mark = carrier.incoming.mark()
    const help = await anna.invite('911')
    const dispatcher = await carrier.nextCall({ from: mark })
    await dispatcher.answer()
    await help.answered()
    await help.bye()
    await dispatcher.ended()
    await house.idle()
    const rung = anna.incoming.mark()
    await rings(await from('+12025550911'), anna, rung)
  })
})
