/** From nobody to the first administrator, once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
before(async () => {
  ground = await openGround({ bare: true, publicUrl: 'https://pbx.example.com/' })
})
after(() => ground.close())

const person = { name: 'Ada', email: 'ada@example.test', password: 'walnut harbour kite' }
const tokenOf = (link: string | undefined) => new URL(link ?? '').hash.replace('#token=', '')
const setUp = (token: string, changes = {}) => ground.client().send('POST', '/setup', { token, ...person, ...changes }, { Host: 'pbx.example.com' })
const audited = () => ground.database.system('test', (trx) => trx('audit_log').select<{ action: string; after: unknown }[]>())

test('the link leads to the panel; its token stays out of requests, the log and the database', async () => {
  const link = await ground.api.setupLink()
  assert.match(link ?? '', /^https:\/\/pbx\.example\.com\/admin\/setup#token=[\w-]{43}$/)
  const state = await ground.database.system('test', (trx) => trx('system_state').select())
  const token = tokenOf(link)
  assert.ok(!JSON.stringify([state, ground.log]).includes(token))
})

test('everybody may see that set-up is needed', async () => {
  const answer = await ground.client().send('GET', '/setup')
  assert.deepEqual([answer.status, answer.json], [200, { data: { needed: true } }])
})

test('a wrong token is refused, and a weak password', async () => {
  const wrong = await setUp('wrong')
  assert.deepEqual([wrong.status, errorOf(wrong).code], [403, 'forbidden'])
  const weak = await setUp(tokenOf(await ground.api.setupLink()), { password: 'passwordpassword' })
  assert.deepEqual([weak.status, errorOf(weak).details[0]?.field], [422, 'password'])
  const short = await setUp(tokenOf(await ground.api.setupLink()), { password: 'short' })
  assert.deepEqual([short.status, errorOf(short).details[0]?.field], [400, 'password'])
})

test('a new start makes a new link and the old one stops', async () => {
  const old = tokenOf(await ground.api.setupLink())
  const next = await ground.restart()
  assert.notEqual(tokenOf(await next.setupLink()), old)
  assert.equal((await setUp(old)).status, 403)
  const fresh = await ground.restart()
  const link = await fresh.setupLink()
  assert.ok(link)
  ground.api = Object.assign(ground.api, { setupLink: () => fresh.setupLink() })
})

test('of many with the right token one wins', async () => {
  const token = tokenOf(await ground.api.setupLink())
  const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => setUp(token, { email: `ada${at}@example.test` })))
  const won = answers.filter(({ status }) => status === 201)
  assert.equal(won.length, 1, answers.map(({ status }) => status).join(' '))
  assert.ok(answers.every(({ status }) => status === 201 || status === 410))
  assert.match(won[0]?.headers['set-cookie']?.[0] ?? '', /; Secure$/)
  const users = await ground.database.system('test', (trx) => trx('users').select())
  assert.equal(users.length, 1)
  const rows = await audited()
  assert.deepEqual(rows.map(({ action }) => action), ['user.create', 'session.create'])
  assert.doesNotMatch(JSON.stringify(rows), /argon2|walnut/)
})

test('afterwards there is no link, not after a restart either, and set-up is over', async () => {
  assert.equal(await ground.api.setupLink(), undefined)
  assert.equal(await (await ground.restart()).setupLink(), undefined)
  const answer = await ground.client().send('GET', '/setup')
  assert.deepEqual(answer.json, { data: { needed: false } })
  const late = await setUp('whatever')
  assert.deepEqual([late.status, errorOf(late).code], [410, 'gone'])
})
