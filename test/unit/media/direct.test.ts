import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { connectDirectly, parseDescription, staysInPlace, type DirectSide } from '../../../media/sdp/index.ts'

function describe(address: string, port: number, change: { media?: string; lines?: string[] } = {}): string {
  const media = change.media ?? 'RTP/AVP 0 8 101'
  return ['v=0', `o=- 7 3 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=audio ${port} ${media}`, 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', ...(change.lines ?? []), ''].join('\r\n')
}

const OURS = describe('192.0.2.1', 20_000, { lines: ['a=rtcp-mux', 'a=ptime:20', 'm=video 0 RTP/AVP 96'] })
const side = (address: string, port: number, change: Partial<DirectSide> = {}): DirectSide =>
  ({ remoteSdp: describe(address, port), localSdp: OURS, source: { address, port }, codec: 'PCMU', ...change })
const alice = side('10.0.0.1', 4000)
const bob = side('10.0.0.2', 5000)

test('each is told where the other is, in the one encoding they are in', () => {
  const { toCaller, toCallee } = connectDirectly(alice, bob)
  const { sections, audio } = parseDescription(toCaller)
  assert.deepEqual([audio.address, audio.port], ['10.0.0.2', 5000])
  assert.deepEqual(audio.codecs.map(({ payloadType, name }) => [payloadType, name]), [[0, 'PCMU'], [101, 'TELEPHONE-EVENT']])
  assert.equal(audio.rtcpMux, false)
  assert.equal(audio.direction, 'sendrecv')
  assert.deepEqual(sections.map(({ type, port }) => [type, port]), [['audio', 5000], ['video', 0]], 'refused lines stay in their place')
  assert.equal(parseDescription(toCallee).audio.address, '10.0.0.1')
})

const reasons: [string, DirectSide, RegExp][] = [
  ['another encoding', side('10.0.0.2', 5000, { codec: 'PCMA' }), /different encodings, PCMU and PCMA/],
  ['none yet', side('10.0.0.2', 5000, { codec: undefined }), /different encodings, PCMU and none|none and PCMU|no encoding yet/],
  ['NAT', side('10.0.0.2', 5000, { source: { address: '203.0.113.9', port: 5000 } }), /behind NAT/],
  ['another port', side('10.0.0.2', 5000, { source: { address: '10.0.0.2', port: 61_000 } }), /behind NAT/],
  ['silence', side('10.0.0.2', 5000, { source: undefined }), /not been heard/],
  ['hold', side('10.0.0.2', 5000, { remoteSdp: describe('10.0.0.2', 5000, { lines: ['a=sendonly'] }) }), /on hold/],
  ['encryption by choice', side('10.0.0.2', 5000, { remoteSdp: describe('10.0.0.2', 5000, { lines: ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'] }) }), /encrypted/],
  ['other numbers for digits', side('10.0.0.2', 5000, { remoteSdp: describe('10.0.0.2', 5000, { media: 'RTP/AVP 0 96', lines: ['a=rtpmap:96 telephone-event/8000'] }) }), /numbers for digits/],
  ['no digits', side('10.0.0.2', 5000, { remoteSdp: describe('10.0.0.2', 5000, { media: 'RTP/AVP 0' }) }), /only one of the phones/],
]
for (const [name, other, why] of reasons) {
  test(`sound stays with us: ${name}`, () => {
    assert.throws(() => connectDirectly(alice, other), (error) => error instanceof Refusal && error.code === 'unprocessable' && why.test(error.message))
    assert.throws(() => connectDirectly(other, alice), Refusal)
  })
}

test('an answer with another address, port, encoding or direction moves the phone', () => {
  const before = describe('10.0.0.1', 4000)
  assert.ok(staysInPlace(before, describe('10.0.0.1', 4000, { media: 'RTP/AVP 0' })))
  assert.ok(!staysInPlace(before, describe('10.0.0.9', 4000)))
  assert.ok(!staysInPlace(before, describe('10.0.0.1', 4002)))
  assert.ok(!staysInPlace(before, describe('10.0.0.1', 4000, { media: 'RTP/AVP 9' })))
  assert.ok(!staysInPlace(before, describe('10.0.0.1', 4000, { lines: ['a=inactive'] })))
})
