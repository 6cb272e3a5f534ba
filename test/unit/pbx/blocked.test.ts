/** Which rule counts for a caller from outside. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SnapshotBlockedCaller } from '../../../pbx/directory/types.ts'
import { ruleFor } from '../../../pbx/routing/blocked.ts'

const rule = (number: string, action: SnapshotBlockedCaller['action'] = 'decline', enabled = true): SnapshotBlockedCaller => ({ number, name: 'Why', action, enabled })
const rules = [rule('+1900*'), rule('+1900555*', 'allow'), rule('+19005550100', 'busy'), rule('anonymous', 'not-in-service'), rule('+4930*', 'busy', false)]

const cases: [caller: string, rule: string | undefined][] = [
  ['+19001234567', '+1900*'],
  // A carrier may leave the + away.
  ['19001234567', '+1900*'],
  // What says more of the number counts, an exception too.
  ['+19005551234', '+1900555*'],
  ['+19005550100', '+19005550100'],
  ['+12025550100', undefined],
  ['anonymous', 'anonymous'],
  ['+4930123456', undefined],
]
for (const [caller, expected] of cases) test(`${caller}: ${expected ?? 'put through'}`, () => assert.equal(ruleFor(rules, caller)?.number, expected))

test('+* is everybody with a number, and nobody who hides it', () => {
  assert.equal(ruleFor([rule('+*')], '+12025550100')?.number, '+*')
  assert.equal(ruleFor([rule('+*')], 'anonymous'), undefined)
})

test('of two rules that say as much, the whole number counts', () => {
  assert.equal(ruleFor([rule('+19005550100*', 'allow'), rule('+19005550100', 'busy')], '+19005550100')?.action, 'busy')
})
