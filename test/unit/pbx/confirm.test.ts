/** Whoever answers outside is asked whether to take the call. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mock, test } from 'node:test'
import { pino } from 'pino'
import { Refusal } from '../../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../../media/contract.ts'
import { wantsCall } from '../../../pbx/calls/confirm.ts'

const callFrom = (number: string) => ({ tenantId: 't', log: pino({ enabled: false }), request: { caller: { number } } }) as unknown as Parameters<typeof wantsCall>[0]
const said = (source: PlaySource): string => (source.kind === 'prompt' ? source.name : source.kind === 'speak' ? source.text : source.kind)

function phone(play: (source: PlaySource) => Promise<void>) {
  const keys = new EventEmitter()
  const heard: string[] = []
  const endpoint = {
    on: (event: string, listener: (digit: string) => void) => (keys.on(event, listener), () => keys.off(event, listener)),
    async play(source: PlaySource) {
      heard.push(said(source))
      await play(source)
      return { ended: 'finished', seconds: 1 }
    },
  } as unknown as Endpoint
  return { endpoint, heard, press: (key: string) => keys.emit('digit', key), listeners: () => keys.listenerCount('digit') }
}

test('it is said three times who calls, and then nobody took it', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { endpoint, heard, listeners } = phone(async () => undefined)
    const wanted = wantsCall(callFrom('+120'), endpoint, new AbortController().signal)
    let over = false
    void wanted.then(() => void (over = true))
    while (!over) {
      await new Promise(setImmediate)
      mock.timers.tick(3_000)
    }
    assert.equal(await wanted, false)
    assert.deepEqual(heard, Array.from({ length: 3 }, () => ['confirm-from', '1 2 0', 'confirm-press']).flat())
    assert.equal(listeners(), 0)
  } finally {
    mock.timers.reset()
  }
})

test('1 takes it while it is still said, other keys do not; whoever is given up on is not asked further', async () => {
  const speaking = Promise.withResolvers<void>()
  const { endpoint, heard, press } = phone(() => speaking.promise)
  const wanted = wantsCall(callFrom('anonymous'), endpoint, new AbortController().signal)
  for (const key of ['2', '#', '1']) press(key)
  speaking.resolve()
  assert.equal(await wanted, true)
  assert.deepEqual(heard, ['confirm-call'])

  const stop = new AbortController()
  const other = phone(async () => stop.abort())
  assert.equal(await wantsCall(callFrom('101'), other.endpoint, stop.signal), false)
  assert.deepEqual(other.heard, ['confirm-from'])
})

test('who cannot be asked has not taken it', async () => {
  const { endpoint } = phone(() => Promise.reject(new Refusal('unsupported', 'No sound.')))
  assert.equal(await wantsCall(callFrom('101'), endpoint, new AbortController().signal), false)
})

test('who is announced by what the caller said hears that twice; 2 refuses, also while it speaks', async () => {
  const announced: PlaySource[] = [{ kind: 'prompt', name: 'screening-from' }, { kind: 'file', path: '/name.wav' }, { kind: 'prompt', name: 'screening-press' }]
  const speaking = Promise.withResolvers<void>()
  const one = phone(() => speaking.promise)
  const wanted = wantsCall(callFrom('+120'), one.endpoint, new AbortController().signal, announced)
  for (const key of ['3', '2', '1']) one.press(key)
  speaking.resolve()
  assert.equal(await wanted, 'refused')
  assert.deepEqual([one.heard, one.listeners()], [['screening-from'], 0])
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const other = phone(async () => undefined)
    const taken = wantsCall(callFrom('+120'), other.endpoint, new AbortController().signal, announced)
    let over = false
    void taken.then(() => void (over = true))
    while (!over) {
      await new Promise(setImmediate)
      mock.timers.tick(3_000)
    }
    assert.equal(await taken, false)
    assert.deepEqual(other.heard, Array.from({ length: 2 }, () => ['screening-from', 'file', 'screening-press']).flat())
  } finally {
    mock.timers.reset()
  }
})
