import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serviceActor } from '../../../config/actor.ts'
import { messageOf, Refusal } from '../../../config/errors.ts'
import { legiblePassword, newId, randomToken } from '../../../config/ids.ts'
import { createMachine } from '../../../config/machine.ts'

describe('a state machine', () => {
  const table = { idle: { ring: 'ringing' }, ringing: { answer: 'up', cancel: 'down' }, up: { hangUp: 'down' }, down: {} } as const
  const make = (onStep?: (state: string, previous: string, input: string) => void): ReturnType<typeof createMachine<keyof typeof table, 'ring' | 'answer' | 'cancel' | 'hangUp'>> =>
    createMachine('call', table, 'idle', onStep)

  it('goes where its table says and tells each step', () => {
    const steps: string[] = []
    const machine = make((state, previous, input) => steps.push(`${previous} ${input} ${state}`))
    assert.equal(machine.step('ring'), 'ringing')
    assert.ok(machine.can('answer'))
    assert.ok(!machine.can('hangUp'))
    machine.step('answer')
    machine.step('hangUp')
    assert.equal(machine.state, 'down')
    assert.deepEqual(steps, ['idle ring ringing', 'ringing answer up', 'up hangUp down'])
  })

  it('throws on a step the table does not have, and stays', () => {
    const machine = make()
    assert.throws(() => machine.step('answer'), /call: 'answer' is not allowed in state 'idle'/)
    assert.equal(machine.state, 'idle')
  })
})

describe('identifiers', () => {
  it('do not repeat', () => {
    const made = new Set(Array.from({ length: 1000 }, () => newId()))
    assert.equal(made.size, 1000)
    for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(randomToken(16), /^[A-Za-z0-9_-]{22}$/)
  })

  it('make passwords of the asked length without characters that look alike', () => {
    const all = Array.from({ length: 200 }, () => legiblePassword(20))
    assert.ok(all.every((password) => /^[a-km-zA-HJ-NP-Z2-9]{20}$/.test(password)), all[0])
    assert.equal(new Set(all).size, 200)
  })
})

describe('errors and actors', () => {
  it('say what happened', () => {
    assert.equal(messageOf(new AggregateError([new Error('inner')])), 'inner')
    assert.equal(messageOf('text'), 'text')
    const refusal = new Refusal('too-many', 'Wait.', { retryAfter: 5, cause: 1 })
    assert.deepEqual([refusal.code, refusal.retryAfter, refusal.details, refusal.cause], ['too-many', 5, [], 1])
  })

  it('act inside one tenant with no permission by omission', () => {
    const actor = serviceActor('t', 'cdr')
    assert.deepEqual([actor.kind, actor.tenantId, actor.permissions.size], ['service', 't', 0])
  })
})
