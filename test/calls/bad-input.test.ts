/** What no phone should send, and some network will. The house answers or is silent, and goes on serving. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'

suite('bad input', () => {
  let house: House
  let alice: Phone
  let bob: Phone
  const sockets: Socket[] = []
  before(async () => {
    house = await startHouse()
    ;({ alice, bob } = await house.pair('100', '101'))
  })
  after(async () => {
    for (const socket of sockets) socket.destroy()
    await house?.close()
  })

  /** After each attack an ordinary call still works. */
  afterEach(async () => {
    const from = bob.incoming.mark()
    const call = await alice.invite('101')
    const incoming = await bob.nextCall({ from })
    await incoming.answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    await house.idle()
    const health = await house.api.get<{ health: { name: string; ok: boolean; message: string }[] }>('/system')
    for (const part of health.health) assert.ok(part.ok, `${part.name}: ${part.message}`)
  })

  const via = (branch: string, phone = alice): string => `Via: SIP/2.0/UDP 127.0.0.1:${phone.local.port};rport;branch=z9hG4bK${branch}`
  const rest = (callId: string, cseq: string): string =>
    `From: <sip:100@127.0.0.1>;tag=x\r\nTo: <sip:101@127.0.0.1>\r\nCall-ID: ${callId}\r\nCSeq: ${cseq}\r\nMax-Forwards: 70\r\n`

  async function tcp(): Promise<Socket> {
    const socket = connect(house.sip)
    socket.on('error', () => undefined)
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }

  test('noise over UDP', () => {
    const messages = [
      '', '\r\n', '\r\n\r\n', '\0', 'hello', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'INVITE', 'INVITE sip:101 SIP/2.0', 'SIP/2.0 200 OK\r\n\r\n', 'SIP/2.0 999\r\n\r\n',
      `INVITE sip:101@127.0.0.1 SIP/2.0\r\n\r\n`,
      `INVITE sip:101@127.0.0.1 SIP/3.0\r\n${via('a')}\r\n${rest('a', '1 INVITE')}\r\n`,
      `INVITE sip:101@127.0.0.1 SIP/2.0\r\n${via('b')}\r\n${rest('b', '1 BYE')}\r\n`,
      `INVITE sip:101@127.0.0.1 SIP/2.0\r\n${via('c')}\r\n${rest('c', '99999999999999 INVITE')}\r\n`,
      `INVITE sip:101@127.0.0.1 SIP/2.0\r\n${via('d')}\r\n${rest('d', '1 INVITE')}Content-Length: -5\r\n\r\n`,
      `INVITE sip:101@127.0.0.1 SIP/2.0\r\n${via('e')}\r\n${rest('e', '1 INVITE')}Content-Length: 99999\r\n\r\nshort`,
      `BYE sip:101@127.0.0.1 SIP/2.0\r\n${via('f')}\r\nFrom: <<<>>>;tag\r\nTo: "\r\nCall-ID: \r\nCSeq: x\r\n\r\n`,
      `ACK sip:101@127.0.0.1 SIP/2.0\r\n${via('g')}\r\n${rest('g', '1 ACK')}\r\n`,
      `CANCEL sip:101@127.0.0.1 SIP/2.0\r\n${via('h')}\r\n${rest('h', '1 CANCEL')}\r\n`,
      `\u{1f4de} sip:101@127.0.0.1 SIP/2.0\r\n${via('i')}\r\n${rest('i', '1 \u{1f4de}')}\r\n`,
      `INVITE sip:${'1'.repeat(20_000)}@127.0.0.1 SIP/2.0\r\n${via('j')}\r\n${rest('j', '1 INVITE')}\r\n`,
      `OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via('k')}\r\n${rest('k', '1 OPTIONS')}${'X: y\r\n'.repeat(5000)}\r\n`,
    ]
    for (const message of messages) alice.sendRaw(message)
    for (let seed = 1; seed < 200; seed++) alice.sendRaw(Buffer.from(Array.from({ length: seed * 7 }, (_, i) => (i * i * seed + 13 * i) & 0xff)))
  })

  test('a datagram of the largest size there is', async () => {
    const big = `OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via('big')}\r\n${rest('big', '1 OPTIONS')}X-Padding: ${'p'.repeat(64_000)}\r\nContent-Length: 0\r\n\r\n`
    const from = alice.received.mark()
    alice.sendRaw(big)
    const answer = await alice.received.until((message) => headerOf(message, 'Call-ID') === 'big', 'an answer to the large datagram', { from })
    assert.ok([200, 400, 413, 513].includes(answer.status), `${answer.status}`)
  })

  test('a request whose CSeq names another method gets 400', async () => {
    const from = alice.received.mark()
    alice.sendRaw(`OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via('other')}\r\n${rest('other', '1 BYE')}Content-Length: 0\r\n\r\n`)
    const answer = await alice.received.until((message) => headerOf(message, 'Call-ID') === 'other', 'an answer', { from })
    assert.equal(answer.status, 400)
  })

  test('methods that are known but not here, and one that nobody knows', async () => {
    const subscribe = await alice.request('SUBSCRIBE', `sip:101@127.0.0.1:${house.sip.port}`, [['Event', 'conference']])
    assert.equal(subscribe.status, 489)
    assert.equal(headerOf(subscribe, 'Allow-Events'), 'refer, reg, dialog, message-summary, presence')
    const eventless = await alice.request('SUBSCRIBE', `sip:101@127.0.0.1:${house.sip.port}`)
    assert.equal(eventless.status, 400)
    const info = await alice.request('INFO', `sip:101@127.0.0.1:${house.sip.port}`)
    assert.equal(info.status, 405)
    assert.match(headerOf(info, 'Allow') ?? '', /INVITE/)
    const dance = await alice.request('DANCE')
    assert.ok([405, 501].includes(dance.status), `DANCE: ${dance.status}`)
    const options = await alice.request('OPTIONS')
    assert.equal(options.status, 200)
    const bye = await alice.request('BYE', `sip:101@127.0.0.1:${house.sip.port}`)
    assert.equal(bye.status, 481)
  })

  test('a TCP peer that never completes a message', async () => {
    const half = await tcp()
    half.write('INVITE sip:101@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP')
    const promised = await tcp()
    promised.write(`OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via('t').replace('UDP', 'TCP')}\r\n${rest('t', '1 OPTIONS')}Content-Length: 500\r\n\r\nonly this`)
    const idle = await Promise.all(Array.from({ length: 20 }, tcp))
    assert.equal(idle.length, 20)
  })

  test('a TCP peer that sends no SIP at all, or without end, is cut off', async () => {
    const endless = await tcp()
    const closed = once(endless, 'close')
    const flood = (): void => {
      while (!endless.destroyed && endless.write(`X-${'z'.repeat(60_000)}\r\n`));
    }
    endless.on('drain', flood)
    flood()
    endless.resume()
    await closed
  })

  test('messages cut into single bytes over TCP are put together again', async () => {
    const socket = await tcp()
    const text = `OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via('slow').replace('UDP', 'TCP')}\r\n${rest('slow', '1 OPTIONS')}Content-Length: 4\r\n\r\nbody`
    socket.setNoDelay(true)
    const [answer] = (await Promise.all([
      once(socket, 'data'),
      (async () => {
        for (const byte of text) await new Promise((resolve) => socket.write(byte, resolve))
      })(),
    ])) as [[Buffer], void]
    assert.match(String(answer[0]), /^SIP\/2\.0 200/)
  })

  test('two messages in one TCP segment are both answered', async () => {
    const socket = await tcp()
    const one = (id: string): string => `OPTIONS sip:127.0.0.1 SIP/2.0\r\n${via(id).replace('UDP', 'TCP')}\r\n${rest(id, '1 OPTIONS')}Content-Length: 0\r\n\r\n`
    let heard = ''
    socket.on('data', (data: Buffer) => void (heard += data.toString()))
    socket.write(one('first') + one('second'))
    while (!/first[^]*second|second[^]*first/.test(heard)) await once(socket, 'data')
    assert.equal(heard.match(/^SIP\/2\.0 200/gm)?.length, 2)
  })

  test('a loop is seen: Max-Forwards 0', async () => {
    const from = alice.received.mark()
    alice.sendRaw(`OPTIONS sip:elsewhere@127.0.0.1 SIP/2.0\r\n${via('mf')}\r\n${rest('mf', '1 OPTIONS').replace('70', '0')}Content-Length: 0\r\n\r\n`)
    const answer = await alice.received.until((message) => headerOf(message, 'Call-ID') === 'mf', 'an answer', { from })
    assert.ok([200, 483].includes(answer.status), `${answer.status}`)
  })
})
