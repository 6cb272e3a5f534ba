/** Passkeys: added, asked for after the password and alone, copied, stolen, lost; and every answer that must not be believed. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient, ApiResponse } from '../support/http-client.ts'
import { SoftKey, type Mischief } from '../support/soft-key.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

const ORIGIN = 'https://pbx.example.test'

let ground: Ground
before(async () => {
  ground = await openGround({ publicUrl: ORIGIN })
})
after(() => ground.close())

type Options = Record<string, unknown>
type Person = Awaited<ReturnType<Ground['person']>>
interface Added { passkey: { id: string; name: string }; recoveryCodes: string[] | null }

const dataOf = <T>(answer: ApiResponse): T => (answer.json as { data: T }).data

async function add(person: Person, key = new SoftKey(ORIGIN), name = 'Blue key'): Promise<Added & { key: SoftKey }> {
  const options = await person.client.post<Options>('/auth/passkeys/options', { password: person.password })
  return { key, ...(await person.client.post<Added>('/auth/passkeys', { name, passkey: key.create(options) })) }
}

async function signIn(key: SoftKey, odd: Mischief = {}, client: ApiClient = ground.client()): Promise<ApiResponse> {
  const options = await client.post<Options>('/auth/passkeys/sign-in/options')
  return client.send('POST', '/auth/passkeys/sign-in', { passkey: key.get(options, odd) })
}

const password = (person: Person): Promise<{ next: string; challenge: string; ways: string[] }> => ground.client().post('/auth/login', { email: person.email, password: person.password })

async function second(challenge: string, key: SoftKey, client = ground.client()): Promise<ApiResponse> {
  const options = await client.post<Options>('/auth/mfa/passkey/options', { challenge })
  return client.send('POST', '/auth/mfa/passkey', { challenge, passkey: key.get(options) })
}

const audited = async (person: Person): Promise<string[]> => (await ground.admin.get<{ action: string }[]>(`/audit?subjectId=${person.id}&limit=100`)).map(({ action }) => action)

suite('a passkey', () => {
  test('is added with the password, brings recovery codes with the first, and ends other sessions', async () => {
    const person = await ground.person(['user'])
    const elsewhere = ground.client()
    await elsewhere.ask('POST', '/auth/login', { email: person.email, password: person.password })
    assert.equal((await person.client.send('POST', '/auth/passkeys/options', { password: 'not this one' })).status, 422)
    const first = await add(person)
    assert.equal(first.recoveryCodes?.length, 10)
    assert.equal((await elsewhere.send('GET', '/auth/session')).status, 401)
    const more = await add(person, new SoftKey(ORIGIN), 'Phone')
    assert.equal(more.recoveryCodes, null, 'the codes that there are stay')
    const again = await person.client.post<Options>('/auth/passkeys/options', { password: person.password })
    assert.deepEqual((again['excludeCredentials'] as { id: string }[]).map(({ id }) => id), [first.key.id, more.key.id])
    assert.equal((await person.client.send('POST', '/auth/passkeys', { name: 'Twice', passkey: first.key.create(again) })).status, 409)
    await person.client.ask('PATCH', `/auth/passkeys/${first.passkey.id}`, { name: 'Red key' })
    const listed = await person.client.get<{ name: string; address: string; lastUsedAt: string | null }[]>('/auth/passkeys')
    assert.deepEqual(listed.map(({ name, address, lastUsedAt }) => [name, address, lastUsedAt]), [['Red key', 'pbx.example.test', null], ['Phone', 'pbx.example.test', null]])
    assert.equal((await ground.admin.get<{ secondFactor: boolean }>(`/users/${person.id}`)).secondFactor, true)
    assert.ok((await audited(person)).includes('user.add-passkey'))
  })

  test('is not added by an answer for another page, name, person, purpose or time, nor twice by one', async () => {
    const [person, other] = [await ground.person(['user']), await ground.person(['user'])]
    const options = (who = person): Promise<Options> => who.client.post<Options>('/auth/passkeys/options', { password: who.password })
    const put = async (given: Options, odd: Mischief = {}): Promise<number> => (await person.client.send('POST', '/auth/passkeys', { name: 'Key', passkey: new SoftKey(ORIGIN).create(given, odd) })).status
    for (const odd of [{ origin: 'https://pbx.example.test.evil.test' }, { origin: 'http://pbx.example.test' }, { rpId: 'example.test' }, { type: 'webauthn.get' }, { challenge: Buffer.from('x').toString('base64url') }]) {
      assert.equal(await put(await options(), odd), 422, JSON.stringify(odd))
    }
    assert.equal(await put(await options(other)), 422, 'of another person')
    assert.equal(await put({ ...(await options()), challenge: (await ground.client().post<Options>('/auth/passkeys/sign-in/options'))['challenge'] }), 422, 'of signing in')
    const late = await options()
    ground.pass(5 * 60_000)
    assert.equal(await put(late), 422, 'too old')
    const once = await options()
    assert.equal(await put(once), 201)
    assert.equal(await put(once), 422, 'used up')
  })

  test('opens alone where it saw its owner, and nowhere else', async () => {
    const person = await ground.person(['user'])
    const { key } = await add(person)
    const browser = ground.client()
    const opened = await signIn(key, {}, browser)
    assert.equal(opened.status, 200, opened.body.toString())
    assert.equal(dataOf<{ user: { id: string } }>(opened).user.id, person.id)
    await browser.get('/auth/session')
    assert.ok((await audited(person)).includes('user.sign-in-with-passkey'))
    const other = await ground.person(['user'])
    const { key: otherKey } = await add(other)
    const second = await password(person)
    const forSecond = await ground.client().post<Options>('/auth/mfa/passkey/options', { challenge: second.challenge })
    const wrong: Mischief[] = [
      { verified: false }, { origin: 'https://evil.test' }, { rpId: 'evil.test' }, { type: 'webauthn.create' }, { signature: Buffer.alloc(70, 1).toString('base64url') },
      { userHandle: Buffer.from(other.id).toString('base64url') }, { challenge: String(forSecond['challenge']) },
      { challenge: Buffer.from(`${Buffer.from(JSON.stringify({ for: 'sign-in', user: null, until: 9e15, nonce: '' })).toString('base64url')}.AAAA`).toString('base64url') },
    ]
    for (const odd of wrong) assert.equal((await signIn(key, odd)).status, 401, JSON.stringify(odd))
    const [options, client] = [await browser.post<Options>('/auth/passkeys/sign-in/options'), ground.client()]
    const answer = key.get(options) as { id: string; rawId: string }
    assert.equal((await client.send('POST', '/auth/passkeys/sign-in', { passkey: { ...answer, id: otherKey.id, rawId: otherKey.id } })).status, 401, 'in the name of another key')
    assert.equal((await signIn(new SoftKey(ORIGIN))).status, 401, 'unknown')
    assert.equal((await client.send('POST', '/auth/passkeys/sign-in', { passkey: answer })).status, 200)
    assert.equal((await client.send('POST', '/auth/passkeys/sign-in', { passkey: key.get(options) })).status, 401, 'each challenge once')
    await ground.admin.send('PATCH', `/users/${person.id}`, { status: 'disabled' })
    assert.equal((await signIn(key)).status, 401, 'disabled')
  })

  test('is asked for after the password, also one that did not see its owner; recovery codes stand in', async () => {
    const person = await ground.person(['user'])
    const { key, recoveryCodes } = await add(person)
    const step = await password(person)
    assert.deepEqual([step.next, step.ways], ['code', ['passkey']])
    assert.equal((await ground.client().send('POST', '/auth/mfa/enrol', { challenge: step.challenge })).status, 401, 'nor may another factor be set up with the password alone')
    const browser = ground.client()
    assert.equal((await second(step.challenge, key, browser)).status, 200)
    await browser.get('/auth/session')
    const other = await ground.person(['user'])
    const theirs = await add(other)
    assert.equal((await second((await password(person)).challenge, theirs.key)).status, 401, 'of somebody else')
    const alone = await ground.client().post<Options>('/auth/passkeys/sign-in/options')
    assert.equal((await ground.client().send('POST', '/auth/mfa/passkey', { challenge: step.challenge, passkey: key.get(alone) })).status, 401, 'a challenge of another purpose')
    const verify = (code: string): Promise<ApiResponse> => ground.client().send('POST', '/auth/mfa/verify', { challenge: step.challenge, code })
    assert.equal((await verify(recoveryCodes?.[0] ?? '')).status, 200)
    assert.equal((await verify(recoveryCodes?.[0] ?? '')).status, 401)
    assert.equal((await verify('000000')).status, 401, 'there is no app')
    const proof = key.get(await person.client.post<Options>('/auth/passkeys/proof'))
    const renewed = await person.client.post<{ recoveryCodes: string[] }>('/auth/mfa/recovery-codes', { password: person.password, passkey: proof })
    assert.equal((await verify(recoveryCodes?.[1] ?? '')).status, 401)
    assert.equal((await verify(renewed.recoveryCodes[0] ?? '')).status, 200)
    assert.equal((await person.client.send('POST', '/auth/mfa/recovery-codes', { password: person.password, passkey: proof })).status, 422)
    assert.equal((await person.client.send('POST', '/auth/mfa/recovery-codes', { password: person.password })).status, 422)
  })

  test('of which there is a copy opens nothing more, neither the one nor the other', async () => {
    const person = await ground.person(['user'])
    const { key } = await add(person)
    assert.equal((await signIn(key)).status, 200)
    // Anybody could say a low counter: without the signature it condemns nothing.
    assert.equal((await signIn(key, { counter: 1, signature: Buffer.alloc(70, 1).toString('base64url') })).status, 401)
    const copy = key.copy()
    assert.equal((await signIn(key)).status, 200)
    const found = await signIn(copy, { counter: 2 })
    assert.equal(found.status, 401)
    assert.match(errorOf(found).message, /there may be a copy of it/)
    assert.equal((await signIn(key)).status, 401)
    assert.ok((await audited(person)).includes('user.passkey-copied'))
    assert.deepEqual((await person.client.get<{ refused: boolean }[]>('/auth/passkeys')).map(({ refused }) => refused), [true])
    assert.deepEqual(await password(person).then(({ next, ways }) => [next, ways]), ['code', []], 'the password alone opens nothing still')
  })

  test('is removed with the password; the factor of somebody else is not there', async () => {
    const [person, other] = [await ground.person(['user']), await ground.person(['user'])]
    const { key, passkey } = await add(person)
    assert.equal((await other.client.send('POST', `/auth/passkeys/${passkey.id}/remove`, { password: other.password })).status, 404)
    assert.equal((await person.client.send('POST', `/auth/passkeys/${passkey.id}/remove`, { password: 'not this one' })).status, 422)
    await person.client.post(`/auth/passkeys/${passkey.id}/remove`, { password: person.password })
    assert.equal((await signIn(key)).status, 401)
    await ground.client().signIn({ ...person, name: '' })
    assert.equal((await person.client.get<{ recoveryCodesLeft: number }>('/auth/mfa')).recoveryCodesLeft, 0)
  })

  test('that was lost is reset by an administrator', async () => {
    const person = await ground.person(['user'])
    const { key } = await add(person)
    await ground.admin.post(`/users/${person.id}/mfa/reset`)
    assert.equal((await signIn(key)).status, 401)
    assert.equal((await person.client.send('GET', '/auth/session')).status, 401)
    await ground.client().signIn({ ...person, name: '' })
  })
})

test('the rule is met by a passkey, which is set up at sign-in by who has none; the last one stays', async () => {
  const [boss, person] = [await ground.person(['admin']), await ground.person(['user'])]
  const { passkey } = await add(boss)
  await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'everybody' })
  await boss.client.get('/auth/session')
  assert.equal((await boss.client.send('POST', `/auth/passkeys/${passkey.id}/remove`, { password: boss.password })).status, 409)
  const step = await password(person)
  assert.deepEqual([step.next, step.ways], ['enrolment', ['app', 'passkey']])
  const { challenge } = step
  const key = new SoftKey(ORIGIN)
  const enrol = async (client = ground.client()): Promise<ApiResponse> => {
    const options = await client.post<Options>('/auth/mfa/enrol/passkey/options', { challenge })
    return client.send('POST', '/auth/mfa/enrol/passkey', { challenge, name: 'Key', passkey: key.create(options) })
  }
  const browser = ground.client()
  const done = await enrol(browser)
  assert.equal(done.status, 200, done.body.toString())
  assert.equal(dataOf<{ recoveryCodes: string[] }>(done).recoveryCodes.length, 10)
  await browser.get('/auth/session')
  assert.equal((await enrol()).status, 409, 'once')
  assert.deepEqual((await password(person)).ways, ['passkey'])
  await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'optional' })
  await ground.admin.signIn()
})

test('where the panel is at a bare address or without https it says so', async () => {
  for (const [publicUrl, words] of [['http://192.0.2.7:8080', /address of numbers/], ['http://pbx.example.test', /over https only/], ['https://[2001:db8::7]', /address of numbers/], ['http://localhost:8080', undefined]] as const) {
    const api = await ground.restart({ settings: { ...ground.settings, http: { ...ground.settings.http, publicUrl } } })
    const client = ground.client()
    Object.assign(client, { url: `http://127.0.0.1:${api.port}` })
    const { passkeysRefused } = await client.get<{ passkeysRefused: string | null }>('/auth/sign-in-options')
    const answer = await client.send('POST', '/auth/passkeys/sign-in/options')
    await api.close()
    if (words === undefined) assert.deepEqual([passkeysRefused, answer.status], [null, 200])
    else {
      assert.match(passkeysRefused ?? '', words)
      assert.match(errorOf(answer).message, /Set PUBLIC_URL to the name/)
      assert.equal(answer.status, 409)
    }
  }
})

test('no challenge, key or code is in the log', () => {
  assert.doesNotMatch(JSON.stringify(ground.log), /"challenge":|challenge \\+"|clientDataJSON|"recoveryCodes":/)
})
