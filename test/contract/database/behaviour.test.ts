/** What the house relies on, whichever PostgreSQL stands behind it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { serviceActor, type Actor } from '../../../config/actor.ts'
import { isForeignKeyViolation, isUniqueViolation, type AuditEntry, type Database, type Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { directly, ways, type Place } from './ways.ts'

const note: AuditEntry = { action: 'test.write', subjectType: 'test', subjectId: '1' }
const CODE = (code: string) => (error: unknown): boolean => (error as { code?: string }).code === code
const UNAVAILABLE = (error: unknown): boolean => error instanceof Refusal && error.code === 'unavailable' && (error.retryAfter ?? 0) > 0

for (const way of ways) {
  describe(`database: ${way.name}`, { skip: way.skip }, () => {
    let place: Place
    let db: Database
    let a: Actor
    let b: Actor

    const newTenant = async (slug: string): Promise<Actor> => {
      const id = randomUUID()
      await db.system('test', (trx) => trx('tenants').insert({ id, slug, name: slug, sip_realm: slug }))
      return { kind: 'user', tenantId: id, id: randomUUID(), name: `${slug}@example.com`, permissions: new Set(), address: '192.0.2.1' }
    }
    const addExtension = (actor: Actor, number: string, tenantId = actor.tenantId): Promise<string> =>
      db.change(actor, async (trx) => {
        const id = randomUUID()
        await trx('extensions').insert({ id, tenant_id: tenantId, number, name: number })
        return { result: id, audit: { ...note, subjectId: id, after: { number } } }
      })
    const numbers = (actor: Actor): Promise<string[]> => db.read(actor, (trx) => trx('extensions').orderBy('number').pluck('number'))
    const auditRows = (): Promise<{ count: string }[]> => db.system('test', (trx) => trx('audit_log').count())

    before(async () => {
      place = await way.prepare()
      db = await place.open()
      a = await newTenant('a')
      b = await newTenant('b')
    })
    after(async () => {
      await db?.close()
      await place?.remove()
    })

    describe('a tenant', () => {
      let ofA = ''
      let ofB = ''
      before(async () => {
        ofA = await addExtension(a, '100')
        ofB = await addExtension(b, '200')
      })

      it('sees its own rows only, even when it asks for others', async () => {
        assert.deepEqual(await numbers(a), ['100'])
        assert.deepEqual(await numbers(b), ['200'])
        assert.deepEqual(await db.read(a, (trx) => trx('extensions').where({ id: ofB })), [])
        assert.deepEqual(await db.read(a, (trx) => trx('tenants').pluck('id')), [a.tenantId])
        assert.ok((await auditRows())[0]?.count !== '0')
        assert.deepEqual(await db.read(a, (trx) => trx('audit_log').whereNot({ tenant_id: a.tenantId })), [])
      })

      it('cannot add a row for another', async () => {
        await assert.rejects(addExtension(a, '300', b.tenantId), CODE('42501'))
        assert.deepEqual(await numbers(b), ['200'])
      })

      it('cannot change, move or remove the row of another', async () => {
        const tries: ((trx: Transaction) => Promise<number>)[] = [
          (trx) => trx('extensions').where({ id: ofB }).update({ name: 'taken' }),
          (trx) => trx('extensions').where({ id: ofB }).delete(),
        ]
        for (const work of tries) assert.equal(await db.change(a, async (trx) => ({ result: await work(trx), audit: note })), 0)
        const give = db.change(a, async (trx) => ({ result: await trx('extensions').where({ id: ofA }).update({ tenant_id: b.tenantId }), audit: note }))
        await assert.rejects(give, CODE('42501'))
        assert.deepEqual(await numbers(b), ['200'])
      })

      it('cannot refer to a row of another', async () => {
        const device = (extensionId: string): Promise<void> =>
          db.change(a, async (trx) => {
            const row = { id: randomUUID(), tenant_id: a.tenantId, extension_id: extensionId, name: 'Phone', sip_username: randomUUID(), credentials_sealed: Buffer.of(1) }
            await trx('devices').insert(row)
            return { result: undefined, audit: note }
          })
        await device(ofA)
        await assert.rejects(device(ofB), isForeignKeyViolation)
      })

      it('cannot write while it reads', async () => {
        await assert.rejects(db.read(a, (trx) => trx('extensions').insert({ id: randomUUID(), tenant_id: a.tenantId, number: '999', name: 'x' })), CODE('25006'))
      })

      it('does not leak into what uses the same connection next', async () => {
        const narrow = await place.openBeside(1)
        await narrow.read(a, (trx) => trx('tenants').select())
        const seen = await narrow.system('test', (trx) => trx('tenants').pluck('slug'))
        assert.ok(seen.includes('a') && seen.includes('b'))
        const { rows } = await narrow.system('test', (trx) => trx.raw(`SELECT current_user::text AS who, current_setting('dialplane.tenant', true) AS tenant`)) as { rows: { who: string; tenant: string | null }[] }
        assert.notEqual(rows[0]?.who, 'dialplane_tenant')
        assert.ok(!rows[0]?.tenant)
        await narrow.close()
      })

      it('is required', async () => {
        for (const tenantId of ['', 'x', `${a.tenantId}'; RESET ROLE; --`]) {
          await assert.rejects(db.read(serviceActor(tenantId, 'test'), async () => 1), /no tenant/)
        }
      })

      it('has row-level security on every table that names a tenant', async () => {
        const open = await db.system('test', async (trx) => {
          const { rows } = await trx.raw(`
            SELECT c.relname FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id'
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity`) as { rows: { relname: string }[] }
          return rows
        })
        assert.deepEqual(open, [])
      })
    })

    describe('a change', () => {
      it('leaves an audit row with actor, before and after', async () => {
        const entry = { action: 'extension.update', subjectType: 'extension', subjectId: randomUUID(), before: { name: 'x' }, after: { name: "y'\"{}" } }
        await db.change(a, async () => ({ result: 1, audit: [entry, { ...note, subjectId: entry.subjectId }] }))
        const rows = await db.read(a, (trx) => trx('audit_log').where({ subject_id: entry.subjectId }).orderBy('id'))
        assert.equal(rows.length, 2)
        assert.deepEqual(
          [rows[0].actor_kind, rows[0].actor_id, rows[0].actor_name, rows[0].address, rows[0].action, rows[0].before, rows[0].after],
          ['user', a.id, 'a@example.com', '192.0.2.1', entry.action, entry.before, entry.after],
        )
        assert.deepEqual([rows[1].before, rows[1].after], [null, null])
      })

      it('without an audit row does not happen', async () => {
        await assert.rejects(
          db.change(a, async (trx) => {
            await trx('extensions').insert({ id: randomUUID(), tenant_id: a.tenantId, number: '555', name: 'x' })
            return { result: 1, audit: [] }
          }),
          /no audit entry/,
        )
        assert.ok(!(await numbers(a)).includes('555'))
      })

      it('that fails leaves neither row nor audit', async () => {
        const [before] = await auditRows()
        const id = randomUUID()
        await assert.rejects(
          db.change(a, async (trx) => {
            await trx('extensions').insert({ id, tenant_id: a.tenantId, number: '556', name: 'x' })
            throw new Refusal('conflict', 'No.')
          }),
          (error: unknown) => error instanceof Refusal && error.code === 'conflict',
        )
        assert.ok(!(await numbers(a)).includes('556'))
        assert.deepEqual((await auditRows())[0], before)
      })

      it('cannot be wiped from the audit', async () => {
        for (const work of [
          (trx: Transaction) => trx('audit_log').update({ action: 'nothing' }),
          (trx: Transaction) => trx('audit_log').delete(),
          (trx: Transaction) => trx.raw('TRUNCATE audit_log'),
        ]) {
          await assert.rejects(db.change(a, async (trx) => ({ result: await work(trx), audit: note })), CODE('42501'))
        }
      })

      it('may use savepoints', async () => {
        await db.change(a, async (trx) => {
          await assert.rejects(trx.transaction(async (inner) => {
            await inner('extensions').insert({ id: randomUUID(), tenant_id: a.tenantId, number: '557', name: 'x' })
            throw new Error('inner')
          }), /inner/)
          await trx.transaction((inner) => inner('extensions').insert({ id: randomUUID(), tenant_id: a.tenantId, number: '558', name: 'x' }))
          return { result: undefined, audit: note }
        })
        const now = await numbers(a)
        assert.ok(!now.includes('557') && now.includes('558'))
      })
    })

    describe('values and errors', () => {
      it('keep bigint as text, times as Date, bytes as Buffer', async () => {
        const { rows } = await db.system('test', (trx) => trx.raw(`SELECT 9007199254740993::bigint AS big, now() AS at, '\\x01'::bytea AS bytes`)) as { rows: { big: unknown; at: unknown; bytes: unknown }[] }
        assert.equal(rows[0]?.big, '9007199254740993')
        assert.ok(rows[0]?.at instanceof Date)
        assert.ok(Buffer.isBuffer(rows[0]?.bytes))
      })

      it('tell a second of what must be unique', async () => {
        await addExtension(a, '700')
        await assert.rejects(addExtension(a, '700'), (error: unknown) => isUniqueViolation(error) && isUniqueViolation(error, 'extensions_tenant_id_number_key') && !isUniqueViolation(error, 'other'))
        await addExtension(b, '700')
      })
    })

    describe('notifications', () => {
      it('arrive with their payload until they are stopped', async () => {
        const heard: string[] = []
        const both = Promise.withResolvers<void>()
        const stop = await db.listen('test "channel', (payload) => heard.push(payload) === 2 && both.resolve(), () => assert.fail('gap'))
        const send = (text: string): Promise<unknown> => db.system('test', (trx) => trx.raw('SELECT pg_notify(?, ?)', ['test "channel', text]))
        await send('one')
        await send('two')
        await both.promise
        assert.deepEqual(heard, ['one', 'two'])
        await stop()
        await send('three')
        // Another channel on the same connection: what came before it has been delivered when it arrives.
        const after = Promise.withResolvers<void>()
        const stopAfter = await db.listen('test after', () => after.resolve(), () => {})
        await db.system('test', (trx) => trx.raw(`SELECT pg_notify('test after', '')`))
        await after.promise
        await stopAfter()
        assert.deepEqual(heard, ['one', 'two'])
      })

      it('of the directory name the tenant that changed', async () => {
        const heard = Promise.withResolvers<string>()
        const stop = await db.listen('dialplane_directory', heard.resolve, () => {})
        await addExtension(b, '800')
        assert.equal(await heard.promise, b.tenantId)
        await stop()
      })
    })

    describe('when every connection breaks', () => {
      it('what is in flight is refused, listeners hear of the gap, and all goes on by itself', async () => {
        const states: boolean[] = []
        const back = Promise.withResolvers<void>()
        const off = db.onAvailability((available) => {
          states.push(available)
          if (available) back.resolve()
        })
        const gap = Promise.withResolvers<void>()
        const heard = Promise.withResolvers<string>()
        const stop = await db.listen('test gap', heard.resolve, () => gap.resolve())
        // Both must have a connection before these are cut; one that is made later lives.
        const reads = Promise.withResolvers<void>()
        const writes = Promise.withResolvers<void>()
        const asleep = db.read(a, async (trx) => {
          reads.resolve()
          await trx.raw('SELECT pg_sleep(60)')
        })
        const writing = db.change(a, async (trx) => {
          writes.resolve()
          await trx.raw('SELECT pg_sleep(60)')
          return { result: undefined, audit: note }
        })
        await Promise.all([reads.promise, writes.promise])
        const refused = Promise.all([assert.rejects(asleep, UNAVAILABLE), assert.rejects(writing, (error: unknown) => UNAVAILABLE(error) && /not known/.test((error as Error).message))])
        await directly(place, (client) => client.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'dialplane' AND pid <> pg_backend_pid()`))
        await refused
        await Promise.all([back.promise, gap.promise])
        assert.deepEqual(states, [false, true])
        assert.equal(db.available, true)
        assert.ok((await numbers(a)).includes('100'))
        await db.system('test', (trx) => trx.raw(`SELECT pg_notify('test gap', 'again')`))
        assert.equal(await heard.promise, 'again')
        await stop()
        off()
      })
    })

    describe('closing', () => {
      it('waits for what runs, refuses what comes after, and leaves no connection', async () => {
        const own = await place.openBeside(1)
        const started = Promise.withResolvers<void>()
        const release = Promise.withResolvers<void>()
        const running = own.read(a, async (trx) => {
          started.resolve()
          await release.promise
          return trx('tenants').pluck('slug')
        })
        await started.promise
        const closed = own.close()
        await assert.rejects(own.read(a, async () => 1), UNAVAILABLE)
        assert.equal(own.available, false)
        release.resolve()
        assert.deepEqual(await running, ['a'])
        await closed
        await own.close()
        assert.equal(db.available, true)
      })
    })
  })
}
