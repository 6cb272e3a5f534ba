import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { missing } from '../../support/run/peers.ts'
import { loudest, loudestIn, sayAll, type Guest } from './conference-peers.ts'
import { behaviour, openEngine, type Engine } from './engine.ts'
import { buffer } from './other-way.ts'
import { stereoOf } from './rtp-peer.ts'

const skip = missing('ffmpeg')

interface Desk {
  engine: Engine
  agent: Guest
  customer: Guest
  supervisor: Guest
}

/** An agent and a customer who talk, and a supervisor with a call of his own, each with a tone. */
async function openDesk(t: TestContext, workers = 1, types: readonly [number, number, number] = [0, 0, 0]): Promise<Desk> {
  const engine = await openEngine(t, { workers })
  const guest = async (payloadType: number, frequency: number, callId: string): Promise<Guest> => ({ ...(await engine.phone({ codecs: String(payloadType) }, callId)), payloadType, frequency })
  const [agent, customer, supervisor] = [await guest(types[0], 500, 'call'), await guest(types[1], 1100, 'call'), await guest(types[2], 1700, 'supervisor')]
  await agent.endpoint.bridge(customer.endpoint)
  return { engine, agent, customer, supervisor }
}

/** All three speak for so many packets: who is heard by whom? `a`, `c` and `s` for each, in this order. */
async function whoHears({ agent, customer, supervisor }: Desk, packets = 60): Promise<string[]> {
  const all = [agent, customer, supervisor]
  await sayAll(all, packets)
  return all.map((one) => all.filter((other) => loudest(one, other.frequency) > 2500).map((other) => ({ 500: 'a', 1100: 'c', 1700: 's' })[other.frequency]).join(''))
}

for (const [name, types, workers] of [['one codec', [0, 0, 0], 1], ['three codecs', [9, 0, 111], 1], ['on two workers', [0, 8, 0], 2]] as const) {
  behaviour(`who listens hears both, whispers to one, barges in on both, and leaves without a trace (${name})`, async (t) => {
    const desk = await openDesk(t, workers, types)
    const supervision = await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'listen')
    assert.deepEqual(await whoHears(desk), ['c', 'a', 'ac'], 'listens')
    await supervision.change('whisper')
    assert.equal(supervision.mode, 'whisper')
    assert.deepEqual(await whoHears(desk), ['cs', 'a', 'ac'], 'whispers')
    await supervision.change('barge')
    assert.deepEqual(await whoHears(desk), ['cs', 'as', 'ac'], 'barges in')
    await supervision.change('listen')
    assert.deepEqual(await whoHears(desk), ['c', 'a', 'ac'], 'listens again')
    await supervision.change('barge')
    await supervision.close()
    // What was on the way when it ended has come.
    await sayAll([desk.agent], 10)
    assert.deepEqual(await whoHears(desk), ['c', 'a', ''], 'is gone')
  }, skip)
}

behaviour('while somebody only listens the packets of a call pass as they are', async (t) => {
  const desk = await openDesk(t)
  await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'listen')
  await sayAll([desk.agent, desk.customer], 30)
  assert.ok(loudest(desk.customer, 500) > 7500, 'as loud as it was said')
  assert.equal((await desk.supervisor.endpoint.stats()).playout?.concealedMs, 0)
}, false, buffer)

behaviour('the end of the supervisor leaves the call alone, the end of the call ends the supervision', async (t) => {
  const desk = await openDesk(t)
  const first = await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'barge')
  const told: string[] = []
  first.on('closed', (reason) => told.push(reason))
  await desk.supervisor.endpoint.close()
  assert.equal(told.length, 1)
  assert.deepEqual((await whoHears(desk)).slice(0, 2), ['c', 'a'])
  await assert.rejects(first.change('whisper'), { code: 'gone' })
  const other = await desk.engine.phone({}, 'another')
  const second = await desk.agent.endpoint.supervise(other.endpoint, 'listen')
  const ended = new Promise<string>((resolve) => { second.on('closed', resolve) })
  await desk.agent.endpoint.close()
  await ended
  await second.close()
  assert.equal((await other.endpoint.play({ kind: 'tone', frequencies: [700], cadenceMs: [60] })).ended, 'finished', 'his own call goes on')
})

behaviour('two may listen to one call; one of them speaks; who is in a call cannot listen to another', async (t) => {
  const desk = await openDesk(t)
  const second = { ...(await desk.engine.phone({}, 'second')), payloadType: 0, frequency: 2300 }
  const one = await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'whisper')
  const two = await desk.agent.endpoint.supervise(second.endpoint, 'listen')
  await assert.rejects(two.change('whisper'), { code: 'conflict' })
  assert.equal(two.mode, 'listen')
  assert.deepEqual(await whoHears(desk), ['cs', 'a', 'ac'])
  assert.ok(loudest(second, 500) > 2500 && loudest(second, 1100) > 2500)
  await one.close()
  await two.change('whisper')
  await assert.rejects(desk.agent.endpoint.supervise(second.endpoint, 'listen'), { code: 'conflict' })
  await assert.rejects(second.endpoint.supervise(desk.customer.endpoint, 'listen'), { code: 'conflict' })
}, false, { freeswitch: 'FreeSWITCH lets any number of them speak' })

behaviour('a recording has the two who talk: no whisper, but whoever barges in', async (t) => {
  const desk = await openDesk(t)
  const path = join(desk.engine.home, 'recordings', 'supervised.wav')
  await mkdir(dirname(path), { recursive: true })
  const supervision = await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'whisper')
  const record = async (name: string): Promise<{ left: Int16Array; right: Int16Array }> => {
    const file = path.replace('supervised', name)
    const recording = await desk.agent.endpoint.record({ path: file })
    await whoHears(desk)
    await recording.stop()
    const { left, right } = stereoOf(await readFile(file))
    return { left: Int16Array.from(left), right: Int16Array.from(right) }
  }
  const whispered = await record('whispered')
  assert.ok(loudestIn(whispered.left, 500, 8000) > 5000)
  assert.ok(loudestIn(whispered.right, 1100, 8000) > 5000 && loudestIn(whispered.right, 1700, 8000) < 300)
  await supervision.change('barge')
  const barged = await record('barged')
  assert.ok(loudestIn(barged.right, 1100, 8000) > 2500 && loudestIn(barged.right, 1700, 8000) > 2500)
}, false, { freeswitch: 'FreeSWITCH records what a leg is sent' })

behaviour('digits of the supervised go on while somebody barges in', async (t) => {
  const desk = await openDesk(t)
  await desk.agent.endpoint.supervise(desk.supervisor.endpoint, 'barge')
  await whoHears(desk, 10)
  desk.customer.peer.heard.length = 0
  desk.agent.peer.press(5)
  await desk.customer.peer.until((heard) => heard.some(({ payloadType, payload }) => payloadType === 101 && payload[0] === 5 && payload[1]! >= 0x80))
  const events = new Set(desk.customer.peer.heard.filter(({ payloadType }) => payloadType === 101).map(({ timestamp }) => timestamp))
  assert.equal(events.size, 1, 'one event')
})
