/** Requests outside dialogs: handed on, answered, refused. */
import assert from 'node:assert/strict'
import { newCall, request } from './call.ts'
import { body, field, fields, message, tag, token } from './peer.ts'
import { behaves, routed, type SrfMessage } from './target.ts'

behaves('a registration goes round: 401, then 200', {}, async ({ target, app, udp }) => {
  let seen: SrfMessage | undefined
  await app((srf) => srf.register((req, res) => {
    if (!req.has('authorization')) return res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="house", nonce="abc", algorithm=MD5, qop="auth"' } })
    seen = req
    res.send(200, { headers: { Contact: `${req.get('Contact')};expires=300`, Expires: '300' } })
  }))
  const phone = await udp()
  const call = newCall('100')
  phone.send(request(phone, call, 'REGISTER', { uri: 'sip:127.0.0.1' }))
  const challenge = await phone.take('401')
  assert.equal(field(challenge.text, 'WWW-Authenticate'), 'Digest realm="house", nonce="abc", algorithm=MD5, qop="auth"')
  assert.equal(field(challenge.text, 'Via').includes(`branch=${call.branch}`), true)
  assert.match(field(challenge.text, 'Via'), new RegExp(`rport=${phone.port}`))
  // RFC 3581 §4 wants `received` beside `rport`; the real server leaves it out when it says what the Via says.
  if (target.engine) assert.match(field(challenge.text, 'Via'), /received=127\.0\.0\.1/)
  assert.equal(field(challenge.text, 'Call-ID'), call.callId)
  assert.notEqual(tag(field(challenge.text, 'To')), '')
  phone.send(request(phone, call, 'REGISTER', { uri: 'sip:127.0.0.1', cseq: 2, branch: `z9hG4bK${token()}`, headers: ['Authorization: Digest username="100", realm="house", nonce="abc", response="x"'] }))
  const granted = await phone.take('200')
  assert.equal(field(granted.text, 'CSeq'), '2 REGISTER')
  assert.match(field(granted.text, 'Contact'), new RegExp(`127\\.0\\.0\\.1:${phone.port}>?;expires=300`))
  assert.equal(field(granted.text, 'Expires'), '300')
  assert.equal(seen?.source_address, '127.0.0.1')
  assert.equal(Number(seen?.source_port), phone.port)
  assert.equal(seen?.protocol, 'udp')
  assert.equal(seen?.source, 'network')
  assert.equal(seen?.receivedOn, `127.0.0.1:${target.sip.port}`)
})

behaves('two challenges that srf joined leave on two lines', { embeddedOnly: 'the real server sends them as one' }, async ({ app, udp }) => {
  await app((srf) => srf.register((_req, res) => res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="h, h", nonce="a", algorithm=SHA-256, qop="auth", Digest realm="h", nonce="b", algorithm=MD5, qop="auth"' } })))
  const phone = await udp()
  phone.send(request(phone, newCall(), 'REGISTER'))
  const challenge = await phone.take('401')
  assert.deepEqual(fields(challenge.text, 'WWW-Authenticate'), ['Digest realm="h, h", nonce="a", algorithm=SHA-256, qop="auth"', 'Digest realm="h", nonce="b", algorithm=MD5, qop="auth"'])
})

behaves('a repeated request is absorbed and gets the same response again', {}, async ({ app, udp }) => {
  let times = 0
  await app((srf) => srf.options((_req, res) => res.send(200, { headers: { 'X-Time': String(++times) } })))
  const phone = await udp()
  const text = request(phone, newCall(), 'OPTIONS')
  phone.send(text)
  const first = await phone.take('200')
  phone.send(text)
  const second = await phone.take('200')
  assert.equal(second.text, first.text)
  assert.equal(times, 1)
})

behaves('without a route for the method the answer is 503; an INVITE is told 100 first', {}, async ({ udp, app }) => {
  await app()
  const phone = await udp()
  phone.send(request(phone, newCall(), 'MESSAGE'))
  await phone.take('503 MESSAGE')
  phone.send(request(phone, newCall(), 'INVITE'))
  await phone.take('100 INVITE')
  await phone.take('503 INVITE')
})

behaves('requests for a dialog that does not exist are 481', {}, async ({ udp, app }) => {
  await app((srf) => srf.invite((_req, res) => res.send(200)))
  const phone = await udp()
  for (const method of ['BYE', 'UPDATE', 'INVITE']) {
    const call = { ...newCall(), to: '<sip:200@127.0.0.1>;tag=nobody' }
    phone.send(request(phone, call, method))
    await phone.take(`481 ${method}`)
  }
  phone.send(request(phone, newCall(), 'BYE'))
  await phone.take(/^SIP\/2\.0 481[^]*CSeq: 1 BYE/)
  phone.send(request(phone, newCall(), 'CANCEL'))
  await phone.take('481 CANCEL')
})

behaves('an unknown method that nobody asked for is 501', { embeddedOnly: 'the real server drops it silently' }, async ({ udp, app }) => {
  await app()
  const phone = await udp()
  phone.send(request(phone, newCall(), 'DANCE'))
  await phone.take('501 DANCE')
})

behaves('Max-Forwards 0 is 483, unless the request ends here', { embeddedOnly: 'the real server hands it on: as the end of the line it may' }, async ({ udp, app }) => {
  await app((srf) => {
    srf.invite((_req, res) => res.send(486))
    srf.options((_req, res) => res.send(200))
  })
  const phone = await udp()
  phone.send(request(phone, newCall(), 'INVITE', { maxForwards: 0 }))
  await phone.take('483')
  phone.send(request(phone, newCall(), 'OPTIONS', { maxForwards: 0 }))
  await phone.take('200 OPTIONS')
})

behaves('a Request-URI of a scheme that means nothing here is 416', { embeddedOnly: 'the engine says so for every method' }, async ({ udp, app }) => {
  const asked: string[] = []
  await app((srf) => srf.options((req, res) => (asked.push(req.uri), res.send(200))))
  const phone = await udp()
  phone.send(request(phone, newCall(), 'OPTIONS', { uri: 'soap.beep://192.0.2.103:3002' }))
  await phone.take('416')
  for (const uri of ['tel:+15551234', 'urn:service:sos']) {
    phone.send(request(phone, newCall(), 'OPTIONS', { uri }))
    await phone.take('200 OPTIONS')
  }
  assert.deepEqual(asked, ['tel:+15551234', 'urn:service:sos'])
})

behaves('over TCP a message that is wrong but whole ends nothing', { embeddedOnly: 'the real server drops some of these' }, async ({ tcp, app }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await tcp()
  phone.send(request(phone, newCall(), 'OPTIONS').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'))
  await phone.take('400')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200 OPTIONS')
})

behaves('a malformed request that can be answered is 400, one that cannot is ignored', { embeddedOnly: 'the real server drops some of these' }, async ({ target, udp, app }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await udp()
  const call = newCall()
  phone.send(request(phone, call, 'OPTIONS').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'))
  await phone.take(/^SIP\/2\.0 400/)
  phone.send(message('OPTIONS sip:200@127.0.0.1 SIP/2.0', ['From: <sip:a@b>;tag=1', 'Call-ID: x', 'CSeq: 1 OPTIONS']))
  phone.send('\r\n\r\n')
  phone.send('hello\r\n\r\n')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
  const status = await target.engine?.status()
  assert.equal(status?.counters.malformed, 1)
  // The line ends are a keep-alive (RFC 5626 §3.5.1), and no fault.
  assert.equal(status?.counters.dropped, 2)
})

behaves('a datagram whose body is shorter than its Content-Length is 400, a longer one is cut', {}, async ({ app, udp }) => {
  let got = ''
  await app((srf) => srf.message((req, res) => {
    got = req.body
    res.send(200)
  }))
  const phone = await udp()
  const call = newCall()
  const whole = request(phone, call, 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'hello' })
  phone.send(`${whole} and more`)
  await phone.take('200')
  assert.equal(got, 'hello')
  phone.send(request(phone, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'hello' }).slice(0, -2))
  await phone.take('400')
})

behaves('compact, folded and oddly spelled headers reach the application whole', {}, async ({ app, udp }) => {
  let seen: SrfMessage | undefined
  await app((srf) => srf.message((req, res) => {
    seen = req
    res.send(200)
  }))
  const phone = await udp()
  const id = token()
  phone.send([
    'MESSAGE sip:200@127.0.0.1 SIP/2.0', `v: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bK${id};rport`, 'f: <sip:100@127.0.0.1>;tag=a', 't: <sip:200@127.0.0.1>', `i: ${id}`,
    'CSEQ : 7   MESSAGE', 'mAx-FoRwArDs: 70', 's: one', ' two', 'c: text/plain', 'l: 2', '', 'hi',
  ].join('\r\n'))
  const answer = await phone.take('200')
  assert.match(field(answer.text, 'CSeq'), /^7 +MESSAGE$/)
  assert.equal(field(answer.text, 'Call-ID'), id)
  assert.equal(seen?.get('Subject').replace(/\s+/g, ' '), 'one two')
  assert.equal(seen?.body, 'hi')
})

behaves('a request without rport is answered at the port of its Via', { embeddedOnly: 'the real server answers where the request came from' }, async ({ app, udp }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await udp()
  const elsewhere = await udp()
  phone.send(request(phone, newCall(), 'OPTIONS').replace(';rport', '').replace(`127.0.0.1:${phone.port};branch`, `127.0.0.1:${elsewhere.port};branch`))
  await elsewhere.take('200')
})

behaves('an application that never answers is answered for: 503', { timing: { requestAnswer: 60, inviteAnswer: 60 }, embeddedOnly: 'the real server forgets the request and says nothing' }, async ({ app, udp }) => {
  await app((srf) => {
    srf.options(() => undefined)
    srf.invite(() => undefined)
  })
  const phone = await udp()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('503 OPTIONS')
  phone.send(request(phone, newCall(), 'INVITE'))
  await phone.take('503 INVITE')
})

behaves('an application that vanishes is answered for: 503 to what it left, 481 in its dialogs', { embeddedOnly: 'the real server says nothing to what was left' }, async ({ app, udp }) => {
  let arrived: () => void = () => undefined
  const handed = new Promise<void>((resolve) => (arrived = resolve))
  const srf = await app((other) => other.options(() => arrived()))
  const phone = await udp()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await handed
  srf.disconnect()
  await phone.take('503 OPTIONS')
})

behaves('requests sent by the application: OPTIONS answered, 408 from silence, refusals with a reason', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async ({ target, app, udp }) => {
  const srf = await app()
  const phone = await udp()
  const send = (uri: string, options: object) => new Promise<SrfMessage>((resolve, reject) => srf.request(uri, options, (error, req) => (error ? reject(error as Error) : resolve(req))))
  const final = (req: SrfMessage) => new Promise<SrfMessage>((resolve) => req.on('response', (res: SrfMessage) => res.status >= 200 && resolve(res)))
  const asked = await send(`sip:200@127.0.0.1:${phone.port}`, { method: 'OPTIONS', headers: { 'x-Thing': 'one', 'user-agent': 'us', From: 'sip:pbx@localhost' } })
  const options = await phone.take('OPTIONS')
  assert.equal(field(options.text, 'Max-Forwards'), '70')
  assert.equal(field(options.text, 'User-Agent'), 'us')
  assert.match(field(options.text, 'From'), new RegExp(`^<sip:pbx@127\\.0\\.0\\.1:${target.sip.port}>;tag=`))
  assert.match(field(options.text, 'Via'), new RegExp(`^SIP/2.0/UDP 127.0.0.1:${target.sip.port};rport;branch=z9hG4bK`))
  const answered = final(asked)
  phone.send(message('SIP/2.0 200 OK', [`Via: ${field(options.text, 'Via')}`, `From: ${field(options.text, 'From')}`, `To: ${field(options.text, 'To')};tag=q`, `Call-ID: ${field(options.text, 'Call-ID')}`, `CSeq: ${field(options.text, 'CSeq')}`]))
  assert.equal((await answered).status, 200)

  const unanswered = await send(`sip:200@127.0.0.1:${phone.port}`, { method: 'OPTIONS' })
  assert.equal((await final(unanswered)).status, 408)
  assert.ok(phone.count('OPTIONS') > 3, 'it was repeated')

  await assert.rejects(send(`sip:200@127.0.0.1:${target.sip.port}`, { method: 'OPTIONS' }), /myself/)
  await assert.rejects(send('sip:200@127.0.0.1:5060;transport=sctp', { method: 'OPTIONS' }), /protocol\/transport/)
  await assert.rejects(send('sip:', { method: 'OPTIONS' }), /invalid request-uri/)
  await assert.rejects(send(`sip:200@127.0.0.1:${phone.port}`, { method: 'MESSAGE', body: 'no type' }), /content-type/)
})

behaves('removing a handler in srf stops that method', { embeddedOnly: 'the real server stops all methods' }, async ({ app, udp }) => {
  const srf = await app((other) => {
    other.options((_req, res) => res.send(200))
    other.message((_req, res) => res.send(200))
  })
  ;(srf as unknown as { unregisterForMessages(verb: string): void }).unregisterForMessages('message')
  await routed(srf)
  const phone = await udp()
  phone.send(request(phone, newCall(), 'MESSAGE'))
  await phone.take('503')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
})

behaves('a name is looked up', { embeddedOnly: 'the real server asks the DNS alone, which knows no localhost' }, async ({ app, udp }) => {
  const srf = await app()
  const phone = await udp()
  srf.request(`sip:200@localhost:${phone.port}`, { method: 'OPTIONS' }, () => undefined)
  const options = await phone.take('OPTIONS')
  assert.equal(body(options.text), '')
})
