/** Drained, the house refuses new calls and lets those that are up go on to their end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChildHouse } from '../support/child-house.ts'
import { startHouse } from '../support/house.ts'
import { headerOf, openPhone } from '../support/phone.ts'

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

test('a person begins and ends it through the API, which says how many calls are left', async (t) => {
  const house = await startHouse()
  t.after(() => house.close())
  const { alice, bob } = await house.pair('100', '101')
  assert.deepEqual(await house.api.get('/system/drain'), { on: false, since: null, thenStop: false, callsLeft: 0 })
  const call = await alice.invite('101')
  await (await bob.nextCall()).answer()
  await call.answered()
  const begun = await house.api.post<{ on: boolean; since: string; thenStop: boolean; callsLeft: number }>('/system/drain', {})
  assert.deepEqual([begun.on, begun.thenStop, begun.callsLeft], [true, false, 1])
  assert.equal((await (await bob.invite('100')).ended()).status, 503)
  await call.bye()
  await house.event('call.ended', (event) => event.data.call.answeredAt !== null)
  const ended = await house.api.ask<{ on: boolean; callsLeft: number }>('DELETE', '/system/drain')
  assert.deepEqual([ended.on, ended.callsLeft], [false, 0])
  const from = bob.incoming.mark()
  const again = await alice.invite('101')
  await (await bob.nextCall({ from })).answer()
  await again.answered()
  await again.bye()
  const actions = (await house.api.get<{ action: string }[]>('/audit')).map((one) => one.action)
  assert.deepEqual(actions.filter((action) => action.startsWith('drain.')), ['drain.end', 'drain.begin'])
})

test('calls for help go out of a drained house, behind *67 too, and who calls back comes in', async (t) => {
  const house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
  const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
  t.after(async () => {
    await carrier.close()
    await house.close()
  })
  await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true })
  const { alice, bob } = await house.pair('100', '101')
  await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '101' })
  const kept = await alice.invite('101')
  await (await bob.nextCall()).answer()
  await kept.answered()
  await house.api.post('/system/drain', {})
  assert.equal((await (await carrier.invite('+15550001000')).ended()).status, 503)
  for (const dialled of ['911', '*67911']) {
    const mark = carrier.incoming.mark()
    const help = await bob.invite(dialled)
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await help.answered()
    await help.bye()
    await there.ended()
  }
  const from = bob.incoming.mark()
  const back = await carrier.invite('+15550001000')
  await (await bob.nextCall({ from })).answer()
  await back.answered()
  await back.bye()
  await kept.bye()
  await house.idle()
})

for (const how of ['SIGUSR2', 'the API'] as const) {
  test(`asked by ${how} to stop after the last call, the process ends with it`, async (t) => {
    const house = await startChildHouse()
    t.after(() => house.close())
    await house.api.setUp(house.setupLink ?? '')
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    if (how === 'SIGUSR2') {
      house.kill('SIGUSR2')
      await house.output.until((line) => line.includes('takes no new calls'), 'the word that it drains')
    } else await house.api.post('/system/drain', { thenStop: true })
    assert.equal((await (await bob.invite('100')).ended()).status, 503)
    call.audio.play(440)
    await incoming.audio.hears(440)
    assert.equal((await call.bye()).status, 200)
    assert.equal((await incoming.ended()).how, 'bye')
    assert.equal(await house.exited, 0)
  })
}
