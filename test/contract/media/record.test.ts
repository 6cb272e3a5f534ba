import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { behaviour, openEngine } from './engine.ts'
import { stereoOf, strength, talk } from './rtp-peer.ts'

/** First and last sample louder than a whisper, in seconds. */
function span(samples: readonly number[]): [number, number] {
  return [samples.findIndex((sample) => Math.abs(sample) > 500) / 8000, samples.findLastIndex((sample) => Math.abs(sample) > 500) / 8000]
}

behaviour('our peer left, the other party right, times as they were', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '8' }), await phone({ codecs: '0' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await talk(25, { peer: a.peer, frequency: 440, payloadType: 0 })
  await talk(25, { peer: b.peer, frequency: 1000 })
  await talk(25, { peer: a.peer, frequency: 440, payloadType: 0 }, { peer: b.peer, frequency: 1000 })
  const result = await recording.stop()
  assert.equal(result.ended, 'stopped')
  assert.deepEqual(await recording.finished, result)
  const { left, right, stated } = stereoOf(await readFile(result.path))
  assert.equal(stated, left.length * 4)
  assert.equal(result.bytes, 44 + stated)
  assert.ok(Math.abs(result.seconds - 1.5) < 0.3, String(result.seconds))
  const third = (side: number[], which: number): number[] => {
    const begin = Math.round(span(left)[0] * 8000) + which * 4000 + 800
    return side.slice(begin, begin + 2400)
  }
  for (const [which, a440, b1000] of [[0, true, false], [1, false, true], [2, true, true]] as const) {
    assert.equal(strength(third(left, which), 440) > 6000, a440, `left ${which}`)
    assert.equal(strength(third(right, which), 1000) > 6000, b1000, `right ${which}`)
    assert.ok(strength(third(left, which), 1000) < 300)
    assert.ok(strength(third(right, which), 440) < 300)
  }
})

behaviour('pausing leaves silence of the same length', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await talk(15, { peer: a.peer, frequency: 440 })
  await recording.pause()
  await talk(30, { peer: a.peer, frequency: 440 })
  await recording.resume()
  await talk(25, { peer: a.peer, frequency: 440 })
  const { seconds } = await recording.stop()
  const { left } = stereoOf(await readFile(recording.path))
  assert.ok(Math.abs(seconds - 1.4) < 0.3, String(seconds))
  const quiet = left.reduce((longest, sample, i) => {
    if (Math.abs(sample) > 100) longest.from = i
    longest.length = Math.max(longest.length, i - longest.from)
    return longest
  }, { from: 0, length: 0 })
  assert.ok(quiet.length > 0.4 * 8000 && quiet.length < 0.8 * 8000, `${quiet.length / 8000} s`)
})

behaviour('the end of the call ends the recording', async (t) => {
  const { phone, home } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const recording = await endpoint.record({ path: join(home, 'call.wav') })
  await talk(15, { peer, frequency: 440 })
  await endpoint.close()
  const result = await recording.finished
  assert.equal(result.ended, 'closed')
  assert.ok(strength(stereoOf(await readFile(result.path)).left.slice(800, 2000), 440) > 5000)
  assert.deepEqual(await recording.stop(), result)
})

behaviour('a signal ends the recording, stopping the engine too', async (t) => {
  const { phone, home, server } = await openEngine(t)
  const abort = new AbortController()
  const [a, b] = [await phone(), await phone()]
  const one = await a.endpoint.record({ path: join(home, 'one.wav'), signal: abort.signal })
  const two = await b.endpoint.record({ path: join(home, 'two.wav') })
  abort.abort()
  assert.equal((await one.finished).ended, 'stopped')
  await server.stop()
  assert.equal((await two.finished).ended, 'closed')
})

behaviour('a full disk ends the recording and never the call', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: '/dev/full' })
  const result = await recording.finished
  assert.equal(result.ended, 'disk-full')
  assert.match(result.message ?? '', /no space/)
  a.peer.send(440)
  await b.peer.until((heard) => heard.length > 0)
  const failed = await a.endpoint.record({ path: '/proc/nothing.wav' })
  assert.equal((await failed.finished).ended, 'failed')
  await assert.rejects(a.endpoint.record({ path: '/no/such/folder/x.wav' }), { code: 'unprocessable' })
})

behaviour('what a killed process leaves can be played', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'media-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const path = join(home, 'call.wav')
  const child = spawn(process.execPath, [new URL('./recording-process.ts', import.meta.url).pathname, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  // It says so when the header first tells of sound.
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { left, stated } = stereoOf(await readFile(path))
  assert.ok(stated >= 32_000, String(stated))
  assert.ok(left.length * 4 >= stated, 'the file holds at least what its header says')
  assert.ok(strength(left.slice(2000, 6000), 440) > 6000)
})
