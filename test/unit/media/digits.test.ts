import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DigitDetector, eventOf, tonesOf } from '../../../media/embedded/worker/digits.ts'

function setup(): { heard: [string, number][]; event(code: number, timestamp: number, duration: number, end?: boolean, now?: number): void; detector: DigitDetector } {
  const heard: [string, number][] = []
  const detector = new DigitDetector((digit, duration) => heard.push([digit, duration]))
  return {
    heard, detector,
    event(code, timestamp, duration, end = false, now = 0) {
      detector.take(Buffer.from([code, end ? 0x8a : 0x0a, duration >> 8, duration & 255]), 0, 4, timestamp, now)
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
  detector.take(Buffer.from([1, 0x8a]), 0, 2, 5, 0)
  assert.deepEqual(heard, [])
})

test('events and tones of digits', () => {
  assert.equal(eventOf('a'), 12)
  assert.equal(eventOf('x'), undefined)
  assert.equal(eventOf(''), undefined)
  assert.deepEqual(tonesOf('1'), [697, 1209])
  assert.deepEqual(tonesOf('0'), [941, 1336])
  assert.deepEqual(tonesOf('D'), [941, 1633])
})
