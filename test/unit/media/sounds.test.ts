import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileSound, toneSound, type Sound } from '../../../media/embedded/worker/sounds.ts'
import { createDialing, createPlayback, type Speaker } from '../../../media/embedded/worker/player.ts'
import { strength } from '../../contract/media/rtp-peer.ts'

function readAll(sound: Sound): number[] {
  const frame = new Int16Array(160)
  const out: number[] = []
  for (let count = sound.read(frame); count > 0; count = sound.read(frame)) out.push(...frame)
  return out
}

function speaker(takesEvents: boolean): Speaker & { said: number[]; signals: string[] } {
  const said: number[] = []
  const signals: string[] = []
  return {
    said, signals, takesEvents,
    say: (_source, frame) => { said.push(...frame) },
    signal: (_source, event, end, duration, first) => {
      signals.push(`${event}${end ? ' end' : ''}${first ? ' first' : ''} ${duration}`)
      return true
    },
  }
}

test('a tone has its frequencies and its cadence', () => {
  const samples = readAll(toneSound([440, 480], [200, 100, 200]))
  assert.equal(samples.length, 4000)
  assert.ok(Math.abs(strength(samples.slice(0, 1600), 440) - 3600) < 300)
  assert.ok(Math.abs(strength(samples.slice(2400), 480) - 3600) < 300)
  assert.ok(samples.slice(1600, 2400).every((sample) => sample === 0))
})

test('a file plays whole, its last frame filled with silence', () => {
  const samples = readAll(fileSound(Int16Array.from({ length: 200 }, (_, i) => i + 1)))
  assert.equal(samples.length, 320)
  assert.equal(samples[199], 200)
  assert.equal(samples[200], 0)
})

test('playing repeats, and says how it ended', () => {
  const outcomes: unknown[] = []
  const voice = createPlayback(fileSound(new Int16Array(320).fill(3)), 3, (outcome) => outcomes.push(outcome))
  const heard = speaker(true)
  let ticks = 0
  while (voice.tick(ticks, heard)) ticks += 1
  assert.equal(ticks, 6)
  assert.equal(heard.said.length, 960)
  voice.end('closed')
  assert.deepEqual(outcomes, [{ ended: 'finished', seconds: 0.12 }])
})

test('a sound of nothing ends even when repeated for ever', () => {
  const outcomes: unknown[] = []
  const voice = createPlayback(fileSound(new Int16Array(0)), Infinity, (outcome) => outcomes.push(outcome))
  assert.equal(voice.tick(0, speaker(true)), false)
  assert.deepEqual(outcomes, [{ ended: 'finished', seconds: 0 }])
})

test('digits go out as events: growing, then their end three times', () => {
  let sent: boolean | undefined
  const voice = createDialing('4#', 60, 60, (done) => { sent = done })
  const heard = speaker(true)
  while (voice.tick(0, heard)) assert.equal(sent, undefined)
  assert.equal(sent, true)
  assert.deepEqual(heard.signals.slice(0, 6), ['4 first 160', '4 320', '4 480', '4 end 480', '4 end 480', '4 end 480'])
  assert.equal(heard.signals.length, 12)
  assert.equal(heard.signals[6], '11 first 160')
})

test('to a peer without events they go out as tones', () => {
  const voice = createDialing('5', 100, 60, () => undefined)
  const heard = speaker(false)
  while (voice.tick(0, heard)) continue
  const tone = heard.said.slice(0, 800)
  assert.ok(strength(tone, 770) > 3000)
  assert.ok(strength(tone, 1336) > 3000)
  assert.ok(heard.said.slice(800).every((sample) => sample === 0))
})
