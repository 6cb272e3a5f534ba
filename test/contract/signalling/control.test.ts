/** The control wire: who may speak, what is understood, what is not. */
import assert from 'node:assert/strict'
import { newCall, request } from './call.ts'
import { authenticated, openWire } from './frames.ts'
import { field } from './peer.ts'
import { behaves } from './target.ts'

behaves('the right secret is answered with the addresses and a version', {}, async ({ target, after }) => {
  const wire = await openWire(target.control)
  after(() => wire.close())
  const [verdict, addresses = '', version = '', local = ''] = await wire.answer(wire.say(`authenticate|${target.control.secret}|a,b`))
  assert.equal(verdict, 'OK')
  for (const list of [addresses, local]) {
    assert.ok(list.split(',').includes(`udp/127.0.0.1:${target.sip.port}`), list)
    assert.ok(list.split(',').includes(`tcp/127.0.0.1:${target.sip.port}`), list)
  }
  assert.match(version, /^v0\.(9|8)\.\d+/)
})

behaves('a wrong secret is refused and the connection closed', {}, async ({ target }) => {
  const wire = await openWire(target.control)
  const answer = await wire.answer(wire.say('authenticate|not the secret|'))
  assert.deepEqual(answer, ['NO', 'incorrect secret'])
  await wire.closed
})

behaves('nothing is done for a connection that did not tell the secret', { embeddedOnly: 'the real server lets anybody in' }, async ({ target, udp }) => {
  const wire = await openWire(target.control)
  const answer = await wire.answer(wire.say('route|register'))
  assert.equal(answer[0], 'NO')
  await wire.closed
  const phone = await udp()
  phone.send(request(phone, newCall(), 'REGISTER'))
  await phone.take('503')
})

behaves('a connection that says nothing is closed', { timing: { authenticate: 50 }, embeddedOnly: 'the real server waits for ever' }, async ({ target }) => {
  const wire = await openWire(target.control)
  await wire.closed
})

behaves('ping is answered with pong', {}, async ({ target, after }) => {
  const wire = await authenticated(target.control)
  after(() => wire.close())
  assert.deepEqual(await wire.answer(wire.say('ping')), ['OK', 'pong'])
})

behaves('an unknown message type is refused and ends the connection', {}, async ({ target }) => {
  const wire = await authenticated(target.control)
  assert.equal((await wire.answer(wire.say('sing|a song')))[0], 'NO')
  await wire.closed
})

behaves('a garbled frame ends its own connection and disturbs no other', {}, async ({ target, udp, after }) => {
  const good = await authenticated(target.control)
  after(() => good.close())
  await good.answer(good.say('route|options'))
  const bad = await authenticated(target.control)
  bad.raw('abc#garbage')
  await bad.closed
  const phone = await udp()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  const frame = await good.hear((payload) => payload.includes('|sip|network|'))
  good.say(`sip|${frame.split('|')[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`)
  await phone.take('200')
})

behaves('a length of too many digits ends the connection', {}, async ({ target }) => {
  const wire = await authenticated(target.control)
  wire.raw('123456789#x')
  await wire.closed
})

behaves('too few tokens are refused', { embeddedOnly: 'the real server reads past the end of its tokens' }, async ({ target }) => {
  for (const message of ['route', 'remove_route', 'sip|x', 'proxy|x||||||']) {
    const wire = await authenticated(target.control)
    assert.equal((await wire.answer(wire.say(`${message}\r\nOPTIONS sip:a@127.0.0.1 SIP/2.0\r\n\r\n`)))[0], 'NO', message)
    await wire.closed
  }
})

behaves('frames may come byte by byte, and several at once', {}, async ({ target, after }) => {
  const wire = await authenticated(target.control)
  after(() => wire.close())
  const ids = ['1', '2', '3', '4'].map((digit) => `aaaaaaaa-0000-4000-8000-00000000000${digit}`)
  const bytes = ids.map((id) => `${`${id}|ping`.length}#${id}|ping`).join('')
  const cut = bytes.length / 2
  for (const byte of bytes.slice(0, cut)) wire.raw(byte)
  wire.raw(bytes.slice(cut))
  for (const id of ids) assert.deepEqual(await wire.answer(id), ['OK', 'pong'])
})

behaves('frames far larger than 12 kB are taken, many in a row', { embeddedOnly: 'the real server wedges at 12,228 bytes' }, async ({ target, udp, after }) => {
  const wire = await authenticated(target.control)
  after(() => wire.close())
  await wire.answer(wire.say('route|message'))
  const phone = await udp()
  const content = 'x'.repeat(40_000)
  for (let i = 0; i < 20; i++) {
    const call = newCall()
    phone.send(request(phone, call, 'MESSAGE'))
    const frame = await wire.hear((payload) => payload.includes('|sip|network|') && payload.includes(call.callId))
    wire.say(`sip|${frame.split('|')[8]}|\r\nSIP/2.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`)
    const answer = await phone.take(new RegExp(`^SIP/2.0 200[^]*${call.callId}`))
    assert.ok(answer.text.endsWith(content))
  }
})

behaves('text that is not ASCII passes both ways unharmed', {}, async ({ target, udp, after }) => {
  const wire = await authenticated(target.control)
  after(() => wire.close())
  await wire.answer(wire.say('route|message'))
  const phone = await udp()
  const call = newCall()
  phone.send(request(phone, call, 'MESSAGE', { headers: ['Subject: Grüße 😀', 'Content-Type: text/plain;charset=utf-8'], body: 'žluťoučký 📞' }))
  const frame = await wire.hear((payload) => payload.includes('|sip|network|'))
  assert.match(frame, /^Subject: Grüße 😀\r$/m)
  assert.ok(frame.endsWith('žluťoučký 📞'))
  wire.say(`sip|${frame.split('|')[8]}|\r\nSIP/2.0 200 Schön\r\nX-Note: ěšč\r\n\r\n`)
  const answer = await phone.take('200')
  assert.equal(answer.start, 'SIP/2.0 200 Schön')
  assert.equal(field(answer.text, 'X-Note'), 'ěšč')
})

behaves('requests go round robin over the connections that asked for them', {}, async ({ target, udp, after }) => {
  const wires = [await authenticated(target.control), await authenticated(target.control)]
  for (const wire of wires) {
    after(() => wire.close())
    await wire.answer(wire.say('route|message'))
  }
  const phone = await udp()
  for (let i = 0; i < 4; i++) {
    const call = newCall()
    phone.send(request(phone, call, 'MESSAGE'))
    const heard = await Promise.any(wires.map((wire) => wire.hear((payload) => payload.includes(call.callId)).then((frame) => ({ wire, frame }))))
    heard.wire.say(`sip|${heard.frame.split('|')[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`)
    await phone.take(new RegExp(`^SIP/2.0 200[^]*${call.callId}`))
  }
  const got = wires.map((wire) => wire.heard.filter((payload) => payload.includes('|sip|network|')).length)
  assert.deepEqual(got, [2, 2])
})

behaves('remove_route takes away the named verb only', { embeddedOnly: 'the real server takes away every verb of the connection' }, async ({ target, udp, after }) => {
  const wire = await authenticated(target.control)
  after(() => wire.close())
  await wire.answer(wire.say('route|message'))
  await wire.answer(wire.say('route|options'))
  await wire.answer(wire.say('remove_route|message'))
  const phone = await udp()
  phone.send(request(phone, newCall(), 'MESSAGE'))
  await phone.take('503 MESSAGE')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  const frame = await wire.hear((payload) => payload.includes('|sip|network|'))
  wire.say(`sip|${frame.split('|')[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`)
  await phone.take('200 OPTIONS')
})
