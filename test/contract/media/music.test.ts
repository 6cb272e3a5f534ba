import assert from 'node:assert/strict'
import { missing } from '../../support/run/peers.ts'
import { convert, sine, sound } from './codec-peer.ts'
import { behaviour, openEngine } from './engine.ts'
import { anew } from './other-way.ts'
import { samplesOf, strength, talk } from './rtp-peer.ts'

const skip = missing('ffmpeg')

/** A WAV file of tones, a second each, made by somebody else. */
function tones(rate: number, ...frequencies: number[]): Buffer {
  const samples = Buffer.concat(frequencies.map((frequency) => Buffer.from(sine(frequency, rate, 1).buffer)))
  return convert(samples, ['-f', 's16le', '-ar', String(rate), '-ac', '1'], ['-f', 'wav', '-ar', String(rate), '-ac', '2'])
}

behaviour('two held callers hear the same place of the music, then each other again', async (t) => {
  const { phone } = await openEngine(t, { workers: 2, music: { 'sales/a.wav': tones(44_100, 400, 600, 800, 1000), 'sales/b.wav': tones(16_000, 1200, 1400) } })
  const [a, b] = [await phone({ codecs: '0' }, 'one'), await phone({ codecs: '0' }, 'two')]
  await a.endpoint.hold(true, 'sales')
  await a.peer.until((heard) => heard.length >= 75)
  await b.endpoint.hold(true, 'sales')
  const since = a.peer.heard.length
  await Promise.all([a.peer.until((heard) => heard.length >= since + 50), b.peer.until((heard) => heard.length >= 50)])
  const [one, two] = [samplesOf(a.peer.heard.slice(since, since + 50)), samplesOf(b.peer.heard.slice(0, 50))]
  const order = [400, 600, 800, 1000, 1200, 1400]
  const loudest = (samples: number[]): number => order.indexOf(order.reduce((best, each) => (strength(samples, each) > strength(samples, best) ? each : best)))
  // A second from the same place: the same tone, or its neighbour where the second began at the seam.
  const apart = Math.abs(loudest(one) - loudest(two))
  assert.ok(apart <= 1 || apart === order.length - 1, `one hears ${order[loudest(one)]} Hz, the other ${order[loudest(two)]} Hz`)
  // A tone begins somewhere in that second, but in one of its quarters at most.
  const clearest = Math.max(...[0, 1, 2, 3].map((part) => strength(one.slice(part * 2000, (part + 1) * 2000), order[loudest(one)]!)))
  assert.ok(clearest > 5000, `the clearest quarter of a second has ${Math.round(clearest)}`)
  await Promise.all([a.endpoint.hold(false), b.endpoint.hold(false)])
  await a.endpoint.bridge(b.endpoint)
  const before = b.peer.heard.length
  await talk(20, { peer: a.peer, frequency: 2000 })
  await b.peer.until((heard) => heard.length >= before + 20)
  assert.ok(strength(samplesOf(b.peer.heard.slice(before + 2)), 2000) > 7000)
}, skip, anew)

behaviour('without files of the operator it is the tune of the house, in any codec', async (t) => {
  const { phone } = await openEngine(t, { music: {} })
  const { peer, endpoint } = await phone({ codecs: '9' })
  await endpoint.hold(true, 'default')
  await peer.until((heard) => heard.length >= 60)
  const { samples } = sound(peer.heard, 9)
  assert.ok(samples.subarray(8000).some((sample) => Math.abs(sample) > 1000), 'somebody plays')
  const abort = new AbortController()
  const played = endpoint.play({ kind: 'music', name: 'default' }, { signal: abort.signal })
  await peer.until((heard) => heard.length >= 80)
  abort.abort()
  assert.equal((await played).ended, 'aborted', 'music has no end')
}, skip)

behaviour('a class that is none: the held caller hears silence, a play is refused', async (t) => {
  const { phone } = await openEngine(t, { music: {} })
  const { peer, endpoint } = await phone()
  await endpoint.hold(true, 'nothing')
  await peer.until((heard) => heard.length >= 5)
  assert.ok(peer.heard.every((packet) => packet.payload.every((byte) => byte === 0xff)))
  await assert.rejects(endpoint.play({ kind: 'music', name: 'nothing' }), { code: 'not-found' })
})

behaviour('tones of the network sound as in the country of the settings', async (t) => {
  const { phone } = await openEngine(t, { tones: 'gb' })
  const { peer, endpoint } = await phone()
  const played = await endpoint.play({ kind: 'network-tone', name: 'busy' }, { repeat: 2 })
  assert.equal(played.seconds, 1.5)
  await peer.until((heard) => heard.length >= 76)
  const samples = samplesOf(peer.heard)
  const [on, off] = [samples.slice(0, 2960), samples.slice(3040, 5960)]
  assert.ok(strength(on, 400) > 6500 && strength(off, 400) < 100, `${strength(on, 400)} and ${strength(off, 400)}`)
  assert.ok(strength(samples.slice(6040, 8960), 400) > 6500, 'and on again')
}, false, anew)
