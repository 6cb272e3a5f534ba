import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createCharges } from '../../../pbx/calls/charges.ts'
import type { PaidCall } from '../../../pbx/directory/toll-calls.ts'

suite('calls that cost', () => {
  const at = (ms: number) => {
    let now = ms
    return { clock: { now: () => now }, pass: (more: number) => void (now += more) }
  }

  test('a call counts for as long as anybody holds it, and is paid for from its first answer', () => {
    const { clock, pass } = at(1_000_000)
    const kept: PaidCall[] = []
    const charges = createCharges([], (call) => kept.push(call), clock)
    const charge = charges.begin('t', 'x')
    charge.hold()
    charge.release()
    assert.deepEqual([charges.count('t'), charges.withinHour('t', 'x')], [1, 0], 'it holds a place, and nobody is called yet')
    charge.place()
    assert.deepEqual([charges.count('t'), charges.count('t', 'x'), charges.count('t', 'y'), charges.count('u'), charges.withinHour('t', 'x')], [1, 1, 0, 0, 1])
    pass(5_000)
    charge.answered(clock.now())
    pass(30_000)
    charge.answered(clock.now())
    assert.equal(charges.secondsWithinDay('t', 'x'), 30)
    charge.release()
    assert.deepEqual([charges.count('t'), charges.secondsWithinDay('t', 'x'), charges.secondsWithinDay('t')], [0, 30, 30])
    pass(60_000)
    assert.equal(charges.secondsWithinDay('t'), 30, 'it is over')
    assert.deepEqual(kept.map(({ tenantId, payerId, seconds, forgiven }) => [tenantId, payerId, seconds, forgiven]), [['t', 'x', 30, false]])
  })

  test('calls outside that cost nothing count as well: at once, and within a minute by attempts', () => {
    const { clock, pass } = at(1_000_000)
    const kept: PaidCall[] = []
    const charges = createCharges([], (call) => kept.push(call), clock)
    const begin = () => charges.begin('t', 'x', { abroad: false, rate: null })
    const [first, unplaced] = [begin(), begin()]
    first.place()
    assert.deepEqual([charges.outside('t', 'x'), charges.withinMinute('t', 'x'), charges.outside('t', 'y'), charges.outside('u', 'x')], [2, 2, 0, 0])
    assert.deepEqual([charges.count('t'), charges.withinHour('t', 'x')], [0, 0], 'none of them is abroad')
    unplaced.release()
    assert.deepEqual([charges.outside('t', 'x'), charges.withinMinute('t', 'x')], [1, 1], 'its turn never came')
    first.release()
    assert.deepEqual([charges.outside('t', 'x'), charges.withinMinute('t', 'x')], [0, 1])
    pass(59_999)
    assert.equal(charges.withinMinute('t', 'x'), 1)
    pass(1)
    assert.equal(charges.withinMinute('t', 'x'), 0)
    assert.deepEqual(kept, [])
  })

  test('what is forgiven counts for all together alone; an hour and a day pass', () => {
    const { clock, pass } = at(100 * 3_600_000)
    const past = { id: '1', tenantId: 't', payerId: 'x', begunAt: clock.now() - 1_000, seconds: 60, forgiven: false, abroad: true, cost: 0 }
    const charges = createCharges([past, { ...past, id: '2', payerId: null }, { ...past, id: '3', tenantId: 'u' }], () => undefined, clock)
    assert.deepEqual([charges.secondsWithinDay('t', 'x'), charges.secondsWithinDay('t'), charges.withinHour('t', 'x')], [60, 120, 1])
    charges.forgive('t', 'x')
    assert.deepEqual([charges.secondsWithinDay('t', 'x'), charges.secondsWithinDay('t'), charges.withinHour('t', 'x')], [0, 120, 0])
    charges.begin('t', 'x').release()
    assert.equal(charges.withinHour('t', 'x'), 0, 'somebody else answered before its turn came')
    const placed = charges.begin('t', 'x')
    placed.place()
    placed.release()
    assert.equal(charges.withinHour('t', 'x'), 1)
    pass(3_600_000)
    assert.equal(charges.withinHour('t', 'x'), 0)
    assert.equal(charges.secondsWithinDay('t'), 120)
    pass(23 * 3_600_000)
    // A call still counts while a part of it lies within the day.
    assert.equal(charges.secondsWithinDay('t'), 120)
    pass(59_001)
    assert.equal(charges.secondsWithinDay('t'), 0)
  })
})
