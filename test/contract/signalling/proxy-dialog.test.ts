/** Calls that run through us: Record-Route, Route, and what comes along them (RFC 3261 §16.4, §16.6, §16.12). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ackFailure, newCall, request, respond, SDP, type Call } from './call.ts'
import { field, fields, message, token, type Arrived, type Peer } from './peer.ts'
import { along, answers, calleeSide, dials, forwards, learned, recordRoutes, refuses, rings, uriOf } from './proxied.ts'
import { behaves, type Scene } from './target.ts'

interface Through {
  caller: Peer
  phone: Peer
  call: Call
  at: { uri: string; routes: string[] }
  arrived: Arrived
}

/** A call that was set up through us, which stays in the way. */
async function through(scene: Scene, caller: Peer, phone: Peer): Promise<Through> {
  await forwards(scene, uriOf(phone), { remainInDialog: true })
  const call = dials(scene, caller)
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  const at = learned(call, await caller.take('200 INVITE'))
  caller.send(along(caller, call, 'ACK', at).text)
  await phone.take('ACK')
  return { caller, phone, call, at, arrived }
}

/** A request of the callee along its route set. */
function back(through: Through, method: string, options: Parameters<typeof request>[3] = {}): void {
  const { call, from, at } = calleeSide(through.arrived, 'p')
  const { text } = along(through.phone, call, method, at, options)
  through.phone.send(text.replace(/^From: .*$/m, `From: ${from}`))
}

behaves('Record-Route: ACK, re-INVITE, INFO and BYE run through us, in both directions', {}, async (scene) => {
  const t = await through(scene, await scene.udp(), await scene.udp())
  const own = recordRoutes(t.arrived)
  assert.equal(own.length, 1)
  assert.match(own[0] ?? '', new RegExp(`^<sip:([^@]*@)?127\\.0\\.0\\.1:${scene.target.sip.port};.*lr`))
  assert.deepEqual(t.at.routes, own)

  const again = along(t.caller, t.call, 'INVITE', t.at, { cseq: 2, body: SDP, headers: ['Content-Type: application/sdp'] })
  t.caller.send(again.text)
  const reinvite = await t.phone.take('INVITE')
  assert.equal(reinvite.start, `INVITE ${t.at.uri} SIP/2.0`)
  assert.equal(field(reinvite.text, 'Route'), '')
  assert.equal(fields(reinvite.text, 'Via').flatMap((line) => line.split(/,\s*/)).length, 2)
  t.phone.send(respond(t.phone, reinvite, 200, 'OK', { body: SDP }))
  await t.caller.take('200 INVITE')
  t.caller.send(along(t.caller, t.call, 'ACK', t.at, { cseq: 2 }).text)
  await t.phone.take('ACK')

  back(t, 'INFO')
  const info = await t.caller.take('INFO')
  assert.match(info.start, new RegExp(`^INFO sip:100@127.0.0.1:${t.caller.port}`))
  t.caller.send(respond(t.caller, info, 200, 'OK'))
  await t.phone.take('200 INFO')

  t.caller.send(along(t.caller, t.call, 'BYE', t.at, { cseq: 3 }).text)
  const bye = await t.phone.take('BYE')
  // The real server leaves Max-Forwards alone within dialogs.
  if (scene.target.engine) assert.equal(field(bye.text, 'Max-Forwards'), '69')
  t.phone.send(respond(t.phone, bye, 200, 'OK'))
  await t.caller.take('200 BYE')
})

behaves('a re-INVITE through us is told 100, and its CANCEL reaches the phone', { embeddedOnly: 'the real server forwards within dialogs without a transaction' }, async (scene) => {
  const t = await through(scene, await scene.udp(), await scene.udp())
  const again = along(t.caller, t.call, 'INVITE', t.at, { cseq: 2, body: SDP, headers: ['Content-Type: application/sdp'] })
  t.caller.send(again.text)
  t.caller.send(again.text)
  await t.caller.take(/^SIP\/2\.0 100[^]*CSeq: 2 INVITE/)
  const reinvite = await t.phone.take('INVITE')
  t.phone.send(respond(t.phone, reinvite, 180, 'Ringing'))
  await t.caller.take('180')
  assert.equal(t.phone.count('INVITE'), 2)
  t.caller.send(request(t.caller, t.call, 'CANCEL', { uri: t.at.uri, branch: again.branch, cseq: 2, headers: t.at.routes.map((route) => `Route: ${route}`) }))
  await t.caller.take('200 CANCEL')
  const cancel = await t.phone.take('CANCEL')
  t.phone.send(respond(t.phone, cancel, 200, 'OK'))
  await refuses(t.phone, reinvite, 487, 'Request Terminated', 'p')
  await t.caller.take('487 INVITE')
})

behaves('PRACK and UPDATE before the answer run through us; RSeq is not touched', { embeddedOnly: 'the real server counts RSeq anew' }, async (scene) => {
  const [caller, phone] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone), { remainInDialog: true })
  const call = dials(scene, caller, { headers: ['Supported: 100rel'] })
  const arrived = await phone.take('INVITE')
  phone.send(respond(phone, arrived, 183, 'Session Progress', { tag: 'p', body: SDP, headers: ['Require: 100rel', 'RSeq: 41'] }))
  const early = await caller.take('183')
  assert.equal(field(early.text, 'RSeq'), '41')
  const at = learned(call, early)
  caller.send(along(caller, call, 'PRACK', at, { cseq: 2, headers: ['RAck: 41 1 INVITE'] }).text)
  const prack = await phone.take('PRACK')
  assert.equal(field(prack.text, 'RAck'), '41 1 INVITE')
  phone.send(respond(phone, prack, 200, 'OK'))
  await caller.take('200 PRACK')
  caller.send(along(caller, call, 'UPDATE', at, { cseq: 3 }).text)
  phone.send(respond(phone, await phone.take('UPDATE'), 200, 'OK'))
  await caller.take('200 UPDATE')
})

behaves('further hops: the rest of the Route stays, and the first of it is the next hop', {}, async (scene) => {
  const [caller, phone, edge] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const t = await through(scene, caller, phone)
  const hop = `<sip:127.0.0.1:${edge.port};lr>`
  const far = '<sip:192.0.2.44;lr>'
  caller.send(along(caller, t.call, 'INFO', { uri: t.at.uri, routes: [...t.at.routes, hop, far] }, { cseq: 2 }).text)
  const info = await edge.take('INFO')
  assert.deepEqual(fields(info.text, 'Route').flatMap((line) => line.split(/,\s*/)), [hop, far])
  assert.equal(info.start, `INFO ${t.at.uri} SIP/2.0`)
  edge.send(respond(edge, info, 200, 'OK'))
  await caller.take('200 INFO')
})

behaves('a strict router before us and one behind us', { embeddedOnly: 'the real server knows loose routers only' }, async (scene) => {
  const [caller, phone, edge] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const t = await through(scene, caller, phone)
  const own = /<([^>]+)>/.exec(t.at.routes[0] ?? '')?.[1] ?? ''
  // §16.4: what the strict router took for the Request-URI is our Record-Route; the target is the last Route.
  caller.send(along(caller, t.call, 'INFO', { uri: own, routes: [`<${t.at.uri}>`] }, { cseq: 2 }).text)
  const info = await phone.take('INFO')
  assert.equal(info.start, `INFO ${t.at.uri} SIP/2.0`)
  assert.equal(field(info.text, 'Route'), '')
  phone.send(respond(phone, info, 200, 'OK'))
  await caller.take('200 INFO')
  // §16.6.6: the strict router behind us gets its own URI as Request-URI, the target goes to the end of the Route.
  caller.send(along(caller, t.call, 'INFO', { uri: t.at.uri, routes: [...t.at.routes, `<sip:127.0.0.1:${edge.port}>`] }, { cseq: 3 }).text)
  const strict = await edge.take('INFO')
  assert.equal(strict.start, `INFO sip:127.0.0.1:${edge.port} SIP/2.0`)
  assert.equal(field(strict.text, 'Route'), `<${t.at.uri}>`)
  edge.send(respond(edge, strict, 200, 'OK'))
  await caller.take('200 INFO')
})

behaves('another transport on the other side: one Record-Route for each, and both directions find their way', {}, async (scene) => {
  const [caller, phone] = [await scene.udp(), await scene.tcp()]
  const t = await through(scene, caller, phone)
  const own = recordRoutes(t.arrived)
  if (scene.target.engine) {
    assert.equal(own.length, 2)
    assert.match(own[0] ?? '', /transport=tcp/)
    assert.doesNotMatch(own[1] ?? '', /transport=tcp/)
  }
  t.caller.send(along(t.caller, t.call, 'INFO', t.at, { cseq: 2 }).text)
  const info = await t.phone.take('INFO')
  t.phone.send(respond(t.phone, info, 200, 'OK'))
  await t.caller.take('200 INFO')
  back(t, 'BYE')
  const bye = await t.caller.take('BYE')
  assert.match(fields(bye.text, 'Via')[0] ?? '', /^SIP\/2\.0\/UDP/)
  t.caller.send(respond(t.caller, bye, 200, 'OK'))
  await t.phone.take('200 BYE')
})

behaves('a phone behind NAT on TCP is reached over the connection it opened', { embeddedOnly: 'the real server dials the Contact' }, async (scene) => {
  const [caller, phone] = [await scene.tcp(), await scene.udp()]
  await forwards(scene, uriOf(phone), { remainInDialog: true })
  const call = newCall()
  caller.send(request(caller, call, 'INVITE', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}`, body: SDP, headers: ['Content-Type: application/sdp'] }).replace(/^Contact: .*$/m, 'Contact: <sip:100@127.0.0.1:9;transport=tcp>'))
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  const at = learned(call, await caller.take('200 INVITE'))
  caller.send(along(caller, call, 'ACK', at).text)
  await phone.take('ACK')
  back({ caller, phone, call, at, arrived }, 'BYE')
  const bye = await caller.take('BYE')
  assert.equal(bye.start, 'BYE sip:100@127.0.0.1:9;transport=tcp SIP/2.0')
  caller.send(respond(caller, bye, 200, 'OK'))
  await phone.take('200 BYE')
})

behaves('nobody can have a request forwarded by naming us in a Route', { embeddedOnly: 'the real server forwards for anybody' }, async (scene) => {
  const [caller, phone, victim] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const t = await through(scene, caller, phone)
  const stranger = { ...newCall(), to: '<sip:200@127.0.0.1>;tag=made-up' }
  const target = `sip:200@127.0.0.1:${victim.port}`
  for (const route of [`<sip:127.0.0.1:${scene.target.sip.port};lr>`, t.at.routes[0] ?? '']) {
    const { text, branch } = along(caller, stranger, 'INVITE', { uri: target, routes: [route] })
    caller.send(text)
    const refusal = await caller.take(new RegExp(`^SIP/2.0 481[^]*${branch}`))
    caller.send(ackFailure(caller, { ...stranger, branch }, refusal))
  }
  assert.equal(victim.count(/./), 0)
})

behaves('the hops are counted down to 483, and an unknown Proxy-Require is 420', { embeddedOnly: 'the real server does not look' }, async (scene) => {
  const [caller, phone] = [await scene.udp(), await scene.udp()]
  const t = await through(scene, caller, phone)
  caller.send(along(caller, t.call, 'INFO', t.at, { cseq: 2, maxForwards: 0 }).text)
  await caller.take('483 INFO')
  caller.send(along(caller, t.call, 'INFO', t.at, { cseq: 3, headers: ['Proxy-Require: foo'] }).text)
  assert.equal(field((await caller.take('420 INFO')).text, 'Unsupported'), 'foo')
  caller.send(along(caller, t.call, 'INFO', t.at, { cseq: 4, maxForwards: 1 }).text)
  const info = await phone.take('INFO')
  assert.equal(field(info.text, 'Max-Forwards'), '0')
  phone.send(respond(phone, info, 200, 'OK'))
  await caller.take('200 INFO')
})

behaves('a phone that is gone: the BYE through us is answered', { embeddedOnly: 'the real server says nothing' }, async (scene) => {
  const [caller, phone] = [await scene.udp(), await scene.tcp()]
  const t = await through(scene, caller, phone)
  await phone.close()
  // The far end must have seen the close: it has when it answers a newcomer.
  const probe = await scene.tcp()
  probe.raw.write('\r\n\r\n')
  await once(probe.raw, 'data')
  caller.send(along(caller, t.call, 'BYE', t.at, { cseq: 2 }).text)
  await caller.take('500 BYE')
})

behaves('a preloaded Route that names us is taken off before the request is forwarded', {}, async (scene) => {
  const [caller, phone] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone), {}, 'message')
  const call = newCall()
  caller.send(message(`MESSAGE sip:200@192.0.2.88 SIP/2.0`, [
    `Via: SIP/2.0/UDP 127.0.0.1:${caller.port};branch=z9hG4bK${token()};rport`, 'Max-Forwards: 70', `From: <sip:100@127.0.0.1>;tag=${call.fromTag}`, `To: ${call.to}`, `Call-ID: ${call.callId}`, 'CSeq: 1 MESSAGE',
    `Route: <sip:127.0.0.1:${scene.target.sip.port};lr>`,
  ]))
  const arrived = await phone.take('MESSAGE')
  assert.equal(field(arrived.text, 'Route'), '')
  assert.equal(arrived.start, 'MESSAGE sip:200@192.0.2.88 SIP/2.0')
  phone.send(respond(phone, arrived, 200, 'OK', { tag: 'm' }))
  await caller.take('200')
})
