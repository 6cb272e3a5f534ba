/** What a caller hears while waiting: music on hold, and ringing that is ours. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Settings } from '../../config/settings/index.ts'
import { wavHeader } from '../../media/embedded/worker/wav.ts'
import { startHouse, type House } from '../support/house.ts'
import { readSdp } from '../support/phone.ts'
import { sine } from '../support/tone.ts'

suite('waiting', () => {
  let house: House
  let calls: Settings['calls']
  before(async () => {
    house = await startHouse({
      change(settings) {
        settings.media.tones = 'de'
        calls = settings.calls
        // Music of one tone, so that it can be told apart.
        mkdirSync(join(settings.home, 'music'), { recursive: true })
        const samples = sine(650, 0, 16_000)
        writeFileSync(join(settings.home, 'music', 'tone.wav'), Buffer.concat([wavHeader(1, samples.byteLength), Buffer.from(samples.buffer)]))
      },
    })
  })
  after(() => house?.close())
  afterEach(async () => {
    Object.assign(calls, { ringback: 'phone', music: 'default' })
  })

  test('a phone on hold hears music, whichever way it was held, and then the other phone again', async () => {
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    incoming.audio.play(1000)
    await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
    for (const style of ['sendonly', 'inactive'] as const) {
      await call.hold(style)
      incoming.audio.forget()
      await incoming.audio.hears(650)
      await call.resume()
      incoming.audio.forget()
      await incoming.audio.hears(440)
    }
    await call.bye()
  })

  test('without music the holder is heard when it sends something', async () => {
    calls.music = undefined
    const { alice, bob } = await house.pair('102', '103')
    const call = await alice.invite('103')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    await call.hold('sendonly')
    incoming.audio.forget()
    call.audio.play(800)
    await incoming.audio.hears(800)
    await call.bye()
  })

  for (const [ringback, frequency, mine, theirs] of [['tone', 425, '104', '105'], ['music', 650, '204', '205']] as const) {
    test(`ringing is ours to make (${ringback}), until somebody answers`, async () => {
      calls.ringback = ringback
      const { alice, bob } = await house.pair(mine, theirs)
      const call = await alice.invite(theirs)
      const incoming = await bob.nextCall()
      incoming.ring()
      const progress = await call.status(183)
      assert.ok(readSdp(progress.body), 'the 183 carries SDP')
      await call.audio.hears(frequency)
      await incoming.answer()
      await call.answered()
      incoming.audio.play(1000)
      call.audio.forget()
      await call.audio.hears(1000)
      await call.bye()
    })
  }

  test('nobody answers: the ringing ends with the try', async () => {
    calls.ringback = 'tone'
    const { alice, bob } = await house.pair('106', '107')
    const call = await alice.invite('107')
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(183)
    await incoming.reject(486)
    await call.status(486)
  })
})
