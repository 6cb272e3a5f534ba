/** Keys that a caller pressed before anybody asked for them. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { handKeypad, keypadOf } from '../../../pbx/calls/keypad.ts'
import type { Endpoint } from '../../../media/contract.ts'

function phone(): { endpoint: Endpoint; press: (keys: string) => void; heardBy: () => number } {
  const emitter = new EventEmitter()
  const on = (event: string, listener: (digit: string) => void): (() => void) => {
    emitter.on(event, listener)
    return () => emitter.off(event, listener)
  }
  return {
    endpoint: { on } as unknown as Endpoint,
    press: (keys) => [...keys].forEach((key) => emitter.emit('digit', key)),
    heardBy: () => emitter.listenerCount('digit'),
  }
}

const newCall = (): Parameters<typeof handKeypad>[0] => ({ keypad: undefined, cleanup: new Set() })
const end = (call: { cleanup: Set<() => void> }): void => call.cleanup.forEach((stop) => stop())

test('keys typed ahead go with the caller, those pressed on the way too', () => {
  const { endpoint, press, heardBy } = phone()
  const menu = newCall()
  const next = newCall()
  press('0')
  const first = keypadOf(menu, endpoint)
  press('921')
  assert.equal(first.typed.shift(), '9')
  handKeypad(menu, next)
  end(menu)
  press('#')
  assert.deepEqual(keypadOf(next, endpoint).typed, ['2', '1', '#'])
  assert.equal(heardBy(), 1)
  end(next)
  assert.equal(heardBy(), 0)
})

test('whoever is not spoken to by the next call leaves the keys behind', () => {
  const { endpoint, press, heardBy } = phone()
  const menu = newCall()
  const next = newCall()
  keypadOf(menu, endpoint)
  press('1')
  end(menu)
  handKeypad(newCall(), next)
  assert.equal(heardBy(), 0)
  assert.deepEqual(keypadOf(next, endpoint).typed, [])
})
