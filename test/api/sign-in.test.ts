/** Signing in and out, what a session is worth, and what keeps other sites and guessers out. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { ABSOLUTE_MS } from '../../api/identity/sessions.ts'
import { SESSION_IDLE_MS as IDLE_MS } from '../../config/session-life.ts'
import type { ApiClient } from '../support/http-client.ts'
import { administrator, errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
before(async () => {
  ground = await openGround()
})
after(() => ground.close())
// Locks of one test are over for the next, and so are sessions: each signs in anew.
beforeEach(async () => {
  ground.pass(2 * 3_600_000)
  ground.admin.cookie = ground.admin.csrfToken = undefined
  await ground.admin.signIn()
})

const login = (client: ApiClient, email: string, password: string, headers?: Record<string, string>) => client.send('POST', '/auth/login', { email, password }, headers)

suite('signing in', () => {
  test('gives a cookie that scripts and other sites never see, and the token for writes', async () => {
    const answer = await login(ground.client(), administrator.email.toUpperCase(), administrator.password)
    assert.equal(answer.status, 200)
    const cookie = answer.headers['set-cookie']?.[0] ?? ''
    assert.match(cookie, /^dialplane_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    const { data } = answer.json as { data: { csrfToken: string; user: object; permissions: string[]; tenant: { slug: string } } }
    assert.ok(data.csrfToken.length >= 43)
    assert.deepEqual(Object.keys(data.user).toSorted(), ['email', 'extensionId', 'hasPassword', 'id', 'name', 'roles'])
    assert.ok(data.permissions.includes('users.write'))
    assert.equal(data.tenant.slug, 'main')
  })

  test('neither cookie nor password nor token is kept as it is, or logged', async () => {
    const client = ground.client()
    await client.signIn()
    const secret = client.cookie?.split('=')[1] ?? ''
    const stored = await ground.database.system('test', async (trx) => JSON.stringify([await trx('sessions').select(), await trx('users').select(), await trx('audit_log').select()]))
    for (const hidden of [secret, administrator.password]) {
      assert.ok(!stored.includes(hidden) && !JSON.stringify(ground.log).includes(hidden))
    }
    assert.match(stored, /\$argon2id\$/)
  })

  test('answers an unknown address, a wrong password and a disabled user alike', async () => {
    const { id, email, password } = await ground.person(['user'])
    await ground.admin.send('PATCH', `/users/${id}`, { status: 'disabled' })
    const answers = [
      await login(ground.client(), 'nobody@example.test', 'wrong'),
      await login(ground.client(), administrator.email, 'wrong'),
      await login(ground.client(), email, password),
    ]
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]))
    assert.equal(new Set(answers.map((answer) => answer.body.toString())).size, 1)
    assert.ok(answers.every(({ headers }) => headers['set-cookie'] === undefined))
  })

  test('ends the session the browser came with: nobody can plant one', async () => {
    const client = ground.client()
    await client.signIn()
    const planted = client.cookie
    await client.signIn()
    assert.notEqual(client.cookie, planted)
    const before = ground.client()
    before.cookie = planted
    assert.equal((await before.send('GET', '/auth/session')).status, 401)
  })

  test('is refused for a while after ten attempts on one account, also with the right password', async () => {
    const { email, password } = await ground.person(['user'])
    for (let attempt = 0; attempt < 10; attempt += 1) assert.equal((await login(ground.client(), email, 'wrong')).status, 401)
    const locked = await login(ground.client(), email.toUpperCase(), password)
    assert.deepEqual([locked.status, errorOf(locked).code, locked.headers['retry-after']], [429, 'too-many', '30'])
    assert.equal((await login(ground.client(), administrator.email, administrator.password)).status, 200)
    ground.pass(31_000)
    assert.equal((await login(ground.client(), email, password)).status, 200)
  })

  test('counts attempts before they are answered: many at once do not slip through', async () => {
    const { email } = await ground.person(['user'])
    const answers = await Promise.all(Array.from({ length: 15 }, () => login(ground.client(), email, 'wrong')))
    assert.equal(answers.filter(({ status }) => status === 401).length, 10)
    assert.equal(answers.filter(({ status }) => status === 429).length, 5)
  })

  test('is refused for a while after fifty failures from one address over many accounts; other addresses are served', async () => {
    const loginFrom = (address: string, who: string, secret: string) => login(ground.client(), who, secret, { 'X-Forwarded-For': address })
    const { email, password } = await ground.person(['user'])
    // The same /64: one customer, however many addresses it takes.
    for (let guessed = 0; guessed < 50; guessed += 1) {
      assert.equal((await loginFrom(`2001:db8:7::${guessed}`, `nobody-${guessed}@example.test`, 'wrong')).status, 401)
      if (guessed % 8 === 0) assert.equal((await loginFrom('2001:db8:7::1', email, password)).status, 200, 'signing in well counts neither way')
    }
    const locked = await loginFrom('2001:db8:7::ff', email, password)
    assert.deepEqual([locked.status, errorOf(locked).code, locked.headers['retry-after']], [429, 'too-many', '60'])
    assert.equal((await loginFrom('2001:db8:8::1', email, password)).status, 200)
    ground.pass(61_000)
    assert.equal((await loginFrom('2001:db8:7::1', email, password)).status, 200)
  })

  test('attempts on an account that is locked already do not lock the whole address', async () => {
    const fromOffice = (who: string, secret: string) => login(ground.client(), who, secret, { 'X-Forwarded-For': '192.0.2.44' })
    const { email, password } = await ground.person(['user'])
    for (let attempt = 0; attempt < 80; attempt += 1) await fromOffice('locked@example.test', 'wrong')
    assert.equal((await fromOffice(email, password)).status, 200)
  })

  test('locks longer each time', async () => {
    const waits: string[] = []
    for (let round = 0; round < 3; round += 1) {
      for (let attempt = 0; attempt < 10; attempt += 1) await login(ground.client(), 'lost@example.test', 'wrong')
      const locked = await login(ground.client(), 'lost@example.test', 'wrong')
      waits.push(String(locked.headers['retry-after']))
      ground.pass(Number(locked.headers['retry-after']) * 1000)
    }
    assert.deepEqual(waits, ['30', '60', '120'])
  })
})

suite('a session', () => {
  const alive = async (client: ApiClient) => (await client.send('GET', '/auth/session')).status === 200

  test('is over when nobody used it for twelve hours', async () => {
    const client = ground.client()
    await client.signIn()
    ground.pass(IDLE_MS - 1_000)
    assert.ok(await alive(client))
    ground.pass(IDLE_MS - 1_000)
    assert.ok(await alive(client), 'use keeps it going')
    ground.pass(IDLE_MS + 1_000)
    assert.ok(!(await alive(client)))
  })

  test('is over after seven days however busy', async () => {
    const client = ground.client()
    await client.signIn()
    const step = IDLE_MS - 60_000
    for (let passed = step; passed < ABSOLUTE_MS; passed += step) {
      ground.pass(step)
      assert.ok(await alive(client))
    }
    ground.pass(step)
    assert.ok(!(await alive(client)))
  })

  test('ends with signing out, and the cookie is taken back', async () => {
    const client = ground.client()
    await client.signIn()
    const answer = await client.send('POST', '/auth/logout')
    assert.match(answer.headers['set-cookie']?.[0] ?? '', /^dialplane_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/)
    assert.ok(!(await alive(client)))
    const kept = ground.client()
    kept.cookie = client.cookie
    assert.ok(!(await alive(kept)))
  })

  test('stops at once when its user is disabled, and permissions follow the roles at once', async () => {
    const { client, id } = await ground.person(['admin'])
    assert.equal((await client.send('GET', '/users')).status, 200)
    await ground.admin.send('PATCH', `/users/${id}`, { roles: ['user'] })
    assert.equal((await client.send('GET', '/users')).status, 403)
    await ground.admin.send('PATCH', `/users/${id}`, { status: 'disabled' })
    assert.equal((await client.send('GET', '/auth/session')).status, 401)
    await ground.admin.send('PATCH', `/users/${id}`, { status: 'active' })
    assert.equal((await client.send('GET', '/auth/session')).status, 401, 'it does not come back')
  })

  test('is worth nothing while its user is disabled, even when it was not deleted', async () => {
    const { client, id } = await ground.person(['user'])
    await ground.database.system('test', (trx) => trx('users').where({ id }).update({ status: 'disabled' }))
    assert.ok(!(await alive(client)))
  })

  test('is seen to the minute, not at every request', async () => {
    const client = ground.client()
    await client.signIn()
    const seen = () => ground.database.system('test', async (trx) => (await trx('sessions').max('last_seen_at as at').first<{ at: Date }>())?.at.getTime())
    const first = await seen()
    await alive(client)
    assert.equal(await seen(), first)
    ground.pass(61_000)
    await alive(client)
    assert.ok(((await seen()) ?? 0) > (first ?? 0))
  })
})

suite('changing the password', () => {
  test('ends the other sessions and goes on under a new cookie', async () => {
    const { client, email, password } = await ground.person(['user'])
    const other = ground.client()
    await other.signIn({ name: '', email, password })
    const before = client.cookie
    const answer = await client.send('POST', '/auth/password', { current: password, next: 'walnut harbour kite' })
    assert.equal(answer.status, 200)
    assert.notEqual(client.cookie, before)
    assert.equal((await other.send('GET', '/auth/session')).status, 401)
    assert.equal((await client.send('GET', '/auth/session')).status, 200)
    assert.equal((await login(ground.client(), email, password)).status, 401)
    assert.equal((await login(ground.client(), email, 'walnut harbour kite')).status, 200)
  })

  test('needs the current one, and limits guesses at it', async () => {
    const { client } = await ground.person(['user'])
    const answers: number[] = []
    for (let attempt = 0; attempt < 11; attempt += 1) answers.push((await client.send('POST', '/auth/password', { current: 'wrong', next: 'walnut harbour kite' })).status)
    assert.deepEqual(answers, [...Array<number>(10).fill(422), 429])
  })

  test('refuses what is guessed first', async () => {
    const { client, email, password } = await ground.person(['user'])
    for (const next of ['Password1234', '123456789012', email, 'some body', 'aaaaaaaaaaaa', 'P@ssw0rd2026!']) {
      const answer = await client.send('POST', '/auth/password', { current: password, next })
      assert.ok([400, 422].includes(answer.status), `${next}: ${answer.status}`)
    }
  })
})

suite('a write made with the cookie', () => {
  const write = (client: ApiClient, headers: Record<string, string>) => client.send('POST', '/tokens', { name: 'x', permissions: ['calls.read'] }, headers)

  test('needs the token of this very session', async () => {
    const client = ground.client()
    await client.signIn()
    const own = client.csrfToken ?? ''
    client.csrfToken = undefined
    for (const headers of [{}, { 'X-CSRF-Token': '' }, { 'X-CSRF-Token': ground.admin.csrfToken ?? '' }, { 'X-CSRF-Token': `${own}x` }]) {
      const answer = await write(client, headers)
      assert.deepEqual([answer.status, errorOf(answer).code], [403, 'forbidden'])
    }
    assert.equal((await write(client, { 'X-CSRF-Token': own })).status, 201)
  })

  test('must come from a page of ours', async () => {
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: `http://127.0.0.1:${ground.api.port + 1}` }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      assert.equal((await write(ground.admin, headers)).status, 403, JSON.stringify(headers))
    }
    for (const origin of [`http://127.0.0.1:${ground.api.port}`, `http://localhost:${ground.api.port}`]) {
      assert.equal((await write(ground.admin, { Origin: origin })).status, 201)
    }
  })

  test('no other site can sign a browser in, either', async () => {
    const answer = await login(ground.client(), administrator.email, administrator.password, { Origin: 'https://evil.example' })
    assert.equal(answer.status, 403)
  })
})

test('behind a proxy on this machine the address is the one it names', async () => {
  const { id, email, password } = await ground.person(['user'])
  await login(ground.client(), email, password, { 'X-Forwarded-For': '203.0.113.9' })
  const rows = await ground.admin.get<{ address: string }[]>(`/audit?actorId=${id}&limit=1`)
  assert.equal(rows[0]?.address, '203.0.113.9')
})

test('sessions that ran out are cleared away', async () => {
  const { id } = await ground.person(['user'])
  ground.pass(ABSOLUTE_MS + 1)
  await ground.admin.signIn()
  assert.equal((await ground.database.system('test', (trx) => trx('sessions').where({ user_id: id }).select())).length, 0)
})

test('each sign-in and sign-out is in the audit', async () => {
  const { client, id } = await ground.person(['user'])
  await client.send('POST', '/auth/logout')
  const rows = await ground.admin.get<{ action: string; address: string }[]>(`/audit?actorId=${id}`)
  assert.deepEqual(rows.map(({ action }) => action), ['session.delete', 'session.create'])
  assert.ok(rows.every(({ address }) => address === '127.0.0.1'))
})
