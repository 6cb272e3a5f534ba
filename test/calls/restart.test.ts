/** The house stops and starts again: phones need not notice. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { startHouse } from '../support/house.ts'
import { openPhone } from '../support/phone.ts'

test('registrations survive a restart: a call arrives without a new REGISTER', async (t) => {
  const first = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const lines = [await first.extension('100'), await first.extension('101')] as const
  const bob = await openPhone({ server: first.sip, user: lines[1].user, password: lines[1].password })
  t.after(() => bob.close())
  assert.equal((await bob.register()).status, 200)
  const before = await first.registrations()
  const { port } = first.sip
  await first.close({ keep: true, phonesStay: true })

  const second = await startHouse({
    home: first.home,
    change(settings) {
      settings.sip.port = port
      settings.registrar.qualifySeconds = 0
    },
  })
  try {
    const after = await second.registrations()
    assert.deepEqual(after.map((one) => one.contact), before.map((one) => one.contact))
    const alice = await second.phone(lines[0])
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    assert.equal((await call.bye()).status, 200)
    await incoming.ended()
    await second.idle()
  } finally {
    await second.close({ keep: true, phonesStay: true })
  }
})

test('calls going on when the house stops end with a BYE, and are in the history', async (t) => {
  const first = await startHouse()
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const lines = [await first.extension('100'), await first.extension('101')] as const
  const open = async (line: (typeof lines)[number]) => {
    const phone = await openPhone({ server: first.sip, user: line.user, password: line.password })
    t.after(() => phone.close())
    assert.equal((await phone.register()).status, 200)
    return phone
  }
  const [alice, bob] = [await open(lines[0]), await open(lines[1])]
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  const ringing = await bob.invite('100')
  const rung = await alice.nextCall()
  rung.ring()
  await ringing.status(180)

  await first.close({ keep: true, phonesStay: true })
  assert.deepEqual([(await call.ended()).how, (await incoming.ended()).how], ['bye', 'bye'])
  assert.equal((await ringing.ended()).status, 503)
  assert.equal((await rung.ended()).how, 'cancel')

  const second = await startHouse({ home: first.home })
  try {
    const past = await second.history()
    assert.deepEqual(past.map((one) => one.termination?.reason), ['server-stopping', 'server-stopping'])
  } finally {
    await second.close({ keep: true, phonesStay: true })
  }
})
