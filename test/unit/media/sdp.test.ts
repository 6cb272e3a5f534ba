import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { MediaDirection } from '../../../media/contract.ts'
import { encodings, parseDescription, SdpSession } from '../../../media/sdp/index.ts'

const session = (): SdpSession => new SdpSession({ address: '192.0.2.1', port: 20_000, encodings, peerOrder: true })

function offer(lines: string[] = [], media = 'm=audio 4000 RTP/AVP 8 0 101', connection = 'c=IN IP4 198.51.100.7'): string {
  return ['v=0', 'o=x 1 1 IN IP4 198.51.100.7', 's=-', connection, 't=0 0', media, 'a=rtpmap:101 telephone-event/8000', ...lines, ''].join('\r\n')
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof Refusal, `a Refusal, not ${String(error)}`)
    assert.equal(error.code, 'unprocessable')
    return error.message
  }
  return assert.fail('nothing was refused')
}

test('the answer takes the first codec of the peer, its digits and no more', () => {
  const ours = session()
  const { stream } = ours.answer(offer())
  assert.equal(stream.encoding, 'PCMA')
  assert.equal(stream.payloadType, 8)
  assert.deepEqual(stream.eventsOut, { payloadType: 101, clockRate: 8000 })
  assert.deepEqual(stream.remote, { address: '198.51.100.7', port: 4000 })
  assert.deepEqual(stream.remoteRtcp, { address: '198.51.100.7', port: 4001 })
  assert.match(ours.text, /^m=audio 20000 RTP\/AVP 8 101\r$/m)
  assert.match(ours.text, /^a=ptime:20\r$/m)
  assert.match(ours.text, /^a=fmtp:101 0-15\r$/m)
  assert.doesNotMatch(ours.text, /rtcp-mux/)
})

test('our own order wins when we state one', () => {
  const ours = new SdpSession({ address: '192.0.2.1', port: 20_000, encodings: ['PCMU', 'PCMA'], peerOrder: false })
  assert.equal(ours.answer(offer()).stream.encoding, 'PCMU')
})

const holds: { name: string; text: string; peer: MediaDirection; ours: MediaDirection }[] = [
  { name: 'nothing said', text: offer(), peer: 'sendrecv', ours: 'sendrecv' },
  { name: 'sendonly', text: offer(['a=sendonly']), peer: 'sendonly', ours: 'recvonly' },
  { name: 'recvonly', text: offer(['a=recvonly']), peer: 'recvonly', ours: 'sendonly' },
  { name: 'inactive', text: offer(['a=inactive']), peer: 'inactive', ours: 'inactive' },
  { name: '0.0.0.0', text: offer([], undefined, 'c=IN IP4 0.0.0.0'), peer: 'sendonly', ours: 'recvonly' },
  { name: '0.0.0.0 and recvonly', text: offer(['a=recvonly'], undefined, 'c=IN IP4 0.0.0.0'), peer: 'inactive', ours: 'inactive' },
  { name: 'at the session level', text: offer().replace('t=0 0', 't=0 0\r\na=sendonly'), peer: 'sendonly', ours: 'recvonly' },
]
for (const { name, text, peer, ours } of holds) {
  test(`direction: ${name}`, () => {
    const side = session()
    const { remoteDirection, stream } = side.answer(text)
    assert.equal(remoteDirection, peer)
    assert.match(side.text, new RegExp(`^a=${ours}\r$`, 'm'))
    assert.equal(stream.send, ours === 'sendrecv' || ours === 'sendonly')
    assert.equal(stream.receive, ours === 'sendrecv' || ours === 'recvonly')
    if (name.startsWith('0.0.0.0')) assert.equal(stream.remote, undefined)
  })
}

test('every other line is refused with port 0 in its place', () => {
  const ours = session()
  const text = offer().replace('m=audio', 'm=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio')
    + 'm=image 6000 udptl t38\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n'
  ours.answer(text)
  const lines = ours.text.split('\r\n').filter((line) => line.startsWith('m='))
  assert.deepEqual(lines, [
    'm=video 0 RTP/AVP 96', 'm=audio 20000 RTP/AVP 8 101', 'm=image 0 udptl t38', 'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  ])
})

test('a second audio line and an encrypted one before the plain one are refused alone', () => {
  const ours = session()
  ours.answer(offer().replace('m=audio', 'm=audio 7000 RTP/SAVP 0\r\nm=audio') + 'm=audio 8000 RTP/AVP 0\r\n')
  assert.deepEqual(ours.text.split('\r\n').filter((line) => line.startsWith('m=')), [
    'm=audio 0 RTP/SAVP 0', 'm=audio 20000 RTP/AVP 8 101', 'm=audio 0 RTP/AVP 0',
  ])
})

test('rtcp-mux is answered only when offered, and puts RTCP on the RTP port', () => {
  const ours = session()
  const { stream } = ours.answer(offer(['a=rtcp-mux']))
  assert.match(ours.text, /^a=rtcp-mux\r$/m)
  assert.equal(stream.rtcpMux, true)
  assert.deepEqual(stream.remoteRtcp, stream.remote)
})

test('a=rtcp names the port for RTCP', () => {
  assert.deepEqual(session().answer(offer(['a=rtcp:4999'])).stream.remoteRtcp, { address: '198.51.100.7', port: 4999 })
})

test('the version grows with each change and only then', () => {
  const ours = session()
  const version = (): number => Number(/^o=- \d+ (\d+)/m.exec(ours.text)![1])
  ours.answer(offer())
  assert.equal(version(), 1)
  ours.answer(offer())
  assert.equal(version(), 1, 'a session refresh changes nothing')
  ours.answer(offer(['a=sendonly']))
  assert.equal(version(), 2)
  ours.answer(offer())
  assert.equal(version(), 3)
})

test('our offer and its answer: the payload types of each side are kept apart', () => {
  const ours = session()
  assert.match(ours.offer('sendrecv'), /^m=audio 20000 RTP\/AVP 111 9 0 8 101 110\r$/m)
  const { stream } = ours.accept(offer(['a=rtpmap:96 telephone-event/8000'], 'm=audio 4000 RTP/AVP 8 96').replace('a=rtpmap:101 telephone-event/8000\r\n', ''))
  assert.equal(ours.encoding, 'PCMA')
  assert.deepEqual(stream.eventsOut, { payloadType: 96, clockRate: 8000 })
  assert.deepEqual(stream.eventsIn[0], { payloadType: 101, clockRate: 8000 })
})

test('a re-offer keeps the lines of the peer, the codec in use first', () => {
  const ours = session()
  ours.answer(offer() + 'm=video 5000 RTP/AVP 96\r\n')
  assert.deepEqual(ours.offer('sendonly').split('\r\n').filter((line) => line.startsWith('m=')), ['m=audio 20000 RTP/AVP 8 111 9 0 101 110', 'm=video 0 RTP/AVP 96'])
  const { stream, remoteDirection } = ours.accept(offer(['a=recvonly'], 'm=audio 4000 RTP/AVP 8 101'))
  assert.equal(remoteDirection, 'recvonly')
  assert.equal(stream.receive, false)
  assert.equal(stream.send, true)
})

test('a 183 and its 200 may both answer one offer; an answer without an offer is refused', () => {
  const ours = session()
  assert.match(refusal(() => ours.accept(offer())), /without an offer/)
  ours.offer('sendrecv')
  ours.accept(offer())
  ours.accept(offer([], 'm=audio 4002 RTP/AVP 0'))
  assert.equal(ours.encoding, 'PCMU')
})

test('what is refused changes nothing', () => {
  const ours = session()
  ours.answer(offer())
  const before = ours.text
  refusal(() => ours.answer(offer([], 'm=audio 4000 RTP/AVP 18')))
  assert.equal(ours.text, before)
  assert.equal(ours.encoding, 'PCMA')
})

const refused: [name: string, text: string, why: RegExp][] = [
  ['empty', '', /empty/],
  ['not SDP', 'hello', /v=0/],
  ['no audio', offer([], 'm=video 5000 RTP/AVP 96'), /no audio/],
  ['audio disabled', offer([], 'm=audio 0 RTP/AVP 0'), /no audio/],
  ['encrypted only', offer([], 'm=audio 4000 RTP/SAVP 0'), /encrypted/],
  ['WebRTC only', offer([], 'm=audio 4000 UDP/TLS/RTP/SAVPF 0'), /encrypted/],
  ['another protocol', offer([], 'm=audio 4000 udp 0'), /only plain RTP/],
  ['no common codec', offer(['a=rtpmap:96 speex/16000'], 'm=audio 4000 RTP/AVP 96 18'), /no common audio codec: the peer has SPEEX/],
  ['a dynamic type renamed to 16 kHz', offer(['a=rtpmap:97 PCMU/16000'], 'm=audio 4000 RTP/AVP 97'), /no common/],
  ['IPv6', offer([], undefined, 'c=IN IP6 2001:db8::1'), /IPv4/],
  ['a host name', offer([], undefined, 'c=IN IP4 phone.example'), /not an IPv4 address/],
  ['multicast', offer([], undefined, 'c=IN IP4 224.2.1.1/127'), /cannot be sent/],
  ['broadcast', offer([], undefined, 'c=IN IP4 255.255.255.255'), /cannot be sent/],
  ['no address', offer([], undefined, 'x=-'), /no c= line/],
  ['an unreadable m-line', offer([], 'm=audio'), /cannot be read/],
  ['a port that does not exist', offer([], 'm=audio 70000 RTP/AVP 0'), /does not exist/],
  ['too many lines', offer() + 'm=audio 1 RTP/AVP 0\r\n'.repeat(40), /more than/],
  ['too long', offer(['a=x:' + 'y'.repeat(40_000)]), /longer than/],
]
for (const [name, text, why] of refused) test(`refused: ${name}`, () => { assert.match(refusal(() => session().answer(text)), why) })

test('an answer with fewer lines or refused audio is refused', () => {
  const ours = session()
  ours.offer('sendrecv')
  assert.match(refusal(() => ours.accept('v=0\r\no=x 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\n')), /fewer media lines/)
  assert.match(refusal(() => ours.accept(offer([], 'm=audio 0 RTP/AVP 0'))), /refused the audio/)
})

test('whatever bytes come in, it is an answer or a Refusal', () => {
  const whole = offer(['a=rtcp-mux', 'a=rtcp:1 IN IP4 1.2.3.4', 'a=ptime:20'])
  let state = 12_345
  const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) % below
  for (let round = 0; round < 3000; round += 1) {
    const characters = [...whole]
    for (let edits = 1 + random(8); edits > 0; edits -= 1) {
      const at = random(characters.length)
      if (random(3) === 0) characters.splice(at, 1 + random(20))
      else characters[at] = String.fromCharCode(random(400))
    }
    try {
      session().answer(characters.join(''))
    } catch (error) {
      assert.ok(error instanceof Refusal, `${String(error)} for ${JSON.stringify(characters.join(''))}`)
    }
  }
})

test('names from the prototype are no attributes', () => {
  const text = offer(['a=__proto__:x', 'a=constructor:y', 'a=rtpmap:8 __proto__/8000'])
  assert.match(refusal(() => session().answer(text.replace('8 0 101', '8 101'))), /no common/)
})

test('line ends of every kind are read', () => {
  for (const end of ['\n', '\r', '\r\n']) assert.equal(parseDescription(offer().replaceAll('\r\n', end)).audio.port, 4000)
})

test('audio on the last port has no port for RTCP beside it', () => {
  const { stream } = session().answer(offer([], 'm=audio 65535 RTP/AVP 0'))
  assert.deepEqual([stream.remote?.port, stream.remoteRtcp], [65_535, undefined])
})

const wide = offer(
  ['a=rtpmap:102 opus/48000/2', 'a=rtpmap:9 G722/8000', 'a=rtpmap:103 telephone-event/48000'], 'm=audio 4000 RTP/AVP 102 9 0 101 103')

test('Opus under the number of the peer, with digits of its clock; PCMU with digits of its own', () => {
  const ours = session()
  const { stream } = ours.answer(wide)
  assert.deepEqual([stream.encoding, stream.payloadType, stream.eventsOut], ['opus', 102, { payloadType: 103, clockRate: 48_000 }])
  assert.match(ours.text, /^m=audio 20000 RTP\/AVP 102 103\r$/m)
  assert.match(ours.text, /^a=rtpmap:102 opus\/48000\/2\r$/m)
  assert.match(ours.text, /^a=rtpmap:103 telephone-event\/48000\r$/m)
  assert.deepEqual(stream.receives.find((one) => one.payloadType === 9)?.encoding, 'G722', 'the peer may switch to what it listed')
  assert.match(ours.offer('sendrecv'), /^m=audio 20000 RTP\/AVP 102 9 0 8 101 103\r$/m, 'a number once given stays')
})

test('digits of the usual clock go with Opus when the peer lists no others', () => {
  const { stream } = session().answer(offer(['a=rtpmap:96 opus/48000/2'], 'm=audio 4000 RTP/AVP 96 101'))
  assert.deepEqual(stream.eventsOut, { payloadType: 101, clockRate: 8000 })
})

test('our numbers give way to those of the peer', () => {
  const ours = session()
  ours.answer(offer(['a=rtpmap:111 telephone-event/8000'], 'm=audio 4000 RTP/AVP 0 111').replace('a=rtpmap:101 telephone-event/8000\r\n', ''))
  assert.match(ours.offer('sendrecv'), /^m=audio 20000 RTP\/AVP 0 110 9 8 111 109\r$/m)
})

test('another encoding is preferred while nothing was said; only one that was offered', () => {
  const ours = session()
  ours.answer(wide)
  assert.equal(ours.prefer(['PCMA']), undefined)
  assert.equal(ours.prefer(['opus']), undefined, 'that is the answer already')
  assert.equal(ours.prefer(['PCMA', 'PCMU'])?.stream.encoding, 'PCMU')
  assert.equal(ours.encoding, 'PCMU')
  assert.match(ours.text, /^m=audio 20000 RTP\/AVP 0 101\r$/m)
  ours.offer('sendrecv')
  assert.equal(ours.prefer(['G722']), undefined, 'the offer is ours')
})

const lengths: [lines: string[], ms: number, stated: boolean][] = [
  [[], 20, false], [['a=ptime:30'], 30, true], [['a=ptime:25'], 20, true], [['a=ptime:5'], 10, true], [['a=ptime:100'], 60, true],
  [['a=ptime:40', 'a=maxptime:20'], 20, true], [['a=maxptime:10'], 10, true], [['a=ptime:0'], 20, false], [['a=ptime:x'], 20, false],
]
for (const [lines, ms, stated] of lengths) {
  test(`packets for a peer that says ${lines.join(' and ') || 'nothing'}`, () => {
    const { stream } = session().answer(offer(lines))
    assert.deepEqual([stream.packetMs, stream.packetMsStated], [ms, stated])
  })
}

test('Opus has no packets of 30 ms', () => {
  assert.equal(session().answer(offer(['a=rtpmap:96 opus/48000/2', 'a=ptime:30'], 'm=audio 4000 RTP/AVP 96')).stream.packetMs, 20)
})

test('no digits as events where the peer has them otherwise, whatever it lists', () => {
  for (const dtmf of ['inband', 'info'] as const) {
    const ours = new SdpSession({ address: '192.0.2.1', port: 20_000, encodings, peerOrder: true, dtmf })
    const { stream } = ours.answer(offer())
    assert.deepEqual([stream.eventsOut, stream.dtmf], [undefined, dtmf])
    assert.doesNotMatch(ours.text, /telephone-event/)
    const theirs = new SdpSession({ address: '192.0.2.1', port: 20_000, encodings, peerOrder: true, dtmf })
    assert.doesNotMatch(theirs.offer('sendrecv'), /telephone-event/)
    assert.equal(theirs.accept(offer()).stream.eventsOut, undefined)
  }
  const strict = new SdpSession({ address: '192.0.2.1', port: 20_000, encodings, peerOrder: true, dtmf: 'rfc4733' })
  assert.deepEqual(strict.answer(offer()).stream.eventsOut, { payloadType: 101, clockRate: 8000 })
})

test('packets are as long as we say, up to what the peer takes at most; Opus has no 30 ms', () => {
  const ours = (packetMs: number) => new SdpSession({ address: '192.0.2.1', port: 20_000, encodings, peerOrder: true, packetMs })
  const fixed = ours(40)
  assert.match(fixed.offer('sendrecv'), /^a=ptime:40\r$/m)
  const { stream } = fixed.accept(offer(['a=ptime:20']))
  assert.deepEqual([stream.packetMs, stream.packetMsStated], [40, true])
  assert.equal(ours(60).answer(offer(['a=maxptime:30'])).stream.packetMs, 30)
  assert.equal(ours(30).answer(offer(['a=rtpmap:111 opus/48000/2'], 'm=audio 4000 RTP/AVP 111')).stream.packetMs, 20)
})
