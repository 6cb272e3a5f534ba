import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { behaviour, openEngine } from './engine.ts'
import { oneCodec, short, why } from './other-way.ts'
import { stereoOf, strength, talk } from './rtp-peer.ts'

// Long enough to leave a wide margin on both sides of what is looked at: the machine may be busy.
const PACKETS = 40
const MARGIN = 0.25

behaviour('our peer left, the other party right, times as they were', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '8' }), await phone({ codecs: '0' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  const [aTalks, bTalks] = [{ peer: a.peer, frequency: 440, payloadType: 0 }, { peer: b.peer, frequency: 1000 }]
  const began: number[] = []
  for (const speakers of [[aTalks], [bTalks], [aTalks, bTalks]]) {
    began.push(performance.now())
    await talk(PACKETS, ...speakers)
  }
  const result = await recording.stop()
  assert.equal(result.ended, 'stopped')
  assert.deepEqual(await recording.finished, result)
  const { left, right, stated } = stereoOf(await readFile(result.path))
  assert.equal(stated, left.length * 4)
  assert.equal(result.bytes, 44 + stated)
  assert.equal(result.seconds, left.length / 8000)
  const first = left.findIndex((sample) => Math.abs(sample) > 500) / 8000
  const middle = (side: number[], part: number): number[] => {
    const from = first + (began[part]! - began[0]!) / 1000 + MARGIN
    return side.slice(Math.round(from * 8000), Math.round((from + PACKETS * 0.02 - 2 * MARGIN) * 8000))
  }
  for (const [part, a440, b1000] of [[0, true, false], [1, false, true], [2, true, true]] as const) {
    assert.equal(strength(middle(left, part), 440) > 5000, a440, `left ${part}`)
    assert.equal(strength(middle(right, part), 1000) > 5000, b1000, `right ${part}`)
    assert.ok(strength(middle(left, part), 1000) < 300)
    assert.ok(strength(middle(right, part), 440) < 300)
  }
}, false, oneCodec)

behaviour('pausing leaves silence of the same length, and nothing of what was said', async (t) => {
  const { phone, home } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const recording = await endpoint.record({ path: join(home, 'call.wav') })
  await talk(PACKETS, { peer, frequency: 440 })
  await recording.pause()
  const paused = performance.now()
  await talk(PACKETS, { peer, frequency: 1500 })
  const pause = (performance.now() - paused) / 1000
  await recording.resume()
  await talk(PACKETS, { peer, frequency: 440 })
  await recording.stop()
  const { left } = stereoOf(await readFile(recording.path))
  let [quiet, since] = [0, left.findIndex((sample) => Math.abs(sample) > 500)]
  for (let i = since; i < left.length; i += 1) {
    if (Math.abs(left[i]!) > 100) since = i
    quiet = Math.max(quiet, (i - since) / 8000)
  }
  assert.ok(Math.abs(quiet - pause) < MARGIN, `${quiet} s of silence for ${pause} s`)
  assert.ok(strength(left, 1500) < 300, String(strength(left, 1500)))
})

behaviour('the end of the call ends the recording', async (t) => {
  const { phone, home } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const recording = await endpoint.record({ path: join(home, 'call.wav') })
  await talk(15, { peer, frequency: 440 })
  await endpoint.close()
  const result = await recording.finished
  assert.equal(result.ended, 'closed')
  assert.ok(strength(stereoOf(await readFile(result.path)).left, 440) > 500)
  assert.deepEqual(await recording.stop(), result)
}, false, short)

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
}, false, why)

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
  assert.ok(strength(left.slice(0, stated / 4), 440) > 2000)
})
