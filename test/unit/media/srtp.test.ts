/** SRTP against the numbers of its specifications, and against what somebody on the way might do. */
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { HmacSha1 } from '../../../media/embedded/worker/srtp/sha1.ts'
import { ReplayWindow } from '../../../media/embedded/worker/srtp/replay.ts'
import { createTransform, SrtpReceiver, SrtpSender } from '../../../media/embedded/worker/srtp/streams.ts'
import { deriveKeys } from '../../../media/embedded/worker/srtp/suites.ts'
import type { SrtpKey, SrtpSuite } from '../../../media/sdp/types.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const key128 = hex('E1F97A0D3E018BE0D64FA32C06DE4139')
const salt112 = hex('0EC675AD498AFEEBB6960B3AABE6')
const counter: SrtpKey = { suite: 'AES_CM_128_HMAC_SHA1_80', key: key128, salt: salt112 }
const gcm: SrtpKey = { suite: 'AEAD_AES_128_GCM', key: hex('000102030405060708090a0b0c0d0e0f'), salt: hex('a0a1a2a3a4a5a6a7a8a9aaab') }

test('session keys are those of RFC 3711 B.3', () => {
  const { cipher, salt, auth } = deriveKeys(counter, false)
  assert.equal(cipher.toString('hex').toUpperCase(), 'C61E7A93744F39EE10734AFE3FF7A087')
  assert.equal(salt.toString('hex').toUpperCase(), '30CBBC08863D8C85D49DB34A9AE1')
  assert.equal(auth.toString('hex').toUpperCase(), 'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4')
})

/** One packet each that every implementation of SRTP is tried with. */
const vectors: { name: string; key: SrtpKey; rtp: string; rtcp?: string }[] = [
  { name: 'AES_CM_128_HMAC_SHA1_80', key: counter, rtp: '4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb', rtcp: '7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798' },
  { name: 'AEAD_AES_128_GCM', key: gcm, rtp: 'c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392' },
]
for (const { name, key, rtp, rtcp } of vectors) {
  test(`a known packet, ${name}`, () => {
    const packet = Buffer.alloc(100)
    hex('800f1234decafbadcafebabe' + 'ab'.repeat(16)).copy(packet)
    const transform = createTransform(key)
    const length = transform.sealRtp(packet, 12, 28, 0xcafebabe, 0, 0x1234)
    assert.equal(packet.subarray(12, length).toString('hex'), rtp)
    if (rtcp === undefined) return
    hex('81c8000bcafebabe' + 'ab'.repeat(16)).copy(packet)
    assert.equal(packet.subarray(8, transform.sealRtcp(packet, 24, 0xcafebabe, 1)).toString('hex'), rtcp)
  })
}

test('HMAC-SHA1 is that of node, whatever the length', () => {
  for (let length = 0; length < 300; length += 1) {
    const [key, bytes] = [randomBytes(20), randomBytes(length)]
    const out = new Uint8Array(20)
    new HmacSha1(key).sign(bytes, length, undefined, out, 0, 20)
    assert.equal(Buffer.from(out).toString('hex'), createHmac('sha1', key).update(bytes).digest('hex'), `${length} bytes`)
    new HmacSha1(key).sign(bytes, length, 0x01020304, out, 0, 20)
    assert.equal(Buffer.from(out).toString('hex'), createHmac('sha1', key).update(bytes).update(hex('01020304')).digest('hex'), `${length} bytes and a word`)
  }
})

function newKey(suite: SrtpSuite): SrtpKey {
  const aead = suite.startsWith('AEAD')
  return { suite, key: randomBytes(suite.includes('256') ? 32 : 16), salt: randomBytes(aead ? 12 : 14) }
}

function packet(sequence: number, ssrc = 0x11223344): Buffer {
  const made = Buffer.alloc(172)
  made[0] = 0x80
  made.writeUInt16BE(sequence & 0xffff, 2)
  made.writeUInt32BE(ssrc, 8)
  made.fill(sequence & 0xff, 12)
  return made
}

/** A copy: what is sealed is in a buffer that is used again. */
const seal = (sender: SrtpSender, plain: Buffer): Buffer => Buffer.from(sender.sealRtp(plain) ?? assert.fail('not sealed'))

for (const suite of ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM'] as const) {
  test(`${suite}: past two rolls of the sequence numbers, out of order and with gaps`, () => {
    const key = newKey(suite)
    const [sender, receiver] = [new SrtpSender(key), new SrtpReceiver(key)]
    const numbers: number[] = []
    for (let at = 60_000; at < 3 * 65_536; at += at % 65_536 > 65_000 || at % 65_536 < 500 ? 1 : 97) numbers.push(at)
    for (let index = 0; index + 3 < numbers.length; index += 4) {
      const sealed = numbers.slice(index, index + 4).map((at) => [at, seal(sender, packet(at))] as const)
      // The second comes after the third, the last is lost.
      for (const [at, wire] of [sealed[0]!, sealed[2]!, sealed[1]!]) {
        assert.notDeepEqual(wire.subarray(12, 172), packet(at).subarray(12))
        assert.deepEqual(receiver.openRtp(wire), packet(at), `packet ${at}`)
      }
    }
  })

  test(`${suite}: a packet that was changed anywhere, cut, or comes twice is none`, () => {
    const key = newKey(suite)
    const [sender, receiver] = [new SrtpSender(key), new SrtpReceiver(key)]
    const wire = seal(sender, packet(7))
    for (let at = 0; at < wire.length; at += 1) {
      const changed = Buffer.from(wire)
      changed[at]! ^= 1
      assert.equal(receiver.openRtp(changed), undefined, `byte ${at}`)
    }
    for (let length = 0; length < wire.length; length += 1) assert.equal(receiver.openRtp(Buffer.from(wire.subarray(0, length))), undefined, `${length} bytes`)
    assert.deepEqual(receiver.openRtp(Buffer.from(wire)), packet(7))
    assert.equal(receiver.openRtp(Buffer.from(wire)), undefined, 'the same again')
    assert.equal(new SrtpReceiver(newKey(suite)).openRtp(Buffer.from(wire)), undefined, 'another key')
  })

  test(`${suite}: RTCP there and back; changed or repeated it is none`, () => {
    const key = newKey(suite)
    const [sender, receiver] = [new SrtpSender(key), new SrtpReceiver(key)]
    const report = Buffer.concat([hex('80c90001 11223344'), randomBytes(24)])
    const wires = [1, 2, 3].map(() => Buffer.from(sender.sealRtcp(report) ?? assert.fail('not sealed')))
    for (let at = 0; at < wires[0]!.length; at += 1) {
      const changed = Buffer.from(wires[0]!)
      changed[at]! ^= 1
      assert.equal(receiver.openRtcp(changed), undefined, `byte ${at}`)
    }
    for (const wire of wires) {
      assert.notDeepEqual(wire.subarray(8, 32), report.subarray(8))
      assert.deepEqual(receiver.openRtcp(Buffer.from(wire)), report)
      assert.equal(receiver.openRtcp(Buffer.from(wire)), undefined)
    }
  })
}

test('no index is used for two packets', () => {
  const sender = new SrtpSender(newKey('AEAD_AES_256_GCM'))
  assert.ok(sender.sealRtp(packet(5)))
  const other = packet(5)
  other.fill(0xee, 12)
  assert.equal(sender.sealRtp(other), undefined)
  assert.ok(sender.sealRtp(packet(4)), 'a late one that was not sent yet')
})

test('two streams of a peer are told apart, each with its own count', () => {
  const key = newKey('AES_CM_128_HMAC_SHA1_80')
  const [one, other, receiver] = [new SrtpSender(key), new SrtpSender(key), new SrtpReceiver(key)]
  for (let at = 65_500; at < 65_600; at += 1) {
    assert.ok(receiver.openRtp(seal(one, packet(at, 1))))
    assert.ok(receiver.openRtp(seal(other, packet(at - 65_500, 2))))
  }
})

test('the replay window: what is too old to know is not taken', () => {
  const window = new ReplayWindow()
  for (const index of [1000, 1001, 1003]) window.take(index)
  assert.deepEqual([1000, 1001, 1002, 1003, 1004, 876, 875].map((index) => window.isNew(index)), [false, false, true, false, true, true, false])
  window.take(5000)
  assert.deepEqual([5000, 4999, 1003, 4873, 4872].map((index) => window.isNew(index)), [false, true, false, true, false])
})
