/** SIP over WebSocket (RFC 7118): who is let in, frames of every kind, and the way back to a browser. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { testAuthority } from '../../support/certificates.ts'
import { ack, established, invite, newCall, request, respond, SDP } from './call.ts'
import { field, type WsPeer } from './peer.ts'
import { behaves, type Scene, type SrfMessage } from './target.ts'

const authority = await testAuthority()
const ca = authority.certificate
const certificate = await authority.issue(['127.0.0.1'])
const both = {
  sip: { wsPort: 0, wssPort: 0, tls: { certificates: [certificate], ca: undefined, clients: 'off' as const, verifyServers: true, minVersion: 'TLSv1.2' as const } },
  embeddedOnly: 'it listens where its configuration says',
}

async function answering(scene: Scene): Promise<{ last: () => SrfMessage | undefined }> {
  let last: SrfMessage | undefined
  await scene.app((srf) => {
    for (const method of ['options', 'message'] as const) {
      srf[method]((req, res) => {
        last = req
        res.send(200)
      })
    }
  })
  return { last: () => last }
}

/** The socket below a WebSocket, to write frames by hand. */
const wire = (peer: WsPeer) => (peer.raw as unknown as { _socket: Socket })._socket

/** A frame as a client sends it (RFC 6455 §5.2), masked with zeros. */
function frame(opcode: number, payload: string, final = true): Buffer {
  const body = Buffer.from(payload)
  const head = body.length < 126 ? Buffer.from([opcode | (final ? 0x80 : 0), body.length | 0x80]) : Buffer.from([opcode | (final ? 0x80 : 0), 126 | 0x80, body.length >> 8, body.length & 255])
  return Buffer.concat([head, Buffer.alloc(4), body])
}
const [CONTINUED, TEXT, PING] = [0, 1, 9]

for (const [name, options] of [['ws', {}], ['wss', { ca }]] as const) {
  behaves(`${name}: text and binary messages, Via and received, and the application is told the transport`, both, async (scene) => {
    const app = await answering(scene)
    const phone = await scene.ws(options)
    assert.equal(phone.raw.protocol, 'sip')
    for (const send of [phone.send, phone.sendBinary]) {
      send(request(phone, newCall(), 'OPTIONS'))
      const via = field((await phone.take('200')).text, 'Via')
      assert.match(via, new RegExp(`^SIP/2\\.0/${name.toUpperCase()} \\S+\\.invalid:`))
      assert.match(via, /;received=127\.0\.0\.1/)
    }
    assert.equal(app.last()?.protocol, name)
    assert.equal(Number(app.last()?.source_port), phone.port)
    assert.equal(app.last()?.receivedOn, `127.0.0.1:${scene.target.engine?.ports[name]}`)
  })

  behaves(`${name}: a call from a browser, hung up by the application over the same connection`, both, async (scene) => {
    let hangUp: () => Promise<unknown> = () => Promise.resolve()
    let give: () => void = () => undefined
    const acked = new Promise<void>((resolve) => (give = resolve))
    await scene.app((srf) => srf.invite((req, res) => {
      void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
        hangUp = () => dialog.destroy()
        void once(dialog, 'ack').then(() => give())
      })
    }))
    const phone = await scene.ws(options)
    const call = newCall()
    phone.send(invite(phone, call))
    const answer = await phone.take('200')
    assert.match(field(answer.text, 'Contact'), new RegExp(`<sip:127\\.0\\.0\\.1:${scene.target.engine?.ports[name]};transport=ws>`))
    phone.send(ack(phone, call, established(call, answer).uri))
    await acked
    const over = hangUp()
    const bye = await phone.take('BYE')
    assert.match(bye.start, /^BYE sip:100@\S+\.invalid/)
    assert.match(field(bye.text, 'Via'), new RegExp(`^SIP/2\\.0/${name.toUpperCase()} 127\\.0\\.0\\.1:`))
    phone.send(respond(phone, bye, 200, 'OK'))
    await over
  })

  behaves(`${name}: a request to the address it registered from goes over its connection`, both, async (scene) => {
    const srf = await scene.app()
    const phone = await scene.ws(options)
    for (const transport of [name, 'ws']) {
      srf.request('sip:100@df7jal23ls0d.invalid;transport=ws', { method: 'OPTIONS', proxy: `sip:127.0.0.1:${phone.port};transport=${transport}` }, () => undefined)
      const arrived = await phone.take('OPTIONS')
      assert.ok(arrived.start.startsWith('OPTIONS sip:100@df7jal23ls0d.invalid;transport=ws '))
      phone.send(respond(phone, arrived, 200, 'OK', { tag: 'x' }))
    }
  })
}

behaves('who does not offer the sub-protocol sip is refused', both, async (scene) => {
  await assert.rejects(scene.ws({ protocols: ['xmpp'] }), /refused with 400/)
  await assert.rejects(scene.ws({ protocols: [] }), /refused with 400/)
  assert.equal((await scene.ws({ protocols: ['xmpp', 'sip'] })).raw.protocol, 'sip')
})

behaves('what is no WebSocket is told so', both, async (scene) => {
  assert.equal((await fetch(`http://127.0.0.1:${scene.target.engine?.ports.ws}/`)).status, 426)
})

behaves('a request for a connection that is not completed in time is ended', { ...both, timing: { handshake: 150 } }, async (scene) => {
  const slow = connect(scene.target.engine?.ports.ws ?? 0, '127.0.0.1')
  slow.write('GET / HTTP/1.1\r\nHost: x\r\n')
  slow.resume()
  await once(slow, 'close')
  // One that was completed is not.
  await answering(scene)
  const phone = await scene.ws()
  const second = connect(scene.target.engine?.ports.ws ?? 0, '127.0.0.1')
  second.resume()
  await once(second, 'close')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
})

behaves('a message in fragments, with a ping between them', both, async (scene) => {
  await answering(scene)
  const phone = await scene.ws()
  const text = request(phone, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'Grüße' })
  const ponged = once(phone.raw, 'pong') as Promise<[Buffer]>
  wire(phone).write(Buffer.concat([frame(TEXT, text.slice(0, 40), false), frame(PING, 'are you there'), frame(CONTINUED, text.slice(40, 90), false), frame(CONTINUED, text.slice(90))]))
  assert.equal((await ponged)[0].toString(), 'are you there')
  await phone.take('200')
})

behaves('a double CRLF is answered with a CRLF', both, async (scene) => {
  const phone = await scene.ws()
  const pong = once(phone.raw, 'message') as Promise<[Buffer]>
  phone.send('\r\n\r\n')
  assert.equal((await pong)[0].toString(), '\r\n')
})

behaves('a message that is UTF-8 leaves as text, any other as binary', both, async (scene) => {
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await scene.ws()
  for (const [subject, binary] of [[Buffer.from('Grüße'), false], [Buffer.from('Grüße', 'latin1'), true]] as const) {
    // The From comes back as it was.
    const [head, tail] = request(phone, newCall(), 'OPTIONS').split('"Tester"') as [string, string]
    const answered = once(phone.raw, 'message') as Promise<[Buffer, boolean]>
    phone.raw.send(Buffer.concat([Buffer.from(`${head}"`), subject, Buffer.from(`"${tail}`)]), { binary: true })
    const [data, isBinary] = await answered
    assert.ok(data.includes(subject))
    assert.equal(isBinary, binary)
  }
})

behaves('a message that cannot be read is answered and the connection stays', both, async (scene) => {
  await answering(scene)
  const phone = await scene.ws()
  phone.send(request(phone, newCall(), 'OPTIONS').replace('Content-Length: 0', 'Content-Length: 99'))
  await phone.take('400')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
})

const LIMIT = { ...both, limits: { message: 2000 } }

behaves('a message over the limit closes the WebSocket with 1009, in one frame or in many', LIMIT, async (scene) => {
  const long = 'x'.repeat(3000)
  const one = await scene.ws()
  one.send(request(one, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: long }))
  assert.equal(await one.closeCode, 1009)
  const many = await scene.ws()
  for (let i = 0; i < 3; i++) wire(many).write(frame(i === 0 ? TEXT : CONTINUED, 'x'.repeat(900), false))
  assert.equal(await many.closeCode, 1009)
})

behaves('a message in too many fragments closes it with 1008', both, async (scene) => {
  const phone = await scene.ws()
  wire(phone).write(Buffer.concat([frame(TEXT, 'x', false), ...Array.from({ length: 300 }, () => frame(CONTINUED, '', false))]))
  assert.equal(await phone.closeCode, 1008)
})

behaves('text that is no UTF-8 closes it with 1007, an unmasked frame with 1002', both, async (scene) => {
  const garbled = await scene.ws()
  wire(garbled).write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]))
  assert.equal(await garbled.closeCode, 1007)
  const unmasked = await scene.ws()
  wire(unmasked).write(Buffer.from([0x81, 0x02, 0x41, 0x41]))
  assert.equal(await unmasked.closeCode, 1002)
})

behaves('a peer that never completes its message is disconnected, one that does stays', { ...both, timing: { slowPeer: 60 } }, async (scene) => {
  await answering(scene)
  const phone = await scene.ws()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
  const slow = await scene.ws()
  wire(slow).write(frame(TEXT, 'OPTIONS sip:200@127.0.0.1 SIP/2.0\r\n', false))
  await slow.closed
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
})

behaves('a browser that is gone cannot be reached, at once', both, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.ws()
  await phone.close()
  const refused = new Promise((resolve, reject) => srf.request(`sip:100@127.0.0.1:${phone.port};transport=ws`, { method: 'OPTIONS' }, (error, req) => (error ? reject(error as Error) : req.on('response', resolve))))
  await assert.rejects(refused, /transport not available/)
})

behaves('a closing peer gets a close frame back', both, async (scene) => {
  const phone = await scene.ws()
  phone.raw.close(1000)
  assert.equal(await phone.closeCode, 1000)
})
