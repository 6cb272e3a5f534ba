/** Wake-up calls that are due are rung by one of several processes, by the clock of the tenant, and are not lost with one of them. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { createLogger } from '../../config/logger.ts'
import type { Directory, SnapshotExtension } from '../../pbx/directory/types.ts'
import { startWakeUps, type WakeUpWorld } from '../../pbx/wake-ups/queue.ts'
import { eventually } from '../support/eventually.ts'
import { openGround, type Ground } from './ground.ts'

suite('the queue of wake-up calls', () => {
  let ground: Ground
  let extensions: string[]
  let desk: string | null = null
  let paused = false
  before(async () => {
    ground = await openGround()
    extensions = Array.from({ length: 30 }, () => randomUUID())
    await ground.database.system('test: extensions', (trx) => trx('extensions').insert(extensions.map((id, at) => ({ id, tenant_id: ground.tenantId, number: String(2000 + at), name: `Room ${at}` }))))
  })
  after(() => ground?.close())

  const snapshot = {
    tenant: () => ({ timeZone: 'America/New_York' }), callSettingsOf: () => ({ transferSeconds: null, wakeUpDesk: desk }),
    extension: (id: string) => ({ id, tenantId: ground.tenantId, number: String(2000 + extensions.indexOf(id)), name: 'Room' }) as SnapshotExtension,
    extensionByNumber: (_: string, number: string) => ({ id: 'desk', tenantId: ground.tenantId, number, name: 'Desk' }) as SnapshotExtension,
  }
  const start = (more: Partial<WakeUpWorld>) => startWakeUps({
    database: ground.database, directory: { snapshot: () => snapshot } as unknown as Pick<Directory, 'snapshot'>, logger: createLogger('silent'), now: () => Date.now(), paused: () => paused,
    isEngaged: () => false, wake: async () => true, tell: async () => true, ...more,
  })
  const insert = (ids: readonly string[], more: object = {}) => ground.database.system('test: wake-up calls', (trx) => trx('wake_ups').insert(ids.map((extension_id) => ({ id: randomUUID(), tenant_id: ground.tenantId, extension_id, time: '00:00', repeats: 'once', next_on: '2026-01-01', try_at: new Date(), ...more }))))
  /** Due in this minute, by the clock of New York. */
  const now = async (): Promise<{ time: string; next_on: string }> => {
    await ground.database.system('test: time zone', (trx) => trx('tenants').where({ id: ground.tenantId }).update({ time_zone: 'America/New_York' }))
    const { rows } = await ground.database.system('test: clock', (trx) => trx.raw<{ rows: [{ time: string; next_on: string }] }>(`SELECT to_char(now() AT TIME ZONE 'America/New_York', 'HH24:MI') AS time, to_char(now() AT TIME ZONE 'America/New_York', 'YYYY-MM-DD') AS next_on`))
    return rows[0]
  }
  const left = async (): Promise<number> => Number((await ground.database.system('test: left', (trx) => trx('wake_ups').count<{ count: string }[]>('* as count')))[0]?.count)

  test('a queue that finds nothing to do rests', async () => {
    let told = 0
    const unlisten = await ground.database.listen('dialplane_wake_ups', () => void told++, () => undefined)
    const queue = await start({})
    await new Promise((resolve) => { setTimeout(resolve, 500) })
    assert.equal(told, 0, 'looking for work is no news of work')
    await queue.close()
    await unlisten()
  })

  test('two queues ring each of thirty once; one that is being drained rings none', async () => {
    const rung: string[] = []
    const wake = (who: string): WakeUpWorld['wake'] => async ({ extension }) => {
      rung.push(`${who} ${extension.number}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return true
    }
    paused = true
    const drained = await start({ wake: wake('drained'), paused: () => true })
    const [one, other] = [await start({ wake: wake('one') }), await start({ wake: wake('other') })]
    await insert(extensions, { ...(await now()), try_at: null })
    paused = false
    one.wake()
    other.wake()
    await eventually(async () => (await left()) === 0, 'all were rung')
    assert.equal(rung.length, 30)
    assert.equal(new Set(rung.map((each) => each.split(' ')[1])).size, 30)
    assert.equal(rung.some((each) => each.startsWith('drained')), false)
    for (const queue of [drained, one, other]) await queue.close()
  })

  test('what a process died over is tried again by the next, as a further try; the desk is told once all are used up', async () => {
    desk = '100'
    const attempts: number[] = []
    await insert(extensions.slice(0, 1), await now())
    const dying = await start({ wake: ({ attempt }) => (attempts.push(attempt), new Promise(() => undefined)) })
    await eventually(() => attempts.length === 1, 'it rings')
    await dying.close()
    const soon = () => ground.database.system('test: soon', (trx) => trx('wake_ups').update({ try_at: new Date() }))
    const told: string[] = []
    const next = await start({ wake: async ({ attempt }) => (attempts.push(attempt), false), tell: async (at, { extension }, tooLate) => (told.push(`${at.number} ${extension.number} ${tooLate}`), true) })
    await soon()
    await eventually(() => attempts.length === 2, 'the second try')
    await soon()
    await eventually(async () => (await left()) === 0, 'the desk was told')
    assert.deepEqual([attempts, told], [[1, 2, 3], ['100 2000 false']])
    await next.close()
    desk = null
  })

  test('it comes by the clock of the tenant, in the night when an hour is left out too', async () => {
    await now()
    const at = async (time: string, on: string): Promise<string> => {
      const { rows } = await ground.database.system('test: moment', (trx) => trx.raw<{ rows: [{ at: Date }] }>(`SELECT (?::date + ?::time) AT TIME ZONE t.time_zone AS at FROM tenants t WHERE t.id = ?`, [on, time, ground.tenantId]))
      return rows[0].at.toISOString()
    }
    assert.equal(await at('07:30', '2026-07-01'), '2026-07-01T11:30:00.000Z')
    assert.equal(await at('07:30', '2026-12-01'), '2026-12-01T12:30:00.000Z')
    assert.equal(await at('02:30', '2027-03-14'), '2027-03-14T07:30:00.000Z', 'half past three in summer time')
    // An hour that is still to come.
    const { time, next_on } = await now()
    const later = `${String((Number(time.slice(0, 2)) + 2) % 24).padStart(2, '0')}${time.slice(2)}`
    const rung: string[] = []
    const queue = await start({ wake: async ({ time: when }) => (rung.push(when), true) })
    await insert(extensions.slice(0, 1), { time, next_on, try_at: null, repeats: 'daily' })
    await insert(extensions.slice(1, 2), { time: later, next_on: later < time ? '2999-01-01' : next_on, try_at: null })
    await eventually(() => rung.length === 1, 'the one that is due')
    assert.deepEqual(rung, [time])
    const rows = (await ground.database.system('test: rows', (trx) => trx('wake_ups').where({ extension_id: extensions[0] }))) as { next_on: string; tries: number; last_result: string }[]
    await eventually(() => rows.length === 1, 'the daily one stays')
    await queue.close()
    assert.equal(await left(), 2)
  })
})
