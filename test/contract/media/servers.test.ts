// What is asked of FreeSWITCH alone: its settings, and what becomes of calls when its control line is lost.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import type { FreeswitchSettings } from '../../../config/settings/settings.ts'
import { startMedia, type MediaServer } from '../../../media/index.ts'
import { startSignalling } from '../../../pbx/signalling/index.ts'
import { openMediaLine } from '../../../pbx/sip/media-line.ts'
import { eventually } from '../../support/eventually.ts'
import { freeswitchSettings } from '../../support/freeswitch.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'
import { heardAt, loudest, sayAll } from './conference-peers.ts'
import { next } from './engine.ts'
import { RtpPeer, talk } from './rtp-peer.ts'

const given = freeswitchSettings()
const options = { timeout: 60_000, skip: given === undefined && 'FREESWITCH is not set' }

async function start(t: TestContext, freeswitch: FreeswitchSettings | undefined, mediaTimeoutSeconds = 0): Promise<MediaServer> {
  const home = await mkdtemp(join(tmpdir(), 'media-'))
  const logger = createLogger('silent')
  const settings = { home, sip: plainSip, session: { expires: 0, min: 90 }, media: { ...plainMedia, freeswitch }, calls: { ...plainCalls, mediaTimeoutSeconds } }
  const signalling = await startSignalling({ settings, logger })
  const line = await openMediaLine({ ...signalling, logger })
  const { media: server } = await startMedia({ settings, logger, storage: home, srf: line.srf })
  t.after(async () => {
    await server.stop()
    await line.close()
    await signalling.close()
    await rm(home, { recursive: true, force: true })
  })
  return server
}

async function phone(t: TestContext, server: MediaServer, callId = 'call') {
  const peer = await RtpPeer.open()
  t.after(() => peer.close())
  const endpoint = await server.createEndpoint({ callId, legId: 'leg', offer: peer.sdp(), peerAddress: '127.0.0.1' })
  peer.aim(endpoint.localSdp)
  return { peer, endpoint }
}

/** A way to the event socket that can be cut. */
async function openRelay(t: TestContext, { host, port }: { host: string; port: number }) {
  const sockets = new Set<Socket>()
  let open = true
  const relay = createServer((near) => {
    if (!open) return void near.destroy()
    const far = connect(port, host)
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one)
      one.on('error', () => undefined).on('close', () => { sockets.delete(one); other.destroy() }).pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    relay.close()
  })
  return {
    port: (relay.address() as { port: number }).port,
    cut() {
      open = false
      for (const socket of sockets) socket.destroy()
    },
    mend() { open = true },
  }
}

test('freeswitch: it starts from settings, says what it is, and stops twice', options, async (t) => {
  const server = await start(t, given)
  assert.equal(server.available, true)
  const { capabilities } = server
  assert.deepEqual([capabilities.engine, capabilities.conference, capabilities.supervise, capabilities.tap], ['freeswitch', true, true, false])
  const [state] = server.servers?.list() ?? []
  assert.equal(state?.connected, true)
  assert.match(state?.figures?.version ?? '', /^\d+\.\d+/)
  const { endpoint } = await phone(t, server)
  const closed = next(endpoint, 'closed')
  await Promise.all([server.stop(), server.stop()])
  assert.deepEqual(await closed, ['closed'])
})

test('freeswitch: a peer that falls silent is told of', options, async (t) => {
  const server = await start(t, given, 1)
  const { peer, endpoint } = await phone(t, server)
  await talk(10, { peer, frequency: 440 })
  assert.deepEqual(await next(endpoint, 'media-timeout'), [1])
  await next(endpoint, 'media-timeout')
})

test('freeswitch: a server whose control line is lost ends its calls by name, and nothing is left on it when it is back', options, async (t) => {
  const [place] = given!.servers
  const relay = await openRelay(t, place!)
  const server = await start(t, { ...given!, servers: [{ ...place!, host: '127.0.0.1', port: relay.port }] })
  const watching = await start(t, given)
  const before = watching.servers!.list()[0]!.figures!.sessions
  const { endpoint } = await phone(t, server)
  const gone = new Promise<void>((resolve) => { server.on('unavailable', () => resolve()) })
  const ended = next(endpoint, 'closed')
  relay.cut()
  await gone
  assert.deepEqual(await ended, ['server-lost'])
  const back = new Promise<void>((resolve) => { server.on('available', resolve) })
  relay.mend()
  await back
  const { endpoint: again } = await phone(t, server, 'another')
  await again.close()
  await eventually(() => watching.servers!.list()[0]!.figures!.sessions <= before, 'the end of every channel')
})

test('freeswitch: calls on two entries of one server, joined across, hear each other', options, async (t) => {
  const [place] = given!.servers
  const relay = await openRelay(t, place!)
  // To the engine these are two servers.
  const server = await start(t, { ...given!, servers: [place!, { ...place!, host: '127.0.0.1', port: relay.port }] })
  const [a, b] = [await phone(t, server, 'one'), await phone(t, server, 'two')]
  assert.deepEqual(server.servers!.list().map(({ endpoints }) => endpoints), [1, 1])
  await a.endpoint.bridge(b.endpoint)
  await talk(60, { peer: a.peer, frequency: 440 }, { peer: b.peer, frequency: 1000 })
  await b.peer.until((heard) => heard.some((packet) => packet.payload.some((byte) => (byte & 0x7f) < 0x50)))
  await a.peer.until((heard) => heard.some((packet) => packet.payload.some((byte) => (byte & 0x7f) < 0x50)))
  await a.endpoint.unbridge()
  await Promise.all([a.endpoint.close(), b.endpoint.close()])
})

test('freeswitch: a room has parties of two servers, who hear each other and not themselves; one that is lost ends it by name', options, async (t) => {
  const [place] = given!.servers
  const relay = await openRelay(t, place!)
  const far = { ...place!, host: '127.0.0.1', port: relay.port }
  const server = await start(t, { ...given!, servers: [place!, far] })
  const before = server.servers!.list()[0]!.figures!.sessions
  const conference = await server.createConference('spread')
  const parties = [await phone(t, server, 'one'), await phone(t, server, 'two'), await phone(t, server, 'three')]
  // The room's own channel is on the first.
  assert.deepEqual(server.servers!.list().map(({ endpoints }) => endpoints), [2, 2])
  const guests = parties.map((party, i) => ({ ...party, payloadType: 0, frequency: [500, 1100, 1700][i]! }))
  for (const { endpoint } of guests) await conference.join(endpoint)
  await sayAll(guests, 80)
  for (const one of guests) {
    for (const other of guests) {
      const level = one === other ? heardAt(one, other.frequency, 700, 1500) : loudest(one, other.frequency)
      assert.ok(one === other ? level < 100 : level > 3000, `${one.frequency} hears ${other.frequency} with ${level}`)
    }
  }
  await conference.close()
  await Promise.all(guests.map(({ endpoint }) => endpoint.close()))
  await eventually(() => server.servers!.list()[0]!.figures!.sessions <= before, 'the end of every channel')
  const other = await start(t, { ...given!, servers: [far] })
  const lost = await other.createConference('lost')
  const { endpoint } = await phone(t, other)
  await lost.join(endpoint)
  const told: string[] = []
  lost.on('left', (_endpoint, why) => told.push(why))
  const ended = new Promise<string>((resolve) => { lost.on('closed', resolve) })
  relay.cut()
  assert.equal(await ended, 'server-lost')
  assert.equal(told.length, 1)
  await assert.rejects(lost.join(endpoint), { code: 'gone' })
  const back = new Promise<void>((resolve) => { other.on('available', resolve) })
  relay.mend()
  await back
})
