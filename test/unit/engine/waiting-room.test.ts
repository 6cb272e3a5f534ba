import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWaitingRoom } from '../../../pbx/signalling/engine/agent/waiting-room.ts'
import { udp } from './fake.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('REGISTERs are looked at in later turns of the loop, a few in each, in their order', async () => {
  const seen: string[] = []
  const room = createWaitingRoom((text) => void seen.push(text), () => 0)
  for (let i = 0; i < 40; i++) room.enter(String(i), udp)
  assert.deepEqual(seen, [])
  await turn()
  assert.ok(seen.length > 0 && seen.length < 40, 'what comes in between is not kept waiting by all of them')
  while (seen.length < 40) await turn()
  assert.deepEqual(seen, Array.from({ length: 40 }, (_, i) => String(i)))
  assert.equal(room.waitingMs, 0)
  room.close()
})

test('while many are with the application the others stay here, and say for how long', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const seen: string[] = []
  let asked = 0
  const room = createWaitingRoom((text) => {
    seen.push(text)
    asked++
  }, () => asked)
  for (let i = 0; i < 100; i++) room.enter(String(i), udp)
  for (let i = 0; i < 20; i++) await turn()
  assert.equal(seen.length, 64)
  assert.ok(room.waitingMs > 0)
  asked = 0
  t.mock.timers.tick(5)
  while (seen.length < 100) await turn()
  assert.equal(seen.at(-1), '99')
  room.close()
})

test('a datagram that waited for long is forgotten, for its phone repeats it; what came over a connection is not', async () => {
  const seen: string[] = []
  let time = 0
  const room = createWaitingRoom((text) => void seen.push(text), () => 0, () => time)
  room.enter('old', udp)
  room.enter('old over TCP', { ...udp, transport: 'tcp' })
  time = 1_000
  room.enter('new', udp)
  time = 2_000
  await turn()
  assert.deepEqual(seen, ['old over TCP', 'new'])
  room.close()
})

test('of too many the oldest are forgotten, and nothing is looked at after the end', async () => {
  const seen: string[] = []
  const room = createWaitingRoom((text) => void seen.push(text), () => 0)
  for (let i = 0; i < 20_100; i++) room.enter(String(i), udp)
  await turn()
  assert.equal(seen[0], '100')
  const { length } = seen
  room.close()
  await turn()
  assert.equal(seen.length, length)
})
