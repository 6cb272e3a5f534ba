/** Requests too long for UDP (RFC 3261 §18.1.1): over TCP, and back to UDP when there is no TCP. */
import assert from 'node:assert/strict'
import { respond, SDP } from './call.ts'
import { field, tcpListener, udpPeer } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfDialog, type SrfMessage } from './target.ts'

const OURS = 'its limit is its own configuration'
const long = { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(1400) }

async function send(srf: Srf, uri: string, options: object = long): Promise<{ final: Promise<number>; protocol: string }> {
  return new Promise((resolve, reject) => srf.request(uri, options, (error, req) => {
    if (error) return reject(error as Error)
    resolve({ protocol: req.protocol, final: new Promise((done) => req.on('response', (res: SrfMessage) => done(res.status))) })
  }))
}

/** A peer that listens on one port over TCP and UDP. */
async function both(scene: Scene) {
  for (;;) {
    const tcp = await scene.listener()
    const udp = await udpPeer(scene.target.sip, '127.0.0.1', tcp.port).catch(() => undefined)
    if (!udp) continue
    scene.after(() => udp.close())
    return { tcp, udp, port: tcp.port }
  }
}

behaves('a long request goes over TCP, and its Via and Contact say so', { embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const peer = await both(scene)
  const { protocol, final } = await send(srf, `sip:100@127.0.0.1:${peer.port}`)
  assert.equal(protocol, 'tcp')
  const arrived = await peer.tcp.take('MESSAGE')
  assert.match(field(arrived.text, 'Via'), /^SIP\/2\.0\/TCP /)
  peer.tcp.send(respond(peer.tcp, arrived, 200, 'OK', { tag: 'x' }))
  assert.equal(await final, 200)
  assert.equal(peer.udp.count('MESSAGE'), 0)
})

behaves('a short one stays with UDP', { embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const peer = await both(scene)
  const { protocol } = await send(srf, `sip:100@127.0.0.1:${peer.port}`, { ...long, body: 'short' })
  assert.equal(protocol, 'udp')
  await peer.udp.take('MESSAGE')
})

behaves('a long one to somebody who takes no TCP goes over UDP after all, the next one at once', { embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { protocol, final } = await send(srf, `sip:100@127.0.0.1:${phone.port}`)
  assert.equal(protocol, 'tcp')
  const arrived = await phone.take('MESSAGE')
  assert.match(field(arrived.text, 'Via'), /^SIP\/2\.0\/UDP /)
  phone.send(respond(phone, arrived, 200, 'OK', { tag: 'x' }))
  assert.equal(await final, 200)
  const second = await send(srf, `sip:100@127.0.0.1:${phone.port}`)
  assert.equal(second.protocol, 'udp')
  phone.send(respond(phone, await phone.take('MESSAGE'), 200, 'OK', { tag: 'x' }))
  assert.equal(await second.final, 200)
})

behaves('a long INVITE falls back, too, and its CANCEL follows it', { embeddedOnly: OURS }, async (scene) => {
  const phone = await scene.udp()
  const srf = await scene.app()
  const refused = srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp: `v=0\r\n${'a=x\r\n'.repeat(300)}` }, {
    cbRequest: (_error: unknown, req: SrfMessage) => req.on('response', (res: SrfMessage) => res.status === 180 && req.cancel()),
  }).then(() => 0, (error: { status: number }) => error.status)
  const invite = await phone.take('INVITE')
  phone.send(respond(phone, invite, 180, 'Ringing', { tag: 'x' }))
  const cancel = await phone.take('CANCEL')
  assert.match(field(cancel.text, 'Via'), /^SIP\/2\.0\/UDP /)
  phone.send(respond(phone, cancel, 200, 'OK', { tag: 'x' }))
  phone.send(respond(phone, invite, 487, 'Request Terminated', { tag: 'x' }))
  assert.equal(await refused, 487)
})

behaves('a target that has the long request over TCP and is silent is not asked again over UDP', { timing: { t1: 5, patience: 15 }, embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const peer = await both(scene)
  const { final } = await send(srf, `sip:100@127.0.0.1:${peer.port}`)
  await peer.tcp.take('MESSAGE')
  assert.equal(await final, 408)
  assert.equal(peer.udp.count('MESSAGE'), 0)
})

behaves('where UDP was asked for, it stays UDP', { embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const peer = await both(scene)
  const { protocol } = await send(srf, `sip:100@127.0.0.1:${peer.port};transport=udp`)
  assert.equal(protocol, 'udp')
  await peer.udp.take('MESSAGE')
})

behaves('the limit can be moved', { limits: { datagram: 2000 }, embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const gone = await tcpListener()
  await gone.close()
  assert.equal((await send(srf, `sip:100@127.0.0.1:${gone.port}`)).protocol, 'udp')
})

for (const [what, route, transport] of [['behind a proxy goes over TCP', true, 'TCP'], ['goes over UDP where the call runs over it', false, 'UDP']] as const) {
  behaves(`a long ACK ${what}`, { embeddedOnly: OURS }, async (scene) => {
    const srf = await scene.app()
    const peer = await both(scene)
    // Without an offer in the INVITE the answer goes with the ACK.
    const offered = srf.createUAC(`sip:100@127.0.0.1:${peer.port}`, { noAck: true }) as unknown as Promise<{ sdp: string; ack(sdp: string): Promise<SrfDialog> }>
    const invite = await peer.udp.take('INVITE')
    const headers = route ? [`Record-Route: <sip:127.0.0.1:${peer.port};lr>`] : []
    peer.udp.send(respond(peer.udp, invite, 200, 'OK', { tag: 'x', body: SDP, headers }))
    const { ack } = await offered
    void ack(`${SDP}${'a=x\r\n'.repeat(300)}`)
    const arrived = await (transport === 'TCP' ? peer.tcp : peer.udp).take('ACK')
    assert.match(field(arrived.text, 'Via'), new RegExp(`^SIP/2\\.0/${transport} `))
  })
}

behaves('a long ACK to somebody who takes no TCP goes over UDP after all', { embeddedOnly: OURS }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const offered = srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { noAck: true }) as unknown as Promise<{ ack(sdp: string): Promise<SrfDialog> }>
  const invite = await phone.take('INVITE')
  phone.send(respond(phone, invite, 200, 'OK', { tag: 'x', body: SDP, headers: [`Record-Route: <sip:127.0.0.1:${phone.port};lr>`] }))
  void (await offered).ack(`${SDP}${'a=x\r\n'.repeat(300)}`)
  assert.match(field((await phone.take('ACK')).text, 'Via'), /^SIP\/2\.0\/UDP /)
})
