/** What calls that go out are signed as: by whose call it is and what number it shows; and that nothing keeps a call from going out. */
import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import type { Directory, SnapshotStir, SnapshotTrunk } from '../../../pbx/directory/types.ts'
import { readIdentities } from '../../../pbx/stir/identity-header.ts'
import { readPassport, type Passport } from '../../../pbx/stir/passport.ts'
import { publishedAt } from '../../../pbx/stir/published.ts'
import { createSigner, type Headers, type Origin } from '../../../pbx/stir/signer.ts'
import { signingHealth, signingTrouble } from '../../../pbx/stir/trouble.ts'
import { stirAuthority, type StirPair } from '../../support/stir-authority.ts'

suite('the signer', () => {
  let pair: StirPair
  const log: string[] = []
  before(async () => {
    pair = await (await stirAuthority()).issue()
  })
  const trunk = (over: Partial<SnapshotTrunk> = {}): SnapshotTrunk => ({ id: 'trunk', tenantId: 'tenant', name: 'Carrier', country: 'US', format: 'plus', callerId: null, signCalls: true, enabled: true, ...over }) as SnapshotTrunk
  const stirOf = (over: Partial<SnapshotStir> = {}): SnapshotStir => ({ certificate: pair.certificate, key: pair.key, certificateUrl: null, authorities: null, ...over })
  function sign(over: { trunk?: Partial<SnapshotTrunk>; stir?: Partial<SnapshotStir>; called?: string; from?: string; origin?: Partial<Origin>; headers?: Headers; now?: number; publicUrl?: string } = {}): Headers {
    const one = trunk(over.trunk)
    const stir = stirOf(over.stir)
    const directory = { snapshot: () => ({ stirOf: () => stir, trunksOf: () => [one], inboundNumbersOf: () => [{ number: '2025550101', enabled: true }, { number: '+12025550102', enabled: false }] }) } as unknown as Directory
    const signer = createSigner({ directory, publicUrl: over.publicUrl ?? 'https://pbx.example.com/', key: Buffer.alloc(32, 1), now: () => over.now ?? Date.now(), logger: createLogger('error', { write: (line: string) => void log.push(line) }) })
    return signer.sign(one, { called: over.called ?? '+12025550123', from: over.from ?? '+12025550101', origin: { authenticated: true, id: 'extension', ...over.origin } }, over.headers ?? {})
  }
  function said(headers: Headers): Passport {
    const [first] = readIdentities(String(headers['Identity'])) as { token: string }[]
    const passport = readPassport(first?.token ?? '')
    assert.ok(typeof passport !== 'string', String(passport))
    return passport
  }

  test('A for a number of the company, B for any other, C for a caller that nobody knows here', () => {
    const cases: [Parameters<typeof sign>[0], string, string][] = [
      [{}, 'A', '12025550101'], [{ from: '(202) 555-0101' }, 'A', '12025550101'], [{ from: '+12025550102' }, 'B', '12025550102'], [{ from: '+12025550999' }, 'B', '12025550999'], [{ from: '+12025550999', trunk: { callerId: '+12025550999' } }, 'A', '12025550999'],
      [{ origin: { authenticated: false } }, 'C', '12025550101'], [{ headers: { 'p-asserted-identity': '"Anna" <sip:+12025550999@x>' } }, 'B', '12025550999'],
    ]
    for (const [over, attest, orig] of cases) {
      const passport = said(sign(over))
      assert.deepEqual([passport.attest, passport.orig], [attest, orig])
    }
  })

  test('numbers are canonical, however the carrier wants them', () => {
    for (const [called, format, dest] of [['+4930123456', 'plus', '4930123456'], ['4930123456', 'digits', '4930123456'], ['2025550123', 'national', '12025550123'], ['011493012345678', 'dialled', '493012345678']] as const) {
      assert.deepEqual(said(sign({ called, trunk: { format } })).dest, [dest])
    }
  })

  test('the origin is the same for the same, and another for another tenant or extension', () => {
    const [first, again, other, foreign] = [sign(), sign({ called: '+12025550124' }), sign({ origin: { id: 'another' } }), sign({ trunk: { tenantId: 'foreign' } })].map((headers) => said(headers).origid)
    assert.equal(first, again)
    assert.equal(new Set([first, other, foreign]).size, 3)
    assert.match(first ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('Date is that of the signature, whatever a rule wrote; the certificate is where it is published', () => {
    const headers = sign({ headers: { date: 'yesterday', 'X-Account': '7' }, now: Date.parse('2026-11-28T10:00:00.700Z') })
    assert.deepEqual([headers['Date'], headers['date'], headers['X-Account']], ['Sat, 28 Nov 2026 10:00:00 GMT', undefined, '7'])
    assert.equal(said(headers).iat, Date.parse('2026-11-28T10:00:00Z') / 1000)
    assert.equal(said(headers).x5u, publishedAt('https://pbx.example.com', pair.certificate))
  })

  test('what cannot be signed goes out as it is, and an error keeps nothing back', () => {
    const headers = { 'X-Account': '7' }
    for (const over of [
      { trunk: { signCalls: false } }, { stir: { certificate: null, key: null } }, { publicUrl: 'http://pbx.example.com' }, { now: Date.now() + 30 * 86_400_000 }, { from: 'front-desk' }, { from: 'anonymous' }, { called: '911' }, { called: '*98' },
    ]) assert.equal(sign({ ...over, headers }), headers, JSON.stringify(over))
    assert.deepEqual(log, [])
    assert.equal(sign({ stir: { key: 'broken' }, headers }), headers)
    assert.match(log.join(), /a call was not signed/)
  })

  test('why calls are not signed is said, three weeks before', () => {
    const [now, url] = [Date.now(), 'https://pbx.example.com']
    assert.match(signingTrouble(stirOf({ certificate: null, key: null }), url, now) ?? '', /there is no certificate/)
    assert.match(signingTrouble(stirOf(), url, now) ?? '', /ends on .* Enter a new one before/)
    assert.match(signingTrouble(stirOf(), url, now + 6 * 86_400_000) ?? '', /ended on/)
    assert.equal(signingTrouble(stirOf(), url, now - 30 * 86_400_000), undefined)
    assert.match(signingTrouble(stirOf(), 'http://127.0.0.1:8080', now - 30 * 86_400_000) ?? '', /PUBLIC_URL/)
    const snapshot = (signCalls: boolean) => ({ tenants: () => [{ id: 'tenant', name: 'Acme' }], trunksOf: () => [trunk({ signCalls })], stirOf: () => stirOf() }) as never
    assert.deepEqual([signingHealth(snapshot(true), url, now)?.ok, signingHealth(snapshot(true), url, now + 6 * 86_400_000)?.ok, signingHealth(snapshot(false), url, now)], [true, false, undefined])
  })
})
