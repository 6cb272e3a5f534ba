/** What callers of a ring group hear before and while phones ring. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import { wavHeader } from '../../media/embedded/worker/wav.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'
import { sine } from '../support/tone.ts'

suite('greetings of ring groups', () => {
  let house: House
  let anna: Phone
  let ben: Phone
  let carl: Phone
  let group: { id: string }
  before(async () => {
    house = await startHouse({
      change(settings) {
        settings.media.tones = 'de'
        // Music of one tone, so that it can be told apart.
        mkdirSync(join(settings.home, 'music'), { recursive: true })
        const samples = sine(650, 0, 16_000)
        writeFileSync(join(settings.home, 'music', 'tone.wav'), Buffer.concat([wavHeader(1, samples.byteLength), Buffer.from(samples.buffer)]))
      },
    })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    const line = await house.extension('102', { name: 'Ben' })
    ben = await house.registered(line)
    carl = await house.registered(await house.extension('103', { name: 'Carl' }))
    group = await house.api.post('/ring-groups', { number: '600', name: 'Sales', ringSeconds: 60, members: [{ extensionId: line.extensionId, delaySeconds: 0 }], greeting: ' Welcome to sales. ' })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const change = (wish: object): Promise<unknown> => house.api.ask('PATCH', `/ring-groups/${group.id}`, wish)

  test('the caller is greeted before a phone rings, then hears ringing of ours, and is answered only by a member', async () => {
    const from = ben.incoming.mark()
    const call = await anna.invite('600')
    await call.status(183)
    await call.audio.hearsSomething()
    assert.equal(ben.incoming.mark(), from, 'nobody rings yet')
    const at = await ben.nextCall({ from })
    at.ring()
    await call.audio.hears(425, 10_000)
    await at.answer()
    await call.answered()
    await hearEachOther(call, at)
    await call.bye()
    const view = await house.verdict(call)
    assert.match(view.plan.steps[0]?.step ?? '', /^Greet the caller, then ring one member/)
    assert.ok(view.legs[1]!.startedAt - view.startedAt > 500, 'the greeting was heard to its end')
  })

  test('whoever hangs up during the greeting rings nobody; it is no answered call', async () => {
    const from = ben.incoming.mark()
    const call = await anna.invite('600')
    await call.audio.hearsSomething()
    call.cancel()
    await call.ended()
    const { termination, answeredAt } = await house.verdict(call)
    assert.deepEqual([termination?.reason, answeredAt, ben.incoming.mark()], ['caller-cancelled', null, from])
  })

  test('music instead of ringing, and ringing again where the call goes on to', async () => {
    await change({ greeting: '', music: true, noAnswer: '103' })
    const marks = [ben.incoming.mark(), carl.incoming.mark()] as const
    const call = await anna.invite('600')
    const at = await ben.nextCall({ from: marks[0] })
    at.ring()
    await call.audio.hears(650)
    at.reject(486)
    const atCarl = await carl.nextCall({ from: marks[1] })
    atCarl.ring()
    call.audio.forget()
    await call.audio.hears(425, 10_000)
    await atCarl.answer()
    await call.answered()
    await hearEachOther(call, atCarl)
    await call.bye()
    assert.match((await house.verdict(call)).plan.steps[0]?.step ?? '', /^Ring one member for up to 60 seconds, with music for the caller/)
    await change({ noAnswer: null })
  })

  test('a caller whom an attendant sends there hears the same, in the call that is answered already', async () => {
    await change({ greeting: 'Welcome to sales.', music: true })
    await house.api.post('/attendants', { number: '700', name: 'Door', greeting: 'Hi.', keys: { 1: '600' } })
    const from = ben.incoming.mark()
    const call = await anna.invite('700')
    await call.answered()
    await call.audio.hearsSomething()
    await call.audio.press('1')
    const at = await ben.nextCall({ from })
    at.ring()
    await call.audio.hears(650, 10_000)
    await at.answer()
    await hearEachOther(call, at)
    await call.bye()
    await at.ended()
  })

  test('without greeting and music the phone makes its own ringing', async () => {
    await change({ greeting: '', music: false })
    const from = ben.incoming.mark()
    const call = await anna.invite('600')
    const at = await ben.nextCall({ from })
    at.ring()
    await call.status(180)
    await at.answer()
    await call.answered()
    await call.bye()
    assert.equal((await house.api.send('PATCH', `/ring-groups/${group.id}`, { greeting: 'x'.repeat(1001) })).status, 400)
  })

  test('a recording of the company is heard instead of the text, until it is taken away', async () => {
    const at = `/ring-groups/${group.id}/recording`
    const samples = sine(523, 0, 24_000)
    const sound = Buffer.concat([wavHeader(1, samples.byteLength), Buffer.from(samples.buffer)]).toString('base64')
    assert.equal((await house.api.send('PUT', at, { sound: Buffer.from('no sound').toString('base64') })).status, 422)
    await change({ greeting: '' })
    assert.equal((await house.api.send('GET', `/ring-groups/${group.id}/greeting`)).status, 404)
    const set = await house.api.ask<{ recordingSeconds: number | null; version: number }>('PUT', at, { sound })
    assert.ok(Math.abs((set.recordingSeconds ?? 0) - 3) < 0.2, String(set.recordingSeconds))
    const greet = async (hears: (call: PhoneCall) => Promise<void>): Promise<void> => {
      const from = ben.incoming.mark()
      const call = await anna.invite('600')
      await call.status(183)
      await hears(call)
      assert.equal(ben.incoming.mark(), from, 'nobody rings yet')
      const there = await ben.nextCall({ from })
      await there.answer()
      await call.answered()
      await call.bye()
      assert.match((await house.verdict(call)).plan.steps[0]?.step ?? '', /^Greet the caller/)
    }
    await greet((call) => call.audio.hears(523))
    assert.equal((await house.api.send('GET', `/ring-groups/${group.id}/greeting`)).status, 200)
    await change({ greeting: 'Welcome to sales.' })
    await greet((call) => call.audio.hears(523))
    assert.equal((await house.api.send('DELETE', at)).status, 200)
    await greet((call) => call.audio.hearsSomething())
  })
})
