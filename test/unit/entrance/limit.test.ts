import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLimiter } from '../../../pbx/entrance/limit.ts'
import type { Visit } from '../../../pbx/entrance/visit.ts'
import { logger, requestOf } from '../registrar/fakes.ts'

test('memory is bounded, and an address that behaves is forgotten', () => {
  const clock = { time: 0, now: () => clock.time }
  const limiter = createLimiter({ clock, logger, isTrusted: () => false })
  for (let i = 0; i < 20_000; i++) limiter.failed(`198.51.${i >> 8}.${i & 255}`)
  assert.equal(limiter.size, 10_000)
  clock.time += 60_000
  const request = requestOf('REGISTER', {}, { source: { transport: 'udp', address: '198.51.78.31', port: 1 } })
  limiter.failed('198.51.78.31')
  clock.time += 60_000
  limiter.step({ request, invite: undefined, tenant: undefined, caller: undefined } as Visit)
  assert.equal(limiter.size, 9_999)
})
