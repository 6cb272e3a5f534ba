/** Stolen credentials: calls abroad are few at once, few in an hour, and then the extension is locked until somebody has looked. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import { openPhone, type Phone } from '../support/phone.ts'
import { freePort } from '../support/ports.ts'

suite('calls abroad', () => {
  let house: House
  let mails: TestMailServer
  let carrier: Phone
  let line: Line
  let thief: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    mails = await startMailServer()
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    carrier.onCall = (call) => void call.answer()
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: mails.port, security: 'none', username: null, sender: 'phones@example.com', senderName: '' })
    line = await house.extension('101', { name: 'Anna' })
    await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { outsideCalls: 'international' })
    thief = await house.registered(line)
  })
  after(async () => {
    await carrier?.close()
    await mails?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const limits = (change: Record<string, unknown>) => house.api.ask('PATCH', '/toll/settings', change)
  const why = async (to: string): Promise<string> => (await house.api.get<{ steps: { reason: string }[] }>(`/routing/explanation?from=101&to=${to}`)).steps.map(({ reason }) => reason).join(' ')

  test('a hundred at once: exactly as many pass as may, the others are refused with the reason', async () => {
    await limits({ atOnceExtension: 3, perHour: 1_000 })
    const calls = await Promise.all(Array.from({ length: 100 }, (_, index) => thief.invite(`90114930${String(1_000_000 + index)}`)))
    const answered = await Promise.all(calls.map((call) => Promise.race([call.answered(30_000).then(() => true), call.ended(30_000).then(() => false)])))
    assert.equal(answered.filter(Boolean).length, 3)
    assert.equal(carrier.incoming.mark(), 3, 'the carrier saw no more')
    const refused = calls[answered.indexOf(false)]!
    assert.equal((await refused.ended()).status, 403)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /is in 3 calls abroad already/)
    await Promise.all(calls.map((call, at) => (answered[at] ? call.bye() : undefined)))
  })

  test('too many in an hour lock the extension for calls abroad alone; mail and history say so; unlocking lets it call again', async () => {
    await limits({ atOnceExtension: 3, perHour: 2, mailTo: ['boss@example.com'] })
    const other = await house.extension('102', { name: 'Ben' })
    await house.api.ask('PATCH', `/extensions/${other.extensionId}`, { outsideCalls: 'international' })
    const phone = await house.registered(other)
    for (let time = 0; time < 2; time += 1) {
      const call = await phone.invite('9011493012345')
      await call.answered()
      await call.bye()
      await house.idle()
    }
    const third = await phone.invite('9011493012345')
    assert.equal((await third.ended()).status, 403)
    const [lock] = await eventually(async () => { const all = await house.api.get<{ extensionId: string; reason: string }[]>('/toll/locks'); return all.length > 0 && all }, 'the lock')
    assert.deepEqual([lock?.extensionId, lock?.reason], [other.extensionId, '2 calls abroad within an hour'])
    assert.match((await mails.mailFor('boss@example.com')).headers, /Locked: 102 Ben calls abroad too often/)
    const explained = await house.api.get<{ steps: { reason: string }[] }>('/routing/explanation?from=102&to=9011493012345')
    assert.match(explained.steps[0]?.reason ?? '', /102 \(Ben\) is locked for calls abroad/)
    const home = await phone.invite('92025550123')
    await home.answered()
    await home.bye()
    await house.api.ask('DELETE', `/toll/locks/${other.extensionId}`)
    const again = await phone.invite('9011493012345')
    await again.answered()
    await again.bye()
  })

  test('only the countries that are wanted, also where that is not to be told', async () => {
    await limits({ countries: ['CA', 'DE'], perHour: 1_000 })
    assert.match(await why('9011493012345'), /Outside takes/)
    assert.match(await why('9011331234567890'), /not among the countries|in no country|is in FR/)
    assert.match(await why('9011442071234567'), /is in GB, which is not among the countries/)
    assert.match(await why('92025550123'), /Outside takes/, 'the own country always')
    await limits({ countries: null })
    assert.equal((await house.api.send('PATCH', '/toll/settings', { countries: ['Germany'] })).status, 400)
  })

  test('a call abroad that is transferred goes on counting for whoever made it', async () => {
    await limits({ atOnceExtension: 1, perHour: 1_000 })
    const ben = await house.registered(await house.extension('103', { name: 'Cleo' }))
    const mark = ben.incoming.mark()
    const call = await thief.invite('9011493012345')
    await call.answered()
    assert.equal((await call.refer(`<sip:103@${house.sip.host}>`)).status, 202)
    const there = await ben.nextCall({ from: mark })
    await there.answer()
    await call.ended()
    const more = await thief.invite('9011493012346')
    assert.equal((await more.ended()).status, 403)
    assert.match((await house.verdict(more)).termination?.explanation ?? '', /is in 1 calls abroad already/)
    await there.bye()
    await house.idle()
    const again = await thief.invite('9011493012346')
    await again.answered()
    await again.bye()
  })
})

test('minutes abroad count over restarts; beyond them calls end, the extension is locked, and the hour counts on', async (t) => {
  const quiet = ({ registrar }: House['settings']): void => void (registrar.qualifySeconds = 0)
  const first = await startHouse({ change: quiet })
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const [line, other] = [await first.extension('101', { name: 'Anna' }), await first.extension('102', { name: 'Ben' })]
  for (const { extensionId } of [line, other]) await first.api.ask('PATCH', `/extensions/${extensionId}`, { outsideCalls: 'international' })
  await first.api.ask('PATCH', '/toll/settings', { minutesExtension: 1, perHour: 3, atOnceExtension: 5 })
  const { tenant } = await first.api.get<{ tenant: { id: string } }>('/auth/session')
  const ports = await freePort()
  const trunk = await first.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: ports, callerId: '+15550001000' })
  await first.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
  await first.close({ keep: true })
  // As a journal leaves it that could not reach the database: 58 s of Anna, two calls of Ben that nobody answered.
  const row = { tenantId: tenant.id, begunAt: Date.now() - 60_000, forgiven: false }
  const rows = [{ ...row, id: randomUUID(), payerId: line.extensionId, seconds: 58 }, ...[1, 2].map(() => ({ ...row, id: randomUUID(), payerId: other.extensionId, seconds: 0 }))]
  await mkdir(join(first.home, 'spool'), { recursive: true })
  await writeFile(join(first.home, 'spool', 'toll.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''))

  const second = await startHouse({ home: first.home, change: quiet })
  const carrier = await openPhone({ server: second.sip, user: 'carrier', password: '' })
  try {
    carrier.onCall = (call) => void call.answer()
    await second.api.ask('PATCH', `/trunks/${trunk.id}`, { port: carrier.local.port })
    const [anna, ben] = [await second.registered(line), await second.registered(other)]
    const calls = [await anna.invite('9011493012345'), await anna.invite('9011493012346')]
    for (const call of calls) await call.answered()
    for (const call of calls) {
      assert.equal((await call.ended(30_000)).how, 'bye')
      const { termination } = await second.verdict(call)
      assert.deepEqual([termination?.reason, termination?.explanation], ['toll-minutes', '101 (Anna) has used 1 minute abroad within 24 hours, and is locked until somebody has looked.'])
    }
    const [lock] = await eventually(async () => { const all = await second.api.get<{ extensionId: string; reason: string }[]>('/toll/locks'); return all.length > 0 && all }, 'the lock')
    assert.deepEqual([lock?.extensionId, lock?.reason], [line.extensionId, '1 minute abroad within 24 hours'])
    const last = await ben.invite('9011493012345')
    await last.answered()
    await last.bye()
    assert.equal((await (await ben.invite('9011493012345')).ended()).status, 403, 'the two calls before the restart count')
    // Unlocked it begins anew; all together it is too much all the same.
    await second.api.ask('DELETE', `/toll/locks/${line.extensionId}`)
    const again = await anna.invite('9011493012345')
    await again.answered()
    await again.bye()
    await second.api.ask('PATCH', '/toll/settings', { minutesTenant: 1 })
    const more = await anna.invite('9011493012345')
    assert.equal((await more.ended()).status, 403)
    assert.match((await second.verdict(more)).termination?.explanation ?? '', /1 minute abroad within 24 hours were used by all together/)
  } finally {
    await carrier.close()
    await second.close({ keep: true })
  }
})
