/** Forwarding as a proxy (RFC 3261 §16): one target after the other, timeouts, redirections, refusals. */
import assert from 'node:assert/strict'
import { ack, ackFailure, newCall, request, respond, SDP } from './call.ts'
import { field, fields, message, tag, token } from './peer.ts'
import { answers, dials, forwards, learned, recordRoutes, refuses, rings, statuses, toUs, uriOf, yields } from './proxied.ts'
import { authenticated } from './frames.ts'
import { behaves, type ProxyResult, type SrfMessage } from './target.ts'

behaves('one target: what is not the proxy\'s passes untouched, both ways', {}, async (scene) => {
  const phone = await scene.udp()
  const caller = await scene.udp()
  const { result } = await forwards(scene, uriOf(phone))
  const call = dials(scene, caller, { headers: ['X-Own: one, two', 'Supported: timer', 'Subject: Grüße'] })
  const trying = await caller.take('100')
  assert.equal(tag(field(trying.text, 'To')), '')
  const arrived = await rings(phone, 'p')
  assert.equal(arrived.start, `INVITE ${uriOf(phone)} SIP/2.0`)
  const vias = fields(arrived.text, 'Via').flatMap((line) => line.split(/,\s*/))
  assert.equal(vias.length, 2)
  assert.match(vias[0] ?? '', new RegExp(`^SIP/2.0/UDP 127.0.0.1(:${scene.target.sip.port})?;.*branch=z9hG4bK`))
  assert.ok(vias[1]?.includes(call.branch), 'the caller\'s Via is below ours')
  assert.equal(field(arrived.text, 'Max-Forwards'), '69')
  assert.equal(field(arrived.text, 'X-Own'), 'one, two')
  assert.equal(field(arrived.text, 'Subject'), 'Grüße')
  assert.equal(field(arrived.text, 'Call-ID'), call.callId)
  assert.equal(field(arrived.text, 'Record-Route'), '')
  assert.ok(arrived.text.endsWith(SDP))
  const ringing = await caller.take('180')
  assert.equal(tag(field(ringing.text, 'To')), 'p')
  assert.equal(fields(ringing.text, 'Via').length, 1)
  answers(phone, arrived, 'p')
  const answer = await caller.take('200')
  assert.equal(field(answer.text, 'Via').includes(call.branch), true)
  assert.ok(answer.text.endsWith(SDP))
  const outcome = await result
  assert.equal(outcome.connected, true)
  assert.equal(outcome.finalStatus, 200)
  assert.deepEqual(statuses(outcome), [200])
  assert.equal(outcome.responses[0]?.port, phone.port)
  const { uri, routes } = learned(call, answer)
  assert.deepEqual(routes, [])
  assert.equal(uri, `sip:200@127.0.0.1:${phone.port}`)
})

behaves('a 200 that is repeated is forwarded each time', {}, async (scene) => {
  const phone = await scene.udp()
  const caller = await scene.udp()
  await forwards(scene, uriOf(phone))
  dials(scene, caller)
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  const first = await caller.take('200')
  answers(phone, arrived, 'p')
  const again = await caller.take('200')
  assert.equal(again.text, first.text)
})

behaves('serial: the next target is tried when one refuses, and its refusal is acknowledged', {}, async (scene) => {
  const [busy, phone, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, [uriOf(busy), uriOf(phone)])
  const call = dials(scene, caller)
  const refused = await busy.take('INVITE')
  assert.equal(phone.count('INVITE'), 0)
  const acknowledged = await refuses(busy, refused, 486, 'Busy Here', 'b')
  assert.equal(/branch=([^;\s]+)/.exec(acknowledged.text)?.[1], /branch=([^;\s]+)/.exec(refused.text)?.[1])
  assert.equal(tag(field(acknowledged.text, 'To')), 'b')
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  const answer = await caller.take('200')
  assert.equal(tag(field(answer.text, 'To')), 'p')
  assert.equal(caller.count('486'), 0)
  const outcome = await result
  assert.deepEqual(statuses(outcome), [486, 200])
  assert.equal(outcome.connected, true)
  caller.send(ack(caller, call, learned(call, answer).uri))
})

behaves('serial: all refuse, the caller gets the best refusal with its own tag and headers', {}, async (scene) => {
  const [one, two, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, [uriOf(one), uriOf(two)])
  const call = dials(scene, caller)
  await refuses(one, await one.take('INVITE'), 500, 'Broken', 'a')
  await refuses(two, await two.take('INVITE'), 486, 'Busy Here', 'b', ['X-Why: talking'])
  const refusal = await caller.take('486')
  assert.equal(refusal.start, 'SIP/2.0 486 Busy Here')
  assert.equal(field(refusal.text, 'X-Why'), 'talking')
  assert.equal(tag(field(refusal.text, 'To')), 'b')
  caller.send(ackFailure(caller, call, refusal))
  const outcome = await result
  assert.equal(outcome.connected, false)
  assert.deepEqual(statuses(outcome), [500, 486])
})

behaves('provisionalTimeout: a target that says nothing is passed over', {}, async (scene) => {
  const [silent, phone, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, [uriOf(silent), uriOf(phone)], { provisionalTimeout: '60ms' })
  dials(scene, caller)
  await silent.take('INVITE')
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  await caller.take('200')
  assert.equal((await result).connected, true)
})

behaves('a target that was passed over and rings all the same is cancelled', { embeddedOnly: 'the real server lets it ring' }, async (scene) => {
  const [late, phone, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  await forwards(scene, [uriOf(late), uriOf(phone)], { provisionalTimeout: '60ms' })
  dials(scene, caller)
  const passed = await late.take('INVITE')
  await rings(phone, 'p')
  assert.equal(late.count('CANCEL'), 0)
  late.send(respond(late, passed, 180, 'Ringing', { tag: 'l' }))
  const cancel = await yields(late, passed, 'l')
  assert.match(field(cancel.text, 'Reason'), /^SIP;cause=408/)
})

behaves('finalTimeout: a target that only rings is cancelled and the next is tried', { embeddedOnly: 'the real server reads finalTimeout and does not use it' }, async (scene) => {
  const [slow, phone, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, [uriOf(slow), uriOf(phone)], { finalTimeout: '80ms' })
  dials(scene, caller)
  const first = await rings(slow, 's')
  const cancelled = yields(slow, first, 's')
  const arrived = await phone.take('INVITE')
  answers(phone, arrived, 'p')
  const answer = await caller.take('200')
  assert.equal(tag(field(answer.text, 'To')), 'p')
  await cancelled
  assert.equal((await result).connected, true)
})

behaves('finalTimeout on the only target: 408, and a 200 that comes too late is forwarded all the same', { embeddedOnly: 'the real server reads finalTimeout and does not use it' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(phone), { finalTimeout: '80ms' })
  const call = dials(scene, caller)
  const arrived = await rings(phone, 'p')
  caller.send(ackFailure(caller, call, await caller.take('408')))
  assert.equal((await result).connected, false)
  await phone.take('CANCEL')
  answers(phone, arrived, 'p')
  assert.equal(tag(field((await caller.take('200')).text, 'To')), 'p')
})

behaves('nobody there: the INVITE is repeated, then 408', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(phone))
  const call = dials(scene, caller)
  caller.send(ackFailure(caller, call, await caller.take('408')))
  assert.ok(phone.count('INVITE') > 3, 'it was repeated')
  const outcome = await result
  assert.deepEqual([outcome.connected, outcome.finalStatus], [false, 408])
})

behaves('timer C: an INVITE that rings for ever is cancelled, and 408', { timing: { proxyInvite: 80 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone))
  const call = dials(scene, caller)
  const arrived = await rings(phone, 'p')
  await yields(phone, arrived, 'p')
  caller.send(ackFailure(caller, call, await caller.take('408')))
})

behaves('a target that cannot be reached counts as 503, which is told as 500', { embeddedOnly: 'the real server waits for a response all the same' }, async (scene) => {
  const [gone, caller] = [await scene.listener(), await scene.udp()]
  await gone.close()
  const { result } = await forwards(scene, uriOf(gone))
  const call = dials(scene, caller)
  caller.send(ackFailure(caller, call, await caller.take('500')))
  assert.deepEqual(statuses(await result), [503])
})

behaves('a redirection is told to the caller unless it is to be followed', {}, async (scene) => {
  const [desk, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(desk))
  const call = dials(scene, caller)
  await refuses(desk, await desk.take('INVITE'), 302, 'Moved Temporarily', 'd', ['Contact: <sip:300@192.0.2.9>'])
  const moved = await caller.take('302')
  assert.equal(field(moved.text, 'Contact'), '<sip:300@192.0.2.9>')
  caller.send(ackFailure(caller, call, moved))
})

behaves('followRedirects: the contacts are tried, best q first', {}, async (scene) => {
  const [desk, phone, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(desk), { followRedirects: true })
  dials(scene, caller)
  await refuses(desk, await desk.take('INVITE'), 302, 'Moved Temporarily', 'd', [`Contact: <${uriOf(phone)}>`])
  const arrived = await rings(phone, 'p')
  assert.equal(arrived.start, `INVITE ${uriOf(phone)} SIP/2.0`)
  answers(phone, arrived, 'p')
  await caller.take('200')
  const outcome = await result
  assert.deepEqual(statuses(outcome), [302, 200])
  assert.equal(caller.count('302'), 0)
})

behaves('followRedirects: by q; a contact that was tried is not tried again; what cannot be tried is told', { embeddedOnly: 'the real server follows in the order of the contacts, and round in circles' }, async (scene) => {
  const [desk, low, high, caller] = [await scene.udp(), await scene.udp(), await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(desk), { followRedirects: true })
  const call = dials(scene, caller)
  await refuses(desk, await desk.take('INVITE'), 302, 'Moved', 'd', [`Contact: <${uriOf(low)}>;q=0.2, <${uriOf(high)}?Subject=x>;q=0.8`, 'Contact: <mailto:a@b.example>'])
  const first = await high.take('INVITE')
  assert.equal(first.start, `INVITE ${uriOf(high)} SIP/2.0`)
  assert.equal(low.count('INVITE'), 0)
  await refuses(high, first, 302, 'Moved', 'h', [`Contact: <${uriOf(desk)}>`])
  await refuses(low, await low.take('INVITE'), 404, 'Not Found', 'l')
  const moved = await caller.take('302')
  assert.equal(field(moved.text, 'Contact'), '<mailto:a@b.example>')
  caller.send(ackFailure(caller, call, moved))
  assert.equal(desk.count('INVITE'), 1)
})

behaves('a Request-URI that is not ours stays; the destination is the next hop', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone))
  dials(scene, caller, { uri: 'sip:200@192.0.2.88' })
  const arrived = await rings(phone, 'p')
  assert.equal(arrived.start, 'INVITE sip:200@192.0.2.88 SIP/2.0')
  answers(phone, arrived, 'p')
  await caller.take('200')
})

behaves('req.proxy, a bare host:port and header options', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  let give: (result: Promise<ProxyResult>) => void = () => undefined
  const result = new Promise<ProxyResult>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((req) => give(req.proxy({ destination: `127.0.0.1:${phone.port}`, headers: { 'X-Added': 'yes' } }))))
  dials(scene, caller)
  const arrived = await rings(phone, 'p')
  assert.equal(arrived.start, `INVITE sip:127.0.0.1:${phone.port} SIP/2.0`)
  assert.equal(field(arrived.text, 'X-Added'), 'yes')
  answers(phone, arrived, 'p')
  await caller.take('200')
  assert.equal((await result).connected, true)
})

behaves('srf.proxyRequest with a callback', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  let give: (result: ProxyResult | undefined) => void = () => undefined
  const result = new Promise<ProxyResult | undefined>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((req) => srf.proxyRequest(req, uriOf(phone), { remainInDialog: true }, (_error, outcome) => give(outcome))))
  dials(scene, caller)
  const arrived = await rings(phone, 'p')
  assert.equal(recordRoutes(arrived).length, 1)
  answers(phone, arrived, 'p')
  await caller.take('200')
  assert.equal((await result)?.connected, true)
})

behaves('the application cannot change what makes the request the same', { embeddedOnly: 'the real server lets it' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone), { headers: { From: '<sip:else@x>;tag=1', 'Call-ID': 'other', 'Max-Forwards': '5', Via: 'SIP/2.0/UDP x', 'X-Own': 'new' } })
  const call = dials(scene, caller, { headers: ['X-Own: old'] })
  const arrived = await phone.take('INVITE')
  assert.equal(tag(field(arrived.text, 'From')), call.fromTag)
  assert.deepEqual(fields(arrived.text, 'Call-ID'), [call.callId])
  assert.deepEqual(fields(arrived.text, 'Max-Forwards'), ['69'])
  assert.deepEqual(fields(arrived.text, 'X-Own'), ['new'])
  assert.equal(fields(arrived.text, 'Via').length, 2)
})

behaves('a MESSAGE is forwarded, and its answer comes back', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(phone), {}, 'message')
  caller.send(request(caller, newCall(), 'MESSAGE', { ...toUs(scene), headers: ['Content-Type: text/plain'], body: 'hello' }))
  const arrived = await phone.take('MESSAGE')
  assert.ok(arrived.text.endsWith('\r\n\r\nhello'))
  phone.send(respond(phone, arrived, 200, 'OK', { tag: 'm' }))
  await caller.take('200 MESSAGE')
  assert.equal((await result).connected, true)
})

behaves('a MESSAGE that nobody answers gets no 408: it would come too late', { timing: { t1: 10, t2: 40 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(phone), {}, 'message')
  caller.send(request(caller, newCall(), 'MESSAGE', toUs(scene)))
  assert.equal((await result).connected, false)
  assert.equal(caller.count('408'), 0)
})

behaves('a REGISTER that stays in the way gets Path and Require: path', {}, async (scene) => {
  const [registrar, phone] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(registrar), { path: true }, 'register')
  phone.send(request(phone, newCall('100'), 'REGISTER', { ...toUs(scene), headers: ['Supported: path'] }))
  const arrived = await registrar.take('REGISTER')
  assert.match(field(arrived.text, 'Path'), new RegExp(`^<sip:([^@]*@)?127\\.0\\.0\\.1:${scene.target.sip.port}.*;lr.*>$`))
  assert.equal(field(arrived.text, 'Require'), 'path')
  assert.equal(field(arrived.text, 'Record-Route'), '')
  registrar.send(respond(registrar, arrived, 200, 'OK', { tag: 'r', headers: [`Contact: <sip:100@127.0.0.1:${phone.port}>;expires=60`] }))
  const granted = await phone.take('200 REGISTER')
  assert.match(field(granted.text, 'Contact'), /expires=60/)
})

behaves('without Max-Forwards 70 is put in', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone), {}, 'message')
  caller.send(request(caller, newCall(), 'MESSAGE', toUs(scene)).replace('Max-Forwards: 70\r\n', ''))
  const arrived = await phone.take('MESSAGE')
  assert.equal(field(arrived.text, 'Max-Forwards'), '70')
  phone.send(respond(phone, arrived, 200, 'OK', { tag: 'm' }))
  await caller.take('200')
})

behaves('a Proxy-Require that we do not know is 420', { embeddedOnly: 'the real server does not look' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, uriOf(phone))
  dials(scene, caller, { headers: ['Proxy-Require: privacy, foo'] })
  assert.equal(field((await caller.take('420')).text, 'Unsupported'), 'privacy, foo')
  await assert.rejects(result, /420/)
  assert.equal(phone.count('INVITE'), 0)
})

behaves('a destination that is no SIP address: 500, and the application is told', { embeddedOnly: 'the real server accepts anything' }, async (scene) => {
  const caller = await scene.udp()
  const { result } = await forwards(scene, 'tel:+4930123456')
  const call = dials(scene, caller)
  caller.send(ackFailure(caller, call, await caller.take('500')))
  await assert.rejects(result, /error proxying request/)
})

behaves('a request that was answered, or never was, cannot be forwarded', {}, async (scene) => {
  const caller = await scene.udp()
  let failure: (error: unknown) => void = () => undefined
  const failed = new Promise<unknown>((resolve) => (failure = resolve))
  await scene.app((srf) => srf.invite((req: SrfMessage, res) => {
    res.send(486, {}, () => srf.proxyRequest(req, 'sip:200@127.0.0.1:9', {}, (error) => failure(error)))
  }))
  const call = dials(scene, caller)
  caller.send(ackFailure(caller, call, await caller.take('486')))
  assert.match(String(await failed), /Unknown transaction id/)
})

behaves('fullResponse is an option of the wire: without it done comes at once', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const wire = await authenticated(scene.target.control)
  scene.after(() => wire.close())
  await wire.answer(wire.say('route|message'))
  caller.send(request(caller, newCall(), 'MESSAGE', toUs(scene)))
  const frame = await wire.hear((payload) => payload.includes('|sip|network|'))
  const id = wire.say(`proxy|${frame.split('|')[8]}||||serial|||${uriOf(phone)}\r\nMESSAGE ${uriOf(phone)} SIP/2.0\r\n\r\n`)
  assert.deepEqual(await wire.answer(id), ['OK', 'done'])
  const arrived = await phone.take('MESSAGE')
  phone.send(respond(phone, arrived, 200, 'OK', { tag: 'm' }))
  await caller.take('200')
})

behaves('the application vanishes: what it let forward goes on', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const { srf } = await forwards(scene, uriOf(phone))
  dials(scene, caller)
  const arrived = await rings(phone, 'p')
  await caller.take('180')
  srf.disconnect()
  answers(phone, arrived, 'p')
  await caller.take('200')
})

behaves('a request that comes back the same is a loop: 482', { embeddedOnly: 'the real server does not look' }, async (scene) => {
  const caller = await scene.udp()
  const { result } = await forwards(scene, `sip:127.0.0.1:${scene.target.sip.port}`, {}, 'message')
  caller.send(request(caller, newCall(), 'MESSAGE', { uri: 'sip:round@192.0.2.77' }))
  await caller.take('482')
  assert.equal((await result).finalStatus, 482)
})

behaves('a request that comes back with another target is a spiral and goes on', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const us = `127.0.0.1:${scene.target.sip.port}`
  await forwards(scene, (req) => (req.uri.includes('first') ? `sip:second@${us}` : uriOf(phone)))
  dials(scene, caller, { uri: `sip:first@${us}` })
  const arrived = await rings(phone, 'p')
  assert.equal(fields(arrived.text, 'Via').length, 3)
  assert.equal(field(arrived.text, 'Max-Forwards'), '68')
  answers(phone, arrived, 'p')
  await caller.take('200')
})

behaves('a response that belongs to nothing is not forwarded', { embeddedOnly: 'the real server sends it to the next Via' }, async (scene) => {
  const [stranger, victim, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  stranger.send(message('SIP/2.0 200 OK', [
    `Via: SIP/2.0/UDP 127.0.0.1:${scene.target.sip.port};branch=z9hG4bK${token()}`, `Via: SIP/2.0/UDP 127.0.0.1:${victim.port};branch=z9hG4bK${token()}`,
    'From: <sip:a@b>;tag=1', 'To: <sip:c@d>;tag=2', `Call-ID: ${token()}`, 'CSeq: 1 INVITE',
  ]))
  caller.send(request(caller, newCall(), 'OPTIONS'))
  await caller.take('200')
  assert.equal(victim.count(/./), 0)
})

behaves('when all is over nothing is left of what was forwarded', { timing: { t1: 5, t2: 20, t4: 20 }, embeddedOnly: 'the real server does not tell' }, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, [`sip:200@127.0.0.1:${phone.port}`, `sip:201@127.0.0.1:${phone.port}`], { forking: 'simultaneous', finalTimeout: '100ms' })
  dials(scene, caller)
  await phone.take('INVITE')
  await caller.take('408')
  for (;;) {
    const status = await scene.target.engine?.status()
    if (status && status.pending.forwarded + status.pending.incoming + status.transactions.server + status.transactions.client === 0) break
  }
})
