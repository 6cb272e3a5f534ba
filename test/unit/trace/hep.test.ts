/** HEP packets, read by a decoder written from the specification. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { hepPacket } from '../../../pbx/trace/hep.ts'
import { openHepSender } from '../../../pbx/trace/hep-sender.ts'
import type { TracedMessage } from '../../../pbx/sip/types.ts'

const text = 'REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK1\r\nFrom: <sip:100@192.0.2.1>;tag=a\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: hep@test\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n'
const message: TracedMessage = { at: 1_764_000_000_123.456, direction: 'in', transport: 'udp', peer: '198.51.100.7:5070', local: '192.0.2.1:5060', callId: 'hep@test', repeat: false, text }
const identity = { id: 2001, password: 'secret' }

/** Chunk type → value. */
function decode(packet: Buffer): Map<number, Buffer> {
  assert.equal(packet.toString('latin1', 0, 4), 'HEP3')
  assert.equal(packet.readUInt16BE(4), packet.length)
  const chunks = new Map<number, Buffer>()
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    assert.equal(packet.readUInt16BE(at), 0, 'the generic vendor')
    chunks.set(packet.readUInt16BE(at + 2), packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)))
  }
  return chunks
}

test('every chunk says what it should, in both directions and families', () => {
  const chunks = decode(hepPacket(message, identity))
  const shown = [...chunks].map(([type, value]) => [type, type === 14 || type === 15 || type === 17 ? value.toString() : value.toString('hex')])
  assert.deepEqual(Object.fromEntries(shown), {
    1: '02', 2: '11', 3: 'c6336407', 4: 'c0000201', 7: '13ce', 8: '13c4', 9: (1_764_000_000).toString(16), 10: (123_456).toString(16).padStart(8, '0'),
    11: '01', 12: '000007d1', 14: 'secret', 15: text, 17: 'hep@test',
  })
  const out = decode(hepPacket({ ...message, direction: 'out', transport: 'tls', peer: '[2001:db8::7]:5061', local: '[2001:db8::1]:5061' }, { id: 1, password: '' }))
  assert.deepEqual([out.get(1)?.[0], out.get(2)?.[0], out.get(5)?.toString('hex'), out.get(6)?.toString('hex'), out.has(14), out.has(3)], [10, 6, '20010db8000000000000000000000001', '20010db8000000000000000000000007', false, false])
  assert.ok(hepPacket({ ...message, text: 'x'.repeat(100_000) }, identity).length <= 65_535)
})

test('it reaches a collector over UDP and over TCP, and one that is away harms nobody', async () => {
  const logger = createLogger('silent')
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const received = once(udp, 'message')
  const overUdp = openHepSender({ host: '127.0.0.1', port: udp.address().port, transport: 'udp' }, logger)
  const again = setInterval(() => overUdp.send(hepPacket(message, identity)), 20)
  const [data] = (await received) as [Buffer]
  clearInterval(again)
  assert.equal(decode(data).get(15)?.toString(), text)
  await overUdp.close()
  udp.close()

  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connected = once(server, 'connection')
  const overTcp = openHepSender({ host: '127.0.0.1', port, transport: 'tcp' }, logger)
  const [socket] = (await connected) as [import('node:net').Socket]
  const first = once(socket, 'data')
  const timer = setInterval(() => overTcp.send(hepPacket(message, identity)), 20)
  const [bytes] = (await first) as [Buffer]
  clearInterval(timer)
  assert.equal(decode(bytes.subarray(0, bytes.readUInt16BE(4))).get(17)?.toString(), 'hep@test')
  await overTcp.close()
  socket.destroy()
  server.close()
  const nobody = openHepSender({ host: '127.0.0.1', port, transport: 'tcp' }, logger)
  nobody.send(hepPacket(message, identity))
  await nobody.close()
})
