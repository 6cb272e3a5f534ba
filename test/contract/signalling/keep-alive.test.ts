/** What keeps connections and NATs open: STUN on SIP ports (RFC 5626 §8, RFC 5389), line ends. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { testAuthority } from '../../support/certificates.ts'
import { newCall, request } from './call.ts'
import { behaves } from './target.ts'

const authority = await testAuthority()
const certificate = await authority.issue(['127.0.0.1'])
const OURS = 'it speaks no STUN'
const dual = {
  sip: { hosts: ['127.0.0.1', '::1'], tlsPort: 0, tls: { certificates: [certificate], ca: undefined, clients: 'off' as const, verifyServers: true, minVersion: 'TLSv1.2' as const } },
  embeddedOnly: OURS,
}

function stun(type: number, attributes = Buffer.alloc(0)): { bytes: Buffer; id: Buffer } {
  const id = randomBytes(12)
  const head = Buffer.alloc(8)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(attributes.length, 2)
  head.writeUInt32BE(0x2112a442, 4)
  return { bytes: Buffer.concat([head, id, attributes]), id }
}

/** XOR-MAPPED-ADDRESS of a success response (RFC 5389 §15.2), read by hand. */
function mapped(answer: Buffer, id: Buffer): { address: string; port: number } {
  assert.equal(answer.readUInt16BE(0), 0x0101)
  assert.equal(answer.readUInt16BE(2), answer.length - 20)
  assert.deepEqual(answer.subarray(8, 20), id)
  assert.equal(answer.readUInt16BE(20), 0x0020)
  const mask = answer.subarray(4, 20)
  const bytes = [...answer.subarray(28, 24 + answer.readUInt16BE(22))].map((byte, i) => byte ^ (mask[i] as number))
  const port = answer.readUInt16BE(26) ^ 0x2112
  if (answer[25] === 1) return { address: bytes.join('.'), port }
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)).toString(16))
  return { address: groups.join(':'), port }
}

for (const [host, expected] of [['127.0.0.1', '127.0.0.1'], ['::1', '0:0:0:0:0:0:0:1']] as const) {
  behaves(`a STUN binding request over UDP from ${host} is told its address and port`, dual, async (scene) => {
    const phone = await scene.udp(host)
    const { bytes, id } = stun(1)
    const answered = once(phone.raw, 'message') as Promise<[Buffer]>
    phone.raw.send(bytes, scene.target.sip.port, host)
    assert.deepEqual(mapped((await answered)[0], id), { address: expected, port: phone.port })
  })
}

for (const transport of ['tcp', 'tls'] as const) {
  behaves(`a STUN binding request over ${transport}, between SIP messages`, dual, async (scene) => {
    await scene.app((srf) => srf.options((_req, res) => res.send(200)))
    const phone = transport === 'tcp' ? await scene.tcp() : await scene.tls({ ca: authority.certificate })
    const { bytes, id } = stun(1)
    const first = once(phone.raw, 'data') as Promise<[Buffer]>
    phone.raw.write(bytes)
    assert.deepEqual(mapped((await first)[0], id), { address: '127.0.0.1', port: phone.port })
    const second = once(phone.raw, 'data') as Promise<[Buffer]>
    phone.send(request(phone, newCall(), 'OPTIONS'))
    assert.match((await second)[0].toString(), /^SIP\/2\.0 200 /)
  })
}

behaves('an attribute that must be understood and is not: 420 with its type', dual, async (scene) => {
  const phone = await scene.udp()
  // CHANGE-REQUEST of RFC 3489, and USERNAME, which a server without passwords passes over.
  const attributes = Buffer.from([0, 6, 0, 3, 97, 98, 99, 0, 0, 3, 0, 4, 0, 0, 0, 6, 0x80, 0x22, 0, 0])
  const answered = once(phone.raw, 'message') as Promise<[Buffer]>
  phone.raw.send(stun(1, attributes).bytes, scene.target.sip.port, '127.0.0.1')
  const [answer] = await answered
  assert.equal(answer.readUInt16BE(0), 0x0111)
  assert.ok(answer.includes(Buffer.from([4, 20])), 'class 4, number 20')
  assert.ok(answer.includes(Buffer.from([0, 0x0a, 0, 2, 0, 3])), 'UNKNOWN-ATTRIBUTES: 0x0003')
})

behaves('other STUN, and STUN that is damaged, gets no answer and harms nobody', dual, async (scene) => {
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await scene.udp()
  const damaged = stun(1, Buffer.from([0, 6, 0, 99])).bytes
  const short = stun(1).bytes.subarray(0, 12)
  const wrongLength = Buffer.concat([stun(1).bytes, Buffer.alloc(4)])
  for (const bytes of [stun(0x0011).bytes, stun(0x0101).bytes, stun(3).bytes, damaged, short, wrongLength]) phone.raw.send(bytes, scene.target.sip.port, '127.0.0.1')
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200')
  assert.equal(phone.count(/[^]/), 1, 'the 200 alone arrived')
})

behaves('a double line end over UDP is answered with one, a single one not at all', { embeddedOnly: OURS }, async (scene) => {
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  const phone = await scene.udp()
  const answered = once(phone.raw, 'message') as Promise<[Buffer]>
  phone.raw.send('\r\n', scene.target.sip.port, '127.0.0.1')
  phone.raw.send('\r\n\r\n', scene.target.sip.port, '127.0.0.1')
  assert.equal((await answered)[0].toString(), '\r\n')
  // Line ends before a message are part of it (RFC 3261 §7.5).
  phone.send(`\r\n\r\n${request(phone, newCall(), 'OPTIONS')}`)
  await phone.take('200')
  assert.equal(phone.count(/^\r\n$/), 1)
})
