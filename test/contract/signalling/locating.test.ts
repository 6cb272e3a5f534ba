/** Where requests of applications go when they name a domain (RFC 3263), and that they stay there. */
import assert from 'node:assert/strict'
import { eventually } from '../../support/eventually.ts'
import { respond, SDP } from './call.ts'
import { answer, anyOf, ask, dial, hangUp, options, publish, serve } from './domain.ts'
import { field, token } from './peer.ts'
import { behaves, type Scene } from './target.ts'

behaves('weights of one priority share the requests', options(), async (scene) => {
  const srf = await scene.app()
  const [one, two, spare] = [await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, [one, two], { weights: [60, 40] })
  scene.names.srv('_sip._udp.carrier.test', [
    { priority: 1, weight: 60, port: one.port, target: 's0.carrier.test' }, { priority: 1, weight: 40, port: two.port, target: 's1.carrier.test' }, { priority: 2, weight: 1000, port: spare.port, target: 's1.carrier.test' },
  ])
  for (const peer of [one, two, spare]) serve(peer, 'OPTIONS', 200)
  const total = 300
  for (let i = 0; i < total; i++) await (await ask(srf, 'sip:200@carrier.test;transport=udp')).final
  // Five standard deviations; 60/40 within 3 % over 10,000 draws is a unit test.
  const share = one.count('OPTIONS') / total
  assert.ok(share > 0.46 && share < 0.74, String(share))
  assert.equal(one.count('OPTIONS') + two.count('OPTIONS'), total)
  assert.equal(scene.names.count('SRV _sip._udp.carrier.test'), 1, 'the answer was kept')
})

behaves('NAPTR that likes TCP better: the call goes over TCP', options(), async (scene) => {
  const srf = await scene.app()
  const [udp, tcp] = [await scene.udp(), await scene.listener()]
  scene.names.naptr('carrier.test', [
    { order: 10, preference: 20, flags: 's', services: 'SIP+D2U', regexp: '', replacement: '_sip._udp.carrier.test' }, { order: 10, preference: 10, flags: 'S', services: 'SIP+D2T', regexp: '', replacement: '_sip._tcp.carrier.test' },
  ])
  publish(scene, [udp, tcp])
  const { sent, dialog } = dial(srf, 'sip:200@carrier.test')
  const invite = await tcp.take('INVITE')
  assert.match(field(invite.text, 'Via'), /^SIP\/2\.0\/TCP /)
  assert.equal((await sent).protocol, 'tcp')
  assert.equal(Number((await sent).source_port), tcp.port)
  answer(tcp, invite)
  await tcp.take('ACK')
  await hangUp(tcp, await dialog)
  assert.equal(udp.count(/./), 0)
})

behaves('a port in the URI asks for addresses only, a stated transport for its SRV only', options(), async (scene) => {
  const srf = await scene.app()
  const [plain, tcp] = [await scene.udp(), await scene.listener()]
  scene.names.a('carrier.test', ['127.0.0.1'])
  publish(scene, [tcp])
  serve(plain, 'OPTIONS', 200)
  serve(tcp, 'OPTIONS', 200)
  assert.equal((await (await ask(srf, `sip:200@carrier.test:${plain.port}`)).final).status, 200)
  assert.deepEqual(scene.names.asked, ['A carrier.test'])
  assert.equal((await (await ask(srf, 'sip:200@carrier.test;transport=tcp')).final).status, 200)
  assert.deepEqual(scene.names.asked.slice(1), ['SRV _sip._tcp.carrier.test', 'A s0.carrier.test'])
})

behaves('when the TTL is over the DNS is asked again, and followed', options(), async (scene) => {
  const srf = await scene.app()
  const [old, young] = [await scene.udp(), await scene.udp()]
  serve(old, 'OPTIONS', 200)
  serve(young, 'OPTIONS', 200)
  publish(scene, [old], { ttl: 1 })
  const go = async () => (await (await ask(srf, 'sip:200@carrier.test;transport=udp')).final).status
  assert.equal(await go(), 200)
  publish(scene, [young], { ttl: 1 })
  await eventually(async () => (await go()) === 200 && young.count('OPTIONS') > 0, 'the new server to be asked')
  assert.equal(scene.names.count('SRV _sip._udp.carrier.test'), 2)
})

behaves('ACK, re-INVITE and BYE stay on the target of the call, whatever the DNS says meanwhile', options(), async (scene) => {
  const srf = await scene.app()
  const [home, other] = [await scene.udp(), await scene.udp()]
  publish(scene, [home], { ttl: 0 })
  const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp')
  const invite = await home.take('INVITE')
  publish(scene, [other], { ttl: 0 })
  answer(home, invite, 'sip:200@carrier.test;transport=udp')
  await home.take('ACK')
  const connected = await dialog
  const modified = connected.modify(SDP)
  const again = await home.take('INVITE')
  answer(home, again, 'sip:200@carrier.test;transport=udp')
  await modified
  await home.take('ACK')
  await hangUp(home, connected)
  assert.equal(other.count(/./), 0)
})

behaves('a Contact that is another name: the first request of the dialog chooses, the others follow', options(), async (scene) => {
  const srf = await scene.app()
  const [edge, ...cores] = [await scene.udp(), await scene.udp(), await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, [edge])
  publish(scene, cores, { domain: 'core.test', weights: [1, 1, 1, 1], ttl: 0 })
  const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp')
  answer(edge, await edge.take('INVITE'), 'sip:200@core.test;transport=udp')
  const connected = await dialog
  const { peer: chosen } = await anyOf(cores, 'ACK')()
  for (let i = 0; i < 5; i++) {
    const asked = connected.request({ method: 'INFO', headers: { 'Content-Type': 'text/plain' }, body: 'x' })
    const info = await chosen.take('INFO')
    chosen.send(respond(chosen, info, 200, 'OK'))
    await asked
  }
  await hangUp(chosen, connected)
})

behaves('a dialog whose target is gone goes on over another one of the same name', options(), async (scene) => {
  const srf = await scene.app()
  const [first, second] = [await scene.listener(), await scene.listener()]
  publish(scene, [first, second])
  const { dialog } = dial(srf, 'sip:200@carrier.test;transport=tcp')
  const invite = await first.take('INVITE')
  answer(first, invite, 'sip:200@carrier.test;transport=tcp')
  await first.take('ACK')
  const connected = await dialog
  await first.close()
  await unconnected(scene)
  await hangUp(second, connected)
})

behaves('what is sent again with credentials goes to the server that asked for them', options(), async (scene) => {
  const srf = await scene.app()
  const peers = [await scene.udp(), await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, peers, { weights: [1, 1, 1, 1], ttl: 0 })
  const next = anyOf(peers, 'INVITE')
  for (let i = 0; i < 6; i++) {
    const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp', { auth: { username: 'u', password: 'p' } })
    const { peer, arrived: first } = await next()
    peer.send(respond(peer, first, 407, 'Proxy Authentication Required', { tag: 'c', headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"'] }))
    const { peer: same, arrived: again } = await next()
    assert.equal(same, peer)
    assert.match(again.text, /Proxy-Authorization/)
    peer.send(respond(peer, again, 486, 'Busy Here', { tag: 'c' }))
    await assert.rejects(dialog, (failure: { status: number }) => failure.status === 486)
  }
})

behaves('a response whose connection is gone goes to the name in its Via (RFC 3263 §5)', options(), async (scene) => {
  let give: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (give = resolve))
  let send: () => void = () => undefined
  await scene.app((srf) => srf.options((_req, res) => {
    send = () => res.send(200)
    give()
  }))
  const [phone, home] = [await scene.tcp(), await scene.listener()]
  scene.names.srv('_sip._tcp.branch.test', [{ priority: 1, weight: 1, port: home.port, target: 's0.branch.test' }])
  scene.names.a('s0.branch.test', ['127.0.0.1'])
  phone.send([
    'OPTIONS sip:200@127.0.0.1 SIP/2.0', `Via: SIP/2.0/TCP branch.test;branch=z9hG4bK${token()}`, 'Max-Forwards: 70', 'From: <sip:100@branch.test>;tag=a', 'To: <sip:200@127.0.0.1>', `Call-ID: ${token()}`, 'CSeq: 1 OPTIONS', 'Content-Length: 0', '', '',
  ].join('\r\n'))
  await arrived
  await phone.close()
  await unconnected(scene)
  send()
  await home.take('200')
})

/** Resolves when the engine has seen every connection close: what is sent over one before is lost. */
async function unconnected(scene: Scene): Promise<void> {
  await eventually(async () => (await scene.target.engine?.status())?.connections['tcp'] === 0, 'the engine to see the close')
}
