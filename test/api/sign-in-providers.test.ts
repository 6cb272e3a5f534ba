/** Sign-in by OpenID Connect: with a real provider, and with one that lies in every way there is (FreePBX CVE-2026-44237: none was noticed). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { ApiClient, ApiResponse } from '../support/http-client.ts'
import { openCrookedProvider, openRealProvider, type Crooked, type CrookedProvider, type RealProvider } from '../support/open-id-providers.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

let ground: Ground
let real: RealProvider
let crooked: CrookedProvider
let crookedId: string
before(async () => {
  ground = await openGround()
  real = await openRealProvider(`http://127.0.0.1:${ground.api.port}`)
  crooked = await openCrookedProvider()
  crookedId = await addCrooked(ground.admin)
})
after(async () => {
  await real.close()
  await crooked.close()
  await ground.close()
})

interface Provider { id: string; redirectUri: string; people: number; hasSecret: boolean; enabled: boolean }
type Begun = { url: string }

const dataOf = <T>(answer: ApiResponse): T => (answer.json as { data: T }).data
const addCrooked = async (client: ApiClient, more: object = {}): Promise<string> => (await client.post<Provider>('/sign-in-providers', { name: `Crooked ${randomUUID().slice(0, 8)}`, issuer: crooked.issuer, clientId: 'dialplane', clientSecret: crooked.clientSecret, createsUsers: true, defaultRole: 'user', ...more })).id
const begin = (client: ApiClient, providerId: string): Promise<Begun> => client.post<Begun>('/auth/provider/begin', { providerId })

/** Goes to the crooked provider and back. */
async function visit(told: Crooked, { providerId = crookedId, client = ground.client(), back = {} }: { providerId?: string; client?: ApiClient; back?: object } = {}): Promise<ApiResponse> {
  const asked = new URL((await begin(client, providerId)).url).searchParams
  crooked.next = { nonce: asked.get('nonce') ?? '', ...told }
  return client.send('POST', '/auth/provider/finish', { code: 'code', state: asked.get('state'), ...back })
}

const person = (more: object = {}): { claims: Record<string, unknown> } => ({ claims: { sub: randomUUID(), email: `${randomUUID()}@example.test`, email_verified: true, name: 'Ben Okafor', ...more } })

suite('a real provider', () => {
  const account = (groups: string[] = []): string => {
    const login = randomUUID()
    real.accounts.set(login, { email: `${login}@example.test`, email_verified: true, name: 'Grace Lee', groups })
    return login
  }
  async function signIn(providerId: string, login: string, client = ground.client()): Promise<ApiResponse> {
    const { url } = await begin(client, providerId)
    return client.send('POST', '/auth/provider/finish', await real.visit(url, login))
  }

  test('adds whom it knows, sets the role of their group, knows them again, and is signed out from', async () => {
    const made = await ground.admin.post<Provider>('/sign-in-providers', {
      name: 'Company', issuer: real.issuer, clientId: real.clientId, clientSecret: real.clientSecret, scopes: ['email', 'profile', 'groups'], groupsClaim: 'groups', groupRoles: [{ group: 'phone admins', role: 'admin' }], createsUsers: true, defaultRole: 'user',
    })
    assert.equal(made.redirectUri, `http://127.0.0.1:${ground.api.port}/admin/sign-in/provider`)
    assert.deepEqual(await ground.admin.post(`/sign-in-providers/${made.id}/test`), { error: null })
    assert.ok((await ground.client().get<{ providers: { name: string }[] }>('/auth/sign-in-options')).providers.some(({ name }) => name === 'Company'))
    const login = account(['phone admins'])
    const browser = ground.client()
    const first = await signIn(made.id, login, browser)
    assert.equal(first.status, 200, first.body.toString())
    const { user, csrfToken } = dataOf<{ user: { id: string; name: string; email: string; roles: string[]; hasPassword: boolean }; csrfToken: string }>(first)
    assert.deepEqual([user.name, user.email, user.roles, user.hasPassword], ['Grace Lee', `${login}@example.test`, ['admin'], false])
    await browser.get('/users')
    real.accounts.get(login)!.groups = []
    real.accounts.get(login)!.email = 'another@example.test'
    const again = dataOf<{ user: { id: string; roles: string[] } }>(await signIn(made.id, login))
    assert.deepEqual([again.user.id, again.user.roles], [user.id, ['user']], 'known by sub, with the roles of today')
    browser.csrfToken = csrfToken
    const out = (await browser.send('POST', '/auth/logout')).json as { signOutUrl: string }
    const url = new URL(out.signOutUrl)
    assert.equal(url.origin, real.issuer)
    assert.equal(url.searchParams.get('post_logout_redirect_uri'), `http://127.0.0.1:${ground.api.port}/admin/sign-in`)
    assert.equal((await fetch(url)).status, 200, 'the provider takes it')
    assert.equal((await ground.client().send('POST', '/auth/login', { email: user.email, password: 'x' })).status, 401, 'there is no password')
    const actions = (await ground.admin.get<{ action: string }[]>(`/audit?subjectId=${user.id}&limit=100`)).map(({ action }) => action)
    for (const action of ['user.create', 'user.update', 'user.sign-in-with-provider']) assert.ok(actions.includes(action), `${action} in ${actions.join(', ')}`)
    await ground.admin.ask('DELETE', `/sign-in-providers/${made.id}`)
  })

  test('lets somebody in who is here already by a verified address only, and nobody new unless it may add people', async () => {
    const { id, hasSecret } = await ground.admin.post<Provider>('/sign-in-providers', { name: 'Company', issuer: real.issuer, clientId: real.clientId, clientSecret: real.clientSecret })
    assert.equal(hasSecret, true)
    const here = await ground.person(['user'])
    const login = account()
    Object.assign(real.accounts.get(login)!, { email: here.email.toUpperCase(), email_verified: false })
    const unverified = await signIn(id, login)
    assert.equal(unverified.status, 401)
    assert.match(errorOf(unverified).message, /is verified \(email_verified\).*Verify it there/)
    real.accounts.get(login)!.email_verified = true
    assert.equal(dataOf<{ user: { id: string } }>(await signIn(id, login)).user.id, here.id)
    const stranger = await signIn(id, account())
    assert.deepEqual([stranger.status, /An administrator adds you under Users/.test(errorOf(stranger).message)], [401, true])
    await ground.admin.ask('PATCH', `/users/${here.id}`, { status: 'disabled' })
    assert.equal((await signIn(id, login)).status, 401, 'disabled here')
    const { url } = await begin(ground.client(), id)
    const code = await real.visit(url, login)
    assert.equal((await ground.client().send('POST', '/auth/provider/finish', code)).status, 401, 'in another browser')
    await ground.admin.ask('PATCH', `/sign-in-providers/${id}`, { clientSecret: 'wrong' })
    const refused = await signIn(id, account())
    assert.match(errorOf(refused).message, /^Company: It does not accept the client ID and secret/)
    await ground.admin.ask('DELETE', `/sign-in-providers/${id}`)
  })
})

suite('every lie is noticed', () => {
  test('what is told straight is believed, with PKCE and the secret', async () => {
    const answer = await visit(person())
    assert.equal(answer.status, 200, answer.body.toString())
    const { body, authorization } = crooked.asked.at(-1)!
    assert.ok((body.get('code_verifier') ?? '').length >= 43)
    assert.match(authorization ?? '', /^Basic /)
    assert.equal(body.get('client_secret'), null)
  })

  const now = Math.floor(Date.now() / 1000)
  const lies: Record<string, [Crooked, RegExp, object?]> = {
    'another audience': [{ claims: { aud: 'another application' } }, /for another application/],
    'our audience among others, for another party': [{ claims: { aud: ['dialplane', 'other'], azp: 'other' } }, /for another application/],
    'another nonce': [{ nonce: 'of another sign-in' }, /belongs to another sign-in/],
    'no nonce': [{ claims: { nonce: undefined } }, /"nonce".*missing/],
    'another issuer': [{ claims: { iss: 'https://evil.test' } }, /names another issuer/],
    'expired': [{ claims: { iat: now - 7200, exp: now - 3600 } }, /too old/],
    'no expiry': [{ claims: { exp: undefined } }, /"exp".*missing/],
    'not valid yet': [{ claims: { nbf: now + 3600 } }, /too old or from the future/],
    'no subject': [{ claims: { sub: undefined } }, /"sub".*missing/],
    'not signed (alg none)': [{ signed: 'none' }, /signs in a way that is not accepted/],
    'signed with the client secret (HS256)': [{ signed: 'hmac' }, /signs in a way that is not accepted/],
    'signed with a key it does not publish': [{ signed: 'other' }, /signature verification failed/],
    'signed with a key of unknown name': [{ header: { kid: 'two' } }, /a key that it does not publish/],
    'no ID token': [{ idToken: null }, /"id_token"/],
    'rubbish for an ID token': [{ idToken: 'a.b.c' }, /something else than JSON/],
    'somebody else at userinfo': [{ claims: { email: undefined }, userinfo: { sub: 'somebody else', email: 'ada@example.test', email_verified: true } }, /two different people/],
    'a refused code': [{ error: { status: 400, body: { error: 'invalid_grant' } } }, /used before or came too late/],
    'an unverified address': [{ claims: { email_verified: false } }, /email_verified/],
    'an address verified in words': [{ claims: { email_verified: 'true' } }, /email_verified/],
    'no address': [{ claims: { email: undefined } }, /did not tell your e-mail address/],
    'denied there': [{}, /did not let you in, or you cancelled/, { code: undefined, error: 'access_denied' }],
    'another state': [{}, /began in another browser/, { state: 'another' }],
    'another issuer beside the code (RFC 9207)': [{}, /"iss"/, { iss: 'https://evil.test' }],
  }
  for (const [name, [told, words, back]] of Object.entries(lies)) {
    test(name, async () => {
      const straight = person()
      const before = (await ground.admin.get<unknown[]>('/users?limit=100')).length
      const client = ground.client()
      const answer = await visit({ ...told, claims: { ...straight.claims, ...told.claims } }, { client, ...(back && { back }) })
      assert.equal(answer.status, 401, answer.body.toString())
      assert.match(errorOf(answer).message, words)
      assert.equal(answer.headers['set-cookie'], undefined)
      assert.equal((await client.send('GET', '/auth/session')).status, 401)
      assert.equal((await ground.admin.get<unknown[]>('/users?limit=100')).length, before, 'nobody was added')
    })
  }

  test('what began too long ago, was altered, or is of a provider that was turned off meanwhile', async () => {
    const late = ground.client()
    const { url } = await begin(late, crookedId)
    const state = new URL(url).searchParams.get('state')
    const altered = ground.client()
    altered.cookie = `${late.cookie?.slice(0, -4)}AAAA`
    crooked.next = person()
    assert.equal((await altered.send('POST', '/auth/provider/finish', { code: 'code', state })).status, 401)
    ground.pass(10 * 60_000)
    assert.equal((await late.send('POST', '/auth/provider/finish', { code: 'code', state })).status, 401)
    const id = await addCrooked(ground.admin)
    const begun = ground.client()
    const asked = new URL((await begin(begun, id)).url).searchParams
    await ground.admin.ask('PATCH', `/sign-in-providers/${id}`, { enabled: false })
    crooked.next = { nonce: asked.get('nonce') ?? '', ...person() }
    assert.equal((await begun.send('POST', '/auth/provider/finish', { code: 'code', state: asked.get('state') })).status, 401)
    assert.equal((await ground.client().send('POST', '/auth/provider/begin', { providerId: id })).status, 401)
  })

  test("another organisation's provider opens nothing of ours, whatever address it says", async () => {
    const { client: stranger, tenantId } = await ground.stranger()
    const theirs = await addCrooked(stranger)
    const ours = await ground.person(['admin'])
    const answer = await visit(person({ email: ours.email }), { providerId: theirs })
    assert.equal(answer.status, 401)
    assert.match(errorOf(answer).message, /Nobody here has the address/)
    const told = person()
    assert.equal(dataOf<{ tenant: { id: string } }>(await visit(told, { providerId: theirs })).tenant.id, tenantId)
    const other = await visit({ claims: { sub: told.claims['sub'], email: undefined } }, { providerId: crookedId })
    assert.equal(other.status, 401, 'the same name at our provider is somebody else')
    assert.equal((await stranger.send('GET', `/sign-in-providers/${crookedId}`)).status, 404)
    const options = (query = ''): Promise<{ providers: { id: string }[] }> => ground.client().get(`/auth/sign-in-options${query}`)
    assert.deepEqual((await options()).providers, [], 'with several organisations one says which')
    assert.deepEqual((await options(`?organisation=${tenantId}`)).providers.map(({ id }) => id), [theirs])
  })
})

suite('rules', () => {
  test('of domains, groups and roles', async () => {
    const refused = async (body: object, field: string): Promise<void> => {
      const answer = await ground.admin.send('POST', '/sign-in-providers', { name: 'Wrong', issuer: crooked.issuer, clientId: 'dialplane', ...body })
      assert.deepEqual([answer.status, errorOf(answer).details[0]?.field.split('.').at(-1)], [422, field], answer.body.toString())
    }
    await refused({ trustsEmail: true }, 'trustsEmail')
    await refused({ createsUsers: true }, 'defaultRole')
    await refused({ defaultRole: 'king' }, 'roles')
    await refused({ groupRoles: [{ group: 'a', role: 'admin' }] }, 'groupsClaim')
    const id = await addCrooked(ground.admin, { domains: ['Example.ORG'], trustsEmail: true, groupsClaim: 'groups', groupRoles: [{ group: 'phones', role: 'user' }], defaultRole: null })
    const known = person({ email: 'grace@example.org', email_verified: undefined, groups: ['phones'] })
    assert.equal((await visit(known, { providerId: id })).status, 200, 'trusted in its own domain')
    for (const [claims, words] of [[{ email: 'grace@example.org.evil.test', groups: ['phones'] }, /not let in/], [{ email: 'new@example.org', groups: ['others'] }, /None of your groups/], [{ email: 'new@example.org' }, /None of your groups/]] as const) {
      const answer = await visit(person(claims), { providerId: id })
      assert.equal(answer.status, 401)
      assert.match(errorOf(answer).message, words)
    }
    assert.match(errorOf(await visit({ claims: { ...known.claims, groups: [] } }, { providerId: id })).message, /None of your groups/, 'taken out of the group')
    assert.match(errorOf(await visit({ claims: { ...known.claims, email: 'grace@left.test' } }, { providerId: id })).message, /not let in/, 'left the company')
  })

  test('groups do not take the last administrator with a password away', async () => {
    const id = await addCrooked(ground.admin, { groupsClaim: 'groups', groupRoles: [{ group: 'phones', role: 'user' }] })
    const { user } = await ground.admin.get<{ user: { id: string; email: string } }>('/auth/session')
    const others = (await ground.admin.get<{ id: string; roles: string[]; status: string }[]>('/users?limit=100')).filter((one) => one.roles.includes('admin') && one.id !== user.id)
    for (const other of others) await ground.admin.ask('PATCH', `/users/${other.id}`, { status: 'disabled' })
    const admin = person({ groups: ['phones'], email: user.email })
    assert.deepEqual(dataOf<{ user: { roles: string[] } }>(await visit(admin, { providerId: id })).user.roles, ['admin'])
  })

  test('the second factor is asked for as after a password, unless the provider has seen one and that counts', async () => {
    const boss = await ground.person(['admin'])
    const { secret } = await boss.client.post<{ secret: string }>('/auth/mfa/setup', { password: boss.password })
    const { Secret, TOTP } = await import('otpauth')
    await boss.client.post('/auth/mfa/confirm', { code: new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + 10 * 60_000 }) })
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'everybody' })
    const trusted = await addCrooked(boss.client, { acceptsMfa: true })
    assert.equal(dataOf<{ next: string }>(await visit(person())).next, 'enrolment')
    assert.equal(dataOf<{ next: string }>(await visit(person({ amr: ['pwd', 'mfa'] }))).next, 'enrolment', 'its word does not count')
    assert.equal(dataOf<{ next: string }>(await visit(person({ amr: ['pwd'] }), { providerId: trusted })).next, 'enrolment')
    assert.ok(dataOf<{ csrfToken: string }>(await visit(person({ amr: ['pwd', 'mfa'] }), { providerId: trusted })).csrfToken)
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'optional' })
    await ground.admin.signIn()
  })

  test('providers only: everybody but administrators, who stay the way in when it does not answer', async () => {
    const [boss, user] = [await ground.person(['admin']), await ground.person(['user'])]
    const answer = await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'optional', providersOnly: true })
    assert.deepEqual(answer, { secondFactor: 'optional', providersOnly: true })
    assert.equal((await user.client.send('GET', '/auth/session')).status, 401, 'who came with a password is signed out')
    assert.equal((await boss.client.send('GET', '/auth/session')).status, 200)
    const refused = await ground.client().send('POST', '/auth/login', { email: user.email, password: user.password })
    assert.equal(refused.status, 403)
    assert.match(errorOf(refused).message, /signs in with its provider/)
    assert.equal((await ground.client().send('POST', '/auth/login', { email: user.email, password: 'wrong' })).status, 401, 'a wrong password is told nothing')
    await ground.client().signIn({ ...boss, name: '' })
    assert.equal((await visit(person({ email: user.email }))).status, 200)
    const all = (await boss.client.get<Provider[]>('/sign-in-providers?limit=100')).filter(({ enabled }) => enabled)
    const answers: number[] = []
    for (const { id } of all) answers.push((await boss.client.send('DELETE', `/sign-in-providers/${id}`)).status)
    assert.equal(answers.at(-1), 409, 'the last one stays')
    assert.equal((await boss.client.send('PATCH', `/sign-in-providers/${all.at(-1)?.id}`, { enabled: false })).status, 409)
    await boss.client.ask('PUT', '/sign-in-policy', { secondFactor: 'optional', providersOnly: false })
    await boss.client.ask('DELETE', `/sign-in-providers/${all.at(-1)?.id}`)
    assert.equal((await boss.client.send('PUT', '/sign-in-policy', { secondFactor: 'optional', providersOnly: true })).status, 409, 'without a provider nobody could come in')
    crookedId = await addCrooked(ground.admin)
  })

  test('who has no password sets up a factor with a fresh sign-in', async () => {
    const client = ground.client()
    client.csrfToken = dataOf<{ csrfToken: string }>(await visit(person(), { client })).csrfToken
    await client.post('/auth/mfa/setup', { password: '' })
    ground.pass(11 * 60_000)
    const late = await client.send('POST', '/auth/mfa/setup', { password: '' })
    assert.equal(late.status, 409)
    assert.match(errorOf(late).message, /sign in again with your provider/)
    const withPassword = await ground.person(['user'])
    assert.equal((await withPassword.client.send('POST', '/auth/mfa/setup', { password: '' })).status, 422)
  })
})

suite('a provider', () => {
  test('is named only by those who may do everything, and never shows its secret', async () => {
    const { client: program } = await ground.program(['users.read', 'users.write'])
    assert.equal((await program.send('POST', '/sign-in-providers', { name: 'Mine', issuer: crooked.issuer, clientId: 'x' })).status, 403)
    assert.equal((await program.send('PATCH', `/sign-in-providers/${crookedId}`, { issuer: 'https://evil.test' })).status, 403)
    assert.equal((await program.send('DELETE', `/sign-in-providers/${crookedId}`)).status, 403)
    const moved = await ground.admin.send('PATCH', `/sign-in-providers/${crookedId}`, { issuer: real.issuer })
    assert.deepEqual([moved.status, errorOf(moved).details[0]?.field], [422, 'clientSecret'], 'a secret is not sent elsewhere')
    const shown = JSON.stringify([await ground.admin.get('/sign-in-providers'), await ground.admin.get('/audit?limit=100'), ground.log])
    assert.ok(!shown.includes(crooked.clientSecret) && !shown.includes(real.clientSecret))
    assert.doesNotMatch(JSON.stringify(ground.log), /"code":"code"|eyJ[\w-]{10,}\./)
  })

  test('in a private network, without TLS, or leading elsewhere is refused with the cure', async () => {
    const answer = (issuer: string): Promise<ApiResponse> => ground.admin.send('POST', '/sign-in-providers', { name: 'Inside', issuer, clientId: 'x' })
    for (const [issuer, words] of [['https://10.0.0.1', /SIGN_IN_NETWORKS/], ['https://169.254.169.254', /SIGN_IN_NETWORKS/], ['https://[::1]', /SIGN_IN_NETWORKS/], ['http://login.example.com', /begins with https/], ['http://192.0.2.1', /begins with https/]] as const) {
      const refused = await answer(issuer)
      assert.equal(refused.status, 422, issuer)
      assert.match(errorOf(refused).message, words)
    }
    assert.equal((await answer(`${crooked.issuer}/.well-known/openid-configuration`)).status, 400)
    const id = await addCrooked(ground.admin)
    const check = async (): Promise<string> => (await ground.admin.post<{ error: string | null }>(`/sign-in-providers/${id}/test`)).error ?? ''
    assert.equal(await check(), '')
    const lead = async (metadata: Record<string, unknown>, words: RegExp): Promise<void> => {
      crooked.metadata = metadata
      assert.match(await check(), words)
    }
    await lead({ issuer: 'https://evil.test' }, /publishes another issuer/)
    await lead({ jwks_uri: 'https://10.0.0.1/keys' }, /SIGN_IN_NETWORKS/)
    await lead({ token_endpoint: undefined }, /does not publish all that is needed/)
    crooked.metadata = {}
    crooked.fetched.splice(0)
    crooked.redirect = `${crooked.issuer}/jwks`
    assert.notEqual(await check(), '')
    assert.deepEqual(crooked.fetched, ['/.well-known/openid-configuration'], 'a redirection is not followed')
    crooked.redirect = undefined
    assert.equal(await check(), '')
  })
})
