/** SIP over TCP: messages cut from a stream, connections used again, peers that misbehave. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack, established, invite, newCall, request, respond, SDP } from './call.ts'
import { field, message, token } from './peer.ts'
import { behaves } from './target.ts'

behaves('messages split anywhere, and several in one segment, are understood', {}, async ({ app, tcp }) => {
  const bodies: string[] = []
  await app((srf) => srf.message((req, res) => {
    bodies.push(req.body)
    res.send(200)
  }))
  const phone = await tcp()
  const texts = ['one', 'two', 'three'].map((content) => request(phone, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: content }))
  const all = texts.join('')
  let from = 0
  for (const to of [1, 7, 100, 300, all.length]) {
    phone.raw.write(all.slice(from, to))
    from = to
  }
  for (const text of texts) await phone.take(new RegExp(`^SIP/2.0 200[^]*${field(text, 'Call-ID')}`))
  assert.deepEqual(bodies, ['one', 'two', 'three'])
})

behaves('line ends before a message are skipped', { embeddedOnly: 'the real server takes no message after one' }, async ({ app, tcp }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await tcp()
  phone.send(`\r\n${request(phone, newCall(), 'OPTIONS')}`)
  await phone.take('200')
})

behaves('the reply goes over the connection the request came on', {}, async ({ app, tcp }) => {
  await app((srf) => srf.options((req, res) => {
    assert.equal(req.protocol, 'tcp')
    res.send(200)
  }))
  const phone = await tcp()
  phone.send(request(phone, newCall(), 'OPTIONS').replace(`127.0.0.1:${phone.port};branch`, '127.0.0.1:9;branch'))
  await phone.take('200')
})

behaves('a request to a phone on TCP goes over the connection the phone opened', {}, async ({ app, tcp }) => {
  const srf = await app()
  const phone = await tcp()
  // Connected on our side is not yet accepted on theirs: the pong says that it is.
  phone.raw.write('\r\n\r\n')
  await once(phone.raw, 'data')
  srf.request(`sip:100@127.0.0.1:${phone.port};transport=tcp`, { method: 'OPTIONS' }, () => undefined)
  const options = await phone.take('OPTIONS')
  assert.match(field(options.text, 'Via'), /^SIP\/2\.0\/TCP /)
  phone.send(respond(phone, options, 200, 'OK', { tag: 'x' }))
})

behaves('a call over TCP, hung up by the application over the same connection', {}, async ({ app, tcp }) => {
  let give: (id: string) => void = () => undefined
  const acked = new Promise<string>((resolve) => (give = resolve))
  let hangUp: () => Promise<unknown> = () => Promise.resolve()
  await app((srf) => srf.invite((req, res) => {
    void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
      hangUp = () => dialog.destroy()
      void once(dialog, 'ack').then(() => give(dialog.id))
    })
  }))
  const phone = await tcp()
  const call = newCall()
  phone.send(invite(phone, call))
  const answer = await phone.take('200')
  assert.match(field(answer.text, 'Contact'), /transport=tcp/i)
  phone.send(ack(phone, call, established(call, answer).uri))
  await acked
  const over = hangUp()
  const bye = await phone.take('BYE')
  phone.send(respond(phone, bye, 200, 'OK'))
  await over
})

behaves('without a connection one is made', {}, async ({ app, listener }) => {
  const srf = await app()
  const phone = await listener()
  const answered = new Promise<number>((resolve) => srf.request(`sip:100@127.0.0.1:${phone.port};transport=tcp`, { method: 'OPTIONS' }, (_error, req) => {
    req.on('response', (res: { status: number }) => resolve(res.status))
  }))
  const options = await phone.take('OPTIONS')
  phone.send(respond(phone, options, 200, 'OK', { tag: 'x' }))
  assert.equal(await answered, 200)
})

behaves('nobody listens there: 503', {}, async ({ app, listener }) => {
  const srf = await app()
  const gone = await listener()
  await gone.close()
  const status = await new Promise<number>((resolve) => srf.request(`sip:100@127.0.0.1:${gone.port};transport=tcp`, { method: 'OPTIONS' }, (_error, req) => {
    req.on('response', (res: { status: number }) => resolve(res.status))
  }))
  assert.equal(status, 503)
})

behaves('a double CRLF is answered with a CRLF', {}, async ({ tcp }) => {
  const phone = await tcp()
  const pong = once(phone.raw, 'data') as Promise<[Buffer]>
  phone.raw.write('\r\n\r\n')
  assert.equal((await pong)[0].toString(), '\r\n')
})

behaves('a peer that never completes its message is disconnected', { timing: { slowPeer: 60 }, embeddedOnly: 'its patience cannot be shortened' }, async ({ tcp }) => {
  const phone = await tcp()
  phone.raw.write('OPTIONS sip:200@127.0.0.1 SIP/2.0\r\nVia: ')
  await phone.closed
})

behaves('a peer that completes its messages stays', { timing: { slowPeer: 60 }, embeddedOnly: 'its patience cannot be shortened' }, async ({ app, tcp }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await tcp()
  const other = await tcp()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
  other.raw.write('OPTIONS ')
  await other.closed
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
})

behaves('a message over the limit is answered 513 and the connection closed', { limits: { message: 2000 }, embeddedOnly: 'its limit is another' }, async ({ tcp }) => {
  const phone = await tcp()
  phone.raw.write(request(phone, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'x'.repeat(3000) }))
  await phone.take('513')
  await phone.closed
})

behaves('a stream of no SIP is closed', { embeddedOnly: 'the real server keeps it open' }, async ({ tcp }) => {
  const phone = await tcp()
  phone.raw.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await phone.closed
})

behaves('beyond the connection limit newcomers are closed, the others stay', { limits: { connections: 2 }, embeddedOnly: 'its limit is another' }, async ({ app, tcp }) => {
  await app((srf) => srf.options((_req, res) => res.send(200)))
  const first = await tcp()
  const second = await tcp()
  first.send(request(first, newCall(), 'OPTIONS'))
  await first.take('200')
  second.send(request(second, newCall(), 'OPTIONS'))
  await second.take('200')
  const third = await tcp()
  await third.closed
  first.send(request(first, newCall(), 'OPTIONS'))
  await first.take('200')
})

behaves('a connection lost before the answer: the answer goes to the port of the Via', { embeddedOnly: 'the real server gives the answer up' }, async ({ app, tcp, listener }) => {
  let answer: () => void = () => undefined
  let handed: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (handed = resolve))
  await app((srf) => srf.options((_req, res) => {
    answer = () => res.send(200)
    handed()
  }))
  const phone = await tcp()
  const home = await listener()
  phone.send(message('OPTIONS sip:200@127.0.0.1 SIP/2.0', [
    `Via: SIP/2.0/TCP 127.0.0.1:${home.port};branch=z9hG4bK${token()}`, 'Max-Forwards: 70', 'From: <sip:100@127.0.0.1>;tag=a', 'To: <sip:200@127.0.0.1>', `Call-ID: ${token()}`, 'CSeq: 1 OPTIONS',
  ]))
  await arrived
  await phone.close()
  // The far end's close must have been seen before the answer is given.
  const probe = await tcp()
  probe.raw.write('\r\n\r\n')
  await once(probe.raw, 'data')
  answer()
  await home.take('200')
})
