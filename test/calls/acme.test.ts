/** A certificate that an authority makes by itself (ACME), against pebble; what phones see, and what is said when none comes. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { eventually } from '../support/eventually.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'
import { startNameServer, type NameServer } from '../support/name-server.ts'
import { startPebble, type Pebble } from '../support/pebble.ts'
import { missing } from '../support/run/peers.ts'

interface Certificates { certificates: { own: boolean; names: string[]; issuer: string }[]; renewal: { domains: string[]; next: string; problem: string | null } | null }
const NAME = 'pbx.dialplane.test'

suite('certificates by ACME', { skip: missing('pebble') }, () => {
  let names: NameServer
  let pebble: Pebble
  before(async () => {
    names = await startNameServer()
    names.a(NAME, ['127.0.0.1'])
    pebble = await startPebble(names.address)
  })
  after(async () => {
    await pebble?.close()
    await names?.close()
  })

  const start = (more: { httpPort?: number; domains?: string[] } = {}): Promise<House> => startHouse({ embedded: true, change: ({ sip }) => {
    sip.tlsPort = 0
    sip.acme = { domains: more.domains ?? [NAME], email: 'admin@example.com', directory: pebble.directory, authority: pebble.authority, httpPort: more.httpPort ?? pebble.httpPort }
  } })
  const of = (house: House): Promise<Certificates> => house.api.get<Certificates>('/system/certificates')
  /** What a phone is shown that asks for the name. */
  async function shown(house: House): Promise<X509Certificate | undefined> {
    const { host, port } = sipPlace(house.dialplane.pbx.sipAddresses(), 'tls/')
    const socket = connect({ host, port, servername: NAME, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const certificate = socket.getPeerX509Certificate()
    socket.destroy()
    return certificate
  }

  test('one is made at the start and shown to phones, without a restart; nothing listens when it is done', { timeout: 120_000 }, async () => {
    const house = await start()
    try {
      const { certificates, renewal } = await eventually(async () => {
        const now = await of(house)
        return now.certificates[0]?.own === false && now
      }, 'the certificate', 60_000)
      assert.deepEqual([certificates[0]?.names, renewal?.domains, renewal?.problem], [[NAME], [NAME], null])
      assert.match(certificates[0]?.issuer ?? '', /Pebble Intermediate/)
      const certificate = await shown(house)
      assert.ok(certificate?.checkHost(NAME))
      const folder = join(house.settings.sip.tls.folder, 'acme')
      assert.equal((await stat(join(folder, 'privkey.pem'))).mode & 0o777, 0o600)
      assert.equal((await stat(join(house.home, 'acme', 'account.pem'))).mode & 0o777, 0o600)
      assert.equal(new X509Certificate(await readFile(join(folder, 'fullchain.pem'))).fingerprint256, certificate?.fingerprint256)
      await eventually(() => fetch(`http://127.0.0.1:${pebble.httpPort}/`).then(() => false, () => true), 'the port to be given back')
      assert.match(JSON.stringify(await house.dialplane.pbx.health()), /TLS uses the certificate [^"]*acme/)
    } finally {
      await house.close()
    }
  })

  test('a name that is not ours, and a port that is taken, are said with the cure; phones are served meanwhile', { timeout: 120_000 }, async () => {
    const taken = createServer((_request, response) => void response.writeHead(404).end())
    taken.listen(0)
    await once(taken, 'listening')
    const cases: [Parameters<typeof start>[0], RegExp][] = [
      [{ httpPort: (taken.address() as AddressInfo).port }, /Another program has it/],
      [{ domains: ['elsewhere.dialplane.test'] }, /127\.0\.0\.1:\d+ issued no certificate for elsewhere\.dialplane\.test/],
    ]
    try {
      for (const [how, why] of cases) {
        const house = await start(how)
        try {
          const { renewal, certificates } = await eventually(async () => {
            const now = await of(house)
            return now.renewal?.problem != null && now
          }, 'the reason', 60_000)
          assert.match(renewal?.problem ?? '', why)
          assert.equal(certificates[0]?.own, true)
          assert.ok(await shown(house))
        } finally {
          await house.close()
          await rm(join(house.home, 'acme'), { recursive: true, force: true })
        }
      }
    } finally {
      taken.close()
    }
  })
})
