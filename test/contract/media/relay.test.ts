import assert from 'node:assert/strict'
import { behaviour, figures, next, openEngine } from './engine.ts'
import { anew, strangers, workers } from './other-way.ts'
import { RtpPeer, samplesOf, strength, talk } from './rtp-peer.ts'

behaviour('two phones hear each other, each its own codec, loss and order untouched', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '0' }), await phone({ codecs: '8' })]
  await a.endpoint.bridge(b.endpoint)
  await talk(25, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 1000, payloadType: 0 })
  await Promise.all([a.peer.until((heard) => heard.length >= 25), b.peer.until((heard) => heard.length >= 25)])
  assert.ok(strength(samplesOf(b.peer.heard, 8), 440) > 7000, 'μ-law in, A-law out')
  assert.ok(strength(samplesOf(b.peer.heard, 8), 1000) < 200, 'nobody hears himself')
  assert.ok(strength(samplesOf(a.peer.heard, 0), 1000) > 7000)
  const [first] = b.peer.heard
  b.peer.heard.forEach((packet, i) => {
    assert.equal(packet.payloadType, 8)
    assert.equal(packet.ssrc, first!.ssrc)
    assert.equal(packet.sequence, (first!.sequence + i) & 0xffff)
    assert.equal(packet.timestamp, (first!.timestamp + i * 160) >>> 0)
    assert.equal(packet.marker, i === 0)
  })
  assert.notEqual(first!.ssrc, a.peer.ssrc, 'the other side sees our stream and not the phone')
}, false, anew)

behaviour('the same codec passes untouched', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const payload = Buffer.from(Array.from({ length: 160 }, (_, i) => i))
  a.peer.send(0, 0, payload)
  await b.peer.until((heard) => heard.length > 0)
  assert.deepEqual(b.peer.heard[0]!.payload, payload)
}, false, anew)

behaviour('we offer, the phone answers', async (t) => {
  const { server, phone } = await openEngine(t)
  const a = await phone()
  const peer = await RtpPeer.open()
  t.after(() => peer.close())
  const endpoint = await server.createEndpoint({ callId: 'call', legId: 'b', peerAddress: '127.0.0.1' })
  assert.equal(endpoint.codec, undefined)
  peer.aim(endpoint.localSdp)
  const offer = endpoint.localSdp
  assert.equal(await endpoint.negotiate('answer', peer.sdp({ codecs: '8' })), offer)
  assert.equal(endpoint.codec, 'PCMA')
  await endpoint.bridge(a.endpoint)
  const started = next(endpoint, 'media-started')
  peer.send(700, 8, Buffer.alloc(160, 0xd5))
  assert.deepEqual(await started, [{ address: '127.0.0.1', port: peer.port }])
  await a.peer.until((heard) => heard.length > 0)
})

behaviour('a stranger is neither heard nor sent to', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const stranger = await RtpPeer.open('127.0.0.9')
  t.after(() => stranger.close())
  stranger.aim(a.endpoint.localSdp)
  for (let i = 0; i < 20; i += 1) stranger.send(440)
  a.peer.send(300)
  await b.peer.until((heard) => heard.length > 0)
  for (let i = 0; i < 20; i += 1) stranger.send(440)
  b.peer.send(300)
  await a.peer.until((heard) => heard.length > 0)
  a.peer.send(300)
  await b.peer.until((heard) => heard.length > 1)
  assert.equal(b.peer.heard.length, 2)
  assert.equal(stranger.heard.length, 0)
  const stats = await a.endpoint.stats()
  assert.equal(stats.strayPackets, 40)
  assert.equal(stats.packetsReceived, 2)
  assert.deepEqual(stats.remote, { address: '127.0.0.1', port: a.peer.port })
}, false, strangers)

behaviour('a phone that moves by re-INVITE is followed, its stream goes on', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  a.peer.send(300)
  b.peer.send(300)
  await Promise.all([a.peer, b.peer].map((peer) => peer.until((heard) => heard.length > 0)))
  const moved = await RtpPeer.open()
  t.after(() => moved.close())
  moved.aim(await a.endpoint.negotiate('offer', moved.sdp({ codecs: '8' })))
  assert.equal(a.endpoint.codec, 'PCMA')
  b.peer.send(300)
  await moved.until((heard) => heard.length > 0)
  assert.equal(moved.heard[0]!.ssrc, a.peer.heard[0]!.ssrc)
  assert.equal(moved.heard[0]!.sequence, (a.peer.heard[0]!.sequence + 1) & 0xffff)
  assert.equal(moved.heard[0]!.payloadType, 8)
  moved.send(300, 8, Buffer.alloc(160, 0x55))
  await b.peer.until((heard) => heard.length > 1)
}, false, anew)

behaviour('hold by the phone in each style, and back', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  for (const hold of [{ direction: 'sendonly' }, { direction: 'inactive' }, { address: '0.0.0.0' }]) {
    const before = a.peer.heard.length
    await a.endpoint.negotiate('offer', a.peer.sdp(hold))
    assert.ok(['sendonly', 'inactive'].includes(a.endpoint.remoteDirection))
    const { packetsReceived } = await b.endpoint.stats()
    b.peer.send(300)
    b.peer.send(300)
    await figures(b.endpoint, (stats) => stats.packetsReceived === packetsReceived + 2)
    await a.endpoint.negotiate('offer', a.peer.sdp())
    assert.equal(a.endpoint.remoteDirection, 'sendrecv')
    b.peer.send(300)
    await a.peer.until((heard) => heard.length > before)
    assert.equal(a.peer.heard.length, before + 1, 'nothing came during the hold')
    const sequences = a.peer.heard.map((packet) => packet.sequence)
    for (let i = 1; i < sequences.length; i += 1) assert.equal((sequences[i]! - sequences[i - 1]!) & 0xffff, 1)
  }
}, false, anew)

behaviour('hold by us sends silence on the same stream instead of the other party', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  b.peer.send(440)
  await a.peer.until((heard) => heard.length === 1)
  await a.endpoint.hold(true)
  await talk(5, { peer: b.peer, frequency: 440 })
  await a.peer.until((heard) => heard.length >= 5)
  const silence = a.peer.heard.slice(1)
  assert.ok(silence.every((packet) => packet.payload.every((byte) => byte === 0xff)))
  assert.equal(silence[0]!.marker, true)
  await a.endpoint.hold(false)
  const held = a.peer.heard.length
  b.peer.send(440)
  await a.peer.until((heard) => heard.length > held)
  const sequences = a.peer.heard.map((packet) => packet.sequence)
  for (let i = 1; i < sequences.length; i += 1) assert.equal((sequences[i]! - sequences[i - 1]!) & 0xffff, 1)
  assert.equal(new Set(a.peer.heard.map((packet) => packet.ssrc)).size, 1)
}, false, anew)

behaviour('a new bridge replaces the old one of either side', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b, c] = [await phone(), await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  await a.endpoint.bridge(c.endpoint)
  b.peer.send(300)
  a.peer.send(440)
  await c.peer.until((heard) => heard.length > 0)
  c.peer.send(440)
  await a.peer.until((heard) => heard.length > 0)
  assert.equal(a.peer.heard.length, 1)
  assert.equal(b.peer.heard.length, 0)
  await c.endpoint.close()
  a.peer.send(440)
  await a.endpoint.bridge(b.endpoint)
  a.peer.send(440)
  await b.peer.until((heard) => heard.length > 0)
}, false, anew)

behaviour('legs of two calls on two workers can be bridged', async (t) => {
  const { server, phone } = await openEngine(t, { workers: 2 })
  const [a, b] = [await phone({ codecs: '0' }, 'one'), await phone({ codecs: '8' }, 'two')]
  const spread = (await server.load()).workers.map((worker) => worker.endpoints)
  assert.deepEqual(spread, [1, 1])
  await a.endpoint.bridge(b.endpoint)
  await talk(10, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 1000, payloadType: 0 })
  await Promise.all([a.peer, b.peer].map((peer) => peer.until((heard) => heard.length >= 10)))
  assert.ok(strength(samplesOf(b.peer.heard, 8), 440) > 7000)
  assert.ok(strength(samplesOf(a.peer.heard, 0), 1000) > 7000)
  const digit = next(b.endpoint, 'digit')
  b.peer.press(5)
  assert.equal((await digit)[0], '5')
  await a.peer.until((heard) => heard.filter((packet) => packet.payloadType === 101).length === 6)
}, false, workers)

behaviour('a phone on IPv6 and one on IPv4 hear each other, also when the signalling of one came over the other family', async (t) => {
  const { server, phone } = await openEngine(t)
  const here = await phone()
  const peers = [await RtpPeer.open('::1'), await RtpPeer.open('::1')]
  t.after(() => { for (const peer of peers) peer.close() })
  for (const [index, peerAddress] of ['::1', '127.0.0.1'].entries()) {
    const peer = peers[index]!
    const endpoint = await server.createEndpoint({ callId: 'call', legId: `six ${index}`, offer: peer.sdp({ address: '0:0:0::1' }), peerAddress })
    assert.match(endpoint.localSdp, /^o=.* IN IP6 ::1\r\n(.*\r\n)*c=IN IP6 ::1\r\n/m)
    peer.aim(endpoint.localSdp)
    await endpoint.bridge(here.endpoint)
    const started = next(endpoint, 'media-started')
    here.peer.heard.length = 0
    await talk(25, { peer, frequency: 440 }, { peer: here.peer, frequency: 1000 })
    assert.deepEqual(await started, [{ address: '::1', port: peer.port }])
    await Promise.all([peer.until((heard) => heard.length >= 25), here.peer.until((heard) => heard.length >= 25)])
    assert.ok(strength(samplesOf(here.peer.heard, 0), 440) > 7000)
    assert.ok(strength(samplesOf(peer.heard, 0), 1000) > 7000)
    assert.equal((await endpoint.stats()).local.address, '::1')
    await assert.rejects(endpoint.negotiate('offer', here.peer.sdp()), /on IPv4, and that of this call on IPv6/)
    await endpoint.close()
  }
}, false, { freeswitch: 'audio goes over IPv4 through it' })
