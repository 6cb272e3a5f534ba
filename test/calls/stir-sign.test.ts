/** Calls that go out signed (STIR/SHAKEN): another implementation of JWS proves each signature by the certificate that is published, and it says no more than is known. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, afterEach, before, suite, test } from 'node:test'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { publishedAt, publishedName } from '../../pbx/stir/published.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf } from '../support/phone/message.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { stirAuthority, type StirAuthority, type StirPair } from '../support/stir-authority.ts'

interface Settings { certificate: string | null; about: { codes: string[]; numbers: string[] } | null; url: string | null; trouble: string | null }
interface Trunk { id: string; signCalls: boolean; status: { cause: string | null } }
interface Claims { attest: string; dest: { tn: string[] }; iat: number; orig: { tn: string }; origid: string }

suite('signed calls', () => {
  let house: House
  let authority: StirAuthority
  let pair: StirPair
  let carrier: Phone
  let gateway: Phone
  let anna: Phone
  let ben: Phone
  let trunk: Trunk
  const extensions: string[] = []
  before(async () => {
    authority = await stirAuthority()
    pair = await authority.issue()
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    gateway = await openPhone({ server: house.sip, user: 'gateway', password: '' })
    trunk = await house.api.post<Trunk>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true, signCalls: true, headerRules: [{ direction: 'out', action: 'add', header: 'X-Account', match: null, value: '{caller}' }] })
    await house.api.post('/trunks', { name: 'Gateway', host: '127.0.0.1', port: gateway.local.port })
    const lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben' })]
    extensions.push(...lines.map(({ extensionId }) => extensionId))
    ;[anna, ben] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone]
    await house.api.post('/inbound-numbers', { number: '+12025550101', name: 'Anna', destination: '101' })
    await house.api.ask('PATCH', `/extensions/${extensions[0]}`, { outsideNumber: '+12025550101' })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
  })
  after(async () => {
    await carrier?.close()
    await gateway?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** What the carrier got, after the call was declined. */
  async function sent(call: Promise<PhoneCall>): Promise<PhoneCall> {
    const mark = carrier.incoming.mark()
    const calling = await call
    const there = await carrier.nextCall({ from: mark })
    there.reject(486)
    await calling.ended()
    return there
  }
  /** Its signature, proved by what is published where it says. */
  async function proved(there: PhoneCall): Promise<Claims> {
    const [, token = '', info = ''] = /^([\w-]+\.[\w-]+\.[\w-]+);info=<([^>]+)>;alg=ES256;ppt=shaken$/.exec(headerOf(there.invite, 'identity') ?? '') ?? []
    const published = await house.api.send('GET', `/../..${new URL(info).pathname}`)
    assert.deepEqual([published.status, published.headers['content-type'], published.headers['cache-control']], [200, 'application/pem-certificate-chain', 'public, max-age=86400'])
    const certificate = new X509Certificate(published.body)
    assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey), 'of the authority')
    const { payload } = await compactVerify(token, certificate.publicKey)
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: info })
    const claims = JSON.parse(Buffer.from(payload).toString()) as Claims
    assert.equal(Buffer.from(payload).toString(), JSON.stringify({ attest: claims.attest, dest: claims.dest, iat: claims.iat, orig: claims.orig, origid: claims.origid }), 'in the order of RFC 8225 §9')
    assert.equal(headerOf(there.invite, 'date'), new Date(claims.iat * 1000).toUTCString())
    return claims
  }

  test('without a certificate calls go out unsigned, and the trunk says why', async () => {
    assert.match((await house.api.get<Trunk>(`/trunks/${trunk.id}`)).status.cause ?? '', /Calls are not signed: there is no certificate/)
    assert.match((await house.api.send('GET', '/system')).body.toString(), /Calls are not signed: there is no certificate/)
    const there = await sent(anna.invite('92025550123'))
    assert.deepEqual([headerOf(there.invite, 'identity'), headerOf(there.invite, 'x-account')], [undefined, '+12025550101'])
  })

  test('what could sign nothing is refused; the key goes in and never comes out', async () => {
    const [other, plain, strong, ended] = [await authority.issue(), await authority.issue({ codes: null }), await authority.issue({ curve: 'P-384' }), await authority.issue({ days: -1 })]
    for (const [wrong, field, words] of [
      [{ certificate: pair.certificate }, 'key', /together/], [{ key: pair.key }, 'certificate', /together/], [{ certificate: pair.certificate, key: other.key }, 'key', /not the key/],
      [{ certificate: plain.certificate, key: plain.key }, 'certificate', /no list of numbers/], [{ certificate: strong.certificate, key: strong.key }, 'certificate', /P-256/], [{ certificate: ended.certificate, key: ended.key }, 'certificate', /it ended/],
      [{ certificate: 'x', key: pair.key }, 'certificate', /PEM/], [{ certificateUrl: 'http://pbx.example.com/a.pem' }, 'certificateUrl', /https/], [{ certificateUrl: 'https://pbx.example.com/a.pem?b' }, 'certificateUrl', /question mark/],
    ] as const) {
      const answer = await house.api.send('PATCH', '/stir/settings', wrong)
      assert.equal(answer.status, 422)
      assert.match(answer.body.toString(), new RegExp(`"${field}"`))
      assert.match(answer.body.toString(), words)
    }
    const saved = await house.api.ask<Settings>('PATCH', '/stir/settings', { certificate: pair.certificate + authority.certificate, key: pair.key })
    assert.deepEqual([saved.about?.codes, saved.url], [['709J'], null])
    assert.equal(headerOf((await sent(anna.invite('92025550123'))).invite, 'identity'), undefined, 'this house is not reached over https, so nobody could fetch it')
    const url = `https://pbx.example.com/stir/${publishedName(pair.certificate)}`
    const placed = await house.api.ask<Settings>('PATCH', '/stir/settings', { certificateUrl: url })
    assert.equal(placed.url, url)
    assert.match(placed.trouble ?? '', /ends on \d{4}-/, 'three weeks before')
    for (const path of ['/stir/settings', '/audit?limit=20', `/trunks/${trunk.id}`, '/configuration']) assert.doesNotMatch((await house.api.send('GET', path)).body.toString(), /PRIVATE KEY/)
    assert.equal((await house.api.send('GET', '/../../stir/0123456789abcdef0123456789abcdef.pem')).status, 404)
  })

  test('a phone of the company with a number of the company is vouched for in full', async () => {
    const before = Date.now()
    const there = await sent(anna.invite('92025550123'))
    const { iat, ...claims } = await proved(there)
    assert.deepEqual({ ...claims, origid: '' }, { attest: 'A', dest: { tn: ['12025550123'] }, orig: { tn: '12025550101' }, origid: '' })
    assert.ok(iat * 1000 >= before - 1_000 && iat * 1000 <= Date.now())
    assert.match(claims.origid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.equal((await proved(await sent(anna.invite('92025550124')))).origid, claims.origid, 'the same origin')
    const ben1 = await proved(await sent(ben.invite('92025550123')))
    assert.deepEqual([ben1.attest, ben1.orig.tn], ['A', '12025550000'])
    assert.notEqual(ben1.origid, claims.origid)
  })

  test('a number that is nobody’s here is vouched for by half; what comes from another network, not at all; what is no number is not signed', async () => {
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { headerRules: [{ direction: 'out', action: 'replace', header: 'P-Asserted-Identity', match: '\\+12025550101', value: '+12025559999' }] })
    const half = await proved(await sent(anna.invite('92025550123')))
    assert.deepEqual([half.attest, half.orig.tn], ['B', '12025559999'], 'what the carrier shows is signed')
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { headerRules: [{ direction: 'out', action: 'replace', header: 'P-Asserted-Identity', match: '.+', value: '<sip:front-desk@pbx.example>' }] })
    assert.equal(headerOf((await sent(anna.invite('92025550123'))).invite, 'identity'), undefined)
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { headerRules: [] })
    await house.api.ask('PATCH', `/extensions/${extensions[0]}`, { forwardAlways: '92025550123' })
    const forwarded = await proved(await sent(gateway.invite('+12025550101', { headers: [['P-Asserted-Identity', '<sip:+12025557777@gateway.example>']] })))
    assert.equal(forwarded.attest, 'C')
    await house.api.ask('PATCH', `/extensions/${extensions[0]}`, { forwardAlways: null })
  })

  test('a carrier that does not take the signature is a trunk that does not carry the call', async () => {
    const mark = carrier.incoming.mark()
    const call = await anna.invite('92025550123')
    const there = await carrier.nextCall({ from: mark })
    there.reject(438)
    assert.equal((await call.ended()).status, 503)
    const { termination } = await house.verdict(call)
    assert.equal(termination?.reason, 'no-trunk')
    assert.match(termination?.explanation ?? '', /Carrier: it refused with 438/)
  })

  test('calls for help are as they were, and a number that is withheld stays so', async () => {
    assert.equal(headerOf((await sent(anna.invite('*6792025550123'))).invite, 'identity'), undefined)
    const mark = carrier.incoming.mark()
    const help = await anna.invite('911')
    const there = await carrier.nextCall({ from: mark })
    assert.deepEqual([headerOf(there.invite, 'identity'), headerOf(there.invite, 'date'), headerOf(there.invite, 'priority')], [undefined, undefined, 'emergency'])
    await there.answer()
    await help.answered()
    await help.bye()
    await there.ended()
  })

  test('a certificate for some numbers signs for those alone; one elsewhere is named where it is; without one nothing is signed again', async () => {
    const few = await authority.issue({ codes: [], numbers: ['12025550101'], ranges: [['12025550200', 100]] })
    await house.api.ask('PATCH', '/stir/settings', { certificate: few.certificate, key: few.key, certificateUrl: publishedAt('https://pbx.example.com/', few.certificate) })
    assert.match((await house.api.get<Settings>('/stir/settings')).url ?? '', /^https:\/\/pbx\.example\.com\/stir\/[0-9a-f]{32}\.pem$/)
    assert.deepEqual((await house.api.get<Settings>('/stir/settings')).about?.numbers, ['+12025550200 and the 99 that follow', '+12025550101'])
    assert.equal((await proved(await sent(anna.invite('92025550123')))).attest, 'A')
    assert.equal(headerOf((await sent(ben.invite('92025550123'))).invite, 'identity'), undefined)
    await house.api.ask('PATCH', '/stir/settings', { certificateUrl: 'https://certificates.example.com/few.pem' })
    assert.match(headerOf((await sent(anna.invite('92025550123'))).invite, 'identity') ?? '', /;info=<https:\/\/certificates\.example\.com\/few\.pem>;/)
    assert.equal((await house.api.ask<Settings>('PATCH', '/stir/settings', { certificate: null })).about, null)
    assert.equal(headerOf((await sent(anna.invite('92025550123'))).invite, 'identity'), undefined)
  })
})
