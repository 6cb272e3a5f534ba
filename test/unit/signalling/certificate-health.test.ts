import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateHealth, certificatesOf, type CertificateKeeper } from '../../../pbx/certificates.ts'

const DAY_MS = 86_400_000
const now = Date.parse('2026-11-25T12:00:00Z')

function keeper(days: number, change: Partial<CertificateKeeper> = {}, own = false): CertificateKeeper {
  const certificate = { source: '/tls/pbx.crt', own, names: ['pbx.example'], issuer: 'Some authority', notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) }
  return { certificates: [certificate], problems: [], authority: undefined, renewal: undefined, read: () => Promise.resolve(), setDomains: () => Promise.resolve(), ...change }
}

test('a certificate is good, ends within 21 days, or has ended', () => {
  assert.deepEqual([22, 20, -1].map((days) => certificatesOf(keeper(days), now).certificates[0]?.state), ['good', 'ending', 'ended'])
})

test('one that ends soon is told but is no failure; one that has ended is', () => {
  assert.deepEqual(certificateHealth(keeper(100), now), { name: 'certificates', ok: true, message: 'TLS uses the certificate /tls/pbx.crt.' })
  const ending = certificateHealth(keeper(20), now)
  assert.equal(ending?.ok, true)
  assert.match(ending?.message ?? '', /pbx\.crt ends on 2026-12-15\. Replace the file before/)
  const ended = certificateHealth(keeper(-1), now)
  assert.equal(ended?.ok, false)
  assert.match(ended?.message ?? '', /ended on 2026-11-24: phones refuse it/)
})

test('files that cannot be used are a failure with their sentence', () => {
  const part = certificateHealth(keeper(100, { problems: ['A certificate is left out: x is no certificate in PEM.'] }), now)
  assert.equal(part?.ok, false)
  assert.match(part?.message ?? '', /x is no certificate/)
})

test('our own is said to be our own; without TLS there is nothing to say', () => {
  assert.match(certificateHealth(keeper(100, {}, true), now)?.message ?? '', /made itself/)
  assert.equal(certificateHealth(undefined, now), undefined)
  assert.deepEqual(certificatesOf(undefined, now), { served: false, certificates: [], problems: [], authority: null, renewal: null })
})

test('an authority that makes no new certificate is told of at once, and is a failure when it matters', () => {
  const renewal = { domains: ['pbx.example'], next: new Date(now), problem: 'Port 80 cannot be listened on.' }
  const early = certificateHealth(keeper(30, { renewal }), now)
  assert.equal(early?.ok, true)
  assert.match(early?.message ?? '', /no new certificate for pbx\.example: Port 80 cannot be listened on\. It is tried again by itself\. The one that is there stays in use\./)
  assert.equal(certificateHealth(keeper(20, { renewal }), now)?.ok, false)
  const first = certificateHealth(keeper(300, { renewal }, true), now)
  assert.equal(first?.ok, false)
  assert.match(first?.message ?? '', /a certificate that Dialplane made itself/)
  assert.equal(certificateHealth(keeper(30, { renewal: { ...renewal, problem: undefined } }), now)?.message, 'TLS uses the certificate /tls/pbx.crt.')
})
