import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestFailure } from '../../../pbx/calls/best-failure.ts'
import { Leg } from '../../../pbx/calls/leg.ts'
import { Mailbox } from '../../../pbx/calls/mailbox.ts'
import { createCallRegistry } from '../../../pbx/calls/registry.ts'
import { reasonOfFailure, refusalOf, statusForCaller, terminate } from '../../../pbx/calls/termination.ts'
import type { InviteFailure } from '../../../pbx/sip/types.ts'

const failure = (status: number): InviteFailure => ({ status, reason: '', kind: 'refused', userAgent: undefined, contacts: [] })

test('the mailbox runs one task after the other and survives a task that throws', async () => {
  const bugs: unknown[] = []
  const mailbox = new Mailbox((error) => bugs.push(error))
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  mailbox.post(async () => {
    await gate.promise
    order.push('first')
  })
  mailbox.post(() => {
    throw new Error('bug')
  })
  const last = mailbox.run(() => order.push('last'))
  order.push('outside')
  gate.resolve()
  await last
  assert.deepEqual(order, ['outside', 'first', 'last'])
  assert.equal(bugs.length, 1)
})

test('the best failure of a fork', () => {
  const best = (...statuses: number[]): number | undefined => bestFailure(statuses.map(failure))?.status
  assert.equal(best(486, 603), 603, 'a 6xx decides')
  assert.equal(best(480, 486, 408), 486, 'busy says more than no answer')
  assert.equal(best(503, 404), 404, 'the lower class wins')
  assert.equal(best(302, 486), 302)
  assert.equal(best(407, 408), 408, 'a challenge is meant for us')
  assert.equal(best(), undefined)
})

test('every verdict has a status for the caller and words for people', () => {
  for (const [status, reason, told] of [[486, 'busy', 486], [600, 'busy', 486], [603, 'declined', 603], [480, 'no-answer', 480], [488, 'callee-media', 488], [500, 'callee-refused', 480]] as const) {
    assert.equal(reasonOfFailure(status), reason)
    assert.equal(refusalOf(reason).status, told)
    assert.notEqual(terminate(reason, 'callee', status).explanation, '')
  }
  assert.equal(refusalOf('something unheard of').status, 500)
})

test('a leg ignores what comes too late and keeps its first end', () => {
  const leg = new Leg({ role: 'callee', extensionId: null, deviceId: null, number: '1', name: null, address: '', transport: 'udp', userAgent: null, sipCallId: '' })
  assert.equal(leg.step('ring'), true)
  assert.equal(leg.step('hold'), false, 'only an answered leg can be held')
  leg.step('answer')
  assert.equal(leg.step('ring'), false)
  assert.equal(leg.step('hold'), true)
  assert.equal(leg.step('hold'), false, 'it is held already')
  assert.equal(leg.step('resume'), true)
  leg.end(200, 'first')
  leg.end(500, 'second')
  assert.deepEqual([leg.state, leg.sipStatus, leg.endedWhy], ['ended', 200, 'first'])
})

test('the registry is idle when neither calls nor goodbyes are left, and shows a tenant only its own', async () => {
  const registry = createCallRegistry()
  const call = { id: 'c', tenantId: 'a' } as Parameters<typeof registry.add>[0]
  registry.add(call)
  assert.equal(registry.get('b', 'c'), undefined)
  assert.equal(registry.list('a').length, 1)
  const bye = Promise.withResolvers<void>()
  registry.linger(bye.promise)
  let idle = false
  const waiting = registry.idle().then(() => (idle = true))
  registry.remove(call)
  await Promise.resolve()
  assert.equal(idle, false)
  bye.reject(new Error('no answer to BYE'))
  await waiting
})

test('a caller never sees a refusal that was meant for us', () => {
  const told = (status: number): number => statusForCaller(terminate('callee-refused', 'callee', status))
  assert.deepEqual([401, 407, 420, 302, 481].map(told), [480, 480, 480, 480, 480])
  assert.deepEqual([404, 500, 604].map(told), [404, 500, 604])
  assert.equal(statusForCaller(terminate('busy', 'callee', 600)), 486)
})
