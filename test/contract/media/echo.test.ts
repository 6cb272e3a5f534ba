// A leg that hears itself, at once or later.
import assert from 'node:assert/strict'
import { behaviour, openEngine } from './engine.ts'
import { samplesOf, strength, talk } from './rtp-peer.ts'

for (const type of [0, 8] as const) {
  behaviour(`whoever speaks hears itself, and nothing once it is over (payload type ${type})`, async (t) => {
    const { phone } = await openEngine(t)
    const { peer, endpoint } = await phone({ codecs: String(type) })
    const abort = new AbortController()
    const echo = endpoint.echo({ signal: abort.signal })
    const speak = async (frequency: number): Promise<number[]> => {
      const from = peer.heard.length
      await talk(50, { peer, frequency, payloadType: type })
      return samplesOf(peer.heard.slice(from), type)
    }
    await speak(500)
    const spoken = await speak(700)
    assert.ok(strength(spoken, 700) > strength(spoken, 500) * 3, 'what is said now')
    assert.ok(spoken.length > 25 * 160, `${spoken.length} samples of 8000`)
    abort.abort()
    await echo
    await talk(10, { peer, frequency: 500, payloadType: type })
    const after = await speak(900)
    assert.ok(after.length === 0 || strength(after, 900) < 100, 'over')
  })
}

behaviour('an echo of 600 ms is that much later, whole and in order', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const abort = new AbortController()
  const echo = endpoint.echo({ delayMs: 600, signal: abort.signal })
  await talk(20, { peer, frequency: 500 })
  const loud = (frequency: number): number => (peer.heard.length === 0 ? 0 : strength(samplesOf(peer.heard.slice(-10)), frequency))
  assert.ok(loud(500) < 500, 'nothing of it yet')
  // What was said first is heard while something else is said.
  for (let i = 0; i < 60 && loud(500) < 5000; i += 1) await talk(2, { peer, frequency: 1100 })
  assert.ok(loud(500) > 5000, 'the first tone')
  for (let i = 0; i < 60 && (loud(1100) < 5000 || loud(500) > 500); i += 1) await talk(2, { peer, frequency: 1700 })
  assert.ok(loud(1100) > 5000 && loud(500) < 500, 'then the second')
  abort.abort()
  await echo
})

behaviour('a bridge ends it, and so does the end of the endpoint', async (t) => {
  const { phone } = await openEngine(t)
  const [one, other] = [await phone(), await phone()]
  const echo = one.endpoint.echo()
  await talk(20, { peer: one.peer, frequency: 500 })
  await one.endpoint.bridge(other.endpoint)
  await echo
  await talk(20, { peer: one.peer, frequency: 900 }, { peer: other.peer, frequency: 1300 })
  const from = one.peer.heard.length
  await talk(30, { peer: one.peer, frequency: 900 }, { peer: other.peer, frequency: 1300 })
  const heard = samplesOf(one.peer.heard.slice(from))
  assert.ok(strength(heard, 1300) > 3000 && strength(heard, 900) < 500, 'the other alone')
  assert.ok(strength(samplesOf(other.peer.heard.slice(-20)), 900) > 3000)
  const again = other.endpoint.echo({ delayMs: 200 })
  await talk(20, { peer: other.peer, frequency: 500 })
  await other.endpoint.close()
  await again
  await assert.rejects(other.endpoint.echo(), { code: 'gone' })
})

behaviour('a tone of 0 dBm0 has the level of the milliwatt', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  await endpoint.play({ kind: 'tone', frequencies: [1004], cadenceMs: [1000], levelDbm0: 0 })
  const samples = samplesOf(peer.heard).slice(800, 6400)
  const level = 20 * Math.log10(strength(samples, 1004) / 32_767) + 3.17
  assert.ok(Math.abs(level) < 0.5, `${level.toFixed(2)} dBm0`)
})
