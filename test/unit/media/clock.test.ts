import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Clock, TICK_MS, type Ticking } from '../../../media/embedded/worker/clock.ts'

test('ticks are due every 20 ms exactly, however late they come, and stop with the last member', async () => {
  const clock = new Clock()
  const due: number[] = []
  await new Promise<void>((resolve) => {
    const member: Ticking = {
      tick(now) {
        due.push(now)
        // Being late once must neither shift nor lose a tick.
        if (due.length === 3) { const until = performance.now() + 70; while (performance.now() < until) continue }
        if (due.length < 12) return
        clock.remove(member)
        resolve()
      },
    }
    clock.add(member)
    clock.add(member)
  })
  for (let i = 1; i < due.length; i += 1) assert.ok(Math.abs(due[i]! - due[i - 1]! - TICK_MS) < 0.001)
  assert.equal(due.length, 12)
  assert.ok(clock.lateTicks >= 1)
  assert.ok(clock.worstLatenessMs >= 40)
})

test('a member that leaves during a tick, or a closed clock, ticks no more', async () => {
  const clock = new Clock()
  let left = 0
  await new Promise<void>((resolve) => {
    const leaver: Ticking = { tick() { left += 1; clock.remove(leaver) } }
    let ticks = 0
    const stayer: Ticking = {
      tick() {
        ticks += 1
        if (ticks < 3) return
        clock.close()
        resolve()
      },
    }
    clock.add(leaver)
    clock.add(stayer)
  })
  assert.equal(left, 1)
})
