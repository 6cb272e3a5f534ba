import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import type { Logger } from '../../../config/logger.ts'
import { Refusal } from '../../../config/errors.ts'
import { connectSip } from '../../../pbx/sip/connect.ts'
import type { TraceRecord } from '../../../pbx/sip/trace.ts'
import type { IncomingRequest, TracedMessage } from '../../../pbx/sip/types.ts'
import { FakeEngine, headerOf, OFFER, request } from './fake-engine.ts'
import { connected, incomingCall, logger, nextInvite, outgoingCall, ring } from './setup.ts'

test('it knows where the engine listens and takes the methods it needs', async (t) => {
  const { engine, sip } = await connected(t)
  assert.equal(sip.connected, true)
  assert.deepEqual(sip.listening, ['udp/192.0.2.1:5060', 'tcp/192.0.2.1:5060'])
  assert.deepEqual([...engine.routes].sort(), ['info', 'invite', 'message', 'notify', 'options', 'publish', 'refer', 'register', 'subscribe'])
})

test('a wrong secret and a deaf port are refused with the reason', async (t) => {
  const engine = await FakeEngine.start()
  t.after(() => engine.stop())
  await assert.rejects(connectSip({ control: { ...engine.control, secret: 'wrong' }, trace: undefined, logger }), (error) => error instanceof Refusal && error.code === 'unauthenticated')
  const deaf = createServer()
  deaf.listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  const { port } = deaf.address() as { port: number }
  await new Promise((resolve) => deaf.close(resolve))
  await assert.rejects(connectSip({ control: { host: '127.0.0.1', port, secret: 'x' }, trace: undefined, logger, timeoutMs: 300 }), (error) => error instanceof Refusal && error.code === 'unavailable' && /ECONNREFUSED/.test(error.message))
})

test('a request is read lazily and answered with each challenge on a line of its own', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = new Promise<IncomingRequest>((resolve) => sip.onRequest('REGISTER', resolve))
  engine.deliver(request('REGISTER', 'reg1', { cseq: 7, headers: ['X-Custom: a', 'X-Custom: b', 'o: presence'] }))
  const incoming = await arrived
  assert.equal(incoming.callId, 'reg1')
  assert.equal(incoming.cseq, 7)
  assert.equal(incoming.from.displayName, 'Ann')
  assert.equal(incoming.to.uri.user, '102')
  assert.deepEqual(incoming.source, { transport: 'udp', address: '192.0.2.7', port: 5062, certified: [] })
  assert.equal(incoming.header('x-custom'), 'a,b')
  assert.equal(incoming.header('Event'), 'presence')
  assert.equal(incoming.header('constructor'), undefined)
  assert.equal(incoming.answered, false)
  incoming.reply(401, { headers: { 'WWW-Authenticate': ['Digest a', 'Digest b'], 'X-Evil': 'x\r\nVia: y' } })
  assert.equal(incoming.answered, true)
  incoming.reply(200)
  const sent = await engine.expect(/^SIP/)
  assert.match(sent.text, /^SIP\/2\.0 401 Unauthorized\r\n/)
  assert.match(sent.text, /www-authenticate: Digest a\r\nWWW-Authenticate: Digest b\r\n/i)
  assert.match(sent.text, /X-Evil: x Via: y\r\n/)
  assert.equal(engine.unread.length, 0)
})

test('malformed header fields are refused only when somebody wants them, and say which they are', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = new Promise<IncomingRequest>((resolve) => sip.onRequest('OPTIONS', resolve))
  engine.deliver(request('OPTIONS', 'bad1').replace('<sip:101@192.0.2.1>', '<<sip').replace('CSeq: 1', 'CSeq: one'))
  const incoming = await arrived
  assert.equal(incoming.to.uri.user, '102')
  assert.throws(() => incoming.from, (error) => error instanceof Refusal && error.code === 'malformed' && /From/.test(error.message))
  assert.throws(() => incoming.cseq, /CSeq/)
})

test('requests that come before there is anybody, from unknown dialogs and of other methods are answered', async (t) => {
  const { engine, sip } = await connected(t)
  engine.deliver(request('INVITE', 'early', { body: OFFER }))
  assert.match((await engine.expect(/^SIP/)).text, /^SIP\/2\.0 503 .*[^]*retry-after: 5/i)
  engine.deliver(request('BYE', 'nobody', { toTag: true }), { dialogId: 'nobody;from-tag=x' })
  assert.match((await engine.expect(/^SIP/)).text, /^SIP\/2\.0 481 /)
  sip.onRequest('REGISTER', () => {})
  engine.deliver(request('REFER', 'refer1'))
  assert.match((await engine.expect(/^SIP/)).text, /^SIP\/2\.0 405 [^]*allow: INVITE, ACK/i)
})

test('a status srf has no words for goes out as the first of its class', async (t) => {
  const { engine, sip } = await connected(t)
  sip.onRequest('OPTIONS', (incoming) => incoming.reply(607, { reason: 'Unwanted' }))
  engine.deliver(request('OPTIONS', 'o1'))
  assert.match((await engine.expect(/^SIP/)).text, /^SIP\/2\.0 600 Unwanted/)
})

test('a handler that throws is a logged bug: the phone gets 500 and the next request is served', async (t) => {
  const engine = await FakeEngine.start()
  const errors: string[] = []
  const spy = { ...logger, child: () => spy, info() {}, warn() {}, debug() {}, error: (_: unknown, text: string) => errors.push(text) } as unknown as Logger
  const sip = await connectSip({ control: engine.control, trace: undefined, logger: spy })
  t.after(async () => {
    await sip.close()
    await engine.stop()
  })
  sip.onRequest('OPTIONS', () => {
    throw new Error('boom')
  })
  engine.deliver(request('OPTIONS', 'o1'))
  assert.match((await engine.expect(/^SIP/)).text, /^SIP\/2\.0 500 /)
  const outgoing = ring(sip)
  outgoing.onProgress(() => {
    throw new Error('boom again')
  })
  const failed = new Promise((resolve) => outgoing.onFailure(resolve))
  const invite = await engine.expect(/^INVITE/)
  engine.respond(invite, '180 Ringing')
  engine.respond(invite, '486 Busy Here')
  await failed
  assert.equal(errors.length, 2)
  assert.match(errors.join(), /boom[^]*boom again/)
})

test('requests of our own: next hop, final response, round trip, failures', async (t) => {
  const { engine, sip } = await connected(t)
  const asked = sip.request({ method: 'OPTIONS', uri: 'sip:101@10.0.0.5:5060', nextHop: 'sip:192.0.2.7:5062;transport=tcp' })
  const options = await engine.expect(/^OPTIONS/)
  assert.equal(options.nextHop, 'sip:192.0.2.7:5062;transport=tcp')
  assert.match(options.text, /^OPTIONS sip:101@10\.0\.0\.5:5060 SIP\/2\.0/)
  engine.respond(options, '100 Trying')
  engine.respond(options, '200 OK')
  const response = await asked
  assert.equal(response.status, 200)
  assert.equal(response.userAgent, 'Fake phone')
  assert.ok(response.roundTripMs > 0)
  engine.refuse = () => 'Error creating leg'
  await assert.rejects(sip.request({ method: 'OPTIONS', uri: 'sip:x' }), (error) => error instanceof Refusal && error.code === 'unavailable' && /creating leg/.test(error.message))
})

test('a lost link ends what was going on, is told, and comes back by itself', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog } = await incomingCall(engine, sip, 'lost1')
  const ended = new Promise<{ by: string; reason: string | undefined }>((resolve) => dialog.onEnd(resolve))
  let arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'lost2', { body: OFFER }))
  const ringing = await arrived
  const cancelled = new Promise<string | undefined>((resolve) => ringing.onCancel(resolve))
  arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'lost3', { body: OFFER }))
  const accepting = (await arrived).accept(OFFER)
  await engine.expect(/^SIP\/2\.0 200[^]*INVITE/)
  const outgoing = ring(sip)
  const failed = new Promise<{ kind: string }>((resolve) => outgoing.onFailure(resolve))
  const asked = sip.request({ method: 'OPTIONS', uri: 'sip:x@192.0.2.7' })
  await engine.expect(/^OPTIONS/)
  const states: boolean[] = []
  const back = new Promise<void>((resolve) => sip.onConnection((connectedNow) => {
    states.push(connectedNow)
    if (connectedNow) resolve()
  }))
  const refused = Promise.all([assert.rejects(asked, Refusal), assert.rejects(accepting, Refusal)])
  engine.drop()
  assert.equal((await ended).by, 'stack')
  assert.equal((await failed).kind, 'unreachable')
  assert.ok(await cancelled)
  await refused
  assert.equal(dialog.ended, true)
  // With no link at all a request is refused, not thrown into the caller's face.
  await assert.rejects(sip.request({ method: 'OPTIONS', uri: 'sip:x' }), Refusal)
  await back
  assert.deepEqual(states, [false, true])
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
  await incomingCall(engine, sip, 'after')
})

test('closing while the link is being made again leaves nothing running', async () => {
  const engine = await FakeEngine.start()
  const sip = await connectSip({ control: engine.control, trace: undefined, logger })
  const gone = new Promise<void>((resolve) => sip.onConnection((now) => {
    if (!now) resolve()
  }))
  await engine.stop()
  await gone
  await sip.close()
  await sip.close()
  assert.equal(sip.connected, false)
})

test('the trace of a real drachtio-server is rebuilt from its frames: calls only, masked, in both directions', async (t) => {
  const { engine, sip } = await connected(t)
  const messages: TracedMessage[] = []
  sip.onTrace((batch) => messages.push(...batch))
  sip.onRequest('REGISTER', (incoming) => incoming.reply(403))
  engine.deliver(request('REGISTER', 'r1'))
  await engine.expect(/403/)
  const arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 't1', { body: OFFER, headers: ['Proxy-Authorization: Digest username="101", response="6629fae49393a05397450978507c4ef1"'] }));
  (await arrived).reply(486)
  await engine.expect(/486/)
  const { dialog, invite } = await outgoingCall(engine, sip)
  const probe = dialog.probe()
  engine.respond(await engine.expect(/^OPTIONS/), '200 OK')
  await probe
  const lines = messages.map(({ direction, text }) => `${direction} ${text.split('\r\n', 1)[0]}`)
  assert.ok(lines.includes('in INVITE sip:102@192.0.2.1 SIP/2.0'))
  assert.ok(lines.includes('out INVITE sip:102@10.0.0.9:5062 SIP/2.0'))
  assert.ok(lines.includes('in SIP/2.0 200 OK'))
  assert.ok(!messages.some(({ text }) => /REGISTER/.test(text)))
  assert.ok(!messages.some(({ text }) => text.includes('6629fae4')))
  assert.equal(messages.find(({ text }) => text.startsWith('INVITE sip:102@10'))?.callId, headerOf(invite.text, 'call-id'))
  assert.deepEqual(messages[0] && { peer: messages[0].peer, local: messages[0].local, transport: messages[0].transport }, { peer: '192.0.2.7:5062', local: '192.0.2.1:5060', transport: 'udp' })
})

test('the feed of the embedded engine is filtered and masked the same way', async (t) => {
  const engine = await FakeEngine.start()
  let feed: ((records: readonly TraceRecord[]) => void) | undefined
  const sip = await connectSip({ control: engine.control, logger, trace: (listener) => {
    feed = listener
    return () => (feed = undefined)
  } })
  t.after(() => engine.stop())
  const messages: TracedMessage[] = []
  sip.onTrace((batch) => messages.push(...batch))
  const record = (text: string, callId: string): TraceRecord => ({ at: 1.5, direction: 'in', transport: 'udp', peer: 'p:1', local: 'l:1', callId, repeat: true, text })
  feed?.([
    record(request('REGISTER', 'a'), 'a'), record('SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n\r\n', 'a'), record(request('OPTIONS', 'a'), 'a'),
    record(request('INVITE', 'b', { headers: ['Authorization: Digest nonce="n1"'] }), 'b'), record(request('OPTIONS', 'b'), 'b'), record('SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n', 'b'),
  ])
  assert.deepEqual(messages.map(({ callId, repeat, at }) => [callId, repeat, at]), [['b', true, 1.5], ['b', true, 1.5], ['b', true, 1.5]])
  assert.ok(!messages[0]?.text.includes('n1'))
  await sip.close()
  assert.equal(feed, undefined)
})
