import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { missing } from '../../support/run/peers.ts'
import { readWav } from '../../support/wav.ts'
import { say, tone } from './codec-peer.ts'
import { behaviour, openEngine } from './engine.ts'
import { oneFile } from './other-way.ts'
import { strength } from './rtp-peer.ts'

const skip = missing('ffmpeg')
/** Packets of 20 ms: one and a half seconds, so that there is a clean stretch on a busy machine. */
const PACKETS = 75

/** Strength of a tone in its best quarter of a second: a busy machine may have torn the rest apart. */
function best(samples: Int16Array, frequency: number, rate: number): number {
  const window = rate / 4
  return Math.max(...Array.from({ length: Math.floor(samples.length / window) }, (_, i) => strength(samples.subarray(i * window, (i + 1) * window), frequency, rate)))
}

for (const [left, right] of [[9, 111], [111, 9], [9, 0]] as const) {
  behaviour(`a call with a wideband side (${left}, ${right}) is recorded at 16 kHz, above 4 kHz too`, async (t) => {
    const { phone, home } = await openEngine(t)
    const [a, b] = [await phone({ codecs: String(left) }), await phone({ codecs: String(right) })]
    await a.endpoint.bridge(b.endpoint)
    const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
    const high = right === 0 ? 1000 : 6000
    await Promise.all([say(a.peer, tone(left, 5000, PACKETS)), say(b.peer, tone(right, high, PACKETS))])
    const result = await recording.stop()
    const { rate, channels } = await readWav(result.path)
    assert.equal(rate, 16_000)
    assert.equal(result.seconds, channels[0]!.length / 16_000)
    assert.equal(result.parts, undefined)
    assert.ok(best(channels[0]!, 5000, rate) > 5500, `left ${best(channels[0]!, 5000, rate)}`)
    assert.ok(best(channels[1]!, high, rate) > 5500, `right ${best(channels[1]!, high, rate)}`)
    assert.ok(best(channels[0]!, high, rate) < 100 && best(channels[1]!, 5000, rate) < 100, 'a channel holds the other side')
  }, skip)
}

behaviour('a call that becomes wideband goes on at 16 kHz in a file beside the first', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b, c] = [await phone({ codecs: '0' }), await phone({ codecs: '8' }), await phone({ codecs: '9' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await Promise.all([say(a.peer, tone(0, 440, PACKETS)), say(b.peer, tone(8, 1000, PACKETS))])
  await a.endpoint.bridge(c.endpoint)
  await Promise.all([say(a.peer, tone(0, 440, PACKETS)), say(c.peer, tone(9, 5000, PACKETS))])
  const result = await recording.stop()
  assert.deepEqual(result.parts, [join(home, 'call.wav'), join(home, 'call.2.wav')])
  const [narrow, wide] = [await readWav(result.parts![0]!), await readWav(result.parts![1]!)]
  assert.deepEqual([narrow.rate, wide.rate], [8000, 16_000])
  assert.ok(best(narrow.channels[1]!, 1000, 8000) > 5500)
  assert.ok(best(wide.channels[1]!, 5000, 16_000) > 5500)
  assert.ok(best(wide.channels[0]!, 440, 16_000) > 5500)
  assert.equal(result.seconds, narrow.channels[0]!.length / 8000 + wide.channels[0]!.length / 16_000)
}, skip, oneFile)

behaviour('two narrowband sides are recorded at 8 kHz', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '0' }), await phone({ codecs: '8' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await Promise.all([say(a.peer, tone(0, 440, 25)), say(b.peer, tone(8, 1000, 25))])
  const result = await recording.stop()
  assert.equal((await readWav(result.path)).rate, 8000)
  await assert.rejects(access(join(home, 'call.2.wav')))
}, skip)
