/** Drained, the house refuses new calls and lets those that are up go on to their end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHouse } from '../support/house.ts'
import { headerOf } from '../support/phone.ts'

test('a drained house refuses new calls with 503, keeps the others, and says when the last is over', async (t) => {
  const house = await startHouse()
  t.after(() => house.close())
  const { alice, bob } = await house.pair('100', '101')
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  let over = false
  const drained = house.dialplane.pbx.drain().then(() => void (over = true))
  const refused = await bob.invite('100')
  const { status, message } = await refused.ended()
  assert.equal(status, 503)
  assert.match((message && headerOf(message, 'Retry-After')) ?? '', /^\d+$/)
  const health = await house.dialplane.pbx.health()
  assert.match(health.find((part) => part.name === 'drain')?.message ?? '', /last of 1 calls/)
  call.audio.play(440)
  await incoming.audio.hears(440)
  assert.equal((await alice.register()).status, 200, 'phones stay registered')
  assert.equal(over, false)
  await call.bye()
  await drained
})
