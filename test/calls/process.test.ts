/** The server as people start it: Ctrl-C, kill -9, and what is left behind. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import { allGone, startChildHouse } from '../support/child-house.ts'
import { eventually } from '../support/eventually.ts'

test('Ctrl-C ends the calls with BYE, ends every process and frees every port', async (t) => {
  const house = await startChildHouse()
  t.after(() => rm(house.home, { recursive: true, force: true }))
  t.after(() => house.closePhones())
  assert.ok(house.setupLink, 'the first start prints a link to set up')
  await house.api.setUp(house.setupLink)
  const { alice, bob } = await house.pair('100', '101')
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  const processes = house.processes()
  assert.ok(processes.length > 1, 'server and PostgreSQL')
  house.kill('SIGINT')
  assert.deepEqual([(await call.ended()).how, (await incoming.ended()).how], ['bye', 'bye'])
  assert.equal(await house.exited, 0)
  await allGone(processes)
  const socket = createSocket('udp4')
  socket.bind(house.sip.port, '127.0.0.1')
  await once(socket, 'listening')
  socket.close()
})

test('after kill -9 the next start works, and what was told is kept', async (t) => {
  const first = await startChildHouse()
  t.after(() => rm(first.home, { recursive: true, force: true }))
  t.after(() => first.closePhones())
  await first.api.setUp(first.setupLink ?? '')
  const { alice, bob } = await first.pair('100', '101')
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  await call.bye()
  const past = await eventually(async () => (await first.history())[0], 'the record of the call')
  assert.equal(past.termination?.reason, 'hung-up')
  const later = bob.incoming.mark()
  const talk = await alice.invite('101')
  await (await bob.nextCall({ from: later })).answer()
  await talk.answered()
  const processes = first.processes()
  first.kill('SIGKILL')
  assert.equal(await first.exited, 'SIGKILL')

  const second = await startChildHouse({ home: first.home, env: { SIP_PORT: String(first.sip.port) } })
  t.after(() => second.closePhones())
  try {
    assert.equal(second.setupLink, undefined, 'the administrator is still there')
    await second.api.signIn()
    assert.ok((await second.history()).some((one) => one.id === past?.id), 'the call is still in the history')
    assert.deepEqual((await second.registrations()).map((one) => one.extensionNumber).sort(), ['100', '101'])
    // The old phones still carry the old registration: one calls, the other rings.
    const from = bob.incoming.mark()
    const again = await alice.invite('101')
    const rung = await bob.nextCall({ from })
    await rung.answer()
    await again.answered()
    assert.equal((await again.bye()).status, 200)
    assert.equal((await talk.bye()).status, 481, 'the call that was going on is not known any more')
  } finally {
    const all = [...processes, ...second.processes()]
    await second.close({ keep: true })
    assert.equal(await second.exited, 0)
    await allGone(all)
  }
})

test('a folder that is in use is not opened twice', async (t) => {
  const first = await startChildHouse()
  t.after(() => first.close())
  await assert.rejects(startChildHouse({ home: first.home }), /in use|already|another/i)
  assert.equal((await first.api.send('GET', '/health')).status, 200, 'the first one is not disturbed')
})
