/** Every method that has a meaning of its own, outside dialogs and within, sent and received; credentials for requests within a call. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { respond, request, newCall, SDP } from './call.ts'
import { connect, connectOut, within } from './connected.ts'
import { body, field, token, type Peer } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfDialog, type SrfMessage, type SrfReply } from './target.ts'

/** Sends a request outside dialogs; resolves with its final response. */
function asks(srf: Srf, uri: string, options: object): Promise<SrfMessage> {
  return new Promise((resolve, reject) => srf.request(uri, options, (error, req) => {
    if (error) return reject(error as Error)
    req.on('response', (res: SrfMessage) => void (res.status >= 200 && resolve(res)))
  }))
}

const TEXT = { 'Content-Type': 'text/plain' }

for (const [method, headers, text] of [['MESSAGE', ['Content-Type: text/plain'], 'hello'], ['PUBLISH', ['Event: presence', 'Content-Type: text/plain', 'Expires: 60'], 'open'], ['INFO', ['Content-Type: text/plain'], '5'], ['OPTIONS', [], ''], ['REGISTER', ['Expires: 60'], '']] as const) {
  behaves(`${method} outside dialogs comes in whole and is answered as the application says`, {}, async (scene) => {
    await scene.app((srf) => srf.use(method.toLowerCase(), (req, res) => {
      res.send(req.body === text || (text === '' && !req.body) ? 200 : 400, { headers: { 'X-Seen': req.method, ...(method === 'PUBLISH' ? { 'SIP-ETag': 'e1', Expires: '60' } : {}) } })
    }))
    const phone = await scene.udp()
    const call = newCall()
    phone.send(request(phone, call, method, { headers: [...headers], body: text }))
    const answer = await phone.take(`200 ${method}`)
    assert.equal(field(answer.text, 'X-Seen'), method)
    if (method === 'PUBLISH') assert.equal(field(answer.text, 'SIP-ETag'), 'e1')
  })
}

for (const [method, headers, text] of [['MESSAGE', TEXT, 'hello'], ['PUBLISH', { ...TEXT, Event: 'presence', Expires: '60' }, 'open'], ['INFO', TEXT, '5'], ['NOTIFY', { Event: 'keep-alive', 'Subscription-State': 'active' }, ''], ['OPTIONS', {}, '']] as const) {
  behaves(`${method} outside dialogs goes out whole, and its answer comes back`, {}, async (scene) => {
    const srf = await scene.app()
    const phone = await scene.udp()
    const asked = asks(srf, `sip:100@127.0.0.1:${phone.port}`, { method, headers: { ...headers, 'X-Case': '1' }, ...(text ? { body: text } : {}) })
    const arrived = await phone.take(method)
    assert.deepEqual([field(arrived.text, 'X-Case'), body(arrived.text)], ['1', text])
    phone.send(respond(phone, arrived, 202, 'Accepted', { tag: 'p', headers: ['X-Answer: 2'] }))
    const answer = await asked
    assert.deepEqual([answer.status, answer.get('X-Answer')], [202, '2'])
  })
}

for (const [method, event, headers] of [['INFO', 'info', ['Content-Type: text/plain']], ['MESSAGE', 'message', ['Content-Type: text/plain']], ['NOTIFY', 'notify', ['Event: talk', 'Subscription-State: active', 'Content-Type: text/plain']], ['OPTIONS', 'options', ['Content-Type: text/plain']]] as const) {
  behaves(`${method} within a call reaches its dialog`, {}, async (scene) => {
    const c = await connect(scene, await scene.udp())
    c.dialog.on(event, (req: SrfMessage, res: SrfReply) => res.send(req.body === 'x' ? 200 : 400, { headers: { 'X-Seen': req.method } }))
    within(c, method, { headers: [...headers], body: 'x' })
    assert.equal(field((await c.phone.take(`200 ${method}`)).text, 'X-Seen'), method)
  })
}

for (const [method, headers] of [['INFO', TEXT], ['MESSAGE', TEXT], ['NOTIFY', { ...TEXT, Event: 'talk', 'Subscription-State': 'active' }], ['OPTIONS', {}], ['UPDATE', {}], ['REFER', { 'Refer-To': '<sip:300@127.0.0.1>' }]] as const) {
  behaves(`${method} of the application goes out within its call`, {}, async (scene) => {
    const phone = await scene.udp()
    const { dialog, invite, toTag } = await connectOut(scene, phone)
    const asked = dialog.request({ method, headers: { ...headers }, ...('Content-Type' in headers ? { body: 'x' } : {}) })
    const arrived = await phone.take(method)
    assert.equal(field(arrived.text, 'Call-ID'), field(invite.text, 'Call-ID'))
    assert.match(field(arrived.text, 'To'), new RegExp(`tag=${toTag}`))
    assert.equal(Number.parseInt(field(arrived.text, 'CSeq'), 10), Number.parseInt(field(invite.text, 'CSeq'), 10) + 1)
    phone.send(respond(phone, arrived, method === 'REFER' ? 202 : 200, 'OK'))
    assert.equal((await asked).status, method === 'REFER' ? 202 : 200)
  })
}

behaves('a REFER of the application is told how it goes by NOTIFY', {}, async (scene) => {
  const phone = await scene.udp()
  const { dialog, invite, toTag } = await connectOut(scene, phone)
  const notified = new Promise<SrfMessage>((resolve) => dialog.on('notify', (req: SrfMessage, res: SrfReply) => {
    res.send(200)
    resolve(req)
  }))
  const asked = dialog.request({ method: 'REFER', headers: { 'Refer-To': '<sip:300@127.0.0.1>' } })
  const refer = await phone.take('REFER')
  phone.send(respond(phone, refer, 202, 'Accepted'))
  await asked
  const call = { callId: field(invite.text, 'Call-ID'), fromTag: toTag, branch: `z9hG4bK${token()}`, cseq: 1, to: field(invite.text, 'From') }
  phone.send(request(phone, call, 'NOTIFY', { uri: uriOf(invite.text), headers: ['Event: refer', 'Subscription-State: terminated;reason=noresource', 'Content-Type: message/sipfrag'], body: 'SIP/2.0 200 OK' }))
  await phone.take('200 NOTIFY')
  assert.equal((await notified).body, 'SIP/2.0 200 OK')
})

behaves('a REFER of the phone within a call: 202, and the NOTIFYs of the application', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('refer', (_req: SrfMessage, res: SrfReply) => res.send(202))
  within(c, 'REFER', { headers: ['Refer-To: <sip:300@127.0.0.1>', `Contact: <sip:100@127.0.0.1:${c.phone.port}>`] })
  await c.phone.take('202 REFER')
  for (const [state, words] of [['active;expires=60', '100 Trying'], ['terminated;reason=noresource', '200 OK']] as const) {
    const told = c.dialog.request({ method: 'NOTIFY', headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' }, body: `SIP/2.0 ${words}` })
    const notify = await c.phone.take('NOTIFY')
    assert.equal(body(notify.text), `SIP/2.0 ${words}`)
    c.phone.send(respond(c.phone, notify, 200, 'OK'))
    assert.equal((await told).status, 200)
  }
})

behaves('SUBSCRIBE of the application is accepted, and refused', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  for (const status of [489, 200]) {
    const asked = asks(srf, `sip:100@127.0.0.1:${phone.port}`, { method: 'SUBSCRIBE', headers: { Event: 'message-summary', Expires: '60' } })
    const arrived = await phone.take('SUBSCRIBE')
    assert.match(field(arrived.text, 'Contact'), new RegExp(String(scene.target.sip.port)))
    phone.send(respond(phone, arrived, status, 'As Told', { tag: token(), headers: ['Expires: 60', `Contact: <sip:100@127.0.0.1:${phone.port}>`] }))
    assert.equal((await asked).status, status)
  }
})

const CHALLENGE = ['WWW-Authenticate: Digest realm="test", nonce="n1", algorithm=MD5, qop="auth"']
const auth = { username: 'u', password: 'p' }

/** The phone wants a password for the next request of this method; srf gives it in the same dialog with the next CSeq. */
async function challenged(phone: Peer, method: string, options: { tag?: string; body?: string; reason?: string } = {}): Promise<void> {
  const first = await phone.take(method)
  phone.send(respond(phone, first, 401, 'Unauthorized', { headers: CHALLENGE, ...(options.tag === undefined ? {} : { tag: options.tag }) }))
  if (method === 'INVITE') await phone.take('ACK')
  const second = await phone.take(method)
  assert.match(field(second.text, 'Authorization'), /username="u"/)
  assert.equal(field(second.text, 'Call-ID'), field(first.text, 'Call-ID'))
  assert.ok(Number.parseInt(field(second.text, 'CSeq'), 10) > Number.parseInt(field(first.text, 'CSeq'), 10))
  phone.send(respond(phone, second, 200, 'OK', { ...(options.tag === undefined ? {} : { tag: options.tag }), ...(options.body === undefined ? {} : { body: options.body }) }))
  if (method === 'INVITE') await phone.take('ACK')
}

behaves('auth: a REGISTER of the application', {}, async (scene) => {
  const srf = await scene.app()
  const registrar = await scene.udp()
  const asked = asks(srf, `sip:127.0.0.1:${registrar.port}`, { method: 'REGISTER', headers: { From: '<sip:u@example.com>', To: '<sip:u@example.com>', Contact: '<sip:u@localhost>', Expires: '60' }, auth })
  await challenged(registrar, 'REGISTER', { tag: 'r' })
  assert.equal((await asked).status, 200)
})

behaves('auth: a BYE within a call', {}, async (scene) => {
  const phone = await scene.udp()
  const { dialog } = await connectOut(scene, phone)
  const over = dialog.destroy({ auth })
  await challenged(phone, 'BYE')
  await over
})

behaves('auth: a re-INVITE within a call', {}, async (scene) => {
  const phone = await scene.udp()
  const { dialog } = await connectOut(scene, phone)
  const changed = (dialog as SrfDialog & { modify(sdp: string, options: object): Promise<string> }).modify(SDP.replace('sendrecv', 'sendonly'), { auth })
  await challenged(phone, 'INVITE', { body: SDP })
  assert.equal(await changed, SDP)
})

behaves('overlapping changes of the session go out one after the other, each with its answer', {}, async (scene: Scene) => {
  const phone = await scene.udp()
  const { dialog } = await connectOut(scene, phone)
  const changes = ['2', '3', '4'].map((version) => ({ version, changed: dialog.modify(SDP.replace('o=- 1', `o=- ${version}`)) }))
  for (const { version, changed } of changes) {
    const again = await phone.take('INVITE')
    assert.match(body(again.text), new RegExp(`o=- ${version}`))
    phone.send(respond(phone, again, 200, 'OK', { body: SDP.replace('o=- 1', `o=- ${version}`) }))
    await phone.take('ACK')
    assert.match(await changed, new RegExp(`o=- ${version}`))
  }
})

behaves('the far end changes the session', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  const modified = once(c.dialog, 'modify')
  within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: SDP.replace('sendrecv', 'sendonly') })
  const [req, res] = (await modified) as [SrfMessage, SrfReply]
  assert.match(req.body, /sendonly/)
  res.send(200, { body: SDP })
  await c.phone.take('200 INVITE')
})

function uriOf(text: string): string {
  return /<([^>]+)>/.exec(field(text, 'Contact'))?.[1] ?? ''
}
