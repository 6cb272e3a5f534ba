import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { behaviour, openEngine } from './engine.ts'
import { anew } from './other-way.ts'
import { samplesOf, strength, talk } from './rtp-peer.ts'

behaviour('a prompt is heard as a steady stream', async (t) => {
  const { phone } = await openEngine(t, { prompts: true })
  const { peer, endpoint } = await phone({ codecs: '8' })
  const result = await endpoint.play({ kind: 'prompt', name: 'call-recorded' })
  assert.equal(result.ended, 'finished')
  assert.ok(result.seconds > 1 && result.seconds < 5, String(result.seconds))
  const samples = samplesOf(peer.heard, 8)
  assert.ok(samples.some((sample) => Math.abs(sample) > 8000), 'somebody speaks')
  peer.heard.forEach((packet, i) => {
    assert.equal(packet.sequence, (peer.heard[0]!.sequence + i) & 0xffff)
    assert.equal(packet.timestamp, (peer.heard[0]!.timestamp + i * 160) >>> 0)
  })
  await assert.rejects(endpoint.play({ kind: 'prompt', name: 'no-such' }), { code: 'not-found' })
  const spoken = await endpoint.play({ kind: 'speak', text: 'Hi.' })
  assert.equal(spoken.ended, 'finished')
}, false, anew)

behaviour('a tone repeats until it is aborted, and the bridged party comes back', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const abort = new AbortController()
  const playing = a.endpoint.play({ kind: 'tone', frequencies: [425], cadenceMs: [100] }, { repeat: Infinity, signal: abort.signal })
  await a.peer.until((heard) => heard.length >= 3)
  await talk(10, { peer: b.peer, frequency: 1000 })
  await a.peer.until((heard) => heard.length >= 12)
  abort.abort()
  const { ended, seconds } = await playing
  assert.equal(ended, 'aborted')
  assert.ok(seconds >= 0.24)
  const tone = samplesOf(a.peer.heard)
  assert.ok(strength(tone, 425) > 6000)
  assert.ok(strength(tone, 1000) < 200, 'the other party is not heard meanwhile')
  const before = a.peer.heard.length
  b.peer.send(1000)
  await a.peer.until((heard) => heard.length > before)
  assert.equal(a.peer.heard[before]!.marker, true)
  assert.equal(a.peer.heard[before]!.sequence, (a.peer.heard[before - 1]!.sequence + 1) & 0xffff)
}, false, anew)

behaviour('a file is played from the data folder only; a new play replaces the old', async (t) => {
  const { phone, home } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const data = Buffer.alloc(8000 * 2)
  for (let i = 0; i < 8000; i += 1) data.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * 600 * i) / 8000)), i * 2)
  const header = Buffer.from('524946460000000057415645666d7420100000000100010040' + '1f0000803e0000020010006461746100000000', 'hex')
  header.writeUInt32LE(36 + data.length, 4)
  header.writeUInt32LE(data.length, 40)
  await writeFile(join(home, 'sound.wav'), Buffer.concat([header, data]))
  const first = endpoint.play({ kind: 'file', path: 'sound.wav' }, { repeat: 2 })
  await peer.until((heard) => heard.length >= 20)
  const second = endpoint.play({ kind: 'tone', frequencies: [1000], cadenceMs: [60] })
  assert.equal((await first).ended, 'aborted')
  assert.deepEqual(await second, { ended: 'finished', seconds: 0.06 })
  assert.ok(strength(samplesOf(peer.heard.slice(0, 20)), 600) > 8000)
  await assert.rejects(endpoint.play({ kind: 'file', path: '/etc/hostname' }), { code: 'forbidden' })
  await copyFile('/etc/hostname', join(home, 'text.wav'))
  await assert.rejects(endpoint.play({ kind: 'file', path: 'text.wav' }), { code: 'unprocessable', message: /not a WAV/ })
}, false, anew)

behaviour('closing ends a play', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const playing = endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [60_000] })
  await peer.until((heard) => heard.length > 0)
  await endpoint.close()
  assert.equal((await playing).ended, 'closed')
  assert.equal((await endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [20] }).catch((error: { code: string }) => error.code)), 'gone')
})
