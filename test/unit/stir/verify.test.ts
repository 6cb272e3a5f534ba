/** Signatures of calls: a good one is believed for what it attests, and no lie is. */
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { createCertificateStore, createRevocationStore, type CertificateStore } from '../../../pbx/stir/published-store.ts'
import { readIdentities, writeIdentity } from '../../../pbx/stir/identity-header.ts'
import { writePassport, type ShakenClaims } from '../../../pbx/stir/passport.ts'
import { verifyCall, type IdentityVerdict, type SignedCall } from '../../../pbx/stir/verify.ts'
import { startCertificateServer, type CertificateServer } from '../../support/certificate-server.ts'
import { stirAuthority, type StirAuthority, type StirPair } from '../../support/stir-authority.ts'

const CALL = { date: undefined, caller: ['12025550101'], called: ['12025550123'] }
const CLAIMS: ShakenClaims = { attest: 'A', dest: ['12025550123'], iat: 0, orig: '12025550101', origid: '00000000-0000-8000-8000-000000000001' }

suite('signatures of calls', () => {
  let server: CertificateServer
  let authority: StirAuthority
  let pair: StirPair
  let url: string
  let store: CertificateStore
  let now = Math.floor(Date.now() / 1000) * 1000
  const claims = (over: Partial<ShakenClaims> = {}): ShakenClaims => ({ ...CLAIMS, iat: Math.floor(now / 1000), ...over })
  before(async () => {
    server = await startCertificateServer()
    authority = await stirAuthority()
    pair = await authority.issue()
    url = server.publish('good.pem', pair.certificate)
    store = createCertificateStore({ networks: ['127.0.0.1'], now: () => now })
  })
  after(() => server?.close())

  const signed = (over: Partial<ShakenClaims> = {}, by: StirPair = pair, at = url): string => writeIdentity(writePassport(createPrivateKey(by.key), at, claims(over)), at)
  const verify = (identity: string | undefined, call: Partial<SignedCall> = {}, roots = [authority.certificate], own = store): Promise<IdentityVerdict> =>
    verifyCall({ store: own, lists: createRevocationStore({ networks: ['127.0.0.1'], now: () => now }), roots: roots.map((pem) => new X509Certificate(pem)), now: () => now }, { ...CALL, ...call, identity })
  /** Any JSON, signed by the key of a certificate. */
  const made = (header: object, payload: object, key = pair.key): string => {
    const text = [header, payload].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.')
    return `${text}.${sign('sha256', Buffer.from(text), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }
  const header = (): object => ({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: url })
  const payload = (): object => ({ attest: 'A', dest: { tn: ['12025550123'] }, iat: Math.floor(now / 1000), orig: { tn: '12025550101' }, origid: 'x' })
  const published = async (name: string, wish: Parameters<StirAuthority['issue']>[0], by = authority): Promise<[StirPair, string]> => {
    const one = await by.issue(wish)
    return [one, server.publish(name, one.certificate)]
  }

  test('a good one passes with what it attests, in every form that headers may have', async () => {
    for (const attest of ['A', 'B', 'C'] as const) {
      const { verstat, attestation, origin, fault } = await verify(signed({ attest }))
      assert.deepEqual({ verstat, attestation, origin, fault }, { verstat: `TN-Validation-Passed-${attest}`, attestation: attest, origin: CLAIMS.origid, fault: null })
    }
    const [token = ''] = signed().split(';')
    for (const form of [`${token};info=<${url}>`, `${token} ; ppt="shaken" ; INFO=<${url}>;Alg=ES256`, `${made({ ...header(), ppt: 'rph' }, {})};info=<${url}>;ppt=rph, ${signed()}`, `${signed({ dest: ['1'] })},${signed()}`]) {
      assert.equal((await verify(form)).verstat, 'TN-Validation-Passed-A', form)
    }
    assert.equal((await verify(signed(), { date: new Date(now - 30_000).toUTCString() })).fault, null)
    assert.equal((await verify(signed({ dest: ['4930123456', '12025550123'] }))).fault, null)
  })

  test('nothing is known of a call without one, and of one that tells no number', async () => {
    for (const [identity, call, fault] of [
      [undefined, {}, 'identity-missing'], [`${made({ ...header(), ppt: 'rph' }, {})};info=<${url}>;ppt=rph`, {}, 'identity-missing'], [signed(), { caller: [] }, 'identity-invalid'], [signed(), { called: [] }, 'identity-invalid'],
    ] as const) {
      const verdict = await verify(identity, call)
      assert.deepEqual([verdict.verstat, verdict.fault], ['No-TN-Validation', fault], verdict.reason)
    }
    const none = await verify(signed(), {}, [])
    assert.deepEqual([none.verstat, none.fault], ['No-TN-Validation', 'identity-credential'])
  })

  test('every lie is one: what is said, when, by whom and how', async () => {
    const other = await stirAuthority()
    const [stranger, strangerUrl] = await published('stranger.pem', {}, other)
    const [few, fewUrl] = await published('few.pem', { codes: [], numbers: ['12025550999'], ranges: [['12025550200', 100]] })
    const [ended, endedUrl] = await published('ended.pem', { days: -1 })
    const [early, earlyUrl] = await published('early.pem', { inDays: 1 })
    const [plain, plainUrl] = await published('plain.pem', { codes: null })
    const [large, largeUrl] = await published('large.pem', { curve: 'P-384' })
    const [strange, strangeUrl] = await published('strange.pem', { strange: true })
    const forged = await authority.below('No authority', false)
    const below = await forged.issue()
    const belowUrl = server.publish('below.pem', below.certificate + forged.certificate)
    const [token = ''] = signed().split(';')
    const [head = '', , end = ''] = token.split('.')
    const changed = `${head}.${Buffer.from(JSON.stringify({ ...payload(), orig: { tn: '12025550101' }, attest: 'A', origid: 'y' })).toString('base64url')}.${end}`
    const lies: [words: RegExp, fault: string, identity: string, call?: Partial<SignedCall>][] = [
      [/120 seconds old/, 'identity-stale', signed({ iat: Math.floor(now / 1000) - 120 })],
      [/ahead/, 'identity-stale', signed({ iat: Math.floor(now / 1000) + 90 })],
      [/Date of the call/, 'identity-stale', signed(), { date: new Date(now - 3_600_000).toUTCString() }],
      [/Date of the call/, 'identity-stale', signed(), { date: 'yesterday' }],
      [/\+12025550102 as the caller/, 'identity-invalid', signed({ orig: '12025550102' })],
      [/call to \+12025550124/, 'identity-invalid', signed({ dest: ['12025550124'] })],
      [/only ES256/, 'identity-invalid', `${made({ ...header(), alg: 'none' }, payload())};info=<${url}>;ppt=shaken`],
      [/only ES256/, 'identity-invalid', `${made({ ...header(), alg: 'HS256' }, payload())};info=<${url}>;ppt=shaken`],
      [/another kind/, 'identity-invalid', signed().replace('alg=ES256', 'alg=RS256')],
      [/no passport/, 'identity-invalid', `${made({ ...header(), typ: 'JWT' }, payload())};info=<${url}>;ppt=shaken`],
      [/kind “rph”/, 'identity-invalid', `${made({ ...header(), ppt: 'rph' }, payload())};info=<${url}>;ppt=shaken`],
      [/another kind/, 'identity-invalid', `${made({ ...header(), ppt: 'div' }, { ...payload(), div: { tn: '1' } })};info=<${url}>;ppt=shaken`],
      [/attests “D”/, 'identity-invalid', `${made(header(), { ...payload(), attest: 'D' })};info=<${url}>;ppt=shaken`],
      [/names no origin/, 'identity-invalid', `${made(header(), { ...payload(), origid: 7 })};info=<${url}>;ppt=shaken`],
      [/when it was made/, 'identity-invalid', `${made(header(), { ...payload(), iat: String(now) })};info=<${url}>;ppt=shaken`],
      [/no number that is called/, 'identity-invalid', `${made(header(), { ...payload(), dest: { uri: ['sip:a@b'] } })};info=<${url}>;ppt=shaken`],
      [/another certificate than its header/, 'identity-invalid', signed().replace(/info=<[^>]+>/, `info=<${fewUrl}>`)],
      [/made up/, 'identity-invalid', `${changed};info=<${url}>;alg=ES256;ppt=shaken`],
      [/made up/, 'identity-invalid', signed({}, few)],
      [/none of the authorities/, 'identity-credential', signed({}, stranger, strangerUrl)],
      [/not for \+12025550101/, 'identity-credential', signed({}, few, fewUrl)],
      [/ended on/, 'identity-credential', signed({}, ended, endedUrl)],
      [/not valid before/, 'identity-credential', signed({}, early, earlyUrl)],
      [/no list of numbers/, 'identity-credential', signed({}, plain, plainUrl)],
      [/P-256/, 'identity-credential', signed({}, pair, largeUrl)], [/64 bytes/, 'identity-invalid', signed({}, large, largeUrl)],
      [/critical extension/, 'identity-credential', signed({}, strange, strangeUrl)],
      [/none of the authorities/, 'identity-credential', signed({}, below, belowUrl)],
      [/full form/, 'identity-invalid', `..${end};info=<${url}>;ppt=shaken`],
      [/holds no JSON/, 'identity-invalid', `e30.e30x!.${end};info=<${url}>;ppt=shaken`],
      [/64 bytes/, 'identity-invalid', `${head}.${token.split('.')[1]}.AAAA;info=<${url}>;ppt=shaken`],
      [/longer than/, 'identity-invalid', `${'A'.repeat(7_000)}.e30.${end};info=<${url}>;ppt=shaken`],
      [/malformed/, 'identity-invalid', token], [/malformed/, 'identity-invalid', `${token};info=${url}`], [/malformed/, 'identity-invalid', `${signed()};ppt=shaken`],
      [/more than 10/, 'identity-invalid', Array.from({ length: 11 }, () => signed()).join(',')],
    ]
    for (const [words, fault, identity, call] of lies) {
      const verdict = await verify(identity, call)
      assert.match(verdict.reason, words)
      assert.deepEqual([verdict.verstat, verdict.fault], ['TN-Validation-Failed', fault], verdict.reason)
    }
    assert.equal((await verify(signed({ orig: '12025550250' }, few, fewUrl), { caller: ['12025550250'] })).fault, null, 'within its range')
    assert.match((await verify(signed({ orig: '12025550300' }, few, fewUrl), { caller: ['12025550300'] })).reason, /not for/, 'one behind it')
  })

  test('a chain over another authority is followed, in any order; a key of RSA is none', async () => {
    const middle = await authority.below('Between')
    const leaf = await middle.issue()
    const lower = await middle.below('Lower')
    const deep = await lower.issue()
    for (const [name, by, pem] of [['middle.pem', leaf, leaf.certificate + middle.certificate], ['deep.pem', deep, deep.certificate + middle.certificate + lower.certificate]] as const) {
      assert.equal((await verify(signed({}, by, server.publish(name, pem)))).fault, null, name)
    }
    const alone = await verify(signed({}, leaf, server.publish('alone.pem', leaf.certificate)))
    assert.match(alone.reason, /none of the authorities/)
    assert.equal((await verify(signed({}, leaf, server.publish('alone.pem', leaf.certificate)), {}, [middle.certificate])).fault, null, 'the one between may be trusted itself')
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const text = [header(), payload()].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.')
    assert.equal((await verify(`${text}.${sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')};info=<${url}>;ppt=shaken`)).fault, 'identity-invalid')
  })

  test('a call that was sent on says so with a signature of each who did (RFC 8946), and with nothing less', async () => {
    const div = (from: string, to: string, over: object = {}, by = pair, at = url): string =>
      `${made({ alg: 'ES256', ppt: 'div', typ: 'passport', x5u: at }, { dest: { tn: [to] }, div: { tn: from }, iat: Math.floor(now / 1000), orig: { tn: '12025550101' }, ...over }, by.key)};info=<${at}>;alg=ES256;ppt=div`
    const first = signed({ dest: ['12025550777'] })
    const once = await verify(`${first}, ${div('12025550777', '12025550123')}`)
    assert.equal(once.verstat, 'TN-Validation-Passed-A')
    assert.match(once.reason, /sent on from \+12025550777/)
    assert.equal((await verify(`${div('12025550888', '12025550123')}, ${div('12025550777', '12025550888')}, ${first}`)).fault, null, 'twice')
    const other = await stirAuthority()
    const [stranger, strangerUrl] = await published('div-stranger.pem', {}, other)
    for (const [why, identity] of [
      ['from another number', `${first},${div('12025550778', '12025550123')}`], ['to another', `${first},${div('12025550777', '12025550124')}`], ['of another caller', `${first},${div('12025550777', '12025550123', { orig: { tn: '12025550102' } })}`],
      ['by a stranger', `${first},${div('12025550777', '12025550123', {}, stranger, strangerUrl)}`], ['of an hour ago', `${first},${div('12025550777', '12025550123', { iat: 1 })}`], ['in a circle', `${first},${div('12025550777', '12025550777')},${div('12025550777', '12025550777')}`],
      ['alone', div('12025550777', '12025550123')],
    ] as const) assert.notEqual((await verify(identity)).fault, null, why)
  })

  test('a certificate is fetched over https from public addresses, in bounded size, without redirections; a dead server is one that nothing is known of', async () => {
    const closed = createCertificateStore({ networks: [], now: () => now })
    const of = (at: string): string => signed({}, pair, at)
    for (const [at, words] of [
      [url, /https/], ['https://127.0.0.1/a.pem', /private network/], ['https://10.0.0.1/a.pem', /private network/], ['https://[::1]/a.pem', /private network/], ['https://169.254.169.254/a.pem', /private network/],
      ['https://localhost/a.pem', /private network/], ['https://certificates.example:8080/a.pem', /port/], ['https://user@certificates.example/a.pem', /user name/], ['https://certificates.example/a.pem?b', /question mark/],
      ['ftp://certificates.example/a.pem', /https/], ['file:///etc/passwd', /https/],
    ] as const) {
      const verdict = await verify(of(at), {}, [authority.certificate], closed)
      assert.match(verdict.reason, words, at)
      assert.deepEqual([verdict.verstat, verdict.fault], ['TN-Validation-Failed', 'identity-info'], at)
    }
    assert.equal(server.asked.includes('/a.pem'), false)
    const redirect = server.publish('redirect.pem', (_request, response) => void response.writeHead(302, { Location: url }).end())
    const huge = server.publish('huge.pem', 'x'.repeat(30_000))
    const nothing = server.publish('nothing.pem', 'no certificate')
    const many = server.publish('many.pem', authority.certificate.repeat(9))
    for (const [at, words] of [[redirect, /redirection/], [huge, /more than 20000/], [nothing, /no certificate in PEM/], [many, /more than 8/], [`${server.url}/gone.pem`, /404/]] as const) {
      const verdict = await verify(of(at))
      assert.match(verdict.reason, words)
      assert.deepEqual([verdict.verstat, verdict.fault], ['TN-Validation-Failed', 'identity-info'])
    }
    const broken = server.publish('broken.pem', (_request, response) => void response.writeHead(503).end())
    for (const at of [broken, 'http://127.0.0.1:1/a.pem']) {
      const verdict = await verify(of(at))
      assert.deepEqual([verdict.verstat, verdict.fault], ['No-TN-Validation', 'identity-info'], verdict.reason)
    }
    const impatient = createCertificateStore({ networks: ['127.0.0.1'], now: () => now, answerMs: 50 })
    const silent = server.publish('silent.pem', () => undefined)
    assert.match((await verify(of(silent), {}, [authority.certificate], impatient)).reason, /did not answer within/)
  })

  test('it is kept as long as its server allows and no longer than a day; a dead server is asked again after half a minute', async () => {
    const asked = (name: string): number => server.asked.filter((path) => path === `/${name}`).length
    const of = (name: string, cache?: string): string => signed({}, pair, server.publish(name, pair.certificate, cache === undefined ? {} : { 'Cache-Control': cache }))
    const good = async (name: string, cache?: string): Promise<number> => {
      assert.equal((await verify(of(name, cache))).fault, null)
      return asked(name)
    }
    await Promise.all([good('kept.pem', 'max-age=600'), good('kept.pem', 'max-age=600')])
    assert.equal(asked('kept.pem'), 1, 'two at once ask once')
    assert.deepEqual([await good('no.pem', 'no-store'), await good('no.pem', 'no-store')], [1, 2])
    await good('usual.pem')
    await good('long.pem', 'max-age=99999999')
    assert.equal((await verify(signed({}, pair, `${server.url}/late.pem`))).fault, 'identity-info')
    const began = now
    now = began + 29_000
    assert.equal((await verify(of('late.pem'))).fault, 'identity-info', 'not asked yet')
    now = began + 31_000
    assert.equal((await verify(of('late.pem'))).fault, null)
    now = began + 599_000
    assert.equal(await good('kept.pem', 'max-age=600'), 1)
    now = began + 601_000
    assert.equal(await good('kept.pem', 'max-age=600'), 2)
    assert.equal(await good('usual.pem'), 1)
    now = began + 3_601_000
    assert.equal(await good('usual.pem'), 2)
    now = began + 86_401_000
    assert.equal(await good('long.pem', 'max-age=99999999'), 2)
    now = began
  })

  test('a certificate that was revoked is not taken, by a list of its authority or of an administrator over it; a list that is not to be had, or of a stranger, says nothing', async () => {
    const administrator = await stirAuthority('STI-PA')
    const other = await stirAuthority('Stranger')
    let lists = 0
    const withList = async (answer: (revoked: StirPair) => Promise<Parameters<CertificateServer['publish']>[1]>, trusted = [authority.certificate]): Promise<string | null> => {
      lists += 1
      const at = `${server.url}/list${lists}.crl`
      const [one, where] = await published(`listed${lists}.pem`, { lists: [at] })
      server.publish(`list${lists}.crl`, await answer(one))
      return (await verify(signed({}, one, where), {}, trusted)).fault
    }
    assert.equal(await withList(({ certificate }) => authority.revoke([certificate])), 'identity-credential')
    assert.equal(await withList(() => authority.revoke([pair.certificate])), null, 'another one was')
    assert.equal(await withList(({ certificate }) => administrator.revoke([certificate], { of: authority.certificate }), [authority.certificate, administrator.certificate]), 'identity-credential')
    assert.equal(await withList(({ certificate }) => administrator.revoke([pair.certificate, certificate], { of: authority.certificate }), [authority.certificate, administrator.certificate]), 'identity-credential', 'said once for those that follow')
    assert.equal(await withList(({ certificate }) => administrator.revoke([certificate]), [authority.certificate, administrator.certificate]), null, 'the number of one of its own')
    assert.equal(await withList(({ certificate }) => other.revoke([certificate], { of: authority.certificate })), null)
    assert.equal(await withList(({ certificate }) => authority.revoke([certificate], { days: -1 })), null, 'of another time')
    for (const answer of [Promise.resolve('no list'), Promise.resolve(Buffer.alloc(200_000))]) assert.equal(await withList(() => answer), null)
    assert.equal(await withList(async () => (_request, response) => void response.writeHead(503).end()), null)
    assert.equal(await withList(async () => () => undefined), null, 'it is not waited for')
  })

  test('more at once than a few are not fetched', async () => {
    const own = createCertificateStore({ networks: ['127.0.0.1'], now: () => now, answerMs: 2_000 })
    let answer = (): void => undefined
    const all = Promise.withResolvers<void>()
    answer = all.resolve
    const slow = Array.from({ length: 9 }, (_, at) => server.publish(`slow${at}.pem`, (_request, response) => void all.promise.then(() => response.writeHead(200).end(pair.certificate))))
    const found = slow.map((at) => own.find(at))
    assert.deepEqual(await found[8], { trouble: 'too many others are being fetched', dead: true })
    answer()
    for (const one of await Promise.all(found.slice(0, 8))) assert.ok('value' in one)
  })

  test('a name is reached over TLS that proves it, and over none that does not', async () => {
    const { testAuthority } = await import('../../support/certificates.ts')
    const web = await testAuthority('Web')
    const tls = await startCertificateServer({ ...(await web.issue(['127.0.0.1'])), name: '127.0.0.1' })
    try {
      const at = tls.publish('a.pem', pair.certificate)
      const trusting = createCertificateStore({ networks: ['127.0.0.1'], now: () => now, ca: web.certificate })
      assert.equal((await verify(signed({}, pair, at), {}, [authority.certificate], trusting)).fault, null)
      assert.equal((await verify(signed({}, pair, at))).verstat, 'No-TN-Validation')
    } finally {
      await tls.close()
    }
  })

  test('Identity headers are read part by part', () => {
    assert.deepEqual(readIdentities('a.b.c;info=<https://x/y,z;q>;ppt="shaken",d.e.f;info=<https://v/w>'), [
      { token: 'a.b.c', info: 'https://x/y,z;q', alg: undefined, ppt: 'shaken' }, { token: 'd.e.f', info: 'https://v/w', alg: undefined, ppt: undefined },
    ])
  })
})
