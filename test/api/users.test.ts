/** People, roles and tokens: who may give what to whom, and that it is written down. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { keepAnAdministrator } from '../../api/identity/roles.ts'
import { administrator, errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
before(async () => {
  ground = await openGround()
})
after(() => ground.close())

interface Person {
  id: string
  email: string
  roles: string[]
  status: string
}

/** Whether some transaction waits for another's row. */
async function waitsForLock(): Promise<boolean> {
  const { rows } = await ground.database.system('test', (trx) => trx.raw<{ rows: unknown[] }>("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
  return rows.length > 0
}

const auditOf = (subjectId: string) => ground.admin.get<{ action: string; before?: unknown; after?: unknown; actor: { name: string } }[]>(`/audit?subjectId=${subjectId}&order=asc`)

suite('users', { timeout: 60_000 }, () => {
  test('are made, changed and removed, each with its audit row and without a hash in it', async () => {
    const email = `${randomUUID()}@example.test`
    const made = await ground.admin.post<Person>('/users', { name: 'Grace', email, password: 'walnut harbour kite', roles: ['user'] })
    assert.deepEqual([made.email, made.roles, made.status], [email, ['user'], 'active'])
    const changed = await ground.admin.ask<Person & { name: string }>('PATCH', `/users/${made.id}`, { name: 'Grace H', password: 'another harbour kite' })
    assert.equal(changed.name, 'Grace H')
    const gone = await ground.admin.send('DELETE', `/users/${made.id}`)
    assert.deepEqual(gone.json, { success: true })
    const rows = await auditOf(made.id)
    assert.deepEqual(rows.map(({ action }) => action), ['user.create', 'user.update', 'user.delete'])
    assert.ok(rows.every(({ actor }) => actor.name === administrator.email))
    assert.equal((rows[1]?.after as { password: string }).password, 'changed')
    assert.doesNotMatch(JSON.stringify(rows), /argon2|harbour/)
  })

  test('a refused change leaves neither row nor audit', async () => {
    const count = async () => (await ground.admin.send('GET', '/audit')).json as { pagination: { total: number } }
    const before = await count()
    const answer = await ground.admin.send('POST', '/users', { name: 'X', email: administrator.email.toUpperCase(), password: 'walnut harbour kite', roles: ['user'] })
    assert.deepEqual([answer.status, errorOf(answer).details[0]?.field], [409, 'email'])
    assert.equal((await count()).pagination.total, before.pagination.total)
  })

  test('cannot have a role that does not exist', async () => {
    const answer = await ground.admin.send('POST', '/users', { name: 'X', email: 'x@example.test', password: 'walnut harbour kite', roles: ['emperor'] })
    assert.deepEqual([answer.status, errorOf(answer).details[0]?.field], [422, 'roles'])
  })

  test('the last active administrator stays, however one tries', async () => {
    const { user } = await ground.admin.get<{ user: { id: string } }>('/auth/session')
    const { id: disabled } = await ground.person(['admin'])
    await ground.admin.send('PATCH', `/users/${disabled}`, { status: 'disabled' })
    for (const [method, body] of [['DELETE'], ['PATCH', { status: 'disabled' }], ['PATCH', { roles: ['user'] }]] as const) {
      const answer = await ground.admin.send(method, `/users/${user.id}`, body)
      assert.deepEqual([answer.status, errorOf(answer).code], [409, 'conflict'])
    }
    await ground.admin.send('DELETE', `/users/${disabled}`)
  })

  test('two administrators cannot remove each other at once: the second to ask waits for the first', async () => {
    const { tenantId, client } = await ground.stranger()
    const first = (await client.get<{ user: { id: string } }>('/auth/session')).user.id
    const { id: second } = await client.post<Person>('/users', { name: 'Second', email: `${randomUUID()}@example.test`, password: 'walnut harbour kite', roles: ['admin'] })
    const actor = { kind: 'service', tenantId, id: 'test', name: 'test', permissions: new Set<string>() } as const
    const audit = { action: 'test', subjectType: 'user', subjectId: second }
    const looked = Promise.withResolvers<void>()
    const removal = ground.database.change(actor, async (trx) => {
      await keepAnAdministrator(trx, second)
      looked.resolve()
      // The other asks now; only when it waits in the database does this one go on.
      while (!(await waitsForLock())) await trx.raw('SELECT pg_sleep(0.01)')
      await trx('users').where({ id: second }).delete()
      return { result: undefined, audit }
    })
    await looked.promise
    const other = client.send('DELETE', `/users/${first}`)
    await removal
    assert.equal((await other).status, 409)
  })

  test('a program with users.write cannot make itself an administrator', async () => {
    const { client } = await ground.program(['users.read', 'users.write'])
    const password = 'walnut harbour kite'
    const { user } = await ground.admin.get<{ user: { id: string } }>('/auth/session')
    const makes = await client.send('POST', '/users', { name: 'X', email: 'evil@example.test', password, roles: ['admin'] })
    assert.equal(makes.status, 403)
    const takes = await client.send('PATCH', `/users/${user.id}`, { password })
    assert.equal(takes.status, 403)
    assert.equal((await client.send('DELETE', `/users/${user.id}`)).status, 403)
  })

  test('are found by name and address, sorted and paged; a search sign is no wildcard', async () => {
    const mark = randomUUID().slice(0, 8)
    for (const name of ['C', 'A', 'B']) {
      await ground.admin.post('/users', { name: `${name} ${mark}`, email: `${name}-${mark}@example.test`, password: 'walnut harbour kite', roles: ['user'] })
    }
    const list = async (query: string) => (await ground.admin.send('GET', `/users?${query}`)).json as { data: { name: string }[]; pagination: object }
    const first = await list(`search=${mark}&sort=name&order=asc&limit=2`)
    assert.deepEqual(first.data.map(({ name }) => name[0]), ['A', 'B'])
    assert.deepEqual(first.pagination, { total: 3, page: 1, limit: 2, pages: 2 })
    const second = await list(`search=${mark}&sort=name&order=asc&limit=2&page=2`)
    assert.deepEqual(second.data.map(({ name }) => name[0]), ['C'])
    assert.equal((await list(`search=${encodeURIComponent('%')}`)).data.length, 0)
    assert.equal((await list(`search=${encodeURIComponent("' OR 1=1 --")}`)).data.length, 0)
  })
})

suite('tokens', () => {
  const works = async (program: { client: { send: Ground['admin']['send'] } }) => (await program.client.send('GET', '/extensions')).status

  test('are shown once and kept as a hash', async () => {
    const { token, id } = await ground.program(['extensions.read'])
    assert.match(token, /^dp_[\w-]{43}$/)
    const stored = await ground.database.system('test', async (trx) => JSON.stringify([await trx('api_tokens').select(), await trx('audit_log').select()]))
    assert.ok(!stored.includes(token))
    const listed = (await ground.admin.get<{ id: string; prefix: string; createdBy: { name: string } }[]>('/tokens?limit=100')).find((row) => row.id === id)
    assert.deepEqual([listed?.prefix, listed?.createdBy.name], [token.slice(0, 10), administrator.name])
  })

  test('work without a CSRF token and from any page, being sent on purpose', async () => {
    const { client } = await ground.program(['extensions.write'])
    const answer = await client.send('POST', '/extensions', { number: '4711', name: 'X' }, { Origin: 'https://crm.example' })
    assert.equal(answer.status, 201)
    assert.equal(ground.pbx.actors.at(-1)?.kind, 'token')
  })

  test('stop at once when revoked; revoking twice is 404', async () => {
    const program = await ground.program(['extensions.read'])
    assert.equal(await works(program), 200)
    assert.equal((await ground.admin.send('DELETE', `/tokens/${program.id}`)).status, 200)
    assert.equal(await works(program), 401)
    assert.equal((await ground.admin.send('DELETE', `/tokens/${program.id}`)).status, 404)
    assert.deepEqual((await auditOf(program.id)).map(({ action }) => action), ['token.create', 'token.delete'])
  })

  test('stop when they expire, and cannot be made expired', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const { token } = await ground.admin.post<{ token: string }>('/tokens', { name: 'short', permissions: ['extensions.read'], expiresAt })
    const client = ground.client()
    client.bearer = token
    assert.equal(await works({ client }), 200)
    ground.pass(3_600_001)
    assert.equal(await works({ client }), 401)
    const late = await ground.admin.send('POST', '/tokens', { name: 'late', permissions: ['extensions.read'], expiresAt: '2020-01-01T00:00:00Z' })
    assert.deepEqual([late.status, errorOf(late).details[0]?.field], [422, 'expiresAt'])
  })

  test('lose what their maker loses, and stop with them', async () => {
    const maker = await ground.person(['admin'])
    const { token } = await maker.client.post<{ token: string }>('/tokens', { name: 'x', permissions: ['extensions.read', 'users.read'] })
    const client = ground.client()
    client.bearer = token
    assert.equal((await client.send('GET', '/users')).status, 200)
    await ground.admin.send('PATCH', `/users/${maker.id}`, { roles: ['user'] })
    assert.equal((await client.send('GET', '/users')).status, 403)
    assert.equal(await works({ client }), 200)
    await ground.admin.send('PATCH', `/users/${maker.id}`, { status: 'disabled' })
    assert.equal(await works({ client }), 401)
    await ground.admin.send('DELETE', `/users/${maker.id}`)
    assert.equal(await works({ client }), 401)
  })

  test('hold no permission their maker lacks', async () => {
    const tenant = await ground.stranger()
    await ground.database.system('test', (trx) => trx('role_permissions').where({ tenant_id: tenant.tenantId, permission: 'audit.read' }).delete())
    const answer = await tenant.client.send('POST', '/tokens', { name: 'x', permissions: ['audit.read'] })
    assert.deepEqual([answer.status, errorOf(answer).code], [403, 'forbidden'])
  })

  test('note their last use to the minute', async () => {
    const program = await ground.program(['extensions.read', 'tokens.read'])
    const used = async () => (await ground.admin.get<{ id: string; lastUsedAt: string | null }[]>('/tokens?limit=100')).find((row) => row.id === program.id)?.lastUsedAt
    assert.equal(await used(), null)
    await works(program)
    const first = await used()
    assert.ok(first)
    await works(program)
    assert.equal(await used(), first)
    ground.pass(61_000)
    await works(program)
    assert.notEqual(await used(), first)
  })
})

test('built-in roles are brought up to the catalogue at each start', async () => {
  await ground.database.system('test', (trx) => trx('role_permissions').where({ permission: 'calls.read' }).delete())
  await ground.database.system('test', async (trx) => {
    const role = await trx('roles').where({ key: 'user', tenant_id: ground.tenantId }).first<{ id: string }>('id')
    await trx('role_permissions').insert({ tenant_id: ground.tenantId, role_id: role?.id, permission: 'users.write' })
  })
  await (await ground.restart()).close()
  const roles = await ground.admin.get<{ key: string; permissions: string[] }[]>('/roles')
  assert.deepEqual(roles.find(({ key }) => key === 'user')?.permissions, ['extensions.read', 'registrations.read', 'calls.read', 'calls.own', 'callers.block', 'dials.keep', 'contacts.read', 'contacts.write', 'softphone.use', 'conferences.read'])
})
