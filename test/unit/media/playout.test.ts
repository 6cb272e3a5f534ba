import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PCMU } from '../../../media/embedded/worker/codecs/index.ts'
import { limited } from '../../../media/embedded/worker/mixer/limit.ts'
import { Playout } from '../../../media/embedded/worker/mixer/playout.ts'
import { createRtpView, readRtp } from '../../../media/embedded/worker/rtp.ts'
import { muLaw } from '../../contract/media/rtp-peer.ts'

/** A talker of 400 Hz whose packets are handed to a playout at moments of our choosing. */
function talker(playout: Playout): (now: number) => void {
  const view = createRtpView()
  let sent = 0
  return (now) => {
    const packet = Buffer.alloc(172)
    packet[0] = 0x80
    packet.writeUInt16BE(sent & 0xffff, 2)
    packet.writeUInt32BE(sent * 160, 4)
    for (let i = 0; i < 160; i += 1) packet[12 + i] = muLaw(Math.round(8000 * Math.sin((2 * Math.PI * 400 * (sent * 160 + i)) / 8000)))
    sent += 1
    assert.ok(readRtp(packet, view))
    view.clock = 8
    playout.hearing.take(PCMU, packet, view, now)
  }
}

const frame = new Int16Array(160)
const loud = (): boolean => Math.sqrt(frame.reduce((sum, sample) => sum + sample * sample, 0) / frame.length) > 3000

test('sound comes out whole, after a short wait, however late the clock reads', () => {
  const playout = new Playout(8000)
  const say = talker(playout)
  let heard = 0
  for (let tick = 0; tick < 100; tick += 1) {
    say(tick * 20)
    if (playout.read(frame, 160, tick * 20 + 5) && loud()) heard += 1
  }
  assert.ok(heard >= 97, String(heard))
  assert.ok(playout.figures.concealedMs === 0 && playout.figures.delayMs <= 80, JSON.stringify(playout.figures))
})

test('jitter makes it wait longer, and a quiet network shorter again', () => {
  const playout = new Playout(8000)
  const say = talker(playout)
  // Three packets together every 60 ms, then one every 20.
  for (let tick = 0; tick < 150; tick += 1) {
    if (tick % 6 === 0) for (let i = 0; i < 6; i += 1) say(tick * 20)
    playout.read(frame, 160, tick * 20 + 5)
  }
  const jittery = playout.figures
  for (let tick = 150; tick < 1200; tick += 1) {
    say(tick * 20)
    playout.read(frame, 160, tick * 20 + 5)
  }
  const calm = playout.figures
  assert.ok(jittery.delayMs > 60, JSON.stringify(jittery))
  assert.ok(calm.delayMs < 60, JSON.stringify(calm))
  assert.ok(calm.skippedMs > 0)
})

for (const [name, step] of [['fast', 19.98], ['slow', 20.02]] as const) {
  test(`a peer whose clock is ${name} by a thousandth is held without end`, () => {
    const playout = new Playout(8000)
    const say = talker(playout)
    let next = 0
    let silent = 0
    for (let tick = 0; tick < 10_000; tick += 1) {
      for (; next <= tick * 20; next += step) say(next)
      playout.read(frame, 160, tick * 20 + 5)
      if (tick > 10 && !loud()) silent += 1
    }
    assert.ok(playout.figures.delayMs < 120, JSON.stringify(playout.figures))
    assert.ok(silent < 30, `${silent} silent frames`)
  })
}

test('a pause is silence, and what comes after it is heard from its beginning', () => {
  const playout = new Playout(8000)
  const say = talker(playout)
  let tick = 0
  const run = (ticks: number, talks: boolean): number => {
    let heard = 0
    for (const end = tick + ticks; tick < end; tick += 1) {
      if (talks) say(tick * 20)
      if (playout.read(frame, 160, tick * 20 + 5) && loud()) heard += 1
    }
    return heard
  }
  run(50, true)
  run(20, false)
  assert.equal(run(30, false), 0)
  assert.ok(run(50, true) >= 46)
})

test('a sum that is too loud is bent and never broken', () => {
  assert.equal(limited(12_000), 12_000)
  assert.equal(limited(-24_000), -24_000)
  let before = 0
  for (let sum = 100; sum < 500_000; sum += 100) {
    const out = limited(sum)
    assert.ok(out >= before && out < 32_768)
    assert.equal(limited(-sum), -out)
    before = out
  }
})
