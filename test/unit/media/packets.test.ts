import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ntpMiddle, readRtcp, roundTripOf, writeRtcp } from '../../../media/embedded/worker/rtcp.ts'
import { createRtpView, looksLikeRtcp, readRtp, rewriteRtp, sequenceDistance } from '../../../media/embedded/worker/rtp.ts'

const plain = Buffer.from('80e0123400000a00deadbeef01020304', 'hex')

test('a plain packet is read', () => {
  const view = createRtpView()
  assert.equal(readRtp(plain, view), true)
  assert.deepEqual(view, { marker: true, payloadType: 96, clock: 8, sequence: 0x1234, timestamp: 0xa00, ssrc: 0xdeadbeef, payloadStart: 12, payloadEnd: 16 })
})

test('CSRC, extension and padding are stepped over', () => {
  const view = createRtpView()
  const packet = Buffer.from('b100000100000002000000030000000400010001aaaaaaaa112233' + '02' + '02', 'hex')
  assert.equal(readRtp(packet, view), true)
  assert.deepEqual([...packet.subarray(view.payloadStart, view.payloadEnd)], [0x11, 0x22, 0x33])
})

const broken: [string, string][] = [
  ['too short', '80000001000000020000'],
  ['version 1', '400000010000000200000003'],
  ['more CSRC than bytes', '8f0000010000000200000003'],
  ['extension beyond the end', '900000010000000200000003000100ff'],
  ['extension cut off', '9000000100000002000000030001'],
  ['padding longer than the payload', 'a0000001000000020000000301ff'],
  ['padding of none', 'a000000100000002000000030100'],
]
for (const [name, hex] of broken) test(`no RTP: ${name}`, () => { assert.equal(readRtp(Buffer.from(hex, 'hex'), createRtpView()), false) })

test('a header is rewritten in place and nothing else is touched', () => {
  const packet = Buffer.from(plain)
  rewriteRtp(packet, false, 8, 0xffff, 0xfffffffe, 0x80000001)
  assert.equal(packet.toString('hex'), '8008fffffffffffe8000000101020304')
})

test('sequence distance wraps', () => {
  assert.equal(sequenceDistance(0, 65_535), 1)
  assert.equal(sequenceDistance(65_535, 0), -1)
  assert.equal(sequenceDistance(40_000, 10_000), 30_000)
})

test('RTP and RTCP on one port are told apart', () => {
  assert.equal(looksLikeRtcp(plain), false)
  assert.equal(looksLikeRtcp(writeRtcp(1, 'x', 0, undefined, undefined, false)), true)
})

test('a sender report with everything in it comes back', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 500)
  const report = { ssrc: 7, fraction: 64, lost: 300, highest: 70_000, jitter: 12.4, lastSr: 0x11223344, sinceLastSr: 65_536 }
  const packet = writeRtcp(99, 'someone', at, { packets: 10, bytes: 1600, timestamp: 4242 }, report, true)
  assert.equal(packet.length % 4, 0)
  assert.deepEqual(readRtcp(packet, 7), {
    lastSr: ntpMiddle(at), bye: true, about: { fraction: 64, lost: 300, jitter: 12, lastSr: 0x11223344, sinceLastSr: 65_536 },
  })
  assert.equal(readRtcp(packet, 8)?.about, undefined, 'a report about another stream is not ours')
})

test('a receiver report without anything is still a whole compound packet', () => {
  for (const name of ['', 'a', 'ab', 'abc', 'abcd']) {
    const packet = writeRtcp(1, name, 0, undefined, undefined, false)
    assert.deepEqual(readRtcp(packet, 1), { lastSr: 0, about: undefined, bye: false })
  }
})

test('nonsense is no RTCP', () => {
  assert.equal(readRtcp(Buffer.alloc(0), 1), undefined)
  assert.equal(readRtcp(Buffer.from('81ca0001000000010000', 'hex'), 1), undefined, 'must begin with a report')
  assert.equal(readRtcp(Buffer.from('80c9ffff00000001', 'hex'), 1), undefined, 'length beyond the end')
})

test('round trip from a report', () => {
  const now = 1_800_000_000_000
  const lastSr = ntpMiddle(now - 1300)
  assert.ok(Math.abs(roundTripOf({ lastSr, sinceLastSr: 65_536 }, now)! - 300) < 1)
  assert.equal(roundTripOf({ lastSr: 0, sinceLastSr: 0 }, now), undefined)
  assert.equal(roundTripOf({ lastSr: ntpMiddle(now - 600_000), sinceLastSr: 0 }, now), undefined, 'ten minutes are no round trip')
})
