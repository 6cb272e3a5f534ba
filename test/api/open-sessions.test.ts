/** Where people are signed in: listed with nothing a thief could use, and ended one by one. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SESSION_IDLE_MS as IDLE_MS } from '../../config/session-life.ts'
import type { ApiClient } from '../support/http-client.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

interface Listed { id: string; address: string; userAgent: string | null; lastSeenAt: string; current: boolean }

let ground: Ground
before(async () => {
  ground = await openGround()
})
after(() => ground.close())

const own = (client: ApiClient) => client.get<Listed[]>('/auth/sessions')
const currentOf = async (client: ApiClient) => (await own(client)).find(({ current }) => current)!.id

async function twice() {
  const person = await ground.person(['user'])
  const second = ground.client()
  await second.signIn({ name: '', email: person.email, password: person.password })
  return { ...person, second }
}

suite('the own sessions', () => {
  test('are listed with device, address and last use, and no secret', async () => {
    const { client, email, password } = await ground.person(['user'])
    const phone = ground.client()
    await phone.send('POST', '/auth/login', { email, password }, { 'User-Agent': 'A telephone' })
    const sessions = await own(client)
    assert.equal(sessions.length, 2)
    assert.deepEqual(sessions.map(({ current }) => current).toSorted(), [false, true])
    const other = sessions.find(({ current }) => !current)
    assert.deepEqual([other?.userAgent, other?.address], ['A telephone', '127.0.0.1'])
    assert.deepEqual(Object.keys(other ?? {}).toSorted(), ['address', 'createdAt', 'current', 'expiresAt', 'id', 'lastSeenAt', 'userAgent'])
  })

  test('one is ended and the other goes on', async () => {
    const { client, second } = await twice()
    const id = await currentOf(second)
    assert.equal((await client.send('DELETE', `/auth/sessions/${id}`)).status, 200)
    assert.equal((await second.send('GET', '/auth/session')).status, 401)
    assert.equal((await own(client)).length, 1)
    assert.equal((await client.send('DELETE', `/auth/sessions/${id}`)).status, 404)
    const [entry] = await ground.admin.get<{ action: string; before: { address: string } }[]>(`/audit?subjectId=${id}&order=desc`)
    assert.deepEqual([entry?.action, entry?.before.address], ['session.delete', '127.0.0.1'])
  })

  test('ending the one in use forgets its cookie', async () => {
    const { client } = await ground.person(['user'])
    const answer = await client.send('DELETE', `/auth/sessions/${await currentOf(client)}`)
    assert.match(answer.headers['set-cookie']?.[0] ?? '', /^dialplane_session=; Max-Age=0/)
    assert.equal((await client.send('GET', '/auth/session')).status, 401)
  })

  test('those of a colleague are not there, and go on', async () => {
    const { client } = await ground.person(['user'])
    const colleague = await ground.person(['user'])
    const refused = await client.send('DELETE', `/auth/sessions/${await currentOf(colleague.client)}`)
    assert.deepEqual([refused.status, errorOf(refused).code], [404, 'not-found'])
    assert.equal((await colleague.client.send('GET', '/auth/session')).status, 200)
  })

  test('need the CSRF token to be ended', async () => {
    const { client, second } = await twice()
    const id = await currentOf(second)
    client.csrfToken = undefined
    assert.equal((await client.send('DELETE', `/auth/sessions/${id}`)).status, 403)
    assert.equal((await second.send('GET', '/auth/session')).status, 200)
  })
})

suite('the sessions of others', () => {
  test('are seen and ended by an administrator, one and not the other', async () => {
    const { client, second, id } = await twice()
    assert.equal((await ground.admin.get<Listed[]>(`/users/${id}/sessions`)).length, 2)
    assert.equal((await ground.admin.send('DELETE', `/sessions/${await currentOf(second)}`)).status, 200)
    assert.equal((await second.send('GET', '/auth/session')).status, 401)
    assert.equal((await client.send('GET', '/auth/session')).status, 200)
  })

  test('are not ended by a program that may do less than their owner', async () => {
    const { client: program } = await ground.program(['users.read', 'users.write'])
    const refused = await program.send('DELETE', `/sessions/${await currentOf(ground.admin)}`)
    assert.deepEqual([refused.status, errorOf(refused).code], [403, 'forbidden'])
    assert.equal((await ground.admin.send('GET', '/auth/session')).status, 200)
  })

  test('of another tenant are not there', async () => {
    const stranger = await ground.stranger()
    const refused = await stranger.client.send('DELETE', `/sessions/${await currentOf(ground.admin)}`)
    assert.equal(refused.status, 404)
    assert.equal((await ground.admin.send('GET', '/auth/session')).status, 200)
  })

  test('that nobody used for too long are not listed', async () => {
    const { id } = await ground.person(['user'])
    ground.pass(IDLE_MS + 1)
    await ground.admin.signIn()
    assert.deepEqual(await ground.admin.get<Listed[]>(`/users/${id}/sessions`), [])
  })
})
