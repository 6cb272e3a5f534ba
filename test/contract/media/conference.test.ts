import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EmbeddedConference } from '../../../media/embedded/conference.ts'
import { missing } from '../../support/run/peers.ts'
import { longestGapMs, say, tone } from './codec-peer.ts'
import { guest, heardAt, heardBy, loudest, loudestIn, sayAll, type Guest } from './conference-peers.ts'
import { behaviour, openEngine } from './engine.ts'
import { buffer, workers } from './other-way.ts'
import { stereoOf } from './rtp-peer.ts'

const skip = missing('ffmpeg')

behaviour('three in a conference: each hears the two others and not itself, whatever their codecs', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('three')
  const guests = [await guest(engine, conference, 0, 500), await guest(engine, conference, 9, 1100), await guest(engine, conference, 111, 1700)]
  await sayAll(guests, 100)
  for (const one of guests) {
    const levels = guests.map((other) => (other === one ? heardAt(one, one.frequency, 800, 1800) : loudest(one, other.frequency)))
    t.diagnostic(`${one.frequency} Hz hears ${levels.map(Math.round).join(', ')}`)
    for (const [i, other] of guests.entries()) {
      if (other === one) assert.ok(levels[i]! < 100, `${one.frequency} hears itself with ${levels[i]}`)
      else assert.ok(levels[i]! > 3000, `${one.frequency} hears ${other.frequency} with ${levels[i]}`)
    }
  }
}, skip)

behaviour('parties of calls on several workers share a conference', async (t) => {
  const engine = await openEngine(t, { workers: 3 })
  const conference = await engine.server.createConference('spread')
  const guests = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 1100), await guest(engine, conference, 8, 1700)]
  assert.equal(new Set((await engine.server.load()).workers.filter((worker) => worker.endpoints > 0).map(({ id }) => id)).size, 3)
  await sayAll(guests, 80)
  for (const one of guests) {
    for (const other of guests) {
      const level = one === other ? heardAt(one, other.frequency, 700, 1500) : loudest(one, other.frequency)
      assert.ok(one === other ? level < 100 : level > 3000, `${one.frequency} hears ${other.frequency} with ${level}`)
    }
  }
}, false, workers)

behaviour('who is muted hears and is not heard; muting begins and ends in the middle', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('muted')
  const [one, other] = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 1100, { muted: true })]
  assert.deepEqual(conference.parties().map(({ endpoint, muted }) => [endpoint, muted]), [[one.endpoint, false], [other.endpoint, true]])
  await sayAll([one, other], 50)
  assert.ok(heardAt(one, 1100, 0, 1000) < 20)
  assert.ok(loudest(other, 500) > 3000)
  await conference.mute(other.endpoint, false)
  await conference.mute(one.endpoint, true)
  await sayAll([one, other], 50)
  assert.ok(loudest(one, 1100) > 3000)
  assert.ok(heardAt(other, 500, 500, 900) < 20)
  await assert.rejects(conference.mute((await engine.phone()).endpoint, true), { code: 'not-found' })
})

behaviour('who is kicked or leaves is out, and its call goes on; who closes is out too', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('leaving')
  const left: string[] = []
  const guests = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 900), await guest(engine, conference, 0, 1300), await guest(engine, conference, 0, 1700)]
  const [kicked, leaving, closing, staying] = guests as [Guest, Guest, Guest, Guest]
  conference.on('left', (endpoint, why) => left.push(`${guests.find((each) => each.endpoint === endpoint)?.frequency} ${why}`))
  await conference.kick(kicked.endpoint)
  await conference.leave(leaving.endpoint)
  await closing.endpoint.close()
  assert.deepEqual(left, ['500 kicked', '900 left', '1300 closed'])
  assert.equal(conference.parties().length, 1)
  await sayAll([kicked, staying], 50)
  assert.ok(heardAt(staying, 500, 0, 1000) < 20)
  await kicked.endpoint.bridge(leaving.endpoint)
  await sayAll([kicked], 20)
  assert.ok(loudest(leaving, 500) > 7000)
  assert.ok(heardAt(staying, 500, 0, 300) < 20)
  // A bridge takes a party out.
  await staying.endpoint.bridge(leaving.endpoint)
  assert.deepEqual(conference.parties(), [])
})

behaviour('a locked conference lets nobody in', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('locked')
  const inside = await guest(engine, conference, 0, 500)
  await conference.lock(true)
  assert.equal(conference.locked, true)
  const { endpoint } = await engine.phone()
  await assert.rejects(conference.join(endpoint), { code: 'conflict' })
  await conference.join(inside.endpoint, { muted: true })
  await conference.lock(false)
  await conference.join(endpoint)
  assert.deepEqual(conference.parties().map(({ muted }) => muted), [true, false])
})

behaviour('it says who speaks, and stops saying so for who is silent', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('talkers')
  const [one, other] = [await guest(engine, conference, 0, 500), await guest(engine, conference, 9, 1100)]
  const seen: number[][] = []
  conference.on('talkers', (endpoints) => seen.push(endpoints.map((endpoint) => (endpoint === one.endpoint ? 1 : 2))))
  const turns = async (enough: () => boolean): Promise<void> => {
    while (!enough()) await new Promise<void>((resolve) => { const off = conference.on('talkers', () => { off(); resolve() }) })
  }
  await sayAll([one], 30)
  assert.deepEqual(seen[0], [1])
  await turns(() => seen.at(-1)?.length === 0)
  await sayAll([other], 30)
  await turns(() => seen.at(-1)?.length === 0)
  assert.deepEqual(seen, [[1], [], [2], []])
}, skip)

behaviour('a quiet and a loud voice are brought to one level', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('levels')
  const listener = await guest(engine, conference, 0, 500, { muted: true })
  const [quiet, loud] = [await guest(engine, conference, 0, 900), await guest(engine, conference, 0, 1500)]
  listener.peer.heard.length = 0
  await Promise.all([say(quiet.peer, tone(0, 900, 200, 20, 1000)), say(loud.peer, tone(0, 1500, 200, 20, 16_000))])
  const [soft, hard] = [heardAt(listener, 900, 3300, 3900), heardAt(listener, 1500, 3300, 3900)]
  t.diagnostic(`1000 is heard with ${Math.round(soft)}, 16000 with ${Math.round(hard)}`)
  assert.ok(hard / soft < 2, `${hard} against ${soft}`)
})

behaviour('what is lost is concealed, and the figures say so', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('loss')
  const [one, listener] = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 1100)]
  listener.peer.heard.length = 0
  await say(one.peer, tone(0, 500, 100), (index) => (index % 10 === 5 ? [] : [index]))
  const { playout } = await one.endpoint.stats()
  assert.ok(playout !== undefined && playout.concealedMs >= 150 && playout.delayMs >= 20 && playout.delayMs < 300, JSON.stringify(playout))
  const heard = heardBy(listener)
  const gap = longestGapMs(heard, 300)
  t.diagnostic(`longest gap ${gap} ms, ${JSON.stringify(playout)}`)
  assert.ok(gap < 60)
  const closed = await one.endpoint.close()
  assert.ok((closed.playout?.concealedMs ?? 0) >= 150)
}, false, buffer)

behaviour('an announcement is heard by all, over what they say; what is played to one only by that one', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('announced')
  const [one, other] = [await guest(engine, conference, 0, 500), await guest(engine, conference, 9, 1100)]
  await sayAll([one, other], 1)
  const talking = sayAll([one, other], 60)
  const played = await conference.play({ kind: 'tone', frequencies: [2000], cadenceMs: [400] })
  assert.equal(played.ended, 'finished')
  await one.endpoint.play({ kind: 'tone', frequencies: [1500], cadenceMs: [300] })
  await talking
  assert.ok(loudest(one, 2000) > 2000)
  assert.ok(loudest(other, 2000) > 2000)
  assert.ok(loudest(one, 1500) > 2000)
  assert.ok(loudest(other, 1500) < 500)
  const abort = new AbortController()
  const endless = conference.play({ kind: 'tone', frequencies: [800], cadenceMs: [200] }, { repeat: Infinity, signal: abort.signal })
  const after = conference.play({ kind: 'tone', frequencies: [900], cadenceMs: [100] })
  abort.abort()
  assert.equal((await endless).ended, 'aborted')
  assert.equal((await after).ended, 'finished')
}, skip)

behaviour('the room is recorded as all of it sounds', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('recorded')
  const guests = [await guest(engine, conference, 0, 500), await guest(engine, conference, 9, 1100)]
  const path = join(engine.home, 'recordings', 'room.wav')
  await mkdir(dirname(path), { recursive: true })
  const recording = await conference.record({ path })
  await sayAll(guests, 75)
  const result = await recording.stop()
  assert.equal(result.ended, 'stopped')
  const { left, right } = stereoOf(await readFile(path))
  for (const side of [left, right]) {
    for (const frequency of [500, 1100]) assert.ok(loudestIn(Int16Array.from(side), frequency, 16_000) > 2500, `${frequency}: ${loudestIn(Int16Array.from(side), frequency, 16_000)}`)
  }
  const last = await conference.record({ path: path.replace('room', 'last') })
  await conference.close()
  await engine.server.stop()
  assert.equal((await last.finished).ended, 'closed')
}, skip)

behaviour('a re-INVITE to another codec goes on in the room', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('changed')
  const [one, other] = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 1100)]
  await one.endpoint.negotiate('offer', one.peer.sdp({ codecs: '9' }))
  const wide = { ...one, payloadType: 9 }
  await sayAll([wide, other], 60)
  assert.ok(loudest(wide, 1100) > 3000)
  assert.ok(loudest(other, 500) > 3000)
  assert.ok(one.peer.heard.slice(5).every(({ payloadType }) => payloadType === 9))
}, skip)

behaviour('a conference that closes lets its parties go on', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('closing')
  const one = await guest(engine, conference, 0, 500)
  const told: string[] = []
  conference.on('left', (_endpoint, why) => told.push(why))
  conference.on('closed', (reason) => told.push(reason))
  await conference.close()
  await conference.close()
  assert.deepEqual(told, ['ended', 'closed'])
  await assert.rejects(conference.join(one.endpoint), { code: 'gone' })
  await assert.rejects(conference.play({ kind: 'network-tone', name: 'busy' }), { code: 'gone' })
  assert.equal((await one.endpoint.play({ kind: 'tone', frequencies: [700], cadenceMs: [60] })).ended, 'finished')
})

behaviour('a worker that dies ends its conference by name', async (t) => {
  const engine = await openEngine(t, { workers: 2 })
  const conference = await engine.server.createConference('dying')
  const guests = [await guest(engine, conference, 0, 500), await guest(engine, conference, 0, 1100)]
  const closed = new Promise<string>((resolve) => { conference.on('closed', resolve) })
  const left: string[] = []
  conference.on('left', (endpoint, why) => left.push(`${endpoint === guests[0]!.endpoint ? 1 : 2} ${why}`))
  await (conference as EmbeddedConference).thread.kill()
  assert.equal(await closed, 'worker-died')
  assert.deepEqual(left.sort(), ['1 ended', '2 ended'])
}, false, workers)

behaviour('fifty parties in a room: three speak, all hear all three and nobody himself', async (t) => {
  const engine = await openEngine(t)
  const conference = await engine.server.createConference('fifty')
  const guests: Guest[] = []
  for (let i = 0; i < 50; i += 1) guests.push(await guest(engine, conference, [0, 8, 0, 9, 0][i % 5]!, i < 3 ? [500, 1100, 1700][i]! : 0, { callId: `call ${i}` }))
  const { workers: [before] } = await engine.server.load()
  await sayAll(guests, 75)
  const { workers: [load] } = await engine.server.load()
  if (before && load) t.diagnostic(`${load.packetsOut - before.packetsOut} packets out, ${load.lateTicks} ticks late, ${load.worstLatenessMs} ms at worst`)
  const speakers = guests.slice(0, 3)
  for (const [i, one] of guests.entries()) {
    if (one.payloadType === 9 && i % 10 !== 3) continue
    for (const speaker of speakers) {
      const level = loudest(one, speaker.frequency)
      assert.ok(one === speaker ? level < 300 : level > 2000, `party ${i} hears ${speaker.frequency} with ${level}`)
    }
  }
}, skip)
