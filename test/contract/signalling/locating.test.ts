/** Where requests of applications go when they name a domain (RFC 3263), and what happens when a target is of no use. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { eventually } from '../../support/eventually.ts'
import { respond, SDP } from './call.ts'
import { field, tag, tcpListener, token, type Arrived, type Peer } from './peer.ts'
import { behaves, type CaseOptions, type Scene, type Srf, type SrfDialog, type SrfMessage } from './target.ts'

const embeddedOnly = 'the real server asks the machine\'s name servers, which know nothing of the test'
const options = (timing: CaseOptions['timing'] = {}): CaseOptions => ({ names: true, embeddedOnly, timing })
/** Everything twenty times as fast; Timer B is 1.6 s. */
const quick = { t1: 25, patience: 88 }

/** SRV records for peers on loopback, the first preferred unless weights are given. */
function publish(scene: Scene, peers: Peer[], more: { weights?: number[]; ttl?: number; domain?: string } = {}): void {
  const { names } = scene
  const domain = more.domain ?? 'carrier.test'
  for (const transport of ['udp', 'tcp'] as const) {
    const records = peers.flatMap((peer, i) => (peer.transport === transport ? [{ priority: more.weights ? 1 : i + 1, weight: more.weights?.[i] ?? 0, port: peer.port, target: `s${i}.${domain}` }] : []))
    if (records.length > 0) names.srv(`_sip._${transport}.${domain}`, records, more.ttl)
  }
  peers.forEach((_peer, i) => names.a(`s${i}.${domain}`, ['127.0.0.1'], more.ttl))
}

/** Sends a request; `final` is the only final response the application ever gets. */
async function ask(srf: Srf, uri: string, method = 'OPTIONS', extra: object = {}): Promise<{ sent: SrfMessage; final: Promise<SrfMessage>; finals: SrfMessage[] }> {
  const finals: SrfMessage[] = []
  const sent = await new Promise<SrfMessage>((resolve, reject) => srf.request(uri, { method, ...extra }, (error, req) => (error ? reject(error as Error) : resolve(req))))
  const final = new Promise<SrfMessage>((resolve) => sent.on('response', (res: SrfMessage) => {
    if (res.status < 200) return
    finals.push(res)
    resolve(res)
  }))
  return { sent, final, finals }
}

function dial(srf: Srf, uri: string, more: object = {}): { sent: Promise<SrfMessage>; dialog: Promise<SrfDialog>; heard: number[] } {
  let give: (req: SrfMessage) => void = () => undefined
  const sent = new Promise<SrfMessage>((resolve) => (give = resolve))
  const heard: number[] = []
  const dialog = srf.createUAC(uri, { localSdp: SDP, ...more }, { cbRequest: (_error: unknown, req: SrfMessage) => give(req), cbProvisional: (res: SrfMessage) => heard.push(res.status) })
  dialog.catch(() => undefined)
  return { sent, dialog, heard }
}

/** Answers every request at once. */
async function serve(peer: Peer, what: string, status: number, headers: string[] = []): Promise<void> {
  for (;;) {
    const arrived = await peer.take(what, 600_000).catch(() => undefined)
    if (arrived === undefined) return
    peer.send(respond(peer, arrived, status, 'Because', { tag: token(), headers }))
  }
}

function answer(peer: Peer, invite: Arrived, contact?: string): void {
  peer.send(respond(peer, invite, 200, 'OK', { tag: token(), body: SDP, ...(contact === undefined ? {} : { contact: false, headers: [`Contact: <${contact}>`] }) }))
}

async function hangUp(peer: Peer, dialog: SrfDialog): Promise<Arrived> {
  const over = dialog.destroy()
  const bye = await peer.take('BYE')
  peer.send(respond(peer, bye, 200, 'OK'))
  await over
  return bye
}

const branch = (arrived: Arrived) => /branch=([^;\s]+)/.exec(field(arrived.text, 'Via'))?.[1]

behaves('weights of one priority share the requests', options(), async (scene) => {
  const srf = await scene.app()
  const [one, two, spare] = [await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, [one, two], { weights: [60, 40] })
  scene.names.srv('_sip._udp.carrier.test', [
    { priority: 1, weight: 60, port: one.port, target: 's0.carrier.test' }, { priority: 1, weight: 40, port: two.port, target: 's1.carrier.test' }, { priority: 2, weight: 1000, port: spare.port, target: 's1.carrier.test' },
  ])
  for (const peer of [one, two, spare]) void serve(peer, 'OPTIONS', 200)
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
  void serve(plain, 'OPTIONS', 200)
  void serve(tcp, 'OPTIONS', 200)
  assert.equal((await (await ask(srf, `sip:200@carrier.test:${plain.port}`)).final).status, 200)
  assert.deepEqual(scene.names.asked, ['A carrier.test'])
  assert.equal((await (await ask(srf, 'sip:200@carrier.test;transport=tcp')).final).status, 200)
  assert.deepEqual(scene.names.asked.slice(1), ['SRV _sip._tcp.carrier.test', 'A s0.carrier.test'])
})

behaves('when the TTL is over the DNS is asked again, and followed', options(), async (scene) => {
  const srf = await scene.app()
  const [old, young] = [await scene.udp(), await scene.udp()]
  void serve(old, 'OPTIONS', 200)
  void serve(young, 'OPTIONS', 200)
  publish(scene, [old], { ttl: 1 })
  const go = async () => (await (await ask(srf, 'sip:200@carrier.test;transport=udp')).final).status
  assert.equal(await go(), 200)
  publish(scene, [young], { ttl: 1 })
  await eventually(async () => (await go()) === 200 && young.count('OPTIONS') > 0, 'the new server to be asked')
  assert.equal(scene.names.count('SRV _sip._udp.carrier.test'), 2)
})

behaves('a primary that never answers: the next target within two seconds, one outcome, every attempt in the trace', options(), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const trace: { at: number; peer: string; text: string }[] = []
  scene.after(scene.target.engine?.trace?.((records) => trace.push(...records)) ?? (() => undefined))
  const { sent, dialog, heard } = dial(srf, 'sip:200@carrier.test;transport=udp')
  assert.equal(Number((await sent).source_port), dead.port, 'the OK names the first target')
  const first = await dead.take('INVITE')
  // Timer B of the first would be 32 s, longer than this case may take.
  const second = await alive.take('INVITE')
  assert.notEqual(branch(second), branch(first))
  for (const name of ['Call-ID', 'From', 'To', 'CSeq']) assert.equal(field(second.text, name), field(first.text, name))
  alive.send(respond(alive, second, 180, 'Ringing', { tag: 'r' }))
  answer(alive, second)
  await alive.take('ACK')
  const bye = await hangUp(alive, await dialog)
  assert.deepEqual(heard, [180])
  const invites = await eventually(() => {
    const found = trace.filter((one) => one.text.startsWith('INVITE '))
    return trace.some((one) => one.text.startsWith('BYE ')) && found
  }, 'the trace')
  assert.deepEqual(invites.map((one) => Number(one.peer.split(':')[1])), [dead.port, dead.port, dead.port, alive.port])
  console.log(`  from the first INVITE to the next target: ${((invites[3]?.at ?? 0) - (invites[0]?.at ?? 0)).toFixed(0)} ms`)
  assert.equal(field(bye.text, 'Call-ID'), field(first.text, 'Call-ID'))
})

behaves('503 and a refused TCP connection lead on at once', options(), async (scene) => {
  const srf = await scene.app()
  const [busy, alive] = [await scene.udp(), await scene.udp()]
  const gone = await tcpListener()
  await gone.close()
  scene.names.naptr('carrier.test', [
    { order: 1, preference: 1, flags: 's', services: 'SIP+D2T', regexp: '', replacement: '_sip._tcp.carrier.test' }, { order: 2, preference: 1, flags: 's', services: 'SIP+D2U', regexp: '', replacement: '_sip._udp.carrier.test' },
  ])
  publish(scene, [gone, busy, alive])
  const { dialog, sent } = dial(srf, 'sip:200@carrier.test')
  assert.equal((await sent).protocol, 'tcp')
  const refused = await busy.take('INVITE')
  busy.send(respond(busy, refused, 503, 'Service Unavailable', { tag: 'b' }))
  await busy.take('ACK')
  const invite = await alive.take('INVITE')
  answer(alive, invite)
  await alive.take('ACK')
  await hangUp(alive, await dialog)
  assert.equal(busy.count('INVITE'), 1)
})

behaves('other requests than INVITE move on too', options(quick), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const { final, finals } = await ask(srf, 'sip:200@carrier.test;transport=udp', 'MESSAGE', { headers: { 'Content-Type': 'text/plain' }, body: 'hello' })
  const message = await alive.take('MESSAGE')
  alive.send(respond(alive, message, 202, 'Accepted', { tag: 'm' }))
  assert.equal((await final).status, 202)
  const first = await dead.take('MESSAGE')
  dead.send(respond(dead, first, 200, 'OK', { tag: 'late' }))
  const next = await ask(srf, 'sip:200@carrier.test;transport=udp')
  void serve(alive, 'OPTIONS', 200)
  assert.equal((await next.final).status, 200)
  assert.deepEqual(finals.map((res) => res.status), [202])
})

behaves('when every target is dead the application is told why: 408 after silence, 503 after refusals', options({ t1: 5, patience: 18 }), async (scene) => {
  const srf = await scene.app()
  const [one, two] = [await scene.udp(), await scene.udp()]
  publish(scene, [one, two])
  const silence = await (await ask(srf, 'sip:200@carrier.test;transport=udp')).final
  assert.equal(silence.status, 408)
  assert.equal(silence.reason, `Request Timeout: 127.0.0.1:${one.port}/udp said nothing; 127.0.0.1:${two.port}/udp said nothing`)
  const [gone, lost] = [await tcpListener(), await tcpListener()]
  await Promise.all([gone.close(), lost.close()])
  publish(scene, [gone, lost], { domain: 'closed.test' })
  const refusal = await (await ask(srf, 'sip:200@closed.test;transport=tcp')).final
  assert.equal(refusal.status, 503)
  assert.match(refusal.reason, new RegExp(`^Not sent: 127\\.0\\.0\\.1:${gone.port}/tcp .*ECONNREFUSED.*; 127\\.0\\.0\\.1:${lost.port}/tcp .*ECONNREFUSED`))
  const [busy, also] = [await scene.udp(), await scene.udp()]
  publish(scene, [busy, also], { domain: 'busy.test' })
  void serve(busy, 'OPTIONS', 503)
  void serve(also, 'OPTIONS', 503, ['X-Which: last'])
  const last = await (await ask(srf, 'sip:200@busy.test;transport=udp')).final
  assert.equal(last.get('X-Which'), 'last')
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
  const chosen = await Promise.any(cores.map((core) => core.take('ACK').then(() => core)))
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
  await hangUp(second, connected)
})

behaves('an abandoned target that rings is cancelled', options(quick), async (scene) => {
  const srf = await scene.app()
  const [slow, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [slow, alive])
  const { dialog, heard } = dial(srf, 'sip:200@carrier.test;transport=udp')
  const abandoned = await slow.take('INVITE')
  const invite = await alive.take('INVITE')
  slow.send(respond(slow, abandoned, 180, 'Ringing', { tag: 'late' }))
  const cancel = await slow.take('CANCEL')
  assert.equal(branch(cancel), branch(abandoned))
  assert.match(field(cancel.text, 'Reason'), /Another server was asked/)
  slow.send(respond(slow, cancel, 200, 'OK', { tag: 'late' }))
  slow.send(respond(slow, abandoned, 487, 'Request Terminated', { tag: 'late' }))
  const ack = await slow.take('ACK')
  assert.equal(branch(ack), branch(abandoned))
  answer(alive, invite)
  await alive.take('ACK')
  assert.deepEqual(heard, [])
  await hangUp(alive, await dialog)
})

for (const when of ['before', 'after'] as const) {
  behaves(`an abandoned target that answers ${when} the other one: ACK and BYE, the application knows one call`, options(quick), async (scene) => {
    const srf = await scene.app()
    const [slow, alive] = [await scene.udp(), await scene.udp()]
    publish(scene, [slow, alive])
    const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp')
    const abandoned = await slow.take('INVITE')
    const invite = await alive.take('INVITE')
    if (when === 'after') {
      answer(alive, invite)
      await alive.take('ACK')
    }
    const late = respond(slow, abandoned, 200, 'OK', { tag: 'late', body: SDP })
    slow.send(late)
    const ack = await slow.take('ACK')
    assert.equal(tag(field(ack.text, 'To')), 'late')
    const bye = await slow.take('BYE')
    assert.equal(tag(field(bye.text, 'To')), 'late')
    slow.send(respond(slow, bye, 200, 'OK'))
    slow.send(late)
    await slow.take('ACK')
    if (when === 'before') {
      answer(alive, invite)
      await alive.take('ACK')
    }
    const connected = await dialog
    assert.notEqual(connected.sip.remoteTag, 'late')
    await hangUp(alive, connected)
    assert.equal(slow.count('BYE'), 1)
  })
}

behaves('cancelled by the application while a target is silent: no other is tried', options(quick), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const { dialog, sent } = dial(srf, 'sip:200@carrier.test;transport=udp')
  ;(await sent).cancel()
  await assert.rejects(dialog, (failure: { status: number }) => failure.status === 487)
  assert.equal(alive.count(/./), 0)
  const late = await dead.take('INVITE')
  dead.send(respond(dead, late, 180, 'Ringing', { tag: 'r' }))
  await dead.take('CANCEL')
})

behaves('what is sent again with credentials goes to the server that asked for them', options(), async (scene) => {
  const srf = await scene.app()
  const peers = [await scene.udp(), await scene.udp(), await scene.udp(), await scene.udp()]
  publish(scene, peers, { weights: [1, 1, 1, 1], ttl: 0 })
  for (let i = 0; i < 6; i++) {
    const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp', { auth: { username: 'u', password: 'p' } })
    const [peer, first] = await Promise.any(peers.map((one) => one.take('INVITE').then((invite) => [one, invite] as const)))
    peer.send(respond(peer, first, 407, 'Proxy Authentication Required', { tag: 'c', headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"'] }))
    const again = await peer.take(/^INVITE[^]*Proxy-Authorization/)
    peer.send(respond(peer, again, 486, 'Busy Here', { tag: 'c' }))
    await assert.rejects(dialog, (failure: { status: number }) => failure.status === 486)
  }
})

behaves('a dead target is remembered, probed by one request after its time, and well again when it answers', options({ ...quick, penalty: 300 }), async (scene) => {
  const srf = await scene.app()
  const [sick, spare] = [await scene.udp(), await scene.udp()]
  publish(scene, [sick, spare])
  void serve(spare, 'OPTIONS', 200)
  const uri = 'sip:200@carrier.test;transport=udp'
  const go = async () => (await (await ask(srf, uri)).final).status
  assert.equal(await go(), 200)
  const tried = new Set([...[await sick.take('OPTIONS')].map(branch)])
  assert.equal(await go(), 200)
  assert.equal(spare.count('OPTIONS'), 2)
  // Until its time is over nothing more arrives there; then the probe does.
  const probe = await eventually(async () => {
    await go()
    const arrived = await sick.take('OPTIONS', 10).catch(() => undefined)
    return arrived !== undefined && !tried.has(branch(arrived)) && arrived
  }, 'the probe')
  assert.ok(probe)
  void serve(sick, 'OPTIONS', 200)
  await eventually(async () => {
    const before = sick.count('OPTIONS')
    const spared = spare.count('OPTIONS')
    return (await go()) === 200 && sick.count('OPTIONS') > before && spare.count('OPTIONS') === spared
  }, 'the target to be trusted again')
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
  // The far end's close must have been seen before the answer is given.
  const probe = await scene.tcp()
  probe.raw.write('\r\n\r\n')
  await once(probe.raw, 'data')
  send()
  await home.take('200')
})
