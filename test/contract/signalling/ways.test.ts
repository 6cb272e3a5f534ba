/** Failover over every way there is: a black hole of a network, TLS, both families, and requests that are forwarded. */
import assert from 'node:assert/strict'
import { testAuthority } from '../../support/certificates.ts'
import { noBlackHole, openBlackHole } from '../../support/black-hole.ts'
import { respond } from './call.ts'
import { answer, ask, dial, hangUp, options, publish, quick, serve } from './domain.ts'
import { field, tcpListener } from './peer.ts'
import { answers, dials, forwards, rings } from './proxied.ts'
import { behaves } from './target.ts'

const authority = await testAuthority()

for (const transport of ['udp', 'tcp'] as const) {
  behaves(`a network that swallows everything, over ${transport}: the next target`, { ...options(), sip: { hosts: ['0.0.0.0'] }, skip: noBlackHole }, async (scene) => {
    const hole = openBlackHole()
    scene.after(() => hole.close())
    const srf = await scene.app()
    const alive = transport === 'udp' ? await scene.udp() : await scene.listener()
    scene.names.srv(`_sip._${transport}.carrier.test`, [{ priority: 1, weight: 0, port: 5060, target: 'hole.test' }, { priority: 2, weight: 0, port: alive.port, target: 'alive.test' }])
    scene.names.a('hole.test', [hole.address])
    scene.names.a('alive.test', ['127.0.0.1'])
    const { sent, dialog } = dial(srf, `sip:200@carrier.test;transport=${transport}`)
    assert.equal((await sent).source_address, hole.address)
    // Timer B would be 32 s and connecting is given 4 s; this case may take 30 s in all.
    answer(alive, await alive.take('INVITE'))
    await alive.take('ACK')
    await hangUp(alive, await dialog)
    const [report] = (await scene.target.engine?.names.report(`sip:carrier.test;transport=${transport}`)) ?? []
    assert.deepEqual(report?.targets.map(({ state, cause }) => [state, cause]), [['dead', 'said nothing'], ['well', '']])
  })
}

const tls = { tlsPort: 0, tls: { certificates: [await authority.issue(['pbx.example'])], ca: authority.certificate, clients: 'off' as const, verifyServers: true, minVersion: 'TLSv1.2' as const } }

behaves('NAPTR to TLS: a server with a certificate for another name is left for one with the domain\'s', { ...options(), sip: tls }, async (scene) => {
  const srf = await scene.app()
  const [wrong, right] = [await authority.issue(['s0.carrier.test']), await authority.issue(['carrier.test'])]
  const impostor = await scene.listener({ cert: wrong.certificate, key: wrong.key })
  const home = await scene.listener({ cert: right.certificate, key: right.key })
  scene.names.naptr('carrier.test', [{ order: 1, preference: 1, flags: 's', services: 'SIPS+D2T', regexp: '', replacement: '_sips._tcp.carrier.test' }])
  scene.names.srv('_sips._tcp.carrier.test', [{ priority: 1, weight: 0, port: impostor.port, target: 's0.carrier.test' }, { priority: 2, weight: 0, port: home.port, target: 's1.carrier.test' }])
  for (const host of ['s0.carrier.test', 's1.carrier.test']) scene.names.a(host, ['127.0.0.1'])
  serve(home, 'OPTIONS', 200)
  assert.equal((await (await ask(srf, 'sip:200@carrier.test')).final).status, 200)
  assert.equal(impostor.count(/./), 0)
})

behaves('both families: where nobody listens over IPv4, over IPv6', { ...options(), sip: { hosts: ['127.0.0.1', '::1'] } }, async (scene) => {
  const srf = await scene.app()
  const six = await tcpListener(undefined, '::1')
  scene.after(() => six.close())
  scene.names.srv('_sip._tcp.carrier.test', [{ priority: 1, weight: 0, port: six.port, target: 's.carrier.test' }])
  scene.names.a('s.carrier.test', ['127.0.0.1'])
  scene.names.aaaa('s.carrier.test', ['::1'])
  serve(six, 'OPTIONS', 200)
  const { sent, final } = await ask(srf, 'sip:200@carrier.test;transport=tcp')
  assert.equal(sent.source_address, '127.0.0.1')
  assert.equal((await final).status, 200)
})

behaves('a request that is forwarded to a name moves on from a silent server, too; the caller hears of one', options(quick), async (scene) => {
  const [caller, dead, alive] = [await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  await forwards(scene, 'sip:200@carrier.test;transport=udp')
  dials(scene, caller)
  const arrived = await rings(alive, 'r')
  await caller.take('180')
  answers(alive, arrived, 'r')
  const answered = await caller.take('200 INVITE')
  assert.match(field(answered.text, 'To'), /tag=r/)
  const late = await dead.take('INVITE')
  dead.send(respond(dead, late, 180, 'Ringing', { tag: 'late' }))
  await dead.take('CANCEL')
  assert.equal(caller.count('180'), 1)
})
