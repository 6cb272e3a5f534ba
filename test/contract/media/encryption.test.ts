// Encrypted legs as an engine keeps them: what is not genuine is not heard, nothing goes out plain, keys may change, browsers' ways hold.
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import type { RemoteInfo } from 'node:dgram'
import type { TestContext } from 'node:test'
import type { Endpoint, LegEncryption } from '../../../media/contract.ts'
import { createMediaCertificate } from '../../../media/embedded/certificate.ts'
import { Association } from '../../../media/embedded/worker/dtls/association.ts'
import { SrtpReceiver, SrtpSender } from '../../../media/embedded/worker/srtp/streams.ts'
import type { SrtpKey, SrtpSuite } from '../../../media/sdp/types.ts'
import { behaviour, figures, next, openEngine, type Engine } from './engine.ts'
import { RtpPeer, samplesOf, strength, talk } from './rtp-peer.ts'

const alone = { freeswitch: 'the engine that is not asked to encrypt (capabilities.srtp is empty)' }
const secret: LegEncryption = { policy: 'offer', readable: false, browser: false }
const sizes: Record<string, [number, number]> = { AES_CM_128_HMAC_SHA1_80: [16, 14], AES_CM_128_HMAC_SHA1_32: [16, 14], AEAD_AES_128_GCM: [16, 12], AEAD_AES_256_GCM: [32, 12] }

function newKey(suite: SrtpSuite): SrtpKey {
  const [key, salt] = sizes[suite]!
  return { suite, key: randomBytes(key), salt: randomBytes(salt) }
}

function cryptoLine(tag: number, { suite, key, salt }: SrtpKey): string {
  return `a=crypto:${tag} ${suite} inline:${Buffer.concat([key, salt]).toString('base64')}`
}

function keyOf(sdp: string): SrtpKey {
  const match = /^a=crypto:\d+ (\w+) inline:(\S+)/m.exec(sdp) ?? assert.fail(sdp)
  const bytes = Buffer.from(match[2]!, 'base64')
  const [key] = sizes[match[1]!]!
  return { suite: match[1] as SrtpSuite, key: bytes.subarray(0, key), salt: bytes.subarray(key) }
}

/** From now on the phone encrypts; `wire` has what it sent, `seen` what came in, as it was on the line; `put` sends bytes as they are. */
function encrypt(peer: RtpPeer, send: SrtpKey, receive: SrtpKey): { wire: Buffer[]; seen: Buffer[]; put(packet: Buffer): void; rekey(send: SrtpKey, receive?: SrtpKey): void } {
  let [sender, receiver] = [new SrtpSender(send), new SrtpReceiver(receive)]
  const [wire, seen]: [Buffer[], Buffer[]] = [[], []]
  const out = peer.rtp.send.bind(peer.rtp) as (packet: Uint8Array, port: number, address: string) => void
  const hear = peer.rtp.listeners('message')[0] as (packet: Buffer, from: RemoteInfo) => void
  peer.rtp.removeAllListeners('message')
  peer.rtp.on('message', (packet, from) => {
    seen.push(Buffer.from(packet))
    const plain = receiver.openRtp(packet)
    if (plain !== undefined) hear(plain, from)
  })
  const seal = (packet: Uint8Array, port: number, address: string): void => {
    const sealed = Buffer.from(sender.sealRtp(packet)!)
    wire.push(sealed)
    out(sealed, port, address)
  }
  peer.rtp.send = seal as typeof peer.rtp.send
  return {
    wire, seen,
    put: (packet) => out(packet, peer.to.port, peer.to.address),
    rekey(key, theirs) {
      sender = new SrtpSender(key)
      if (theirs !== undefined) receiver = new SrtpReceiver(theirs)
    },
  }
}

interface SecurePhone {
  peer: RtpPeer
  endpoint: Endpoint
  mine: SrtpKey
  line: ReturnType<typeof encrypt>
  /** Its offer with this key. */
  offer(key: SrtpKey): string
}

async function securePhone(t: TestContext, { server }: Engine, suite: SrtpSuite, callId = 'call'): Promise<SecurePhone> {
  const peer = await RtpPeer.open()
  t.after(() => peer.close())
  const mine = newKey(suite)
  const offer = (key: SrtpKey): string => peer.sdp({ extra: [cryptoLine(3, key)] }).replace('RTP/AVP', 'RTP/SAVP')
  const endpoint = await server.createEndpoint({ callId, legId: 'secure', offer: offer(mine), peerAddress: '127.0.0.1', encryption: secret })
  await endpoint.stats()
  assert.match(endpoint.localSdp, /^m=audio \d+ RTP\/SAVP /m)
  assert.match(endpoint.localSdp, new RegExp(`^a=crypto:3 ${suite} inline:`, 'm'))
  peer.aim(endpoint.localSdp)
  return { peer, endpoint, mine, line: encrypt(peer, mine, keyOf(endpoint.localSdp)), offer }
}

for (const suite of ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM'] as const) {
  behaviour(`SDES, ${suite}: both hear each other, and nothing on the line is plain`, async (t) => {
    const engine = await openEngine(t)
    const [a, b] = [await securePhone(t, engine, suite), await engine.phone()]
    assert.deepEqual(a.endpoint.security, { keying: 'sdes', suite })
    assert.equal(b.endpoint.security, undefined)
    await a.endpoint.bridge(b.endpoint)
    await talk(25, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 1000 })
    await Promise.all([a.peer.until((heard) => heard.length >= 25), b.peer.until((heard) => heard.length >= 25)])
    assert.ok(strength(samplesOf(b.peer.heard), 440) > 7000)
    assert.ok(strength(samplesOf(a.peer.heard), 1000) > 7000)
    for (const [index, packet] of a.line.seen.entries()) assert.notDeepEqual(packet.subarray(12, 172), a.peer.heard[index]!.payload)
  }, false, alone)
}

behaviour('what was changed, repeated, or is not encrypted is not heard', async (t) => {
  const engine = await openEngine(t)
  const [a, b] = [await securePhone(t, engine, 'AES_CM_128_HMAC_SHA1_80'), await engine.phone()]
  await a.endpoint.bridge(b.endpoint)
  await talk(5, { peer: a.peer, frequency: 440 })
  await b.peer.until((heard) => heard.length >= 5)
  const attempts = a.line.wire.length
  for (const packet of a.line.wire) {
    a.line.put(packet)
    const changed = Buffer.from(packet)
    changed[40]! ^= 0x80
    changed.writeUInt16BE((changed.readUInt16BE(2) + 100) & 0xffff, 2)
    a.line.put(changed)
    const plain = Buffer.from(packet.subarray(0, 172))
    plain.writeUInt16BE((plain.readUInt16BE(2) + 200) & 0xffff, 2)
    a.line.put(plain)
  }
  const { packetsReceived } = await figures(a.endpoint, (stats) => stats.strayPackets >= attempts * 3)
  assert.equal(packetsReceived, 5)
  assert.equal(b.peer.heard.length, 5)
}, false, alone)

behaviour('a phone that plainly offers none is sent none; one that answers our key is encrypted', async (t) => {
  const engine = await openEngine(t)
  for (const takes of [true, false]) {
    const peer = await RtpPeer.open()
    t.after(() => peer.close())
    const endpoint = await engine.server.createEndpoint({ callId: 'call', legId: 'b', peerAddress: '127.0.0.1', encryption: secret })
    // RFC 8643: our key stands beside plain RTP.
    assert.match(endpoint.localSdp, /^m=audio \d+ RTP\/AVP /m)
    assert.match(endpoint.localSdp, /^a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/m)
    peer.aim(endpoint.localSdp)
    const mine = newKey('AES_CM_128_HMAC_SHA1_80')
    await endpoint.negotiate('answer', peer.sdp({ extra: takes ? [cryptoLine(1, mine)] : [] }))
    assert.deepEqual(endpoint.security, takes ? { keying: 'sdes', suite: 'AES_CM_128_HMAC_SHA1_80' } : undefined)
    if (takes) encrypt(peer, mine, keyOf(endpoint.localSdp))
    const { endpoint: other, peer: far } = await engine.phone()
    await endpoint.bridge(other)
    await talk(10, { peer, frequency: 440 }, { peer: far, frequency: 1000 })
    await Promise.all([peer.until((heard) => heard.length >= 10), far.until((heard) => heard.length >= 10)])
    assert.ok(strength(samplesOf(far.heard), 440) > 6000)
    await endpoint.close()
  }
}, false, alone)

behaviour('required and not given, or answered without a key, is refused; the leg stays as it was', async (t) => {
  const { server } = await openEngine(t)
  const peer = await RtpPeer.open()
  t.after(() => peer.close())
  const must: LegEncryption = { ...secret, policy: 'require' }
  const asked = { callId: 'c', legId: 'a', peerAddress: '127.0.0.1', encryption: must }
  await assert.rejects(server.createEndpoint({ ...asked, offer: peer.sdp() }), { code: 'unprocessable', message: /must encrypt/ })
  const endpoint = await server.createEndpoint(asked)
  assert.match(endpoint.localSdp, /^m=audio \d+ RTP\/SAVP /m)
  await assert.rejects(endpoint.negotiate('answer', peer.sdp().replace('RTP/AVP', 'RTP/SAVP')), { code: 'unprocessable', message: /a=crypto/ })
  await endpoint.negotiate('answer', peer.sdp({ extra: [cryptoLine(1, newKey('AES_CM_128_HMAC_SHA1_80'))] }).replace('RTP/AVP', 'RTP/SAVP'))
  assert.equal(endpoint.security?.keying, 'sdes')
}, false, alone)

behaviour('a new key of the phone takes over without a gap; the old one still counts until then', async (t) => {
  const engine = await openEngine(t)
  const [a, b] = [await securePhone(t, engine, 'AEAD_AES_256_GCM'), await engine.phone()]
  await a.endpoint.bridge(b.endpoint)
  await talk(5, { peer: a.peer, frequency: 440 })
  const before = keyOf(a.endpoint.localSdp)
  const fresh = newKey('AEAD_AES_256_GCM')
  const answer = await a.endpoint.negotiate('offer', a.offer(fresh))
  assert.deepEqual(keyOf(answer), before, 'ours stays: its packets are not counted anew')
  await talk(5, { peer: a.peer, frequency: 440 })
  a.line.rekey(fresh)
  await talk(5, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 1000 })
  await b.peer.until((heard) => heard.length >= 15)
  await a.peer.until((heard) => heard.length >= 5)
  a.line.rekey(a.mine)
  await talk(5, { peer: a.peer, frequency: 440 })
  await figures(a.endpoint, (stats) => stats.strayPackets >= 5)
  assert.equal(b.peer.heard.length, 15, 'the old key is over')
}, false, alone)

/** A Binding request as a browser sends it. */
function check(username: string, password: string): Buffer {
  const name = Buffer.from(username)
  const padded = Buffer.concat([name, Buffer.alloc((4 - (name.length % 4)) % 4)])
  const attribute = (type: number, value: Buffer, length = value.length): Buffer => Buffer.concat([Buffer.from([type >> 8, type & 255, length >> 8, length & 255]), value])
  const head = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)])
  const body = Buffer.concat([attribute(6, padded, name.length), attribute(0x25, Buffer.alloc(0))])
  head.writeUInt16BE(body.length + 24, 2)
  return Buffer.concat([head, body, attribute(8, createHmac('sha1', password).update(head).update(body).digest())])
}

behaviour('a browser: only what passed a check is answered, its keys come by DTLS, and nobody else is heard', async (t) => {
  const engine = await openEngine(t)
  const browser = await RtpPeer.open()
  const stranger = await RtpPeer.open('127.0.0.9')
  t.after(() => [browser, stranger].forEach((peer) => peer.close()))
  const identity = createMediaCertificate()
  const [ufrag, password] = ['browser', 'a-password-of-the-browser']
  const offer = browser.sdp({ address: '0.0.0.0', extra: [
    'a=rtcp-mux', 'a=mid:0', `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${password}`, 'a=setup:actpass', `a=fingerprint:${identity.fingerprint.hash} ${identity.fingerprint.value}`,
    'a=candidate:1 1 udp 2113937151 3a7e1f2c-0d5b-4d19-8a61-9a4b8e0c1d2e.local 50000 typ host', 'a=end-of-candidates', 'a=rtcp-fb:0 nack',
  ] }).replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF').replace('t=0 0', 't=0 0\r\na=group:BUNDLE 0')
  const endpoint = await engine.server.createEndpoint({ callId: 'call', legId: 'a', offer, peerAddress: '127.0.0.1', encryption: secret })
  await endpoint.stats()
  assert.equal(endpoint.remoteDirection, 'sendrecv', '0.0.0.0 is no hold where ICE finds the way')
  const sdp = endpoint.localSdp
  for (const line of ['a=ice-lite', 'a=group:BUNDLE 0', 'a=mid:0', 'a=rtcp-mux', 'a=setup:active', 'a=end-of-candidates']) assert.ok(sdp.includes(`${line}\r\n`), line)
  const value = (name: string): string => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1] ?? assert.fail(name)
  browser.aim(sdp)
  stranger.aim(sdp)
  const theirs = /^a=fingerprint:(\S+) (\S+)\r$/m.exec(sdp)!

  const { promise: keys, resolve } = Promise.withResolvers<{ send: SrtpKey; receive: SrtpKey }>()
  const association = new Association(false, identity, [{ hash: theirs[1]!, value: theirs[2]! }], {
    send: (datagram) => browser.rtp.send(datagram, browser.to.port, browser.to.address),
    secured: resolve, failed: (reason) => assert.fail(reason),
  })
  t.after(() => association.close())
  const answers: Buffer[] = []
  const answered: RemoteInfo[] = []
  const hear = browser.rtp.listeners('message')[0] as (packet: Buffer) => void
  browser.rtp.removeAllListeners('message')
  browser.rtp.on('message', (packet, from) => {
    if (packet[0]! < 4) answers.push(packet)
    else if (packet[0]! < 64) association.take(packet)
    else hear(packet)
    answered.push(from)
  })
  stranger.rtp.on('message', () => assert.fail('a stranger was answered'))
  const mine = `${value('ice-ufrag')}:${ufrag}`
  const secured = next(endpoint, 'secured')
  // Neither a wrong password nor a wrong name is answered, wherever it comes from.
  stranger.rtp.send(check(mine, 'a-password-that-was-guessed'), stranger.to.port, stranger.to.address)
  stranger.rtp.send(check(`${value('ice-ufrag')}:other`, value('ice-pwd')), stranger.to.port, stranger.to.address)
  await figures(endpoint, (stats) => stats.strayPackets >= 2)
  browser.rtp.send(check(mine, value('ice-pwd')), browser.to.port, browser.to.address)
  const { send, receive } = await keys
  assert.deepEqual(await secured, [{ keying: 'dtls', suite: send.suite }])
  assert.equal(answers[0]!.readUInt16BE(0), 0x0101)
  assert.equal(answers[0]!.readUInt16BE(26) ^ 0x2112, browser.port, 'where the check came from')

  const { endpoint: other, peer: far } = await engine.phone()
  await endpoint.bridge(other)
  encrypt(browser, send, receive)
  await talk(10, { peer: browser, frequency: 440 }, { peer: far, frequency: 1000 }, { peer: stranger, frequency: 2000 })
  await Promise.all([browser.until((heard) => heard.length >= 10), far.until((heard) => heard.length >= 10)])
  assert.ok(strength(samplesOf(far.heard), 440) > 6000)
  assert.ok(strength(samplesOf(far.heard), 2000) < 200)
  assert.ok(strength(samplesOf(browser.heard), 1000) > 6000)
}, false, alone)
