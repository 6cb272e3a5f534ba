/** What is kept for listeners who come back, and when it is let go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBacklog, type Backlog, type Told } from '../../../api/live/backlog.ts'
import type { PbxEvent } from '../../../pbx/index.ts'

const tenantId = 'a'

function scene(limits: { events?: number; size?: number; ms?: number } = {}): { backlog: Backlog; tell: (count?: number) => void; pass: (ms: number) => void; hears: () => number } {
  const listeners = new Set<(event: PbxEvent) => void>()
  let now = 1_000
  let id = 0
  const backlog = openBacklog({
    subscribe(_actor, listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }, { now: () => now }, { events: 100, size: 100_000, ms: 60_000, ...limits })
  return {
    backlog,
    hears: () => listeners.size,
    pass: (ms) => void (now += ms),
    tell(count = 1) {
      for (let told = 0; told < count; told += 1) for (const listener of listeners) listener({ id: String((id += 1)), type: 'directory.changed', tenantId, at: 5, data: {} })
    },
  }
}

const seqs = (told: readonly Told[] | undefined): number[] | undefined => told?.map(({ seq }) => seq)
const nobody = (): void => undefined

test('what was told after a place, and nothing twice', () => {
  const { backlog, tell } = scene()
  const heard: Told[] = []
  const first = backlog.follow(tenantId, undefined, (told) => heard.push(told))
  assert.equal(first.missed, undefined)
  tell(3)
  const { epoch } = first
  const second = backlog.follow(tenantId, { epoch, seq: 1 }, nobody)
  assert.deepEqual([seqs(heard), seqs(second.missed), second.seq], [[1, 2, 3], [2, 3], 3])
  assert.deepEqual(seqs(backlog.follow(tenantId, { epoch, seq: 3 }, nobody).missed), [])
  assert.equal(backlog.follow(tenantId, { epoch, seq: 4 }, nobody).missed, undefined, 'what was not told yet')
  assert.equal(backlog.follow(tenantId, { epoch: 'other', seq: 1 }, nobody).missed, undefined)
  assert.deepEqual(JSON.parse(heard[0]?.text ?? ''), { type: 'directory.changed', id: '1', at: new Date(5).toISOString(), seq: 1, data: {} })
  backlog.close()
})

test('too many, too much and too old are let go, oldest first', () => {
  for (const [limits, kept] of [[{ events: 4 }, 4], [{ size: 290 }, 3]] as const) {
    const { backlog, tell } = scene(limits)
    const { epoch } = backlog.follow(tenantId, undefined, nobody)
    tell(9)
    assert.equal(backlog.kept(tenantId).events, kept, JSON.stringify(backlog.kept(tenantId)))
    assert.equal(backlog.follow(tenantId, { epoch, seq: 9 - kept }, nobody).missed?.length, kept)
    assert.equal(backlog.follow(tenantId, { epoch, seq: 9 - kept - 1 }, nobody).missed, undefined)
    backlog.close()
  }
  const { backlog, tell, pass } = scene({ ms: 1_000 })
  const { epoch } = backlog.follow(tenantId, undefined, nobody)
  tell(2)
  pass(900)
  tell()
  pass(200)
  assert.equal(backlog.follow(tenantId, { epoch, seq: 1 }, nobody).missed, undefined)
  assert.deepEqual(seqs(backlog.follow(tenantId, { epoch, seq: 2 }, nobody).missed), [3])
  backlog.close()
})

test('a tenant nobody listens to is heard a little longer, then not; its numbers count no more', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { backlog, tell, hears } = scene({ ms: 1_000 })
  const first = backlog.follow(tenantId, undefined, nobody)
  first.stop()
  t.mock.timers.tick(900)
  tell()
  const second = backlog.follow(tenantId, { epoch: first.epoch, seq: 0 }, nobody)
  assert.deepEqual(seqs(second.missed), [1])
  t.mock.timers.tick(5_000)
  assert.equal(hears(), 1, 'somebody listens again')
  second.stop()
  second.stop()
  t.mock.timers.tick(1_000)
  assert.equal(hears(), 0)
  const third = backlog.follow(tenantId, { epoch: first.epoch, seq: 0 }, nobody)
  assert.equal(third.missed, undefined)
  third.stop()
  backlog.close()
  assert.equal(hears(), 0)
})
