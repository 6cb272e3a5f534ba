/** SIP over TLS: which certificate is shown, who is let in, and what happens when certificates change. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { SipOptions, TlsOptions } from '../../../pbx/signalling/engine/options.ts'
import { testAuthority } from '../../support/certificates.ts'
import { eventually } from '../../support/eventually.ts'
import { ack, established, invite, newCall, request, respond, SDP } from './call.ts'
import { field } from './peer.ts'
import { behaves, type Scene, type SrfMessage } from './target.ts'

const authority = await testAuthority()
const stranger = await testAuthority('Stranger')
const main = await authority.issue(['pbx.example', '127.0.0.1', 'localhost'])
const tenantA = await authority.issue(['a.example'])
const tenantB = await authority.issue(['*.b.example'])
const client = await authority.issue(['trunk.example', 'trunk2.example'])
const strangersClient = await stranger.issue(['trunk.example'])
const ca = authority.certificate

function secure(tls: Partial<TlsOptions> = {}): Partial<SipOptions> {
  return { tlsPort: 0, tls: { certificates: [main, tenantA, tenantB], ca, clients: 'off', verifyServers: true, minVersion: 'TLSv1.2', ...tls } }
}

const OURS = 'its certificates are its own affair'
const options = (tls: Partial<TlsOptions> = {}) => ({ sip: secure(tls), embeddedOnly: OURS })

/** An application that answers OPTIONS and remembers the last one. */
async function answering(scene: Scene): Promise<{ last: () => SrfMessage | undefined }> {
  let last: SrfMessage | undefined
  await scene.app((srf) => srf.options((req, res) => {
    last = req
    res.send(200)
  }))
  return { last: () => last }
}

const shown = (socket: TLSSocket) => socket.getPeerX509Certificate()?.subject.replace('CN=', '')

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  behaves(`${version}: served, and the application is told the transport`, options(), async (scene) => {
    const app = await answering(scene)
    const phone = await scene.tls({ ca, minVersion: version, maxVersion: version })
    assert.equal(phone.raw.getProtocol(), version)
    phone.send(request(phone, newCall(), 'OPTIONS'))
    const answer = await phone.take('200')
    assert.match(field(answer.text, 'Via'), /^SIP\/2\.0\/TLS 127\.0\.0\.1:.*received=127\.0\.0\.1/)
    assert.equal(app.last()?.protocol, 'tls')
    assert.equal(Number(app.last()?.source_port), phone.port)
    assert.equal(app.last()?.receivedOn, `127.0.0.1:${scene.target.engine?.ports.tls}`)
    assert.equal(app.last()?.sessionToken, undefined)
  })
}

behaves('an older TLS is refused', options({ minVersion: 'TLSv1.3' }), async (scene) => {
  await assert.rejects(scene.tls({ ca, maxVersion: 'TLSv1.2' }))
})

behaves('the certificate is chosen by the name asked for, the first when none fits', options(), async (scene) => {
  for (const [name, expected] of [['a.example', 'a.example'], ['A.Example', 'a.example'], ['x.b.example', '*.b.example'], ['pbx.example', 'pbx.example'], ['unknown.example', 'pbx.example']] as const) {
    const phone = await scene.tls({ servername: name, ...(name === 'unknown.example' ? { rejectUnauthorized: false } : { ca }) })
    assert.equal(shown(phone.raw), expected, name)
  }
  assert.equal(shown((await scene.tls({ ca })).raw), 'pbx.example')
})

behaves('a call over TLS: Contact and Via say so, and the BYE comes over the same connection', options(), async (scene) => {
  let hangUp: () => Promise<unknown> = () => Promise.resolve()
  let give: () => void = () => undefined
  const acked = new Promise<void>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((req, res) => {
    void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
      hangUp = () => dialog.destroy()
      void once(dialog, 'ack').then(() => give())
    })
  }))
  const phone = await scene.tls({ ca })
  const call = newCall()
  phone.send(invite(phone, call))
  const answer = await phone.take('200')
  assert.match(field(answer.text, 'Contact'), new RegExp(`<sip:127\\.0\\.0\\.1:${scene.target.engine?.ports.tls};transport=tls>`))
  phone.send(ack(phone, call, established(call, answer).uri))
  await acked
  const over = hangUp()
  const bye = await phone.take('BYE')
  assert.match(field(bye.text, 'Via'), /^SIP\/2\.0\/TLS /)
  phone.send(respond(phone, bye, 200, 'OK'))
  await over
})

behaves('a request to a phone on TLS goes over the connection it opened', options(), async (scene) => {
  const srf = await scene.app((app) => app.options((_req, res) => res.send(200)))
  const phone = await scene.tls({ ca })
  // The server has done its part of the handshake when it answers.
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
  for (const uri of [`sip:100@127.0.0.1:${phone.port};transport=tls`, `sips:100@127.0.0.1:${phone.port}`]) {
    srf.request(uri, { method: 'OPTIONS' }, () => undefined)
    const arrived = await phone.take('OPTIONS')
    assert.ok(arrived.start.startsWith(`OPTIONS ${uri} `))
    phone.send(respond(phone, arrived, 200, 'OK', { tag: 'x' }))
  }
})

behaves('without a certificate nobody is let in where one is required; with a good one the application is told whose', options({ clients: 'require' }), async (scene) => {
  const app = await answering(scene)
  for (const bad of [{}, { cert: strangersClient.certificate, key: strangersClient.key }]) {
    const phone = await scene.tls({ ca, ...bad })
    await phone.closed
  }
  const trunk = await scene.tls({ ca, cert: client.certificate, key: client.key })
  trunk.send(request(trunk, newCall(), 'OPTIONS'))
  await trunk.take('200')
  assert.equal(app.last()?.sessionToken, 'trunk.example,trunk2.example')
  assert.equal((await scene.target.engine?.status())?.counters.refused, 2)
})

behaves('a certificate that is asked for may be missing, but not be bad', options({ clients: 'ask' }), async (scene) => {
  const app = await answering(scene)
  const without = await scene.tls({ ca })
  without.send(request(without, newCall(), 'OPTIONS'))
  await without.take('200')
  assert.equal(app.last()?.sessionToken, undefined)
  const bad = await scene.tls({ ca, cert: strangersClient.certificate, key: strangersClient.key })
  await bad.closed
})

behaves('other certificates: newcomers see them, a connection from before goes on; unusable ones change nothing', options(), async (scene) => {
  await answering(scene)
  const engine = scene.target.engine
  assert.ok(engine)
  const before = await scene.tls({ ca })
  const replacement = await authority.issue(['new.example', '127.0.0.1'])
  const tls = secure().tls as TlsOptions
  await engine.replaceCertificates({ ...tls, certificates: [replacement, tenantB] })
  assert.equal(shown((await scene.tls({ ca })).raw), 'new.example')
  assert.equal(shown((await scene.tls({ ca, servername: 'x.b.example' })).raw), '*.b.example')
  assert.equal(shown((await scene.tls({ rejectUnauthorized: false, servername: 'a.example' })).raw), 'new.example')
  before.send(request(before, newCall(), 'OPTIONS'))
  await before.take('200')

  await assert.rejects(engine.replaceCertificates({ ...tls, certificates: [{ certificate: main.certificate, key: client.key }] }), /cannot be used/)
  await assert.rejects(engine.replaceCertificates({ ...tls, certificates: [{ certificate: 'rubbish', key: '' }] }), /cannot be used/)
  assert.equal(shown((await scene.tls({ ca })).raw), 'new.example')
  before.send(request(before, newCall(), 'OPTIONS'))
  await before.take('200')
})

behaves('a handshake that is not completed in time is ended, and counts as a connection until then', { ...options(), timing: { handshake: 150 }, limits: { connections: 1 } }, async (scene) => {
  const port = scene.target.engine?.ports.tls ?? 0
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  // Accepted before the second.
  const second = connect(port, '127.0.0.1')
  await once(second, 'close')
  await once(idle, 'close')
  const phone = await eventually(() => scene.tls({ ca }).catch(() => undefined), 'room for a phone')
  assert.equal(phone?.raw.authorized, true)
})

behaves('what does not speak TLS is closed', options(), async (scene) => {
  const plain = connect(scene.target.engine?.ports.tls ?? 0, '127.0.0.1')
  plain.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n')
  plain.resume()
  await once(plain, 'close')
})

/** The status of an OPTIONS that the application sends. */
async function statusOf(scene: Scene, uri: string): Promise<{ status: number; reason: string }> {
  const srf = await scene.app()
  return new Promise((resolve, reject) => srf.request(uri, { method: 'OPTIONS' }, (error, req) => {
    if (error) return reject(error as Error)
    req.on('response', (res: SrfMessage) => resolve({ status: res.status, reason: res.reason }))
  }))
}

behaves('a server that we connect to must have a certificate for its name', options(), async (scene) => {
  const good = await scene.listener({ cert: main.certificate, key: main.key })
  const answered = statusOf(scene, `sip:100@localhost:${good.port};transport=tls`)
  const arrived = await good.take('OPTIONS')
  assert.match(field(arrived.text, 'Via'), new RegExp(`^SIP/2\\.0/TLS 127\\.0\\.0\\.1:${scene.target.engine?.ports.tls};`))
  good.send(respond(good, arrived, 200, 'OK', { tag: 'x' }))
  assert.equal((await answered).status, 200)

  const other = await scene.listener({ cert: tenantA.certificate, key: tenantA.key })
  const wrongName = await statusOf(scene, `sip:100@localhost:${other.port};transport=tls`)
  assert.equal(wrongName.status, 503)
  assert.match(wrongName.reason, /does not match|altnames/i)
  const unknown = await stranger.issue(['localhost'])
  const untrusted = await scene.listener({ cert: unknown.certificate, key: unknown.key })
  assert.equal((await statusOf(scene, `sips:100@localhost:${untrusted.port}`)).status, 503)
})

behaves('unless told not to look at it', options({ verifyServers: false }), async (scene) => {
  const unknown = await stranger.issue(['elsewhere'])
  const listener = await scene.listener({ cert: unknown.certificate, key: unknown.key })
  const answered = statusOf(scene, `sips:100@127.0.0.1:${listener.port}`)
  listener.send(respond(listener, await listener.take('OPTIONS'), 200, 'OK', { tag: 'x' }))
  assert.equal((await answered).status, 200)
})

behaves('our certificate is shown to a server that asks for it', options(), async (scene) => {
  const listener = await scene.listener({ cert: main.certificate, key: main.key, ca, requestCert: true, rejectUnauthorized: true })
  const answered = statusOf(scene, `sip:100@127.0.0.1:${listener.port};transport=tls`)
  listener.send(respond(listener, await listener.take('OPTIONS'), 200, 'OK', { tag: 'x' }))
  assert.equal((await answered).status, 200)
})

behaves('a sips URI goes over nothing but TLS', { embeddedOnly: OURS }, async (scene) => {
  await assert.rejects(statusOf(scene, 'sips:100@127.0.0.1:5999'), /transport not available/)
})

behaves('not even when another way is named', options(), async (scene) => {
  const srf = await scene.app()
  const refused = new Promise((resolve, reject) => srf.request('sips:100@127.0.0.1', { method: 'OPTIONS', proxy: 'sip:127.0.0.1:5999;transport=udp' }, (error, req) => (error ? reject(error as Error) : resolve(req))))
  await assert.rejects(refused, /transport not available/)
  await assert.rejects(statusOf(scene, 'sips:100@127.0.0.1:5999;transport=udp'), /transport not available/)
  const listener = await scene.listener({ cert: main.certificate, key: main.key })
  srf.request('sips:100@example.org', { method: 'OPTIONS', proxy: `sip:127.0.0.1:${listener.port};transport=tcp` }, () => undefined)
  await listener.take('OPTIONS')
})

behaves('who calls or is called at a sips URI finds a sips Contact', options(), async (scene) => {
  const srf = await scene.app((app) => app.invite((req, res) => void app.createUAS(req, res, { localSdp: SDP }).catch(() => undefined)))
  const { tls } = scene.target.engine?.ports ?? {}
  const phone = await scene.tls({ ca })
  phone.send(invite(phone, newCall(), { uri: `sips:200@127.0.0.1:${tls}` }))
  assert.match(field((await phone.take('200')).text, 'Contact'), new RegExp(`<sips:127\\.0\\.0\\.1:${tls}>`))
  void srf.createUAC(`sips:100@127.0.0.1:${phone.port}`, { localSdp: SDP }).catch(() => undefined)
  assert.match(field((await phone.take('INVITE')).text, 'Contact'), new RegExp(`<sips:127\\.0\\.0\\.1:${tls}>`))
})

behaves('a trunk that has proved who it is and says alias is sent requests over the connection it opened', options({ clients: 'ask' }), async (scene) => {
  const srf = await scene.app((app) => app.options((_req, res) => res.send(200)))
  const gone = await scene.listener()
  await gone.close()
  const uri = `sip:100@127.0.0.1:${gone.port};transport=tls`
  const announce = async (peer: Awaited<ReturnType<typeof scene.tls>>) => {
    peer.send(request(peer, newCall(), 'OPTIONS').replace(/Via: [^\r]*/, `Via: SIP/2.0/TLS 127.0.0.1:${gone.port};alias;branch=z9hG4bK${Math.random()}`))
    await peer.take('200')
  }
  // Whoever proves nothing may not have what is for another.
  await announce(await scene.tls({ ca }))
  assert.equal((await statusOf(scene, uri)).status, 503)

  const trunk = await scene.tls({ ca, cert: client.certificate, key: client.key })
  await announce(trunk)
  srf.request(uri, { method: 'OPTIONS' }, () => undefined)
  const arrived = await trunk.take('OPTIONS')
  trunk.send(respond(trunk, arrived, 200, 'OK', { tag: 'x' }))
  await trunk.close()
  await eventually(async () => (await statusOf(scene, uri)).status === 503, 'the alias to end with its connection')
})
