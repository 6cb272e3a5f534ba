import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { ANSWER, headerOf, OFFER, request } from './fake-engine.ts'
import { connected, incomingCall, outgoingCall } from './setup.ts'

const HOLD = OFFER.replace('m=audio', 'a=sendonly\r\nm=audio')
const isRefusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

test('our re-INVITE: the answer comes back, the ACK goes out, one at a time', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await outgoingCall(engine, sip)
  const first = dialog.reinvite(HOLD)
  const second = dialog.reinvite(OFFER)
  const one = await engine.expect(/^INVITE/)
  assert.equal(one.dialogId, dialogId)
  assert.equal(engine.unread.length, 0)
  engine.respond(one, '200 OK', { body: ANSWER })
  assert.equal(await first, ANSWER)
  await engine.expect(/^ACK/)
  engine.respond(await engine.expect(/^INVITE/), '200 OK', { body: ANSWER })
  await second
  const withoutVersion = (sdp: string): string => sdp.replace(/^(o=\S+ \S+) \d+/m, '$1')
  assert.equal(withoutVersion(dialog.localSdp), withoutVersion(OFFER))
  assert.notEqual(dialog.localSdp, HOLD)
})

test('a re-INVITE of the peer: our answer, a refusal, a bug, and nobody listening', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd1')
  let cseq = 2
  const offer = async (expected: RegExp): Promise<void> => {
    engine.deliver(request('INVITE', 'd1', { cseq, branch: `d1-${cseq}`, body: HOLD, toTag: true }), { dialogId })
    const answer = await engine.expect(/^SIP\/2\.0 [^]*INVITE/)
    assert.match(answer.text, expected)
    engine.deliver(request('ACK', 'd1', { cseq, toTag: true }), { dialogId })
    cseq++
  }
  await offer(/^SIP\/2\.0 200[^]*m=audio 20000/)
  dialog.onReinvite(async (sdp) => {
    assert.equal(sdp, HOLD)
    return ANSWER.replace('20000', '20002')
  })
  await offer(/^SIP\/2\.0 200[^]*m=audio 20002/)
  assert.equal(dialog.remoteSdp, HOLD)
  dialog.onReinvite(() => Promise.reject(new Refusal('unprocessable', 'no codec')))
  await offer(/^SIP\/2\.0 488/)
  dialog.onReinvite(() => Promise.reject(new Error('bug')))
  await offer(/^SIP\/2\.0 500/)
})

test('glare both ways (RFC 3261 §14)', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd2')
  const held = Promise.withResolvers<string>()
  dialog.onReinvite(() => held.promise)
  // Ours is out: the peer's gets 491.
  const ours = dialog.reinvite(OFFER)
  const sent = await engine.expect(/^INVITE/)
  engine.deliver(request('INVITE', 'd2', { cseq: 2, branch: 'x2', body: HOLD, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 491/)
  engine.respond(sent, '200 OK', { body: ANSWER })
  await ours
  await engine.expect(/^ACK/)
  // Theirs is open: another of theirs gets 500, and ours waits for the end of it, ACK included.
  engine.deliver(request('INVITE', 'd2', { cseq: 3, branch: 'x3', body: HOLD, toTag: true }), { dialogId })
  engine.deliver(request('INVITE', 'd2', { cseq: 4, branch: 'x4', body: HOLD, toTag: true }), { dialogId })
  assert.match((await engine.expect(/^SIP\/2\.0 500/)).text, /retry-after: \d/i)
  const waiting = dialog.reinvite(HOLD)
  held.resolve(ANSWER)
  await engine.expect(/^SIP\/2\.0 200[^]*INVITE/)
  assert.equal(engine.unread.length, 0)
  engine.deliver(request('ACK', 'd2', { cseq: 3, toTag: true }), { dialogId })
  engine.respond(await engine.expect(/^INVITE/), '200 OK', { body: ANSWER })
  await waiting
})

test('491 to ours is tried again after a while, not for ever; who made the Call-ID waits longer', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog } = await incomingCall(engine, sip, 'd3')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const ours = dialog.reinvite(OFFER)
  const refused = assert.rejects(ours, isRefusal('busy'))
  for (let attempt = 1; attempt <= 5; attempt++) {
    engine.respond(await engine.expect(/^INVITE/), '491 Request Pending')
    // The refusal has been read when what comes after it is answered.
    engine.deliver(request('INFO', 'd3', { cseq: 10 + attempt, toTag: true }), { dialogId: 'd3;from-tag=them' })
    await engine.expect(/INFO/)
    t.mock.timers.tick(2_000)
  }
  await refused
})

test('an offerless re-INVITE gets our offer; the answer comes in its ACK', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd4')
  dialog.onReinvite(async (offer) => {
    assert.equal(offer, undefined)
    return OFFER
  })
  const answer = new Promise<string>((resolve) => dialog.onLateAnswer(resolve))
  engine.deliver(request('INVITE', 'd4', { cseq: 2, branch: 'd4-2', toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*INVITE/)
  engine.deliver(request('ACK', 'd4', { cseq: 2, toTag: true, body: ANSWER }), { dialogId })
  assert.equal(await answer, ANSWER)
  assert.equal(dialog.remoteSdp, ANSWER)
})

test('a re-INVITE that its sender cancels leaves the call as it was', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd5')
  const held = Promise.withResolvers<string>()
  dialog.onReinvite(() => held.promise)
  const transactionId = engine.deliver(request('INVITE', 'd5', { cseq: 2, branch: 'd5-2', body: HOLD, toTag: true }), { dialogId })
  engine.deliver(request('CANCEL', 'd5', { cseq: 2, branch: 'd5-2' }), { dialogId, transactionId })
  await engine.caughtUp()
  // Ours may go at once.
  const ours = dialog.reinvite(OFFER)
  engine.respond(await engine.expect(/^INVITE/), '200 OK', { body: ANSWER })
  await ours
  held.resolve(ANSWER)
  await engine.expect(/^ACK/)
  assert.equal(engine.unread.length, 0)
  assert.equal(dialog.ended, false)
})

test('481 or silence to our re-INVITE ends the call with a BYE', async (t) => {
  const { engine, sip } = await connected(t)
  for (const [status, code] of [['481 Call Leg Does Not Exist', 'gone'], ['408 Request Timeout', 'timeout']] as const) {
    const { dialog } = await outgoingCall(engine, sip)
    const ended = new Promise<{ by: string }>((resolve) => dialog.onEnd(resolve))
    const refused = assert.rejects(dialog.reinvite(OFFER), isRefusal(code))
    engine.respond(await engine.expect(/^INVITE/), status)
    await refused
    assert.equal((await ended).by, 'stack')
    engine.respond(await engine.expect(/^BYE/), '481 Call Leg Does Not Exist')
    await dialog.bye()
  }
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('other refusals of our re-INVITE leave the call alone', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog } = await outgoingCall(engine, sip)
  const refused = assert.rejects(dialog.reinvite(HOLD), isRefusal('unprocessable'))
  engine.respond(await engine.expect(/^INVITE/), '488 Not Acceptable Here')
  await refused
  assert.equal(dialog.ended, false)
  assert.equal(dialog.localSdp, OFFER)
})

test('both sides hang up at once: each BYE gets its 200, and the end is told to nobody twice', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd6')
  dialog.onEnd(() => assert.fail('we hung up ourselves'))
  const bye = dialog.bye('Server stopping')
  assert.equal(bye, dialog.bye())
  const sent = await engine.expect(/^BYE/)
  assert.equal(headerOf(sent.text, 'reason'), 'SIP;cause=200;text="Server stopping"')
  engine.deliver(request('BYE', 'd6', { cseq: 2, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*BYE/)
  engine.respond(sent, '481 Call Leg Does Not Exist')
  await bye
  await engine.caughtUp()
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('a BYE while media is being changed answers the open re-INVITE and refuses ours', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd7')
  dialog.onReinvite(() => new Promise(() => {}))
  engine.deliver(request('INVITE', 'd7', { cseq: 2, branch: 'd7-2', body: HOLD, toTag: true }), { dialogId })
  engine.deliver(request('INFO', 'd7', { cseq: 3, toTag: true }), { dialogId })
  await engine.expect(/INFO/)
  const refused = assert.rejects(dialog.reinvite(OFFER), isRefusal('gone'))
  engine.deliver(request('BYE', 'd7', { cseq: 4, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 487[^]*INVITE/)
  await engine.expect(/^SIP\/2\.0 200[^]*BYE/)
  await refused
  await assert.rejects(dialog.reinvite(OFFER), isRefusal('gone'))
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('the probe: alive, gone by 481, by silence, by the engine not knowing the call', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog } = await outgoingCall(engine, sip)
  for (const [status, options, expected] of [
    ['200 OK', {}, 'alive'], ['405 Method Not Allowed', {}, 'alive'], ['481 Gone', {}, 'gone'], ['408 Request Timeout', { local: true }, 'gone'], ['503 Service Unavailable', { local: true }, 'gone'],
  ] as const) {
    const probe = dialog.probe()
    engine.respond(await engine.expect(/^OPTIONS/), status, options)
    assert.equal(await probe, expected, status)
  }
  engine.refuse = () => 'Server error: unable to find dialog for dialog id provided'
  assert.equal(await dialog.probe(), 'gone')
})

test('INFO, OPTIONS, UPDATE and what we do not do inside a call', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd8')
  const info = new Promise<unknown>((resolve) => dialog.onInfo((type, body) => resolve([type, body])))
  engine.deliver(request('INFO', 'd8', { cseq: 2, toTag: true, headers: ['Content-Type: application/dtmf-relay'] }).replace('Content-Length: 0\r\n\r\n', 'Content-Length: 10\r\n\r\nSignal=5\r\n'), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*INFO/)
  assert.deepEqual(await info, ['application/dtmf-relay', 'Signal=5\r\n'])
  engine.deliver(request('OPTIONS', 'd8', { cseq: 3, toTag: true }), { dialogId })
  assert.match((await engine.expect(/^SIP\/2\.0 200[^]*OPTIONS/)).text, /allow: .*BYE/i)
  engine.deliver(request('MESSAGE', 'd8', { cseq: 4, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 405[^]*MESSAGE/)
  engine.deliver(request('UPDATE', 'd8', { cseq: 5, toTag: true }), { dialogId })
  assert.match((await engine.expect(/^SIP\/2\.0 200[^]*UPDATE/)).text, /content-length: 0/i)
  dialog.onReinvite(async () => ANSWER)
  engine.deliver(request('UPDATE', 'd8', { cseq: 6, toTag: true, body: HOLD }), { dialogId })
  assert.match((await engine.expect(/^SIP\/2\.0 200[^]*UPDATE/)).text, /m=audio 20000/)
  // srf would hand this one to our own request that waits; it must be answered all the same.
  const probe = dialog.probe()
  const options = await engine.expect(/^OPTIONS/)
  engine.deliver(request('UPDATE', 'd8', { cseq: 7, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*UPDATE/)
  engine.respond(options, '200 OK')
  await probe
})

test('REFER: what cannot be done is refused, what comes early is told later, NOTIFYs go in order', async (t) => {
  const { engine, sip } = await connected(t)
  const { dialog, dialogId } = await incomingCall(engine, sip, 'd20')
  let cseq = 1
  const refer = (...headers: string[]): string => engine.deliver(request('REFER', 'd20', { cseq: ++cseq, toTag: true, headers }), { dialogId })
  refer()
  await engine.expect(/^SIP\/2\.0 400[^]*REFER/)
  refer('Refer-To: <sip:1@x>, <sip:2@x>')
  await engine.expect(/^SIP\/2\.0 400[^]*REFER/)
  refer('Refer-To: <sip:1@x?Replaces=nothing>')
  await engine.expect(/^SIP\/2\.0 400[^]*REFER/)
  refer('Refer-To: <sip:1@x;method=SUBSCRIBE>')
  await engine.expect(/^SIP\/2\.0 501[^]*REFER/)
  refer('Refer-To: <tel:+4930123>')
  await engine.caughtUp()
  const told: (string | undefined)[] = []
  dialog.onRefer((each) => {
    told.push(each.number, each.replaces?.callId)
    each.accept()
    each.progress(180, 'Ringing')
    void each.end(200, 'OK')
    each.progress(183, 'Late')
  })
  await engine.expect(/^SIP\/2\.0 202[^]*REFER/)
  for (const line of ['100 Trying', '180 Ringing', '200 OK']) {
    const notify = await engine.expect(/^NOTIFY/)
    assert.match(notify.text, new RegExp(`\r\nSIP/2\\.0 ${line}`))
    assert.match(notify.text, line.startsWith('200') ? /terminated;reason=noresource/ : /active;expires=/)
    assert.equal(engine.unread.length, 0)
    engine.respond(notify, '200 OK')
  }
  refer('r: "Bob" <sip:102@x?Replaces=abc%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>', 'Refer-Sub: false')
  assert.match((await engine.expect(/^SIP\/2\.0 202[^]*REFER/)).text, /refer-sub: false/i)
  await engine.caughtUp()
  assert.deepEqual(told, ['+4930123', undefined, '102', 'abc@y'])
})
