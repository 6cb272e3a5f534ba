import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Outcomes } from '../../../pbx/trunks/outcomes.ts'
import { Pace } from '../../../pbx/trunks/pace.ts'

suite('how many calls may begin over a trunk within a second', () => {
  test('those that come at once begin one after the other, never more than so many within any second', () => {
    const pace = new Pace()
    const begins = Array.from({ length: 8 }, () => pace.turn(3, 10_000, 60_000))
    assert.deepEqual(begins, [0, 0, 0, 1000, 1000, 1000, 2000, 2000])
  })

  test('over a long time, however they come, no second holds more', () => {
    const pace = new Pace()
    const begun: number[] = []
    for (let now = 0; now < 20_000; now += 37) {
      const wait = pace.turn(5, now, 900)
      if (wait !== undefined) begun.push(now + wait)
    }
    begun.sort((a, b) => a - b)
    for (const at of begun) assert.ok(begun.filter((other) => other >= at && other < at + 1000).length <= 5)
    assert.ok(begun.length >= 95, `${begun.length} of the 100 that may`)
  })

  test('who has no patience is not counted; without a limit nobody waits', () => {
    const pace = new Pace()
    assert.equal(pace.turn(1, 0, 0), 0)
    assert.equal(pace.turn(1, 1, 0), undefined)
    assert.equal(pace.turn(1, 2, 998), 998)
    assert.equal(pace.turn(1, 3, 1000), undefined, 'the next is two seconds away')
    assert.equal(pace.turn(null, 4, 0), 0)
  })
})

suite('what became of the calls over a trunk', () => {
  const fail = (outcomes: Outcomes, times: number, now = 0): void => {
    for (let time = 0; time < times; time += 1) outcomes.note('it refused with 503 Service Unavailable', now)
  }

  test('five failures in a row are trouble, and one success ends it', () => {
    const outcomes = new Outcomes()
    fail(outcomes, 4)
    outcomes.note(null, 0)
    fail(outcomes, 4)
    assert.equal(outcomes.trouble(0), undefined)
    outcomes.begin(0)
    fail(outcomes, 1)
    assert.match(outcomes.trouble(0) ?? '', /the last 5 calls over it failed: it refused with 503 Service Unavailable\. Other trunks/)
    assert.equal(outcomes.isDoubtful(0), true)
    outcomes.note(null, 1)
    assert.equal(outcomes.isDoubtful(1), false)
  })

  test('after half a minute one call tries it first, and the next ones do not', () => {
    const outcomes = new Outcomes()
    outcomes.begin(0)
    fail(outcomes, 5)
    assert.deepEqual([outcomes.isDoubtful(29_999), outcomes.isDoubtful(30_000)], [true, false])
    outcomes.begin(30_000)
    assert.equal(outcomes.isDoubtful(30_001), true)
  })

  test('old failures are forgotten', () => {
    const outcomes = new Outcomes()
    fail(outcomes, 5)
    assert.equal(outcomes.trouble(15 * 60_000), undefined)
  })
})
