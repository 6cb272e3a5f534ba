/** When a certificate is ordered from an authority (ACME), and what a failure leaves behind. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { Logger } from '../../../config/logger.ts'
import type { Ordered } from '../../../pbx/signalling/tls/order.ts'
import { startRenewal, type Renewal } from '../../../pbx/signalling/tls/renewal.ts'
import { testAuthority, type TestAuthority } from '../../support/certificates.ts'

const DAY_MS = 86_400_000
const settings = { domains: ['pbx.example.com', 'sip.example.com'], email: '', directory: 'https://ca.example/directory', authority: undefined, httpPort: 80 }
const logger = { info: () => undefined, warn: () => undefined } as unknown as Logger

let authority: TestAuthority
let folder: string
before(async () => {
  authority = await testAuthority()
  folder = await mkdtemp(join(tmpdir(), 'dialplane-renewal-'))
})
after(() => rm(folder, { recursive: true, force: true }))

let taken = 0
let ordered = 0
async function look(order: () => Promise<Ordered>, { now = () => Date.now(), domains = settings.domains }: { now?: () => number; domains?: readonly string[] } = {}): Promise<Renewal> {
  taken = 0
  ordered = 0
  const renewal = startRenewal({
    settings: { ...settings, domains }, folder, home: folder, logger, now,
    taken: () => { taken += 1; return Promise.resolve() },
    order: () => { ordered += 1; return order() },
  })
  await renewal.settled()
  renewal.close()
  return renewal
}
const fresh = (names: readonly string[] = settings.domains, days = 9) => async (): Promise<Ordered> => authority.issue(names, days)
const kept = (): Promise<string> => readFile(join(folder, 'acme', 'fullchain.pem'), 'utf8')

test('one is ordered when there is none, for other names, and when a third of its life is left; not before', async () => {
  assert.equal((await look(fresh())).state.problem, undefined)
  assert.deepEqual([ordered, taken], [1, 1])
  const first = await kept()
  assert.equal((await stat(join(folder, 'acme', 'privkey.pem'))).mode & 0o777, 0o600)

  await look(fresh())
  assert.deepEqual([ordered, taken, await kept() === first], [0, 0, true])
  // Ten days in all, one of them over at the start.
  await look(fresh(), { now: () => Date.now() + 5 * DAY_MS })
  assert.equal(ordered, 0, 'four tenths are left')
  await look(fresh(), { now: () => Date.now() + 6 * DAY_MS })
  assert.equal(ordered, 1, 'three tenths are left')
  assert.notEqual(await kept(), first)
  await look(fresh(['other.example.com', ...settings.domains]), { domains: ['other.example.com', ...settings.domains] })
  assert.equal(ordered, 1)
  await look(fresh(), { domains: ['pbx.example.com'] })
  assert.equal(ordered, 0, 'it is for more than is wanted')
})

test('what fails is said and tried again ever later, and what is there stays', async () => {
  const before = await kept()
  const later = () => Date.now() + 20 * DAY_MS
  const failed = await look(() => Promise.reject(new Refusal('unavailable', 'ca.example issued no certificate.')), { now: later })
  assert.deepEqual([failed.state.problem, Math.round((failed.state.next.getTime() - later()) / 60_000)], ['ca.example issued no certificate.', 10])
  assert.deepEqual([taken, await kept() === before], [0, true])
  // A key that is of another certificate must not take the place of one that fits.
  const torn = await look(async () => ({ ...(await authority.issue(settings.domains)), key: (await authority.issue(['x.example.com'])).key }), { now: later })
  assert.match(torn.state.problem ?? '', /do not belong together/)
  assert.deepEqual([taken, await kept() === before], [0, true])
})
