/** The talking clock: what it says, and by which clock. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { DirectorySnapshot } from '../../../pbx/directory/types.ts'
import { featureWords } from '../../../pbx/routing/feature-actions.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { spokenTime } from '../../../pbx/steps/clock.ts'
import { nothing } from './nothing-else.ts'

suite('the talking clock', () => {
  const cases: [at: string, zone: string, said: string][] = [
    ['2026-11-27T12:25:00Z', 'UTC', 'It is Friday, November 27, 12:25 PM.'],
    ['2026-11-27T23:05:00Z', 'Europe/Berlin', 'It is Saturday, November 28, 12:05 AM.'],
    // Summer ends: the same hour on the wall comes twice.
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', 'It is Sunday, October 25, 2:30 AM.'],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', 'It is Sunday, October 25, 2:30 AM.'],
    // Summer begins: there is no half past two.
    ['2026-03-08T06:59:00Z', 'America/New_York', 'It is Sunday, March 8, 1:59 AM.'],
    ['2026-03-08T07:00:00Z', 'America/New_York', 'It is Sunday, March 8, 3:00 AM.'],
  ]
  for (const [at, zone, said] of cases) test(`${at} in ${zone}`, () => assert.equal(spokenTime(new Date(at), zone), said))

  test('*60 goes by the time zone of the company, *870 asks for what was called last, test numbers are what they are', () => {
    const snapshot = { ...nothing, tenant: () => ({ timeZone: 'Asia/Tokyo' }) } as unknown as DirectorySnapshot
    const steps = (dialled: string): unknown => decide({ tenantId: 't', caller: { extensionId: 'e', deviceId: 'd', number: '101', name: null }, dialled }, snapshot, { ringSeconds: 30, at: 0 }).steps
    assert.deepEqual(steps('*60'), [{ kind: 'clock', timeZone: 'Asia/Tokyo', reason: '*60 tells the time in Asia/Tokyo' }])
    for (const [code, what] of [['*9196', 'echo-test'], ['*9195', 'echo-test-delayed'], ['*9197', 'tone-test'], ['*9664', 'music-test']] as const) {
      assert.deepEqual(steps(code), [{ kind: 'test-number', what, reason: `${code} is a test number: ${featureWords[what]}` }])
    }
    assert.deepEqual(steps('*870'), [{ kind: 'redial', reason: '*870 asks about the last call' }])
  })
})
