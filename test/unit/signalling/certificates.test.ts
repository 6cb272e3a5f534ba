/** Which certificates TLS is served with: the operator's in all the ways they come, or our own. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { createLogger } from '../../../config/logger.ts'
import type { TlsOptions } from '../../../pbx/signalling/engine/options.ts'
import { openCertificateStore } from '../../../pbx/signalling/tls/store.ts'
import { testAuthority } from '../../support/certificates.ts'
import { plainSip } from '../../support/plain-sip.ts'

const DAY_MS = 86_400_000
const authority = await testAuthority()
let home = ''
const opened: { close(): void }[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dialplane-certificates-'))
})
afterEach(() => {
  for (const store of opened.splice(0)) store.close()
  rmSync(home, { recursive: true })
})

async function open(options: { ca?: string; now?: () => number; lookMs?: number } = {}) {
  const { ca, ...rest } = options
  const settings = { home, sip: { ...plainSip, tls: { ...plainSip.tls, folder: join(home, 'tls'), ca } } }
  const store = await openCertificateStore({ settings, logger: createLogger('silent'), ...rest })
  opened.push(store)
  return store
}

function put(name: string, text: string): void {
  const path = join(home, 'tls', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

async function putPair(stem: string, names: string[]): Promise<void> {
  const { certificate, key } = await authority.issue(names)
  put(`${stem}.crt`, certificate)
  put(`${stem}.key`, key)
}

const named = (store: { certificates: readonly { names: readonly string[] }[] }) => store.certificates.map(({ names }) => names[0])
const shown = (store: { tls: TlsOptions }) => new X509Certificate(store.tls.certificates[0]?.certificate ?? '')

test('without files there is one of our own, for every address of this machine, issued by an authority that stays', async () => {
  const first = await open()
  const certificate = shown(first)
  const root = new X509Certificate(first.authority ?? '')
  assert.equal(certificate.verify(root.publicKey), true)
  assert.equal(root.ca, true)
  assert.equal(certificate.ca, false)
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(certificate.checkHost('localhost'), 'localhost')
  assert.equal(first.certificates[0]?.own, true)
  assert.equal(statSync(join(home, 'keys/sip.pem')).mode & 0o077, 0)
  assert.equal(statSync(join(home, 'keys/sip-authority.pem')).mode & 0o077, 0)

  const second = await open()
  assert.equal(shown(second).fingerprint256, certificate.fingerprint256, 'the same after a restart')

  const applied: TlsOptions[] = []
  second.onChange((tls) => Promise.resolve(void applied.push(tls)))
  await second.setDomains(['PBX.example.com'])
  assert.equal(shown(second).checkHost('pbx.example.com'), 'pbx.example.com')
  assert.equal(shown(second).verify(root.publicKey), true, 'by the same authority')
  await second.setDomains(['pbx.example.com'])
  assert.equal(applied.length, 1)
})

test('our own is renewed a month before it ends', async () => {
  let now = Date.now()
  const store = await open({ now: () => now })
  const before = shown(store).fingerprint256
  now += 360 * DAY_MS
  await store.read()
  assert.equal(shown(store).fingerprint256, before)
  now += 8 * DAY_MS
  await store.read()
  assert.notEqual(shown(store).fingerprint256, before)
  assert.ok(shown(store).validToDate.getTime() > now + 390 * DAY_MS)
})

test('a damaged or foreign certificate of our own is replaced', async () => {
  const before = shown(await open()).fingerprint256
  writeFileSync(join(home, 'keys/sip.pem'), 'rubbish')
  assert.notEqual(shown(await open()).fingerprint256, before)
  rmSync(join(home, 'keys/sip-authority.pem'))
  const after = await open()
  assert.equal(shown(after).verify(new X509Certificate(after.authority ?? '').publicKey), true)
})

test('the operator may bring them in any of the usual ways; the one named default comes first', async () => {
  await putPair('b', ['b.example'])
  await putPair('default', ['main.example'])
  const both = await authority.issue(['c.example'])
  put('c.pem', `${both.certificate}${both.key}`)
  const certbot = await authority.issue(['d.example'])
  put('d.example/fullchain.pem', certbot.certificate + authority.certificate)
  put('d.example/privkey.pem', certbot.key)
  put('d.example/cert.pem', certbot.certificate)
  put('d.example/chain.pem', authority.certificate)
  const kubernetes = await authority.issue(['e.example'])
  put('e/tls.crt', kubernetes.certificate)
  put('e/tls.key', kubernetes.key)
  put('README', 'how they got here')
  put('authorities.pem', authority.certificate)
  const store = await open()
  assert.deepEqual(named(store), ['main.example', 'b.example', 'c.example', 'd.example', 'e.example'])
  assert.deepEqual(store.problems, [])
  assert.equal(store.authority, undefined)
  assert.equal(store.certificates[0]?.issuer, 'Test authority')
})

test('the folder may itself be one of certbot', async () => {
  const { certificate, key } = await authority.issue(['only.example'])
  put('fullchain.pem', certificate)
  put('privkey.pem', key)
  put('cert.pem', certificate)
  assert.deepEqual(named(await open()), ['only.example'])
})

test('what cannot be used is left out with a sentence; with nothing left there is our own', async () => {
  await putPair('good', ['good.example'])
  put('broken.crt', 'rubbish')
  put('broken.key', 'rubbish')
  put('other.crt', (await authority.issue(['other.example'])).certificate)
  put('other.key', (await authority.issue(['another.example'])).key)
  const store = await open()
  assert.deepEqual(named(store), ['good.example'])
  assert.match(store.problems.join('\n'), /broken\.crt is no certificate in PEM/)
  assert.match(store.problems.join('\n'), /other\.crt and its key do not belong together/)

  rmSync(join(home, 'tls/good.crt'))
  const left = await open()
  assert.equal(left.certificates[0]?.own, true)
  assert.equal(left.problems.length, 2)
})

test('changed files are taken over by themselves; a half-written pair changes nothing', async () => {
  await putPair('default', ['one.example'])
  const store = await open({ lookMs: 20 })
  let took: (tls: TlsOptions) => void = () => undefined
  store.onChange((tls) => Promise.resolve(took(tls)))
  const taken = new Promise<TlsOptions>((resolve) => (took = resolve))
  const two = await authority.issue(['two.example'])
  put('default.key', two.key)
  await store.read()
  assert.deepEqual(named(store), ['one.example'])
  assert.match(store.problems[0] ?? '', /do not belong together/)
  put('default.crt', two.certificate)
  assert.equal((await taken).certificates[0]?.certificate, two.certificate)
  await store.read()
  assert.deepEqual(named(store), ['two.example'])
  assert.deepEqual(store.problems, [])
})

test('what the engine does not take stays out, and is told', async () => {
  await putPair('default', ['one.example'])
  const store = await open()
  store.onChange(() => Promise.reject(new Refusal('unprocessable', 'The TLS certificates cannot be used: too small.')))
  await putPair('default', ['two.example'])
  await assert.rejects(store.read(), /too small/)
  assert.deepEqual(named(store), ['one.example'])
  assert.match(store.problems[0] ?? '', /too small/)
})

test('authorities for peers that cannot be read stop the start', async () => {
  await assert.rejects(open({ ca: join(home, 'nothing.pem') }), /SIP_TLS_CA .*nothing\.pem cannot be used/)
  put('empty.pem', 'no certificate here')
  await assert.rejects(open({ ca: join(home, 'tls/empty.pem') }), /holds no certificate in PEM/)
  put('ca.pem', authority.certificate)
  assert.equal((await open({ ca: join(home, 'tls/ca.pem') })).tls.ca, authority.certificate)
})

test('a folder that cannot be read is told', async () => {
  writeFileSync(join(home, 'tls'), 'a file')
  const store = await open()
  assert.match(store.problems[0] ?? '', /The folder .*tls cannot be read/)
  assert.equal(store.certificates[0]?.own, true)
})
