import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPinTries } from '../../../pbx/calls/pin-tries.ts'
import { createRoomKeys } from '../../../pbx/conferences/keys.ts'

test('a star and a digit soon after are a wish; anything else is nothing', () => {
  const keys = createRoomKeys()
  const press = (digits: string, at = 0): unknown[] => [...digits].map((digit) => keys(digit, at)).filter((wish) => wish !== undefined)
  assert.deepEqual(press('*6'), ['mute'])
  assert.deepEqual(press('66'), [])
  assert.deepEqual(press('**5'), ['lock'])
  assert.deepEqual(press('*1'), [])
  assert.deepEqual(press('*'), [])
  assert.deepEqual([keys('6', 5000)], [undefined], 'too late')
})

test('nine wrong PINs hold a caller off for a quarter of an hour, at that room only', () => {
  let now = 0
  const tries = createPinTries(() => now)
  for (let i = 0; i < 9; i += 1) {
    assert.equal(tries.exhausted('a', '101'), false)
    tries.wrong('a', '101')
  }
  assert.deepEqual([tries.exhausted('a', '101'), tries.exhausted('b', '101'), tries.exhausted('a', '102')], [true, false, false])
  now = 15 * 60_000
  assert.equal(tries.exhausted('a', '101'), false)
  tries.wrong('a', '101')
  tries.right('a', '101')
  assert.equal(tries.exhausted('a', '101'), false)
})
