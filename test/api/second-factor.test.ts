/** The second factor: set up, asked for, lost, required; and what a password alone opens. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { ApiClient, ApiResponse } from '../support/http-client.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
let passed = 0
before(async () => {
  ground = await openGround()
})
after(() => ground.close())

const pass = (ms: number): void => {
  passed += ms
  ground.pass(ms)
}
/** What the app shows; `ahead` periods from now. */
const codeOf = (secret: string, ahead = 0): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + passed + ahead * 30_000 })
const wrong = (secret: string): string => String((Number(codeOf(secret)) + 500_000) % 1_000_000).padStart(6, '0')

interface Person { client: ApiClient; id: string; email: string; password: string }

async function enrolled(person: Person): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await person.client.post<{ secret: string }>('/auth/mfa/setup', { password: person.password })
  const { recoveryCodes } = await person.client.post<{ recoveryCodes: string[] }>('/auth/mfa/confirm', { code: codeOf(secret) })
  pass(30_000)
  return { secret, recoveryCodes }
}

type Step = { next: string; challenge: string }

const passwordOf = ({ email, password }: Person): Promise<Step> => ground.client().post<Step>('/auth/login', { email, password })

const verify = (challenge: string, code: string, client = ground.client()): Promise<ApiResponse> => client.send('POST', '/auth/mfa/verify', { challenge, code })

suite('an authenticator app', () => {
  test('needs the password and a code before it is asked for, and ends other sessions then', async () => {
    const person = await ground.person(['user'])
    const elsewhere = ground.client()
    await elsewhere.ask('POST', '/auth/login', { email: person.email, password: person.password })
    assert.equal((await person.client.send('POST', '/auth/mfa/setup', { password: 'not this one' })).status, 422)
    const { secret, uri } = await person.client.post<{ secret: string; uri: string }>('/auth/mfa/setup', { password: person.password })
    assert.equal(new URL(uri).protocol, 'otpauth:')
    assert.equal(new URL(uri).searchParams.get('secret'), secret)
    assert.equal((await person.client.send('POST', '/auth/mfa/confirm', { code: wrong(secret) })).status, 422)
    await elsewhere.get('/auth/session')
    const { recoveryCodes } = await person.client.post<{ recoveryCodes: string[] }>('/auth/mfa/confirm', { code: codeOf(secret) })
    assert.equal(new Set(recoveryCodes).size, 10)
    assert.equal((await elsewhere.send('GET', '/auth/session')).status, 401)
    await person.client.get('/auth/session')
    assert.equal((await person.client.send('POST', '/auth/mfa/setup', { password: person.password })).status, 409, 'not a second one beside it')
    const state = await person.client.get<Record<string, unknown>>('/auth/mfa')
    assert.deepEqual([state['authenticator'], state['recoveryCodesLeft'], state['required']], [true, 10, false])
  })

  test('is asked after the password, which alone opens nothing', async () => {
    const person = await ground.person(['user'])
    const { secret } = await enrolled(person)
    const browser = ground.client()
    const answer = await browser.send('POST', '/auth/login', { email: person.email, password: person.password })
    assert.equal(answer.headers['set-cookie'], undefined)
    assert.deepEqual(Object.keys((answer.json as { data: object }).data).sort(), ['challenge', 'next', 'ways'])
    const { challenge } = (answer.json as { data: Step }).data
    browser.bearer = challenge
    assert.equal((await browser.send('GET', '/auth/session')).status, 401)
    browser.bearer = undefined
    assert.equal((await browser.send('POST', '/auth/mfa/enrol', { challenge })).status, 401, 'it is not for setting up another app')
    assert.equal((await verify(challenge, codeOf(secret), browser)).status, 200)
    await browser.get('/auth/session')
  })

  test('each code opens once, also one of the period before', async () => {
    const person = await ground.person(['user'])
    const { secret } = await enrolled(person)
    const code = codeOf(secret)
    const { challenge } = await passwordOf(person)
    assert.equal((await verify(challenge, code)).status, 200)
    for (const again of [code, codeOf(secret, -1)]) assert.equal((await verify((await passwordOf(person)).challenge, again)).status, 401)
    pass(30_000)
    assert.equal((await verify((await passwordOf(person)).challenge, codeOf(secret, 4))).status, 401, 'too far ahead')
    const now = codeOf(secret)
    const { challenge: fresh } = await passwordOf(person)
    const both = await Promise.all([verify(fresh, now), verify(fresh, now)])
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401], 'two at once: one')
  })

  test('guessing locks, and the lock holds for the right code too', async () => {
    const person = await ground.person(['user'])
    const { secret } = await enrolled(person)
    const { challenge } = await passwordOf(person)
    const answers: number[] = []
    for (let guess = 0; guess < 11; guess += 1) answers.push((await verify(challenge, wrong(secret))).status)
    assert.deepEqual(answers, [...Array.from({ length: 10 }, () => 401), 429])
    assert.equal((await verify(challenge, codeOf(secret))).status, 429)
  })

  test('a challenge is for one person and some minutes, and for the password it was given for', async () => {
    const [one, other] = [await ground.person(['user']), await ground.person(['user'])]
    const { secret } = await enrolled(one)
    const theirs = await enrolled(other)
    const { challenge } = await passwordOf(one)
    assert.equal((await verify((await passwordOf(other)).challenge, codeOf(secret))).status, 401)
    for (const broken of ['x', '.', `${challenge.split('.')[0]}.AAAA`, `${Buffer.from('{}').toString('base64url')}.${challenge.split('.')[1]}`]) assert.equal((await verify(broken, codeOf(secret))).status, 401)
    await ground.admin.send('PATCH', `/users/${one.id}`, { password: 'another long pass phrase' })
    assert.equal((await verify(challenge, codeOf(secret))).status, 401)
    const late = await passwordOf(other)
    pass(5 * 60_000)
    assert.equal((await verify(late.challenge, codeOf(theirs.secret))).status, 401)
    const disabled = await passwordOf(other)
    await ground.admin.send('PATCH', `/users/${other.id}`, { status: 'disabled' })
    assert.equal((await verify(disabled.challenge, codeOf(theirs.secret))).status, 401)
  })

  test('recovery codes open once each, however they are written, and new ones replace them', async () => {
    const person = await ground.person(['user'])
    const { secret, recoveryCodes } = await enrolled(person)
    const [first = '', second = '', third = ''] = recoveryCodes
    assert.equal((await verify((await passwordOf(person)).challenge, first)).status, 200)
    assert.equal((await verify((await passwordOf(person)).challenge, first)).status, 401)
    const browser = ground.client()
    const opened = await verify((await passwordOf(person)).challenge, second.toLowerCase().replace('-', ' '), browser)
    assert.equal(opened.status, 200)
    browser.csrfToken = (opened.json as { data: { csrfToken: string } }).data.csrfToken
    assert.equal((await browser.get<{ recoveryCodesLeft: number }>('/auth/mfa')).recoveryCodesLeft, 8)
    const renewed = await browser.post<{ recoveryCodes: string[] }>('/auth/mfa/recovery-codes', { password: person.password, code: codeOf(secret) })
    assert.equal((await verify((await passwordOf(person)).challenge, third)).status, 401)
    assert.equal((await verify((await passwordOf(person)).challenge, renewed.recoveryCodes[0] ?? '')).status, 200)
    const actions = (await ground.admin.get<{ action: string }[]>(`/audit?subjectId=${person.id}&limit=100`)).map(({ action }) => action)
    for (const action of ['user.enable-second-factor', 'user.use-recovery-code', 'user.renew-recovery-codes']) assert.ok(actions.includes(action), `${action} in ${actions.join(', ')}`)
  })

  test('is turned off with password and code', async () => {
    const person = await ground.person(['user'])
    const { secret } = await enrolled(person)
    for (const body of [{ password: 'not this one', code: codeOf(secret) }, { password: person.password, code: wrong(secret) }]) assert.equal((await person.client.send('POST', '/auth/mfa/disable', body)).status, 422)
    await person.client.post('/auth/mfa/disable', { password: person.password, code: codeOf(secret) })
    await ground.client().signIn({ ...person, name: '' })
  })
})

suite('lost', () => {
  test('an administrator resets it, which ends the sessions; nobody resets who may do more, nor themselves', async () => {
    const person = await ground.person(['user'])
    await enrolled(person)
    const { client: program } = await ground.program(['users.read', 'users.write'])
    const admins = await ground.admin.get<{ id: string; roles: string[]; email: string }[]>('/users?limit=100')
    const boss = admins.find(({ roles }) => roles.includes('admin'))
    assert.equal((await program.send('POST', `/users/${boss?.id}/mfa/reset`)).status, 403)
    assert.equal((await ground.admin.send('POST', `/users/${boss?.id}/mfa/reset`)).status, 403)
    assert.equal((await person.client.send('POST', `/users/${person.id}/mfa/reset`)).status, 403)
    const { client: stranger } = await ground.stranger()
    assert.equal((await stranger.send('POST', `/users/${person.id}/mfa/reset`)).status, 404)
    assert.equal((await ground.admin.get<{ secondFactor: boolean }>(`/users/${person.id}`)).secondFactor, true)
    await ground.admin.post(`/users/${person.id}/mfa/reset`)
    assert.equal((await person.client.send('GET', '/auth/session')).status, 401)
    assert.equal((await ground.admin.get<{ secondFactor: boolean }>(`/users/${person.id}`)).secondFactor, false)
    await ground.client().signIn({ ...person, name: '' })
  })
})

suite('required', () => {
  test('only who has one may require it; then those without are signed out and set one up before they come in', async () => {
    const refused = await ground.admin.send('PUT', '/sign-in-policy', { secondFactor: 'everybody' })
    assert.equal(refused.status, 409)
    assert.match(errorOf(refused).message, /of your own first/)
    const [boss, person] = [await ground.person(['admin']), await ground.person(['user'])]
    const { client: program } = await ground.program(['users.read'])
    const { secret: bossSecret } = await enrolled(boss)
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'administrators' })
    assert.equal((await ground.admin.send('GET', '/auth/session')).status, 401, 'an administrator without one')
    await person.client.get('/auth/session')
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'everybody' })
    assert.equal((await person.client.send('GET', '/auth/session')).status, 401)
    await program.get('/users')
    assert.equal((await boss.client.send('POST', '/auth/mfa/disable', { password: boss.password, code: codeOf(bossSecret) })).status, 409)

    const step = await passwordOf(person)
    assert.equal(step.next, 'enrolment')
    assert.equal((await verify(step.challenge, '000000')).status, 401, 'a challenge to set up opens no door')
    const begun = await ground.client().post<{ secret: string }>('/auth/mfa/enrol', { challenge: step.challenge })
    const confirm = (code: string, client = ground.client()): Promise<ApiResponse> => client.send('POST', '/auth/mfa/enrol/confirm', { challenge: step.challenge, code })
    assert.equal((await confirm(wrong(begun.secret))).status, 422)
    const browser = ground.client()
    const done = await confirm(codeOf(begun.secret), browser)
    assert.equal(done.status, 200)
    assert.equal((done.json as { data: { recoveryCodes: string[] } }).data.recoveryCodes.length, 10)
    await browser.get('/auth/session')
    assert.equal((await confirm(codeOf(begun.secret, 1))).status, 409, 'once')
    assert.equal((await passwordOf(person)).next, 'code')
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'optional' })
    await ground.admin.signIn()
  })

  test('no secret, code or challenge is in the log', () => {
    const log = JSON.stringify(ground.log)
    assert.doesNotMatch(log, /otpauth:|"code":|"challenge":|"recoveryCodes":/)
  })
})
