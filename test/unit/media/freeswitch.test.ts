import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { Player } from '../../../media/freeswitch/player.ts'
import { FreeswitchMediaServer } from '../../../media/freeswitch/server.ts'
import { soundOf, toneStream } from '../../../media/freeswitch/sounds.ts'
import { channelsOf, hasRooms, readStatus, warningsOf } from '../../../media/freeswitch/status.ts'
import { openStorage } from '../../../media/storage/index.ts'
import { FakeFreeswitch } from '../../support/fake-freeswitch.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'

const timing = { timeoutMs: 300, lookMs: 20, firstRetryMs: 10, lastRetryMs: 20, graceMs: 20 }
const nobody = { prompt: () => Promise.reject(new Error()), speak: () => Promise.reject(new Error()), files: () => Promise.reject(new Error()), close: () => Promise.resolve() }

/** The engine on these event sockets; what it calls over SIP is written down and refused. */
async function openServer(t: TestContext, servers: readonly { port: number; weight?: number; secret?: string }[], profile = 'drachtio_mrf') {
  const home = await mkdtemp(join(tmpdir(), 'media-'))
  const called: string[] = []
  const srf = { createUAC: (uri: string) => { called.push(uri); return Promise.reject(new Error('not taken')) } }
  const server = new FreeswitchMediaServer({
    settings: { home, media: plainMedia, calls: plainCalls }, srf, logger: createLogger('silent'), prompts: nobody, music: nobody, storage: await openStorage(home), timing,
    freeswitch: { profile, servers: servers.map(({ port, weight = 1, secret = 'right' }) => ({ host: '127.0.0.1', port, weight, secret })) },
  })
  t.after(async () => {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  })
  return { server, called }
}

async function fake(t: TestContext, port = 0): Promise<FakeFreeswitch> {
  const server = await FakeFreeswitch.open(port)
  t.after(() => server.close())
  return server
}

const next = (server: FreeswitchMediaServer, event: 'available' | 'unavailable'): Promise<string | undefined> =>
  new Promise((resolve) => { const off = server.on(event, (...args: [string?]) => { off(); resolve(args[0]) }) })

const endpoint = { callId: 'c', legId: 'l', peerAddress: '127.0.0.1' }

test('a wrong password ends the start with what to set; so does an access list', async (t) => {
  const one = await fake(t)
  const { server } = await openServer(t, [{ port: one.port, secret: 'wrong' }])
  await assert.rejects(server.start(), { code: 'unauthenticated', message: /did not accept our password.*FREESWITCH_SECRET/ })
  const other = await fake(t)
  other.rude = true
  const { server: second } = await openServer(t, [{ port: other.port }])
  await assert.rejects(second.start(), { code: 'forbidden', message: /apply-inbound-acl/ })
})

test('nobody there: it starts, refuses calls by name, and is available once somebody is', async (t) => {
  const before = await FakeFreeswitch.open()
  const { port } = before
  await before.close()
  const { server } = await openServer(t, [{ port }])
  await server.start()
  assert.equal(server.available, false)
  await assert.rejects(server.createEndpoint(endpoint), { code: 'unavailable', message: new RegExp(`127\\.0\\.0\\.1:${port} is not connected`) })
  assert.match(server.servers.list()[0]!.trouble ?? '', /cannot be reached.*Start it/)
  const back = next(server, 'available')
  await fake(t, port)
  await back
  assert.equal(server.servers.list()[0]!.connected, true)
  assert.equal(server.servers.list()[0]!.trouble, undefined)
})

test('one of two with a wrong password: the other one serves, and what is wrong can be read', async (t) => {
  const [one, other] = [await fake(t), await fake(t)]
  const { server } = await openServer(t, [{ port: one.port, secret: 'wrong' }, { port: other.port }])
  await server.start()
  assert.equal(server.available, true)
  assert.deepEqual(server.servers.list().map(({ connected }) => connected), [false, true])
  assert.match(server.servers.list()[0]!.trouble ?? '', /password/)
})

test('a FreeSWITCH without our SIP profile is not used', async (t) => {
  const { server } = await openServer(t, [{ port: (await fake(t)).port }], 'another')
  await server.start()
  assert.match(server.servers.list()[0]!.trouble ?? '', /no SIP profile another/)
})

test('it dies and comes back: told both times, and channels that no call owns are ended, ours only', async (t) => {
  const one = await fake(t)
  const { server } = await openServer(t, [{ port: one.port }])
  await server.start()
  const lost = next(server, 'unavailable')
  await one.close()
  assert.match(await lost ?? '', /is not connected/)
  const again = await FakeFreeswitch.open(one.port)
  t.after(() => again.close())
  again.channels = [{ uuid: 'left-over', cid_num: server.owner }, { uuid: 'of-others', cid_num: '100' }]
  const back = next(server, 'available')
  await back
  assert.deepEqual(again.channels.map(({ uuid }) => uuid), ['of-others'])
  assert.equal(again.commands.filter((command) => command.startsWith('api uuid_kill')).length, 1)
  // One that turns up while connected is ended too, when it was there at two looks.
  again.channels.push({ uuid: 'late', cid_num: server.owner })
  await again.command(/^api uuid_kill late$/)
})

test('one that hangs is given up, and used again when it answers', async (t) => {
  const one = await fake(t)
  const { server } = await openServer(t, [{ port: one.port }])
  await server.start()
  const lost = next(server, 'unavailable')
  one.hung = true
  await lost
  const back = next(server, 'available')
  one.hung = false
  await back
})

test('the limits FreeSWITCH ships with are found, with the cure', async (t) => {
  const one = await fake(t)
  one.maxSessions = 1000
  one.perSecond = 30
  const { server } = await openServer(t, [{ port: one.port }])
  await server.start()
  const [state] = server.servers.list()
  assert.match(state!.warnings[0] ?? '', /1000 sessions at most, which is 500 calls.*max-sessions.*fsctl max_sessions/)
  assert.match(state!.warnings[1] ?? '', /30 new sessions a second at most, which is 15 calls.*sessions-per-second.*fsctl sps/)
  assert.equal(server.capabilities.maxEndpoints, 1000)
})

test('full servers and drained ones take no new calls', async (t) => {
  const [one, other] = [await fake(t), await fake(t)]
  one.maxSessions = 0
  const { server } = await openServer(t, [{ port: one.port }, { port: other.port }])
  await server.start()
  assert.equal(server.available, true)
  const drained = next(server, 'unavailable')
  server.servers.drain(`127.0.0.1:${other.port}`, true)
  assert.match(await drained ?? '', /every session of every FreeSWITCH is in use/)
  server.servers.drain(`127.0.0.1:${other.port}`, false)
  assert.equal(server.available, true)
  assert.throws(() => server.servers.drain('192.0.2.1:8021', true), { code: 'not-found' })
})

test('a call that one server does not take is offered to the next', async (t) => {
  const [one, other] = [await fake(t), await fake(t)]
  one.sipPort = 5081
  other.sipPort = 5082
  const { server, called } = await openServer(t, [{ port: one.port }, { port: other.port, weight: 3 }])
  await server.start()
  await assert.rejects(server.createEndpoint(endpoint), { code: 'unavailable', message: /did not take the call/ })
  assert.deepEqual(called.sort(), ['sip:drachtio@127.0.0.1:5081', 'sip:drachtio@127.0.0.1:5082'])
  called.length = 0
  server.servers.drain(`127.0.0.1:${one.port}`, true)
  await assert.rejects(server.createEndpoint(endpoint), { code: 'unavailable' })
  assert.deepEqual(called, ['sip:drachtio@127.0.0.1:5082'])
  // A useless offer reaches nobody.
  called.length = 0
  await assert.rejects(server.createEndpoint({ ...endpoint, offer: 'nonsense' }), { code: 'unprocessable' })
  assert.deepEqual(called, [])
})

test('what is no answer of a FreeSWITCH is taken for none', () => {
  assert.equal(readStatus('hello'), undefined)
  assert.deepEqual(channelsOf('dp', 'not JSON'), [])
  assert.deepEqual(warningsOf({ version: '1', sessions: 950, maxSessions: 1001, perSecond: 0, maxPerSecond: 500 }).map((text) => text.slice(0, 20)), ['950 of 1001 sessions'])
})

test('without mod_conference and the profile there are no rooms, and it is said what is missing', async (t) => {
  const one = await fake(t)
  const { server } = await openServer(t, [{ port: one.port }])
  await server.start()
  assert.equal(server.capabilities.conference, false)
  await assert.rejects(server.createConference('x'), { code: 'unsupported', message: /load mod_conference.*profile dialplane/ })
  const found = (answers: Readonly<Record<string, string>>) => hasRooms({ api: (command) => Promise.resolve(answers[command.split(' ')[0]!] ?? '') })
  assert.equal(await found({ module_exists: 'true', xml_locate: '<configuration><profiles><profile name="dialplane"></profile></profiles></configuration>' }), true)
  assert.equal(await found({ module_exists: 'true', xml_locate: '<configuration><profiles><profile name="default"></profile></profiles></configuration>' }), false)
  assert.equal(await found({ module_exists: 'false' }), false)
})

test('a sound that ends because its channel was hung up ended as `closed`; one that cannot be read is refused', async () => {
  const playing = (headers: Readonly<Record<string, string>>) => new Player({
    over: false, gone: new Promise(() => undefined), onEvent: () => () => undefined,
    command: () => Promise.resolve(''), execute: () => Promise.resolve({ getHeader: (name) => headers[name], getBody: () => '' }),
  }).play({ files: ['a.wav'], endless: false }, 1, undefined)
  assert.equal((await playing({ 'Application-Response': 'PLAYBACK ERROR', 'Answer-State': 'hangup' })).ended, 'closed')
  await assert.rejects(playing({ 'Application-Response': 'PLAYBACK ERROR', 'Answer-State': 'answered' }), { code: 'unprocessable' })
  assert.deepEqual(await playing({ 'Application-Response': 'FILE PLAYED', 'Answer-State': 'answered', variable_playback_ms: '1500' }), { ended: 'finished', seconds: 1.5 })
})

test('tones in the language of FreeSWITCH', async () => {
  assert.equal(toneStream({ frequencies: [440, 480], cadenceMs: [2000, 4000] }, 2), 'tone_stream://v=-7;%(2000,4000,440,480);loops=2')
  assert.equal(toneStream({ frequencies: [400], cadenceMs: [400, 200, 400, 2000] }, -1), 'tone_stream://v=-7;%(400,200,400);%(400,2000,400);loops=-1')
  assert.equal(toneStream({ frequencies: [440], cadenceMs: [60_000] }, 1), 'tone_stream://v=-7;%(1000,0,440);loops=60')
  const rooms = { prompts: nobody, music: nobody, storage: { sound: (path: string) => Promise.resolve(`/x/${path}`) }, country: 'de' }
  assert.equal((await soundOf({ kind: 'network-tone', name: 'busy' }, rooms)).seconds, 0.96)
  assert.deepEqual(await soundOf({ kind: 'file', path: 'a.wav' }, rooms), { files: ['/x/a.wav'], endless: false })
})
