import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Session } from 'node:inspector'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../../config/logger.ts'
import { startMedia } from '../../../media/index.ts'
import { behaviour, figures, next, openEngine } from './engine.ts'
import { intervals, ports, reports, start, strangers, workers } from './other-way.ts'
import { RtpPeer, talk } from './rtp-peer.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'

behaviour('an offer that does not fit is refused and costs no port', async (t) => {
  const { server } = await openEngine(t)
  const offer = 'v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n'
  await assert.rejects(server.createEndpoint({ callId: 'c', legId: 'a', offer, peerAddress: '127.0.0.1' }), { code: 'unprocessable', message: /encrypted/ })
  await assert.rejects(server.createEndpoint({ callId: 'c', legId: 'a', peerAddress: 'pbx.example' }), { code: 'unprocessable', message: /no address/ })
  await assert.rejects(server.createEndpoint({ callId: 'c', legId: 'a', peerAddress: '127.0.0.1', codecs: ['iLBC'] }), { code: 'unprocessable' })
  const load = await server.load()
  assert.deepEqual([load.endpoints, load.drainingPorts], [0, 0])
})

behaviour('a refused re-INVITE leaves the call as it was', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const before = a.endpoint.localSdp
  await assert.rejects(a.endpoint.negotiate('offer', a.peer.sdp().replace('RTP/AVP', 'RTP/SAVP')), { code: 'unprocessable' })
  assert.equal(a.endpoint.localSdp, before)
  a.peer.send(440)
  await b.peer.until((heard) => heard.length > 0)
})

behaviour('closing drains the ports, tells once and returns the figures', async (t) => {
  const { server, phone } = await openEngine(t, { timing: { drainIdleMs: 100_000, drainMaxMs: 200_000 } })
  const { peer, endpoint } = await phone()
  const started = next(endpoint, 'media-started')
  peer.send(440)
  await started
  const reasons: string[] = []
  endpoint.on('closed', (reason) => reasons.push(reason))
  const stats = await endpoint.close()
  assert.equal(stats.packetsReceived, 1)
  assert.deepEqual(await endpoint.close(), stats)
  assert.deepEqual(await endpoint.stats(), stats)
  assert.deepEqual(reasons, ['closed'])
  const load = await server.load()
  assert.deepEqual([load.endpoints, load.drainingPorts], [0, 1])
  await assert.rejects(endpoint.negotiate('offer', peer.sdp()), { code: 'gone' })
  await server.stop()
  // Nothing drains on after the end: the port can be bound by anybody.
  const other = createSocket('udp4')
  other.bind({ address: '127.0.0.1', port: stats.local.port, exclusive: true })
  await once(other, 'listening')
  other.close()
}, false, ports)

behaviour('ports used up: told, refused, and told again when one is free', async (t) => {
  const { server: finder, phone: find } = await openEngine(t)
  const { local } = await (await find()).endpoint.close()
  await finder.stop()
  const { server, phone } = await openEngine(t, { ports: { first: local.port, last: local.port + 1 }, timing: { drainIdleMs: 0 } })
  assert.equal(server.capabilities.maxEndpoints, 1)
  const told: string[] = []
  server.on('unavailable', (reason) => told.push(reason))
  server.on('available', () => told.push('available'))
  const { endpoint } = await phone()
  assert.equal(server.available, false)
  await assert.rejects(phone(), { code: 'unavailable' })
  await endpoint.close()
  assert.equal(server.available, true)
  assert.deepEqual(told, ['every media endpoint is in use', 'available'])
}, false, ports)

behaviour('a peer that falls silent is told of, and again; not when it is on hold', async (t) => {
  const { phone } = await openEngine(t, { timing: { mediaTimeoutMs: 100 } })
  const [a, held] = [await phone(), await phone({ direction: 'inactive' })]
  let heldTold = 0
  held.endpoint.on('media-timeout', () => { heldTold += 1 })
  await next(a.endpoint, 'media-timeout')
  await next(a.endpoint, 'media-timeout')
  assert.equal(heldTold, 0)
}, false, intervals)

behaviour('a worker that dies takes its endpoints along, says so, and is replaced', async (t) => {
  const { server, embedded, phone, home } = await openEngine(t, { workers: 2 })
  const [a, b] = [await phone({}, 'one'), await phone({}, 'two')]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'a.wav') })
  const playing = a.endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [60_000] })
  await a.peer.until((heard) => heard.length > 0)
  const died = next(a.endpoint, 'closed')
  let other = ''
  b.endpoint.on('closed', (reason) => { other = reason })
  const [first] = embedded.pool.threads
  await first!.kill()
  assert.deepEqual(await died, ['worker-died'])
  assert.equal((await playing).ended, 'closed')
  assert.equal((await recording.finished).ended, 'failed')
  assert.equal(other, '')
  assert.equal(server.available, true, 'the other worker goes on')
  await a.endpoint.close()

  const [, second] = embedded.pool.threads
  const gone = new Promise<string>((resolve) => { server.on('unavailable', resolve) })
  const back = new Promise<void>((resolve) => { server.on('available', resolve) })
  // Both at once: only then nothing is left.
  await Promise.all(embedded.pool.threads.filter((thread) => thread.alive).map((thread) => thread.kill()))
  assert.equal(second!.alive, false)
  assert.match(await gone, /no media worker/)
  await back
  const again = await phone({}, 'three')
  assert.ok(again.endpoint.localSdp.startsWith('v=0'))
}, false, workers)

behaviour('a worker that hangs is replaced like one that died', async (t) => {
  const { server, phone } = await openEngine(t, { timing: { hangMs: 200 } })
  const { endpoint } = await phone()
  const died = next(endpoint, 'closed')
  const back = new Promise<void>((resolve) => { server.on('available', resolve) })
  const playing = endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [] }, { repeat: Infinity })
  await stall()
  assert.deepEqual(await died, ['worker-died'])
  assert.equal((await playing).ended, 'closed')
  await back
  await phone({}, 'after')
}, false, workers)

/** Blocks the worker thread of this process, as an endless loop would; not the ones that come later. */
async function stall(): Promise<void> {
  const session = new Session()
  session.connect()
  session.once('NodeWorker.attachedToWorker', ({ params }) => {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;) ;' } })
    session.post('NodeWorker.sendMessageToWorker', { sessionId: params.sessionId, message })
  })
  await new Promise<void>((resolve) => session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, () => resolve()))
  session.disconnect()
}

behaviour('it starts from settings and stops twice', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'media-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const { media: server } = await startMedia({
    logger: createLogger('silent'),
    settings: {
      home, media: { ...plainMedia, hosts: ['0.0.0.0'] },
      sip: { ...plainSip, hosts: ['0.0.0.0'], externalAddress: '203.0.113.9' },
      calls: plainCalls,
    },
  })
  assert.equal(server.available, true)
  const local = await server.createEndpoint({ callId: 'c', legId: 'a', peerAddress: '127.0.0.1' })
  assert.match(local.localSdp, /^c=IN IP4 127\.0\.0\.1\r$/m, 'the address that routes to the peer')
  const outside = await server.createEndpoint({ callId: 'c', legId: 'b', peerAddress: '198.51.100.7' })
  assert.match(outside.localSdp, /^c=IN IP4 203\.0\.113\.9\r$/m, 'the address told to the outside')
  const closed = next(local, 'closed')
  await Promise.all([server.stop(), server.stop()])
  assert.deepEqual(await closed, ['closed'])
  await assert.rejects(server.createEndpoint({ callId: 'c', legId: 'a', peerAddress: '127.0.0.1' }), { code: 'unavailable' })
}, false, start)

behaviour('reports are sent and read: loss, jitter, round trip, MOS', async (t) => {
  const { phone } = await openEngine(t, { timing: { rtcpMs: 100 } })
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  for (let i = 0; i < 10; i += 1) {
    a.peer.send(440)
    if (i === 4) a.peer.sequence = (a.peer.sequence + 2) & 0xffff
  }
  await talk(10, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 440 })
  const report = await firstReport(a.peer, (packet) => packet[1] === 200)
  assert.equal(report[0], 0x81, 'a sender report with one block')
  assert.equal(report.readUInt32BE(28), a.peer.ssrc, 'about the phone\'s stream')
  assert.equal(report.readUInt32BE(32) & 0xffffff, 2, 'two packets lost')
  // The phone's receiver report, sent as soon as it heard ours.
  const answer = Buffer.alloc(32)
  answer.writeUInt32BE(0x81c90007)
  answer.writeUInt32BE(a.peer.ssrc, 4)
  answer.writeUInt32BE(report.readUInt32BE(4), 8)
  answer.writeUInt32BE(report.readUInt32BE(10), 24)
  const port = a.peer.to.port + 1
  a.peer.rtcp.send(answer, port, '127.0.0.1')
  const stats = await figures(a.endpoint, (now) => now.roundTripMs !== undefined)
  assert.equal(stats.packetsLost, 2)
  assert.ok(Math.abs(stats.lossRate - 2 / 22) < 0.001)
  assert.ok(stats.roundTripMs !== undefined && stats.roundTripMs < 1000, String(stats.roundTripMs))
  assert.ok(stats.mos !== undefined && stats.mos > 1 && stats.mos < 4)
  assert.equal(stats.codec, 'PCMU')
  const bye = firstReport(a.peer, (packet) => packet.includes(Buffer.from([0x81, 0xcb, 0, 1])))
  await a.endpoint.close()
  await bye
}, false, reports)

behaviour('garbage from the peer itself harms nothing', async (t) => {
  const { phone, home, server } = await openEngine(t)
  const [a, b] = [await phone(), await phone({ codecs: '8' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'a.wav') })
  let state = 99
  const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) % below
  for (let i = 0; i < 3000; i += 1) {
    const packet = Buffer.from(Array.from({ length: random(60) }, () => random(256)))
    if (packet.length > 1 && i % 2 === 0) packet[0] = 0x80 | (packet[0]! & 0x3f)
    if (packet.length > 1 && i % 4 === 0) packet[1] = [0, 8, 101, 200, 201][random(5)]!
    const { port } = a.peer.to
    // In turn to both ports, and never faster than it is read, so that all of it is.
    a.peer.rtp.send(packet, i % 3 === 0 ? port + 1 : port, '127.0.0.1')
    if (i % 100 === 0) await a.endpoint.stats()
  }
  a.peer.rtp.send(Buffer.alloc(1500, 0x80), a.peer.to.port, '127.0.0.1')
  const before = b.peer.heard.length
  a.peer.send(440)
  await b.peer.until((heard) => heard.length > before)
  assert.equal((await recording.stop()).ended, 'stopped')
  assert.equal((await server.load()).endpoints, 2)
}, false, strangers)

/** The first RTCP packet like this, already come or yet to come. */
async function firstReport(peer: RtpPeer, like: (packet: Buffer) => boolean): Promise<Buffer> {
  for (;;) {
    const found = peer.reports.find(like)
    if (found !== undefined) return found
    await once(peer.rtcp, 'message')
  }
}
