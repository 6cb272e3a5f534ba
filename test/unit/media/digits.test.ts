import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeEventClock, DigitDetector, eventOf, tonesOf } from '../../../media/embedded/worker/digits.ts'
import { createRtpView } from '../../../media/embedded/worker/rtp.ts'

function setup(): { heard: [string, number][]; event(code: number, timestamp: number, duration: number, end?: boolean, now?: number): void; detector: DigitDetector } {
  const heard: [string, number][] = []
  const detector = new DigitDetector((digit, duration) => heard.push([digit, duration]))
  return {
    heard, detector,
    event(code, timestamp, duration, end = false, now = 0) {
      detector.take(Buffer.from([code, end ? 0x8a : 0x0a, duration >> 8, duration & 255]), 0, 4, timestamp, 8, now)
    },
  }
}

test('one digit of many packets, with its end three times, is one digit', () => {
  const { heard, event } = setup()
  for (const duration of [160, 320, 480]) event(5, 1000, duration)
  for (let i = 0; i < 3; i += 1) event(5, 1000, 640, true)
  assert.deepEqual(heard, [['5', 80]])
})

test('the same digit twice is two', () => {
  const { heard, event } = setup()
  event(11, 1000, 800, true)
  event(11, 3000, 800, true)
  assert.deepEqual(heard, [['#', 100], ['#', 100]])
})

test('a lost end: the next digit, or silence, ends it', () => {
  const { heard, event, detector } = setup()
  event(1, 1000, 480, false, 0)
  event(2, 3000, 480, false, 300)
  detector.sweep(400)
  assert.deepEqual(heard, [['1', 60]])
  detector.sweep(600)
  assert.deepEqual(heard, [['1', 60], ['2', 60]])
  detector.sweep(10_000)
  assert.equal(heard.length, 2)
})

test('events that are no digits, and cut packets, are nothing', () => {
  const { heard, event, detector } = setup()
  event(16, 1000, 480, true)
  detector.take(Buffer.from([1, 0x8a]), 0, 2, 5, 8, 0)
  assert.deepEqual(heard, [])
})

test('durations at other clocks, and from one clock to another', () => {
  const { heard, detector } = setup()
  detector.take(Buffer.from([5, 0x8a, 0x12, 0xc0]), 0, 4, 1000, 48, 0)
  assert.deepEqual(heard, [['5', 100]])
  const packet = Buffer.from([0, 5, 0x8a, 3, 32, 0])
  const view = { ...createRtpView(), clock: 8, payloadStart: 1, payloadEnd: 5 }
  changeEventClock(packet, view, 48)
  assert.equal(packet.readUInt16BE(3), 4800)
  changeEventClock(packet, { ...view, clock: 1 }, 48)
  assert.equal(packet.readUInt16BE(3), 0xffff, 'no longer than can be said')
})

test('events and tones of digits', () => {
  assert.equal(eventOf('a'), 12)
  assert.equal(eventOf('x'), undefined)
  assert.equal(eventOf(''), undefined)
  assert.deepEqual(tonesOf('1'), [697, 1209])
  assert.deepEqual(tonesOf('0'), [941, 1336])
  assert.deepEqual(tonesOf('D'), [941, 1633])
})
