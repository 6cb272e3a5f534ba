/** Calls that come in signed (STIR/SHAKEN): what the trunk does with good, wrong and missing signatures, what phones and the history are told, and that nothing waits for a dead server. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { after, afterEach, before, suite, test } from 'node:test'
import { writeIdentity } from '../../pbx/stir/identity-header.ts'
import { writePassport, type ShakenClaims } from '../../pbx/stir/passport.ts'
import { startCertificateServer, type CertificateServer } from '../support/certificate-server.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Header } from '../support/phone/message.ts'
import { openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { stirAuthority, type StirAuthority, type StirPair } from '../support/stir-authority.ts'

interface Identity { verstat: string; attestation: string | null; origin: string | null; reason: string }

suite('verified calls', () => {
  let house: House
  let server: CertificateServer
  let authority: StirAuthority
  let pair: StirPair
  let url: string
  let carrier: Phone
  let anna: Phone
  let trunkId: string
  let extensionId: string
  before(async () => {
    server = await startCertificateServer()
    authority = await stirAuthority()
    pair = await authority.issue()
    url = server.publish('a.pem', pair.certificate)
    house = await startHouse({ change: (settings) => {
      settings.registrar.qualifySeconds = 0
      settings.stir.networks = ['127.0.0.1']
    } })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunkId = (await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })).id
    const line = await house.extension('101', { name: 'Anna' })
    ;({ extensionId } = line)
    anna = await house.registered(line)
    await house.api.post('/inbound-numbers', { number: '+12025550123', name: 'Anna', destination: '101' })
    await house.api.ask('PATCH', '/stir/settings', { authorities: authority.certificate })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
    await server?.close()
  })
  afterEach(() => house.idle())

  const policy = (verifyCalls: string) => house.api.ask('PATCH', `/trunks/${trunkId}`, { verifyCalls })
  const signed = (over: Partial<ShakenClaims> = {}, at = url): Header =>
    ['Identity', writeIdentity(writePassport(createPrivateKey(pair.key), at, { attest: 'A', dest: ['12025550123'], iat: Math.floor(Date.now() / 1000), orig: '12025550999', origid: 'c4ad2c6e-3a3c-4f9d-8b0f-000000000001', ...over }), at)]
  const from: Header = ['P-Asserted-Identity', '<sip:+12025550999@carrier.example>']
  const identityOf = async (call: PhoneCall): Promise<Identity | null> => {
    const { id } = await house.verdict(call)
    const kept = await house.api.get<{ legs: { role: string; identity: Identity | null }[] }>(`/calls/${id}`)
    return kept.legs.find(({ role }) => role === 'caller')?.identity ?? null
  }
  /** The call rings at Anna, who declines; what her phone was told of the caller, and what is kept of it. */
  async function rings(...headers: Header[]): Promise<{ told: string | undefined; kept: Identity | null }> {
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+12025550123', { headers })
    const there = await anna.nextCall({ from: mark })
    there.reject(486)
    await call.ended()
    return { told: headerOf(there.invite, 'p-asserted-identity'), kept: await identityOf(call) }
  }
  async function refused(...headers: Header[]): Promise<[status: number, reason: string, Identity | null]> {
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+12025550123', { headers })
    const { status } = await call.ended()
    const { termination } = await house.verdict(call)
    assert.equal(anna.incoming.mark(), mark, 'no phone rang')
    assert.match(termination?.explanation ?? '', /The trunk Carrier takes no such calls/)
    return [status, termination?.reason ?? '', await identityOf(call)]
  }

  test('off: nothing is looked at', async () => {
    assert.deepEqual(await rings(from, signed()), { told: undefined, kept: null })
    assert.deepEqual(server.asked, [])
  })

  test('mark: every call comes through, and phones and the history say what its signature is worth', async () => {
    await policy('mark')
    for (const attest of ['A', 'B', 'C'] as const) {
      const { told, kept } = await rings(from, signed({ attest }))
      assert.match(told ?? '', new RegExp(`^<sip:\\+12025550999;verstat=TN-Validation-Passed-${attest}@[^>]+;user=phone>$`))
      assert.deepEqual({ ...kept, reason: '' }, { verstat: `TN-Validation-Passed-${attest}`, attestation: attest, origin: 'c4ad2c6e-3a3c-4f9d-8b0f-000000000001', reason: '' })
    }
    const wrong = await rings(from, signed({ dest: ['12025550124'] }))
    assert.match(wrong.told ?? '', /verstat=TN-Validation-Failed@/)
    assert.match(wrong.kept?.reason ?? '', /another number/)
    const none = await rings(from)
    assert.match(none.told ?? '', /verstat=No-TN-Validation@/)
    assert.equal(server.asked.length, 1, 'its certificate is kept')
    const later = await house.api.get<{ id: string }[]>('/calls?limit=1')
    assert.ok(later.length > 0)
  })

  test('the number of who withholds it is verified and told to nobody', async () => {
    const { told, kept } = await rings(from, ['Privacy', 'id'], signed())
    assert.deepEqual([told, kept?.verstat], [undefined, 'TN-Validation-Passed-A'])
    assert.match((await rings(['P-Asserted-Identity', '"Bob" <sip:+12025550999@carrier.example>'], signed())).told ?? '', /^"Bob" <sip:\+12025550999;verstat=TN-Validation-Passed-A@/, 'a name goes along')
  })

  test('what a phone was told goes along when it sends the caller on', async () => {
    const ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+12025550123', { headers: [from, signed()] })
    const first = await anna.nextCall({ from: mark })
    await first.answer()
    await call.answered()
    await first.refer(`sip:102@${house.sip.host}`)
    const second = await ben.nextCall()
    assert.match(headerOf(second.invite, 'p-asserted-identity') ?? '', /verstat=TN-Validation-Passed-A@/)
    await second.answer()
    await call.bye()
    await second.ended()
  })

  test('refuse: what is wrong is refused with what RFC 8224 says of it; unsigned calls come through', async () => {
    await policy('refuse')
    assert.equal((await rings(from, signed())).kept?.verstat, 'TN-Validation-Passed-A')
    assert.equal((await rings(from)).kept?.verstat, 'No-TN-Validation')
    assert.equal((await rings(from, signed({}, 'http://127.0.0.1:1/dead.pem'))).kept?.verstat, 'No-TN-Validation', 'a dead server proves nothing')
    const stranger = await stirAuthority()
    const strange = server.publish('strange.pem', (await stranger.issue()).certificate)
    for (const [status, reason, header] of [
      [438, 'identity-invalid', signed({ orig: '12025550998' })], [438, 'identity-invalid', signed({ dest: ['12025550124'] })], [438, 'identity-invalid', ['Identity', 'x']], [403, 'identity-stale', signed({ iat: 1 })],
      [437, 'identity-credential', signed({}, strange)], [436, 'identity-info', signed({}, `${server.url}/gone.pem`)], [436, 'identity-info', signed({}, 'https://10.0.0.1/a.pem')],
    ] as [number, string, Header][]) {
      const [got, why, kept] = await refused(from, header)
      assert.deepEqual([got, why, kept?.verstat], [status, reason, 'TN-Validation-Failed'])
    }
  })

  test('require: without a good one nobody comes through', async () => {
    await policy('require')
    assert.equal((await rings(from, signed())).kept?.verstat, 'TN-Validation-Passed-A')
    assert.deepEqual((await refused(from)).slice(0, 2), [428, 'identity-missing'])
    assert.deepEqual((await refused(from, signed({}, 'http://127.0.0.1:1/dead.pem'))).slice(0, 2), [436, 'identity-info'])
  })

  test('a server that says nothing holds a call up for a second and a half and not longer, and is asked once', async () => {
    const other = await house.extension('103')
    const ring = await house.registered(other)
    await house.api.post('/inbound-numbers', { number: '+12025550125', name: 'Other', destination: '103' })
    await policy('mark')
    const silent = server.publish('silent.pem', () => undefined)
    const asked = server.asked.length
    for (const words of [/did not come within 1.5 seconds/, /did not come within 1.5 seconds|could not be fetched/]) {
      const mark = ring.incoming.mark()
      const call = await carrier.invite('+12025550125', { headers: [from, signed({ dest: ['12025550125'] }, silent)] })
      const there = await ring.nextCall({ from: mark })
      there.reject(486)
      await call.ended()
      const kept = await identityOf(call)
      assert.equal(kept?.verstat, 'No-TN-Validation')
      assert.match(kept?.reason ?? '', words)
    }
    assert.equal(server.asked.length, asked + 1)
  })

  test('authorities that are none are refused; those that are taken are read out', async () => {
    for (const wrong of ['x', pair.certificate]) assert.equal((await house.api.send('PATCH', '/stir/settings', { authorities: wrong })).status, 422)
    const { trusted } = await house.api.get<{ trusted: { subject: string; state: string }[] }>('/stir/settings')
    assert.deepEqual(trusted.map(({ subject, state }) => [subject, state]), [['CN=Test STI authority', 'ending']])
    await house.api.ask('PATCH', '/stir/settings', { authorities: null })
    assert.match((await rings(from, signed())).kept?.reason ?? '', /No authority for signed calls is trusted here yet/)
  })

  test('a dispatcher who calls back does not wait for a signature and needs none', async () => {
    await policy('require')
    await house.api.ask('PATCH', `/extensions/${extensionId}`, { outsideNumber: '+12025550123' })
    const mark = carrier.incoming.mark()
    const help = await anna.invite('911')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await help.answered()
    await help.bye()
    await there.ended()
    const rung = anna.incoming.mark()
    const back = await carrier.invite('+12025550123', { headers: [from] })
    const ringing = await anna.nextCall({ from: rung })
    await ringing.answer()
    await back.answered()
    await back.bye()
    await ringing.ended()
    assert.equal(await identityOf(back), null)
  })
})
