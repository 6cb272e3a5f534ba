import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTurnstile } from '../../../pbx/signalling/engine/agent/turnstile.ts'
import type { Owner } from '../../../pbx/signalling/engine/dialog/dialog.ts'

const application = (): Owner & { open: boolean; backlog: number } => ({ open: true, quiet: true, backlog: 0, deliver: () => undefined, deliverLater: () => undefined })
const yes = (): boolean => true

test('while an application has much to take, new calls wait in their order and say for how long; then they are handed over', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let time = 0
  const turnstile = createTurnstile(() => time)
  const owner = application()
  const seen: number[] = []
  turnstile.pass(owner, yes, () => seen.push(0))
  assert.deepEqual([seen, turnstile.waitingMs], [[0], 0], 'at once')
  owner.backlog = 50_000
  for (let i = 1; i <= 5; i++) turnstile.pass(owner, yes, () => (seen.push(i), (owner.backlog += 6_000)))
  time = 40
  t.mock.timers.tick(10)
  assert.deepEqual([seen, turnstile.waitingMs], [[0], 40])
  owner.backlog = 0
  t.mock.timers.tick(2)
  assert.deepEqual(seen, [0, 1, 2, 3], 'no more than it can take soon')
  turnstile.pass(owner, yes, () => seen.push(6))
  owner.backlog = 0
  turnstile.pass(owner, yes, () => seen.push(7))
  assert.deepEqual(seen, [0, 1, 2, 3], 'nobody overtakes')
  t.mock.timers.tick(4)
  assert.deepEqual([seen, turnstile.waitingMs], [[0, 1, 2, 3, 4, 5, 6, 7], 0])
  turnstile.close()
})

test('an application that hangs holds up its own calls alone, and nobody else is refused for them', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let time = 0
  const turnstile = createTurnstile(() => time)
  const [hangs, works] = [application(), application()]
  const seen: string[] = []
  turnstile.pass(works, yes, () => seen.push('one'))
  hangs.backlog = 50_000
  turnstile.pass(hangs, yes, () => seen.push('never'))
  time = 5_000
  t.mock.timers.tick(2)
  turnstile.pass(works, yes, () => seen.push('two'))
  assert.deepEqual([seen, turnstile.waitingMs], [['one', 'two'], 0])
  works.open = false
  assert.equal(turnstile.waitingMs, 5_000, 'where nobody else is left')
  turnstile.close()
})

test('a call that was given up, or whose application is gone, is not handed over and holds nobody up', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const turnstile = createTurnstile()
  const [busy, gone] = [application(), application()]
  busy.backlog = gone.backlog = 50_000
  const seen: string[] = []
  let wanted = true
  turnstile.pass(busy, () => wanted, () => seen.push('given up'))
  turnstile.pass(gone, yes, () => seen.push('of one that is gone'))
  turnstile.pass(application(), yes, () => seen.push('of another'))
  wanted = false
  gone.open = false
  t.mock.timers.tick(2)
  assert.deepEqual([seen, turnstile.waitingMs], [['of another'], 0])
  turnstile.pass(busy, yes, () => seen.push('after the end'))
  turnstile.close()
  busy.backlog = 0
  t.mock.timers.tick(50)
  assert.deepEqual(seen, ['of another'])
})
