import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { startEntrance } from '../../../pbx/entrance/entrance.ts'
import type { Caller } from '../../../pbx/steps/caller.ts'
import { answerChallenge, computeHa1, parseChallenges } from '../../../pbx/sip/digest.ts'
import type { DigestAlgorithm } from '../../../pbx/sip/digest.ts'
import type { IncomingInvite, IncomingRequest } from '../../../pbx/sip/types.ts'
import { BOUNDS, DEVICE, directoryOf, EXTENSION, logger, OTHER, requestOf } from '../registrar/fakes.ts'
import type { Answer, FakeRequest } from '../registrar/fakes.ts'

const PASSWORD = 'correct horse'
const withHashes = (device: typeof DEVICE): typeof DEVICE => ({
  ...device,
  ha1: { md5: computeHa1('MD5', device.sipUsername, 'dialplane', PASSWORD), sha256: computeHa1('SHA-256', device.sipUsername, 'dialplane', PASSWORD) },
})

interface World {
  handle(request: FakeRequest): Promise<Answer>
  registered: { request: IncomingRequest; device: typeof DEVICE }[]
  calls: Caller[]
  clock: { time: number; now(): number }
  strikes: string[]
  banned: Set<string>
  gated: boolean
  directory: ReturnType<typeof directoryOf>
  close(): void
  onRegister: (request: IncomingRequest) => Promise<void>
}

function setUp(): World {
  const handlers = new Map<string, (request: IncomingRequest) => void>()
  let inviteHandler: ((invite: IncomingInvite) => void) | undefined
  const directory = directoryOf([EXTENSION, { ...EXTENSION, id: 'e2', number: '102', name: 'Ben' }], [withHashes(DEVICE), withHashes(OTHER)])
  const world: World = {
    registered: [], calls: [], strikes: [], banned: new Set(), gated: true, directory,
    clock: { time: 1_700_000_000_000, now: () => world.clock.time },
    onRegister: async (request) => request.reply(200),
    close: () => entrance.close(),
    async handle(request) {
      if (request.method === 'INVITE') inviteHandler?.(request as unknown as IncomingInvite)
      else handlers.get(request.method)?.(request)
      await new Promise(setImmediate)
      assert.equal(request.answers.length, 1, `${request.method} was answered ${request.answers.length} times`)
      return request.answers[0] as Answer
    },
  }
  const entrance = startEntrance({ trunks: { recognise: () => undefined, peerNamed: () => undefined, register: () => Promise.resolve() },
    sip: { onRequest: (method, handler) => void handlers.set(method, handler), onInvite: (handler) => void (inviteHandler = handler) },
    directory,
    watchers: { watch: (request, device) => request.reply(200, { headers: { 'X-Device': device.id } }) },
    lamps: { watch: (request, device, name) => request.reply(200, { headers: { 'X-Device': device.id, 'X-Package': name } }) },
    publications: { publish: (request) => request.reply(200) },
    messaging: { mayDo: () => true, receive: () => Promise.resolve(200) },
    registrar: {
      phoneOf: () => undefined,
      register(request, device) {
        world.registered.push({ request, device })
        return world.onRegister(request)
      },
    },
    shield: {
      get gated() {
        return world.gated
      },
      strike: (address, reason, detail) => void world.strikes.push(`${address} ${reason} ${detail}`),
      refuses: (address) => world.banned.has(address),
      scannerIn: (text) => (/sipcli/i.test(text) ? 'sipcli' : undefined),
    },
    settings: { registrar: BOUNDS },
    secrets: { key: () => Buffer.alloc(32, 1) },
    logger,
    onCall(invite, caller) {
      world.calls.push(caller)
      invite.reply(486)
    },
    clock: world.clock,
  })
  return world
}

/** Sends a request, answers its challenge, and gives both answers. */
async function withDigest(
  world: World,
  method: string,
  options: { username?: string; password?: string; algorithm?: DigestAlgorithm; headers?: Record<string, string>; address?: string; alter?: (authorization: string) => string; nc?: number; nonce?: string; uri?: string; digestUri?: string } = {},
): Promise<{ challenge: Answer | undefined; answer: Answer; authorization: string }> {
  const source = { transport: 'udp' as const, address: options.address ?? '192.0.2.7', port: 5062 }
  const proxy = method !== 'REGISTER'
  const uri = options.uri ?? 'sip:192.0.2.1'
  const first = options.nonce === undefined ? await world.handle(requestOf(method, options.headers, { source, uri })) : undefined
  const offers = first ? (first.options.headers?.[proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'] as readonly string[]) : []
  const offer = first
    ? parseChallenges(offers.join(',')).find(({ algorithm }) => algorithm === (options.algorithm ?? 'SHA-256'))
    : { realm: 'dialplane', nonce: options.nonce ?? '', opaque: undefined, algorithm: options.algorithm ?? 'SHA-256', qop: 'auth' as const, stale: false }
  assert.ok(offer)
  const account = { username: options.username ?? '101', password: options.password ?? PASSWORD }
  let authorization = answerChallenge(offer, account, { method, uri: options.digestUri ?? uri }, options.nc ?? 1, 'c0')
  authorization = options.alter?.(authorization) ?? authorization
  const answer = await world.handle(requestOf(method, { ...options.headers, [proxy ? 'proxy-authorization' : 'authorization']: authorization }, { source, uri }))
  return { challenge: first, answer, authorization }
}

test('REGISTER: two challenges, SHA-256 first, each accepted; 401 then the registrar', async () => {
  const world = setUp()
  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    const { challenge, answer } = await withDigest(world, 'REGISTER', { algorithm })
    assert.equal(challenge?.status, 401)
    const offers = challenge?.options.headers?.['WWW-Authenticate'] as string[]
    assert.match(offers[0] ?? '', /^Digest realm="dialplane", nonce="[\w-]+", algorithm=SHA-256, qop="auth"$/)
    assert.match(offers[1] ?? '', /algorithm=MD5/)
    assert.equal(answer.status, 200)
  }
  assert.deepEqual(world.registered.map(({ device }) => device.id), [DEVICE.id, DEVICE.id])
})

test('an algorithm that is not offered is not taken', async () => {
  const world = setUp()
  const { answer } = await withDigest(world, 'REGISTER', { algorithm: 'MD5', alter: (text) => text.replace('algorithm=MD5', 'algorithm=SHA-512-256') })
  assert.equal(answer.status, 401)
})

test('a digest counts for the Request-URI it was made for (RFC 7616 §3.4.6); differences that do no harm are forgiven', async () => {
  const world = setUp()
  const status = async (uri: string, digestUri: string): Promise<number> => (await withDigest(world, 'INVITE', { uri, digestUri })).answer.status
  for (const stated of ['sip:102@192.0.2.1', 'sip:102@192.0.2.1:5060;transport=udp', 'sips:102@192.0.2.1', 'sip:%31%302@192.0.2.1', 'sip:102@10.0.0.1', 'sip:102@PBX.example', 'sip:192.0.2.1:5060']) {
    assert.equal(await status('sip:102@192.0.2.1', stated), 486, stated)
  }
  for (const stated of ['sip:900123@192.0.2.1', 'sip:@192.0.2.1', 'http://192.0.2.1', '', 'tel:900123', '102']) assert.equal(await status('sip:102@192.0.2.1', stated), 400, stated)
  const tenant = world.directory.snapshot().defaultTenant()
  assert.ok(tenant)
  ;(tenant as { domains: readonly string[] }).domains = ['pbx.example']
  assert.equal(await status('sip:102@192.0.2.1', 'sip:102@elsewhere.example'), 400)
  // The same bytes whether the password is right or wrong.
  const right = await withDigest(world, 'INVITE', { digestUri: 'sip:1@192.0.2.1', uri: 'sip:2@192.0.2.1' })
  const wrong = await withDigest(world, 'INVITE', { digestUri: 'sip:1@192.0.2.1', uri: 'sip:2@192.0.2.1', password: 'wrong' })
  assert.deepEqual(right.answer, wrong.answer)
})

test('INVITE: 407, then the call as the one whose password it is, whatever From says', async () => {
  const world = setUp()
  const { challenge, answer } = await withDigest(world, 'INVITE', { username: '101-abcd', headers: { from: '"The Boss" <sip:999@evil.example>;tag=1' } })
  assert.equal(challenge?.status, 407)
  assert.equal(answer.status, 486)
  assert.deepEqual(world.calls, [{ tenantId: EXTENSION.tenantId, deviceId: OTHER.id, extensionId: EXTENSION.id, number: '101', name: 'Ann' }])
})

test('unknown user, wrong password, switched off, no qop: the same answer to each, but for the nonce', async () => {
  const world = setUp()
  const bare = (answer: Answer): string => JSON.stringify(answer).replace(/nonce=\\"[\w-]+\\"/g, 'nonce')
  const wrong = await withDigest(world, 'REGISTER', { password: 'wrong' })
  const others = [
    await withDigest(world, 'REGISTER', { username: 'nobody' }),
    await withDigest(world, 'REGISTER', { alter: (text) => text.replace(/,qop=auth.*/, '') }),
  ]
  world.directory.set([EXTENSION], [{ ...withHashes(DEVICE), enabled: false }])
  others.push(await withDigest(world, 'REGISTER'))
  world.directory.set([{ ...EXTENSION, enabled: false }], [withHashes(DEVICE)])
  others.push(await withDigest(world, 'REGISTER'))
  for (const { answer } of others) assert.equal(bare(answer), bare(wrong.answer))
  assert.equal(wrong.answer.status, 401)
  assert.ok(!bare(wrong.answer).includes('stale'))
  assert.equal(world.registered.length, 0)
})

test('a right answer with an old, foreign or used nonce is told stale; a wrong one is not', async () => {
  const world = setUp()
  const nonceIn = (answer: Answer | undefined): string => /nonce="([\w-]+)"/.exec(JSON.stringify(answer).replaceAll('\\', ''))?.[1] ?? ''
  const isStale = (answer: Answer): boolean => JSON.stringify(answer).includes('stale=true')
  const { challenge, authorization } = await withDigest(world, 'REGISTER')
  const replayed = await world.handle(requestOf('REGISTER', { authorization }))
  assert.equal(replayed.status, 401)
  assert.equal(isStale(replayed), true)
  assert.equal((await withDigest(world, 'REGISTER', { nonce: nonceIn(challenge), nc: 2 })).answer.status, 200)
  world.clock.time += 301_000
  const old = (await withDigest(world, 'REGISTER', { nonce: nonceIn(challenge), nc: 3 })).answer
  assert.equal(isStale(old), true)
  assert.equal((await withDigest(world, 'REGISTER', { nonce: nonceIn(old) })).answer.status, 200)
  assert.equal(isStale((await withDigest(world, 'REGISTER', { nonce: 'c3RyYW5nZXI' })).answer), true)
  assert.equal(isStale((await withDigest(world, 'REGISTER', { nonce: nonceIn(challenge), nc: 4, password: 'wrong' })).answer), false)
  // An answer for one method is none for another.
  assert.equal((await world.handle(requestOf('INVITE', { 'proxy-authorization': authorization }))).status, 407)
})

test('a device registers its own extension by number or user name, and no other', async () => {
  const world = setUp()
  for (const [to, status] of [['101', 200], ['101-abcd', 200], ['102', 403], ['', 403]] as const) {
    const headers = { to: to === '' ? '<sip:192.0.2.1>' : `<sip:${to}@192.0.2.1>` }
    assert.equal((await withDigest(world, 'REGISTER', { username: '101-abcd', headers })).answer.status, status, to)
  }
})

test('tenants by domain: an IP address is the default, a name of nobody is 404 once domains are configured', async () => {
  const world = setUp()
  const status = async (uri: string, to = '<sip:101@192.0.2.1>'): Promise<number> => (await world.handle(requestOf('REGISTER', { to }, { uri }))).status
  assert.equal(await status('sip:10.9.8.7'), 401)
  assert.equal(await status('sip:[::1]:5070'), 401)
  assert.equal(await status('sip:localhost', '<sip:101@localhost>'), 401)
  assert.equal(await status('sip:pbx.local', '<sip:101@pbx.local>'), 401)
  const tenant = world.directory.snapshot().defaultTenant()
  assert.ok(tenant)
  ;(tenant as { domains: readonly string[] }).domains = ['pbx.example.com']
  assert.equal(await status('sip:stranger.example'), 404)
  assert.equal(await status('sip:192.0.2.1', '<sip:101@stranger.example>'), 404)
})

test('what is malformed says which part it is; what is required and missing is named', async () => {
  const world = setUp()
  const cases: [FakeRequest, number, RegExp][] = [
    [requestOf('REGISTER', { from: 'rubbish' }), 400, /From/],
    [requestOf('REGISTER', { to: '<sip:' }), 400, /To/],
    [requestOf('REGISTER', { cseq: 'one' }), 400, /CSeq/],
    [requestOf('REGISTER', { 'call-id': '' }), 400, /Call-ID/],
    [requestOf('REGISTER', {}, { uri: 'http://x' }), 400, /Request-URI/],
    [requestOf('OPTIONS', { from: 'rubbish' }), 400, /From/],
  ]
  for (const [request, status, reason] of cases) {
    const answer = await world.handle(request)
    assert.equal(answer.status, status)
    assert.match(answer.options.reason ?? '', reason)
  }
  const required = await world.handle(requestOf('INVITE', { require: '100rel, precondition, Timer' }))
  assert.equal(required.status, 420)
  assert.equal(required.options.headers?.['Unsupported'], 'precondition')
  for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'application/sdp', 'content-encoding': 'gzip' }]) {
    const refused = await world.handle(requestOf('INVITE', headers, { body: 'x' }))
    assert.equal(refused.status, 415)
    assert.equal(refused.options.headers?.['Accept'], 'application/sdp')
  }
})

test('an INVITE that would take no SDP is 406; whatever may be SDP goes on to be challenged', async () => {
  const world = setUp()
  const status = async (accept: string): Promise<number> => (await world.handle(requestOf('INVITE', { accept }))).status
  for (const accept of ['text/nobodyKnowsThis', 'application/sdpx, text/*']) assert.equal(await status(accept), 406, accept)
  for (const accept of ['', 'application/SDP;level=1, application/pidf+xml', 'text/plain, application/*', '*/*']) assert.equal(await status(accept), 407, accept)
})

test('OPTIONS is answered without a password, other methods with 405 and Allow', async () => {
  const world = setUp()
  const options = await world.handle(requestOf('OPTIONS'))
  assert.equal(options.status, 200)
  assert.match(String(options.options.headers?.['Allow']), /INVITE.*REGISTER/)
  for (const method of ['INFO']) {
    const answer = await world.handle(requestOf(method))
    assert.equal(answer.status, 405)
    assert.match(String(answer.options.headers?.['Allow']), /INVITE/)
  }
})

test('SUBSCRIBE and NOTIFY of packages nobody tells of are 489 with those there are; without Event 400', async () => {
  const world = setUp()
  for (const method of ['SUBSCRIBE', 'NOTIFY']) {
    for (const event of ['conference', 'winfo;id=3', 'keep-alive', 'constructor']) {
      const answer = await world.handle(requestOf(method, { event }))
      assert.equal(answer.status, 489, `${method} ${event}`)
      assert.equal(answer.options.headers?.['Allow-Events'], 'refer, reg, dialog, message-summary, presence')
    }
    for (const headers of [{}, { event: '' }, { event: ' ;id=1' }]) assert.equal((await world.handle(requestOf(method, headers))).status, 400)
  }
  assert.equal((await world.handle(requestOf('SUBSCRIBE', { event: 'refer' }))).status, 403, 'only a REFER subscribes to itself')
  assert.equal((await world.handle(requestOf('SUBSCRIBE', { event: 'reg' }))).status, 401)
  assert.equal((await world.handle(requestOf('NOTIFY', { event: 'refer' }))).status, 481)
  assert.equal((await world.handle(requestOf('REGISTER', { replaces: 'a;to-tag=b;from-tag=c' }))).status, 400)
})

test('refusals of the registrar become SIP; a bug becomes a plain 500', async () => {
  const world = setUp()
  const cases: [unknown, number, Record<string, string>][] = [
    [new Refusal('interval-too-brief', 'too brief'), 423, { 'Min-Expires': '60' }],
    [new Refusal('conflict', 'CSeq 1 is not higher than the last one, 1'), 500, {}],
    [new Refusal('unavailable', 'x', { retryAfter: 7 }), 503, { 'Retry-After': '7' }],
    [new Refusal('malformed', 'Contact * needs Expires 0'), 400, {}],
  ]
  for (const [error, status, headers] of cases) {
    world.onRegister = () => Promise.reject(error)
    const { answer } = await withDigest(world, 'REGISTER')
    assert.equal(answer.status, status)
    assert.deepEqual(answer.options.headers, headers)
  }
  world.onRegister = () => Promise.reject(new Error('secret detail'))
  const { answer } = await withDigest(world, 'REGISTER')
  assert.deepEqual(answer, { status: 500, options: {} })
})

test('what is wrong is held against its address, and with the engine\'s gate nothing else is', async () => {
  const world = setUp()
  await withDigest(world, 'REGISTER', { password: 'guess', address: '203.0.113.5' })
  await withDigest(world, 'INVITE', { username: 'admin', address: '203.0.113.6' })
  await withDigest(world, 'REGISTER', { address: '203.0.113.7', headers: { 'user-agent': 'sipcli' } })
  await world.handle(requestOf('OPTIONS'))
  const tenant = world.directory.snapshot().defaultTenant()
  assert.ok(tenant)
  ;(tenant as { domains: readonly string[] }).domains = ['pbx.example.com']
  assert.equal((await world.handle(requestOf('REGISTER', {}, { uri: 'sip:stranger.example' }))).status, 404)
  assert.deepEqual(world.strikes, ['203.0.113.5 wrong-passwords user 101', '203.0.113.6 wrong-passwords user admin', '192.0.2.7 unknown-domain stranger.example'])
})

test('who is banned gets a bare 403 to everything, whatever else is wrong with it', async () => {
  const world = setUp()
  world.banned.add('203.0.113.5')
  const source = { transport: 'udp' as const, address: '203.0.113.5', port: 1 }
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE']) {
    for (const headers of [{}, { from: 'rubbish' }, { require: 'x' }]) {
      assert.deepEqual(await world.handle(requestOf(method, headers, { source })), { status: 403, options: { reason: 'Forbidden', headers: {} } })
    }
  }
  assert.equal((await world.handle(requestOf('REGISTER'))).status, 401)
})

test('without the engine\'s gate requests are counted here, and scanners refused', async () => {
  const world = setUp()
  world.gated = false
  assert.equal((await world.handle(requestOf('OPTIONS'))).status, 200)
  assert.equal((await world.handle(requestOf('REGISTER', { 'user-agent': 'SIPcli/1.8' }))).status, 403)
  assert.equal((await world.handle(requestOf('INVITE', { from: '"sipcli" <sip:1@1.1.1.1>;tag=1' }))).status, 403)
  assert.deepEqual(world.strikes, [
    '192.0.2.7 flood OPTIONS and others', '192.0.2.7 flood REGISTER and others', '192.0.2.7 scanner SIPcli/1.8', '192.0.2.7 flood INVITE and others', '192.0.2.7 scanner sipcli',
  ])
})

test('after it is closed everybody gets 503', async () => {
  const world = setUp()
  world.close()
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS']) {
    const answer = await world.handle(requestOf(method))
    assert.equal(answer.status, 503)
    assert.equal(answer.options.headers?.['Retry-After'], '30')
  }
})
