import assert from 'node:assert/strict'
import { mock, test, type TestContext } from 'node:test'
import type { CollectOptions, CollectResult } from '../../../media/contract.ts'
import { collectDigits, TypedAhead } from '../../../media/collect.ts'

const usual: CollectOptions = { max: 4, terminators: '#', firstDigitMs: 5000, interDigitMs: 2000 }

interface Bench { type(digits: string): void; close(): void; listeners(): number; readonly prompted: AbortSignal | undefined; promptEnds(): void; result: Promise<CollectResult> }

function start(context: TestContext, options: CollectOptions = usual, typed = ''): Bench {
  const ahead = [...typed]
  mock.timers.enable({ apis: ['setTimeout'] })
  context.after(() => mock.timers.reset())
  const digit = new Set<(digit: string) => void>()
  const closed = new Set<() => void>()
  let promptEnds = (): void => undefined
  let prompted: AbortSignal | undefined
  return {
    type: (digits) => { for (const one of digits) for (const listener of [...digit]) listener(one) },
    close: () => { for (const listener of [...closed]) listener() },
    listeners: () => digit.size + closed.size,
    get prompted() { return prompted },
    promptEnds: () => promptEnds(),
    result: collectDigits({
      onDigit: (listener) => { digit.add(listener); return () => digit.delete(listener) },
      onClosed: (listener) => { closed.add(listener); return () => closed.delete(listener) },
      typed: () => ahead.shift(),
      prompt: (signal) => {
        prompted = signal
        return new Promise((resolve) => { promptEnds = resolve })
      },
    }, options),
  }
}

test('enough digits', async (t) => {
  const bench = start(t)
  bench.type('1234')
  assert.deepEqual(await bench.result, { digits: '1234', ended: 'max' })
  assert.equal(bench.listeners(), 0)
})

test('a terminator is not part of them', async (t) => {
  const bench = start(t)
  bench.type('12#')
  assert.deepEqual(await bench.result, { digits: '12', ended: 'terminator' })
})

test('nothing at all, and silence in between', async (t) => {
  const none = start(t)
  mock.timers.tick(5000)
  assert.deepEqual(await none.result, { digits: '', ended: 'timeout' })
  mock.timers.reset()
  const some = start(t)
  mock.timers.tick(4999)
  some.type('7')
  mock.timers.tick(1999)
  some.type('8')
  mock.timers.tick(2000)
  assert.deepEqual(await some.result, { digits: '78', ended: 'timeout' })
})

test('the whole time is limited too', async (t) => {
  const bench = start(t, { ...usual, max: 100, totalMs: 3000 })
  mock.timers.tick(1500)
  bench.type('1')
  mock.timers.tick(1500)
  assert.deepEqual(await bench.result, { digits: '1', ended: 'timeout' })
})

test('the first digit cuts the prompt short; waiting begins after the prompt', async (t) => {
  const bench = start(t, { ...usual, prompt: { kind: 'prompt', name: 'busy' } })
  mock.timers.tick(60_000)
  assert.equal(bench.prompted?.aborted, false)
  bench.type('1')
  assert.equal(bench.prompted?.aborted, true)
  bench.type('234')
  assert.equal((await bench.result).ended, 'max')
  mock.timers.reset()
  const quiet = start(t, { ...usual, prompt: { kind: 'prompt', name: 'busy' } })
  quiet.promptEnds()
  await Promise.resolve()
  await Promise.resolve()
  mock.timers.tick(5000)
  assert.equal((await quiet.result).ended, 'timeout')
})

test('abort and close', async (t) => {
  const abort = new AbortController()
  const aborted = start(t, { ...usual, signal: abort.signal })
  aborted.type('1')
  abort.abort()
  assert.deepEqual(await aborted.result, { digits: '1', ended: 'aborted' })
  mock.timers.reset()
  const closed = start(t)
  closed.close()
  assert.deepEqual(await closed.result, { digits: '', ended: 'closed' })
  mock.timers.reset()
  assert.equal((await start(t, { ...usual, signal: AbortSignal.abort() }).result).ended, 'aborted')
})

test('what was typed ahead counts, and the prompt is left out', async (t) => {
  const bench = start(t, { ...usual, prompt: { kind: 'speak', text: 'x' } }, '12')
  assert.equal(bench.prompted, undefined)
  bench.type('34')
  assert.deepEqual(await bench.result, { digits: '1234', ended: 'max' })
  mock.timers.reset()
  const whole = start(t, { ...usual, max: 2 }, '9#1')
  assert.deepEqual(await whole.result, { digits: '9', ended: 'terminator' })
  assert.equal(whole.listeners(), 0)
})

test('digits typed ahead are kept for seconds and not for ever, one after the other', () => {
  const typed = new TypedAhead()
  typed.add('1', 0)
  typed.add('2', 4000)
  assert.equal(typed.next(8000), '1')
  typed.add('3', 8500)
  assert.deepEqual([typed.next(9000), typed.next(9000), typed.next(9000)], ['2', '3', undefined])
  typed.add('4', 10_000)
  assert.equal(typed.next(15_001), undefined)
})
