/** What one peer may take of the engine, over every kind of connection; each limit with its answer. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import { testAuthority } from '../../support/certificates.ts'
import { eventually } from '../../support/eventually.ts'
import { newCall, request } from './call.ts'
import type { Peer } from './peer.ts'
import { behaves, type CaseOptions, type Scene, type SrfMessage } from './target.ts'

const authority = await testAuthority()
const certificate = await authority.issue(['127.0.0.1'])
const ca = authority.certificate
const all: CaseOptions = {
  sip: { tlsPort: 0, wsPort: 0, wssPort: 0, tls: { certificates: [certificate], ca: undefined, clients: 'off', verifyServers: true, minVersion: 'TLSv1.2' } },
  embeddedOnly: 'its limits are others',
}

const ways: Record<string, (scene: Scene) => Promise<Peer>> = {
  tcp: (scene) => scene.tcp(),
  tls: (scene) => scene.tls({ ca }),
  ws: (scene) => scene.ws(),
  wss: (scene) => scene.ws({ ca }),
}

async function served(phone: Peer): Promise<void> {
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
}

for (const [name, open] of Object.entries(ways)) {
  behaves(`${name}: beyond the limit of one address its newcomers are closed; the others and other addresses are served`, { ...all, limits: { connectionsPerAddress: 2 } }, async (scene) => {
    await scene.app((srf) => srf.options((_req, res) => res.send(200)))
    const phones = [await open(scene), await open(scene)]
    for (const phone of phones) await served(phone)
    await assert.rejects(async () => {
      const third = await open(scene)
      await third.closed
      throw new Error('closed')
    })
    await served(await scene.tcp('127.0.0.2'))
    for (const phone of phones) await served(phone)
    assert.equal((await scene.target.engine?.status())?.counters.refused, 1)
    // One that leaves makes room.
    await phones[0]?.close()
    await eventually(async () => {
      const next = await open(scene).catch(() => undefined)
      return next && Promise.race([served(next).then(() => true), next.closed.then(() => false)])
    }, 'room for another')
  })

  behaves(`${name}: silent for too long: closed; one that says something now and then is not`, { ...all, timing: { idlePeer: 400 } }, async (scene) => {
    await scene.app((srf) => srf.options((_req, res) => res.send(200)))
    const [silent, alive] = [await open(scene), await open(scene)]
    let over = false
    const closed = silent.closed.then(() => (over = true))
    while (!over) await served(alive)
    await closed
    await served(alive)
  })

  behaves(`${name}: a peer that does not read is closed, and holds no more than its share of memory`, { ...all, limits: { backlog: 100_000 } }, async (scene) => {
    const srf = await scene.app((app) => app.options((_req, res) => res.send(200)))
    const phone = await open(scene)
    await served(phone)
    const { raw } = phone as unknown as { raw: { pause(): void; resume(): void } }
    raw.pause()
    // The kernel takes some megabytes before the engine has to keep anything.
    const uri = `sip:100@127.0.0.1:${phone.port};transport=${name}`
    const message = { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(50_000) }
    let cut = false
    for (let i = 0; i < 400 && !cut; i++) {
      await new Promise<void>((sent) => srf.request(uri, message, (error, req) => {
        if (error) cut = true
        else req.on('response', (res: SrfMessage) => (cut ||= res.status === 503))
        sent()
      }))
    }
    assert.equal(cut, true)
    raw.resume()
    await phone.closed
  })
}

behaves('all of them count together', { ...all, limits: { connections: 4 } }, async (scene) => {
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  for (const open of Object.values(ways)) await served(await open(scene))
  const one = connect(scene.target.engine?.ports.tcp ?? 0, '127.0.0.1')
  one.on('error', () => undefined)
  await once(one, 'close')
})
