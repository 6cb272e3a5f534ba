/** The engine in a process of its own: calls go on while the PBX is killed, stopped and started again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import type { ChildHouse } from '../support/child-house.ts'
import { openWire, SECRET, startEngineProcess, type EngineProcess } from '../support/engine-process.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/ports.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'

interface Talk {
  house: ChildHouse
  alice: Phone
  bob: Phone
  call: PhoneCall
  incoming: PhoneCall
}

/** Two phones that hear each other. */
async function talk(engine: EngineProcess): Promise<Talk> {
  const house = await engine.house()
  await house.api.setUp(house.setupLink ?? '')
  const { alice, bob } = await house.pair('100', '101')
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  await bothHear(call, incoming)
  return { house, alice, bob, call, incoming }
}

async function bothHear(call: PhoneCall, incoming: PhoneCall): Promise<void> {
  call.audio.forget()
  incoming.audio.forget()
  call.audio.play(440)
  incoming.audio.play(660)
  await Promise.all([incoming.audio.hears(440, 15_000), call.audio.hears(660, 15_000)])
}

/** Starts the PBX again and waits until both phones were told new ports. */
async function startAgain(engine: EngineProcess, { call, incoming }: Talk, env: Record<string, string> = {}): Promise<ChildHouse> {
  const marks = [call.journal.mark(), incoming.journal.mark()] as const
  const house = await engine.house(env)
  await house.api.signIn()
  await Promise.all([call.requested('ACK', { from: marks[0], ms: 20_000 }), incoming.requested('ACK', { from: marks[1], ms: 20_000 })])
  return house
}

async function record(house: ChildHouse): Promise<CallView> {
  return eventually(async () => {
    const [past] = await house.history()
    if (!past) throw new Error('no record yet')
    return past
  }, 'the record of the call')
}

test('after kill -9 of the PBX calls go on: sound, hold, BYE, one record of the whole call', async (t) => {
  const engine = await startEngineProcess(t)
  const first = await talk(engine)
  const { call, incoming } = first
  const [live] = await first.house.liveCalls()
  first.house.kill('SIGKILL')
  await first.house.exited

  const second = await startAgain(engine, first)
  const [back] = await second.liveCalls()
  assert.deepEqual([back?.id, back?.state, back?.startedAt, back?.answeredAt], [live?.id, 'answered', live?.startedAt, live?.answeredAt])
  await bothHear(call, incoming)
  assert.equal((await call.hold('sendonly')).status, 200)
  await eventually(async () => (await second.liveCalls())[0]?.onHold === true, 'hold to be seen')
  assert.equal((await call.resume()).status, 200)
  await bothHear(call, incoming)
  assert.equal((await call.bye()).status, 200)
  assert.equal((await incoming.ended()).how, 'bye')
  const past = await record(second)
  assert.deepEqual([past.id, past.termination?.reason, past.termination?.by, past.answeredAt], [live?.id, 'hung-up', 'caller', live?.answeredAt])
  assert.deepEqual(past.legs.map((leg) => [leg.role, leg.state, leg.endedAt !== null]), [['caller', 'ended', true], ['callee', 'ended', true]])
  assert.equal((await second.history()).length, 1)
})

test('a PBX that is stopped politely leaves the calls to the engine, and has them back', async (t) => {
  const engine = await startEngineProcess(t)
  const first = await talk(engine)
  first.house.kill('SIGTERM')
  assert.equal(await first.house.exited, 0)
  assert.deepEqual([first.call.isEnded, first.incoming.isEnded], [false, false])

  const second = await startAgain(engine, first)
  await bothHear(first.call, first.incoming)
  assert.equal((await first.incoming.bye()).status, 200)
  assert.equal((await first.call.ended()).how, 'bye')
  assert.deepEqual([(await record(second)).termination?.reason, (await record(second)).termination?.by], ['hung-up', 'callee'])
})

test('who hangs up while the PBX is away is free at once; the other hears of it at the next start, and the record tells when', async (t) => {
  const engine = await startEngineProcess(t)
  const first = await talk(engine)
  first.house.kill('SIGKILL')
  await first.house.exited
  const before = Date.now()
  assert.equal((await first.call.bye()).status, 200)
  const after = Date.now()
  assert.equal(first.incoming.isEnded, false)

  const second = await engine.house()
  await second.api.signIn()
  assert.equal((await first.incoming.ended(20_000)).how, 'bye')
  const past = await record(second)
  assert.deepEqual([past.termination?.reason, past.termination?.by], ['hung-up', 'caller'])
  const endedAt = new Date(past.endedAt ?? 0).getTime()
  assert.ok(endedAt >= before - 50 && endedAt <= after + 50, `ended at ${endedAt}, hung up between ${before} and ${after}`)
})

test('while the PBX is away a change of the call is refused and the call stays; who has the secret and another identity gets none of it', async (t) => {
  const engine = await startEngineProcess(t)
  const first = await talk(engine)
  first.house.kill('SIGKILL')
  await first.house.exited

  const stranger = await openWire(engine.control, SECRET)
  t.after(() => stranger.close())
  assert.match(await stranger.ask('claim|short'), /\|NO\|/)
  const other = await openWire(engine.control, SECRET)
  t.after(() => other.close())
  assert.match(await other.ask(`claim|${'x'.repeat(64)}`), /\|OK\|claimed\r\n\{"kept":\[\],"ended":\[\]\}$/)
  const id = `${first.call.callId};from-tag=${/tag=([^;>\s]+)/.exec(headerOf(first.call.invite, 'From') ?? '')?.[1]}`
  assert.match(await other.ask(`sip||${id}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`), /NOK\|.*unable to find dialog/)
  const refused = await first.incoming.hold('sendonly')
  assert.equal(refused.status, 503)
  assert.match(headerOf(refused, 'Retry-After') ?? '', /^\d+$/)
  assert.deepEqual([first.call.isEnded, first.incoming.isEnded], [false, false])

  const second = await startAgain(engine, first)
  await bothHear(first.call, first.incoming)
  assert.equal((await first.call.bye()).status, 200)
  assert.equal((await record(second)).termination?.reason, 'hung-up')
})

test('an engine that is stopped ends its calls with BYE on both sides, and the PBX hears of it', async (t) => {
  const engine = await startEngineProcess(t)
  const { house, call, incoming } = await talk(engine)
  engine.kill('SIGTERM')
  assert.deepEqual([(await call.ended()).how, (await incoming.ended()).how], ['bye', 'bye'])
  assert.equal(await engine.exited, 0)
  assert.equal((await record(house)).termination?.result, 'answered')
  assert.deepEqual(await house.liveCalls(), [])
})

test('an engine that is killed takes its calls with it; the PBX records them and goes on with the next engine', async (t) => {
  const port = await freePort()
  const engine = await startEngineProcess(t, { SIP_PORT: String(port) })
  const { house, alice, bob } = await talk(engine)
  engine.kill('SIGKILL')
  await engine.exited
  await startEngineProcess(t, { SIP_PORT: String(port) }, engine)
  assert.equal((await record(house)).termination?.reason, 'signalling-lost')
  assert.deepEqual(await house.liveCalls(), [])
  await eventually(async () => (await alice.register()).status === 200 && (await bob.register()).status === 200, 'phones to be registered again')
  const from = bob.incoming.mark()
  const again = await alice.invite('101')
  const incoming = await bob.nextCall({ from })
  await incoming.answer()
  await again.answered()
  await bothHear(again, incoming)
  assert.equal((await again.bye()).status, 200)
})

test('an engine that is drained refuses new calls and ends with the last one', async (t) => {
  const engine = await startEngineProcess(t)
  const { alice, bob, call, incoming } = await talk(engine)
  engine.kill('SIGUSR2')
  await engine.output.until((line) => line.includes('takes no new calls'), 'the word that it drains')
  const { status, message } = await (await bob.invite('100')).ended()
  assert.equal(status, 503)
  assert.match((message && headerOf(message, 'Retry-After')) ?? '', /^\d+$/)
  assert.equal((await alice.register()).status, 200, 'phones stay registered')
  await bothHear(call, incoming)
  assert.equal((await call.bye()).status, 200)
  assert.equal(await engine.exited, 0)
})

test('when the PBX stays away for too long both sides get BYE, and the call a record that says so', async (t) => {
  const engine = await startEngineProcess(t, { SIGNALLING_GRACE_SECONDS: '1' })
  const first = await talk(engine)
  first.house.kill('SIGKILL')
  await first.house.exited
  assert.deepEqual([(await first.call.ended()).how, (await first.incoming.ended()).how], ['bye', 'bye'])

  const second = await engine.house()
  await second.api.signIn()
  const past = await record(second)
  assert.deepEqual([past.termination?.reason, past.termination?.result, past.legs.length], ['interrupted', 'failed', 2])
  assert.deepEqual(await second.liveCalls(), [])
})
