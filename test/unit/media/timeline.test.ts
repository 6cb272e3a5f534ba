import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Timeline } from '../../../media/embedded/worker/timeline.ts'

const sound = (value: number): Int16Array => new Int16Array(160).fill(value)

/** Reads the next `count` samples. */
function take(line: Timeline, count: number): Int16Array {
  const out = new Int16Array(count * 2)
  line.take(out, 0, count)
  return out.filter((_, i) => i % 2 === 0)
}

/** Where each value begins in what was read. */
function starts(samples: Int16Array): Record<number, number> {
  const found: Record<number, number> = {}
  samples.forEach((value, at) => { if (value !== 0) found[value] ??= at })
  return found
}

test('jitter on the network does not reach the file', () => {
  const line = new Timeline(8000)
  line.write(1, 5000, 100, sound(1), 160)
  line.write(1, 5160, 420, sound(2), 160)
  line.write(1, 5320, 425, sound(3), 160)
  const heard = take(line, 800)
  assert.deepEqual(starts(heard), { 1: 100, 2: 260, 3: 420 })
  assert.equal(heard[579], 3)
  assert.equal(heard[580], 0)
})

test('lost and late packets: silence in their place, order restored', () => {
  const line = new Timeline(8000)
  line.write(1, 0, 0, sound(1), 160)
  line.write(1, 480, 480, sound(4), 160)
  line.write(1, 320, 490, sound(3), 160)
  assert.deepEqual(starts(take(line, 640)), { 1: 0, 3: 320, 4: 480 })
})

test('a hold is as long in the file as it was', () => {
  const line = new Timeline(8000)
  line.write(1, 1000, 0, sound(1), 160)
  // The peer's timestamps stood still while it was on hold.
  line.write(1, 1160, 8000, sound(2), 160)
  assert.deepEqual(starts(take(line, 9000)), { 1: 0, 2: 8000 })
})

test('another stream is placed by its arrival', () => {
  const line = new Timeline(8000)
  line.write(1, 5000, 0, sound(1), 160)
  line.write(1, 5160, 165, sound(2), 160)
  line.write(2, 777, 400, sound(3), 160)
  assert.deepEqual(starts(take(line, 640)), { 1: 0, 2: 160, 3: 400 })
})

test('what is read is gone, and what comes after its time is dropped', () => {
  const line = new Timeline(8000)
  line.write(1, 0, 0, sound(1), 160)
  take(line, 16_000)
  line.write(1, 160, 300, sound(9), 160)
  assert.deepEqual(starts(take(line, 16_384)), {})
})
