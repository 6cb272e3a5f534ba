/** The history on a real database: what lists find, what they say when there is more, and how months come and go. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { createHistory, type History } from '../../../pbx/cdr/history.ts'
import { startRetention } from '../../../pbx/cdr/retention.ts'
import { createCallRecordWriter, type CallRecordWriter } from '../../../pbx/cdr/writer.ts'
import { createEvents } from '../../../pbx/events/events.ts'
import type { CallFilter, CallView } from '../../../pbx/index.ts'
import { addTenant, logger, startPostgres, type Ground } from '../directory/postgres.ts'

const DAY = 86_400_000
const page: CallFilter = { page: 1, limit: 10, sort: 'started_at', order: 'desc' }

suite('call history', () => {
  let ground: Ground
  let history: History
  let writer: CallRecordWriter
  let home: string
  const events = createEvents(logger)
  before(async () => {
    ground = await startPostgres()
    home = await mkdtemp(join(tmpdir(), 'dialplane-history-'))
    history = createHistory(ground.database)
    writer = createCallRecordWriter({ database: ground.database, events, logger, home })
  })
  after(async () => {
    await writer?.close()
    await ground?.close()
    await rm(home, { recursive: true, force: true })
  })

  const ended = (from: string, fromName: string | null, to: string, toName: string | null, startedAt: number, tenantId = ground.actor.tenantId): CallView => {
    const id = randomUUID()
    return {
      id, rootId: id, tenantId, state: 'ended', direction: 'internal', from: { number: from, name: fromName, extensionId: null }, to: { number: to, name: toName, extensionId: null },
      startedAt, answeredAt: startedAt + 4_000, endedAt: startedAt + 64_000, onHold: false, direct: false, recording: 'off', plan: { steps: [] }, legs: [],
      termination: { result: 'answered', reason: 'caller-hung-up', by: 'caller', sipStatus: 200, explanation: 'The caller hung up.' },
    }
  }
  const write = async (...calls: CallView[]): Promise<void> => {
    for (const call of calls) events.emit('call.ended', call.tenantId, { call })
    await writer.journal.flush()
  }
  const found = async (filter: Partial<CallFilter>, actor = ground.actor): Promise<string[]> => (await history.list(actor, { ...page, ...filter })).rows.map(({ from, to }) => `${from.number}>${to.number}`)
  const parts = (): Promise<string[]> => ground.database.system('test', async (trx) => {
    const { rows } = (await trx.raw("SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'calls'::regclass ORDER BY 1")) as { rows: { name: string }[] }
    return rows.map(({ name }) => name)
  })

  test('part of a number or name of either side is found, and a name only where it was the name', async () => {
    const now = Date.now()
    await write(
      ended('101', 'Anna Berg', '102', 'Ben Carter', now - 4 * DAY),
      ended('102', 'Ben Carter', '+15550001111', null, now - 3 * DAY),
      ended('103', '100% Discount_Line', '101', 'Anna Berg', now - 2 * DAY),
      // 101 has another owner since.
      ended('101', 'Zoe', '103', null, now - DAY),
    )
    assert.deepEqual(await found({}), ['101>103', '103>101', '102>+15550001111', '101>102'])
    assert.deepEqual(await found({ search: 'berg' }), ['103>101', '101>102'])
    assert.deepEqual(await found({ search: '5550001' }), ['102>+15550001111'])
    assert.deepEqual(await found({ search: '101' }), ['101>103', '103>101', '101>102'])
    assert.deepEqual(await found({ search: '0% Disc' }), ['103>101'])
    assert.deepEqual(await found({ search: 't_L' }), ['103>101'])
    assert.deepEqual(await found({ search: 'nobody at all' }), [])
    assert.deepEqual(await found({ search: 'berg', from: new Date(now - 2.5 * DAY) }), ['103>101'])
    assert.deepEqual(await found({ order: 'asc', limit: 2, page: 2 }), ['103>101', '101>103'])
    assert.deepEqual(await found({ direction: 'inbound' }), [])
    const [newest] = (await history.list(ground.actor, { ...page, limit: 1 })).rows
    const { answeredAt, to, plan } = await history.find(ground.actor, newest!.id)
    assert.deepEqual([answeredAt, to.name, plan], [newest!.startedAt + 4_000, null, { steps: [] }])
  })

  test('another tenant sees, finds and searches nothing of it', async () => {
    const stranger = await addTenant(ground, 'history-stranger')
    await write(ended('900', 'Anna Bergmann', '901', null, Date.now(), stranger.tenantId))
    assert.deepEqual(await found({ search: 'berg' }, stranger), ['900>901'])
    assert.equal((await found({ search: 'berg' })).includes('900>901'), false)
    const [ours] = (await history.list(ground.actor, page)).rows
    await assert.rejects(history.find(stranger, ours!.id), /no call with this id/)
    await assert.rejects(ground.database.read(stranger, (trx) => trx('calls_other').first()), /permission|not allowed|denied/i)
  })

  test('more than 10,000: the list says so, further pages are refused, an export has all, in order and once', async () => {
    const crowd = await addTenant(ground, 'history-crowd')
    await ground.database.system('test', async (trx) => {
      await trx.raw(
        `INSERT INTO calls (id, tenant_id, root_id, started_at, ended_at, direction, from_number, from_name, to_number, result, reason, explanation, hung_up_by, plan, legs)
         SELECT c.id, ?::uuid, c.id, now() - (i / 3 || ' seconds')::interval, now(), 'inbound', (7000000 + i)::text, 'Caller ' || i, '200', CASE WHEN i % 100 = 0 THEN 'missed' ELSE 'answered' END, 'r', 'e', 'caller', '{}', '[]'
         FROM (SELECT gen_random_uuid() AS id, i FROM generate_series(1, 10500) i) c`, [crowd.tenantId])
      await trx.raw("INSERT INTO call_parties SELECT tenant_id, from_number, coalesce(from_name, ''), started_at FROM calls WHERE tenant_id = ?", [crowd.tenantId])
    })
    const all = await history.list(crowd, { ...page, page: 1000 })
    assert.deepEqual([all.total, all.more, all.rows.length], [10_000, true, 10])
    await assert.rejects(history.list(crowd, { ...page, page: 1001 }), /fewer days/)
    const missed = await history.list(crowd, { ...page, result: 'missed' })
    assert.deepEqual([missed.total, missed.more], [105, false])
    // Part of thousands of names: their newest calls.
    const callers = await history.list(crowd, { ...page, search: 'caller 1' })
    assert.equal(callers.total, 1_612, '1, 10 to 19, 100 to 199, 1000 to 1999 and 10000 to 10500')
    assert.equal(callers.rows[0]?.from.name, 'Caller 1')
    const seen = new Set<string>()
    let last = Infinity
    for await (const batch of history.walk(crowd, { direction: 'inbound' })) {
      for (const { id, startedAt } of batch) {
        assert.ok(startedAt <= last)
        last = startedAt
        seen.add(id)
      }
    }
    assert.equal(seen.size, 10_500)
  })

  test('months get their partitions with what was written before; what is old goes, whole months at once', async () => {
    const tenant = await addTenant(ground, 'history-months')
    const now = Date.now()
    await write(...[400, 200, 31, 1].map((days) => ended('1', `${days} days`, '2', null, now - days * DAY, tenant.tenantId)))
    await ground.database.system('test', (trx) => trx.raw('SELECT dialplane_call_month((now() - make_interval(days => back))::date) FROM unnest(ARRAY[400, 200]) back'))
    const retention = startRetention({ database: ground.database, logger, sweepRecordings: async () => 0, keep: { historyDays: 90, traceDays: 30 } })
    try {
      await retention.sweep()
      const names = (await history.list(tenant, page)).rows.map(({ from }) => from.name)
      assert.deepEqual(names, ['1 days', '31 days'])
      const month = (ms: number): string => `calls_${new Date(ms).toISOString().slice(0, 7).replace('-', '_')}`
      const left = await parts()
      assert.ok(left.includes(month(now)) && left.includes('calls_other'), left.join(' '))
      assert.equal(left.includes(month(now - 400 * DAY)) || left.includes(month(now - 200 * DAY)), false, left.join(' '))
      const parties = await ground.database.read(tenant, (trx) => trx('call_parties').pluck('name')) as string[]
      assert.deepEqual(parties.filter((name) => name !== '').sort(), ['1 days', '31 days'])
      const inOther = await ground.database.system('test', (trx) => trx('calls_other').where('started_at', '>', new Date(now - 2 * DAY)).count<{ count: string }[]>('* as count'))
      assert.equal(inOther[0]?.count, '0', 'this month moved into its partition')
    } finally {
      retention.stop()
    }
  })
})
