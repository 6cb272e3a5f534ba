/**
 * The call history with very many calls: how long the panel's list, its filters and an export take.
 * `node test/load/history.ts [calls]` (1,000,000). An embedded PostgreSQL in a folder of its own, gone afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PersonActor } from '../../config/actor.ts'
import { openDatabase } from '../../config/database/open.ts'
import { createLogger } from '../../config/logger.ts'
import { createHistory } from '../../pbx/cdr/history.ts'
import type { CallFilter } from '../../pbx/index.ts'

const CALLS = Number(process.argv[2] ?? 1_000_000)
const DAYS = 365
const ROUNDS = 30
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const home = await mkdtemp(join(tmpdir(), 'bench-history-'))
const database = await openDatabase({ settings: { home, database: { url: undefined, pool: 4 } }, logger: createLogger('error') })
try {
  const tenantId = await database.system('bench', async (trx) => {
    const tenant = (await trx('tenants').where({ is_default: true }).first()) as { id: string }
    await trx.raw(
      `INSERT INTO extensions (id, tenant_id, number, name)
       SELECT gen_random_uuid(), ?, (1000 + i)::text, 'Person ' || i FROM generate_series(0, 999) i`, [tenant.id])
    await trx.raw(`CREATE TABLE bench_people AS SELECT id, number, name, row_number() OVER (ORDER BY number) - 1 AS i FROM extensions`)
    await trx.raw('CREATE UNIQUE INDEX ON bench_people (i)')
    return tenant.id
  })
  await database.system('bench', (trx) => trx.raw("SELECT dialplane_call_month((now() - make_interval(months => back))::date) FROM generate_series(0, 13) back"))
  const began = performance.now()
  const BATCH = 50_000
  for (let from = 0; from < CALLS; from += BATCH) {
    await database.system('bench', async (trx) => {
      // As a call between two phones leaves it: plan with reasons, two legs with their figures.
      await trx.raw(
        `INSERT INTO calls (id, tenant_id, root_id, started_at, answered_at, ended_at, direction, from_number, from_name, to_number, to_name,
            caller_extension_id, callee_extension_id, result, reason, explanation, hung_up_by, sip_status, plan, legs)
         SELECT c.id, ?::uuid, c.id, c.at, c.at + interval '6 seconds', c.at + interval '90 seconds', 'internal', a.number, a.name, b.number, b.name, a.id, b.id,
            (ARRAY['answered', 'answered', 'answered', 'missed', 'busy', 'cancelled'])[1 + c.i % 6], 'caller-hung-up', 'The caller hung up.', 'caller', 200,
            jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('step', 'Ring the phones of ' || b.number, 'reason', b.number || ' is the extension of ' || b.name))),
            (SELECT jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'role', role, 'number', 1000 + c.i % 1000, 'device', 'Phone', 'address', '192.0.2.' || (c.i % 250), 'userAgent', 'Yealink SIP-T54W 96.86.0.100',
              'codec', 'G722', 'startedAt', c.i, 'answeredAt', c.i, 'endedAt', c.i, 'callId', gen_random_uuid() || '@192.0.2.9',
              'media', jsonb_build_object('packetsReceived', 4211, 'packetsSent', 4209, 'packetsLost', 3, 'lossRate', 0.0007, 'jitterMs', 1.9, 'roundTripMs', 11.2, 'mos', 4.38, 'local', '192.0.2.9:20112', 'remote', '192.0.2.7:11780')))
              FROM unnest(ARRAY['caller', 'callee']) role)
         FROM (SELECT gen_random_uuid() AS id, i, now() - (i * (?::float8 * 86400 / ?) || ' seconds')::interval AS at FROM generate_series(?::int, ?::int) i) c
         JOIN bench_people a ON a.i = (c.i::bigint * 7919) % 1000 JOIN bench_people b ON b.i = (c.i::bigint * 104729 + 1) % 1000`,
        [tenantId, DAYS, CALLS, from, Math.min(from + BATCH, CALLS) - 1])
    })
  }
  await database.system('bench', (trx) => trx.raw(`INSERT INTO call_parties SELECT DISTINCT ?::uuid, number, name, now() FROM bench_people`, [tenantId]))
  await database.system('bench', (trx) => trx.raw('ANALYZE calls, call_parties'))
  const [size] = await database.system('bench', async (trx) => (await trx.raw("SELECT pg_size_pretty(pg_database_size(current_database())) AS size")).rows as { size: string }[])
  say(`${CALLS} calls over ${DAYS} days written in ${((performance.now() - began) / 1000).toFixed(0)} s, ${size?.size}`)

  const actor: PersonActor = { kind: 'user', tenantId, id: '00000000-0000-4000-8000-0000000000aa', name: 'bench', permissions: new Set() }
  const history = createHistory(database)
  const [person] = (await database.system('bench', (trx) => trx('bench_people').where({ i: 500 }))) as { id: string }[]
  const [some] = (await history.list(actor, { page: 5, limit: 1, sort: 'started_at', order: 'desc' })).rows
  const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000)
  const page = { page: 1, limit: 25, sort: 'started_at', order: 'desc' } as const
  const asks: [string, CallFilter][] = [
    ['newest page', page],
    ['oldest page', { ...page, order: 'asc' }],
    ['page 400', { ...page, page: 400 }],
    ['one day, half a year ago', { ...page, from: ago(180), to: ago(179) }],
    ['those of one extension', { ...page, extensionId: person!.id }],
    ['missed calls', { ...page, result: 'missed' }],
    ['a number', { ...page, search: '1500' }],
    ['a name', { ...page, search: 'person 777' }],
    ['a name that nobody has', { ...page, search: 'zebulon' }],
    ['a number, missed, last month', { ...page, search: '1500', result: 'missed', from: ago(30) }],
  ]
  say(`${'the list, ms'.padEnd(34)}${'p50'.padStart(8)}${'p95'.padStart(8)}   found`)
  const all: number[] = []
  const timed = async (what: string, ask: () => Promise<{ total: number }>): Promise<void> => {
    const times: number[] = []
    let total = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const since = performance.now()
      ;({ total } = await ask())
      times.push(performance.now() - since)
    }
    times.sort((a, b) => a - b)
    all.push(...times)
    say(`${what.padEnd(34)}${times[Math.floor(ROUNDS * 0.5)]!.toFixed(0).padStart(8)}${times[Math.floor(ROUNDS * 0.95)]!.toFixed(0).padStart(8)}   ${total}`)
  }
  for (const [what, filter] of asks) await timed(what, () => history.list(actor, filter))
  await timed('one call by its id', async () => (await history.find(actor, some!.id), { total: 1 }))
  all.sort((a, b) => a - b)
  say(`${'all of them'.padEnd(34)}${all[Math.floor(all.length * 0.5)]!.toFixed(0).padStart(8)}${all[Math.floor(all.length * 0.95)]!.toFixed(0).padStart(8)}`)
} finally {
  await database.close()
  await rm(home, { recursive: true, force: true })
}
