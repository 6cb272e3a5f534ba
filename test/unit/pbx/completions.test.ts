import assert from 'node:assert/strict'
import { beforeEach, mock, suite, test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { createCompletions, type Completions, type Wish } from '../../../pbx/calls/completions.ts'
import type { CallView } from '../../../pbx/events/catalogue.ts'
import { createEvents, type Events } from '../../../pbx/events/events.ts'

const wish: Wish = { tenantId: 't', callerId: 'a', calleeId: 'b' }

suite('wishes to be called back', () => {
  let events: Events
  let busy: Set<string>
  let recalled: string[]
  let completions: Completions
  beforeEach(() => {
    mock.timers.reset()
    mock.timers.enable({ apis: ['setTimeout'] })
    events = createEvents(createLogger('silent'))
    busy = new Set()
    recalled = []
    completions?.close()
    completions = createCompletions({ events, isFree: (id) => !busy.has(id), recall: ({ callerId, calleeId }) => void recalled.push(`${callerId} ${calleeId}`) })
  })
  const ended = (...extensionIds: string[]): void => events.emit('call.ended', 't', { call: { legs: extensionIds.map((extensionId) => ({ extensionId, answeredAt: 1 })) } as CallView })

  test('both must be free, and stay so for a moment', () => {
    busy.add('b')
    completions.ask(wish, true)
    ended('c')
    mock.timers.tick(3_000)
    busy.clear()
    ended('b')
    mock.timers.tick(1_000)
    busy.add('a')
    events.emit('directory.changed', 't', {})
    mock.timers.tick(3_000)
    assert.deepEqual(recalled, [])
    busy.clear()
    ended('a')
    mock.timers.tick(2_000)
    assert.deepEqual(recalled, ['a b'])
    ended('a', 'b')
    mock.timers.tick(5_000)
    assert.deepEqual(recalled, ['a b'], 'once')
  })

  test('where nobody answered, somebody must have been there first; news of other tenants is no news', () => {
    completions.ask(wish, false)
    ended('a')
    events.emit('call.ended', 'other', { call: { legs: [{ extensionId: 'b', answeredAt: 1 }] } as CallView })
    mock.timers.tick(5_000)
    assert.deepEqual(recalled, [])
    ended('b')
    mock.timers.tick(2_000)
    assert.deepEqual(recalled, ['a b'])
  })

  test('it lasts an hour from the last time it was asked for, one for a pair and ten for a caller', () => {
    completions.ask(wish, true)
    mock.timers.tick(59 * 60_000)
    completions.ask(wish, true)
    mock.timers.tick(2 * 60_000)
    assert.equal(completions.cancel('a'), 1)
    for (let other = 0; other < 10; other += 1) assert.equal(completions.ask({ ...wish, calleeId: `x${other}` }, true), true)
    assert.equal(completions.ask({ ...wish, calleeId: 'one more' }, true), false)
    assert.equal(completions.ask({ ...wish, calleeId: 'x3' }, true), true)
    mock.timers.tick(61 * 60_000)
    assert.equal(completions.cancel('a'), 0)
  })
})
