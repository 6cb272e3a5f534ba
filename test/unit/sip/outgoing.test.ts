import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InviteFailure, OutgoingInvite, SipDialog } from '../../../pbx/sip/types.ts'
import { ANSWER, headerOf, OFFER, request } from './fake-engine.ts'
import { connected, outgoingCall, ring } from './setup.ts'

const failureOf = (outgoing: OutgoingInvite): Promise<InviteFailure> => new Promise((resolve) => outgoing.onFailure(resolve))
const NOTHING = { dialogs: 0, invites: 0, waiting: 0, srf: 0 }

test('a branch rings and is answered: the INVITE, its progress, the ACK', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  const progress: unknown[] = []
  outgoing.onProgress((each) => progress.push([each.status, each.sdp, each.userAgent]))
  const answered = new Promise<SipDialog>((resolve) => outgoing.onAnswer(resolve))
  const invite = await engine.expect(/^INVITE/)
  assert.equal(invite.nextHop, 'sip:192.0.2.7:5062;transport=udp')
  assert.equal(headerOf(invite.text, 'call-id'), await outgoing.sipCallId)
  assert.equal(headerOf(invite.text, 'from'), '"Ann" <sip:101@192.0.2.1>')
  assert.equal(headerOf(invite.text, 'to'), '<sip:102@192.0.2.1>')
  assert.match(invite.text, /\r\n\r\nv=0/)
  engine.respond(invite, '180 Ringing')
  engine.respond(invite, '183 Session Progress', { body: ANSWER })
  engine.respond(invite, '200 OK', { body: ANSWER })
  const dialog = await answered
  assert.deepEqual(progress, [[180, undefined, 'Fake phone'], [183, ANSWER, 'Fake phone']])
  assert.equal((await engine.expect(/^ACK/)).dialogId, `${await outgoing.sipCallId};from-tag=us`)
  assert.deepEqual([dialog.remoteSdp, dialog.localSdp, dialog.userAgent], [ANSWER, OFFER, 'Fake phone'])
  outgoing.cancel()
  const bye = dialog.bye('Q.850;cause=16;text="Normal"')
  const sent = await engine.expect(/^BYE/)
  assert.equal(headerOf(sent.text, 'reason'), 'Q.850;cause=16;text="Normal"')
  engine.respond(sent, '200 OK')
  await bye
  assert.deepEqual(sip.figures(), NOTHING)
})

test('every two branches have Call-IDs of their own', async (t) => {
  const { sip } = await connected(t)
  assert.notEqual(await ring(sip).sipCallId, await ring(sip).sipCallId)
})

test('refusals, redirects, timeouts and what could not be sent are told apart', async (t) => {
  const { engine, sip } = await connected(t)
  const cases = [
    ['486 Busy Here', {}, { status: 486, kind: 'refused', reason: 'Busy Here', contacts: [] }],
    ['302 Moved', { headers: 'Contact: <sip:a@192.0.2.9>, "B" <sip:b@192.0.2.9;transport=tcp>;q=0.5' }, { status: 302, kind: 'refused', reason: 'Moved', contacts: ['sip:them@192.0.2.7:5062', 'sip:a@192.0.2.9', 'sip:b@192.0.2.9;transport=tcp'] }],
    ['408 Request Timeout', { local: true }, { status: 408, kind: 'timeout', reason: 'Request Timeout', contacts: [] }],
    ['503 Service Unavailable', { local: true }, { status: 503, kind: 'unreachable', reason: 'Service Unavailable', contacts: [] }],
    ['503 Service Unavailable', {}, { status: 503, kind: 'refused', reason: 'Service Unavailable', contacts: [] }],
  ] as const
  for (const [status, options, expected] of cases) {
    const failed = failureOf(ring(sip))
    engine.respond(await engine.expect(/^INVITE/), status, options)
    assert.deepEqual(await failed, { ...expected, userAgent: 'Fake phone' })
  }
  engine.refuse = () => 'requested protocol/transport not available'
  const failure = await failureOf(ring(sip))
  assert.deepEqual([failure.status, failure.kind, failure.reason], [503, 'unreachable', 'requested protocol/transport not available'])
  assert.deepEqual(sip.figures(), NOTHING)
})

test('a cancelled branch ends with its 487; the reason goes along', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  const failed = failureOf(outgoing)
  const invite = await engine.expect(/^INVITE/)
  engine.respond(invite, '180 Ringing')
  outgoing.cancel('SIP;cause=200;text="Call completed elsewhere"')
  outgoing.cancel('twice')
  const cancel = await engine.expect(/^CANCEL/)
  assert.equal(cancel.transactionId, invite.transactionId)
  assert.equal(headerOf(cancel.text, 'reason'), 'SIP;cause=200;text="Call completed elsewhere"')
  engine.respond(invite, '487 Request Terminated')
  assert.equal((await failed).kind, 'cancelled')
  assert.equal(engine.unread.length, 0)
  assert.deepEqual(sip.figures(), NOTHING)
})

test('cancelled before the stack has it: the CANCEL follows as soon as it does', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  const failed = failureOf(outgoing)
  outgoing.cancel()
  const invite = await engine.expect(/^INVITE/)
  await engine.expect(/^CANCEL/)
  engine.respond(invite, '487 Request Terminated')
  assert.equal((await failed).kind, 'cancelled')
})

test('a 2xx that crossed our CANCEL gets ACK and BYE, and the call hears cancelled', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  outgoing.onAnswer(() => assert.fail('answered'))
  const failed = failureOf(outgoing)
  const invite = await engine.expect(/^INVITE/)
  outgoing.cancel()
  await engine.expect(/^CANCEL/)
  engine.respond(invite, '200 OK', { body: ANSWER })
  await engine.expect(/^ACK/)
  engine.respond(await engine.expect(/^BYE/), '200 OK')
  const failure = await failed
  assert.deepEqual([failure.status, failure.kind], [487, 'cancelled'])
})

test('a phone that answers no CANCEL does not hold the call; its late 2xx is still ended', async (t) => {
  const { engine, sip } = await connected(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const outgoing = ring(sip)
  let failures = 0
  const failed = new Promise<void>((resolve) => outgoing.onFailure(() => {
    failures++
    resolve()
  }))
  const invite = await engine.expect(/^INVITE/)
  outgoing.cancel()
  await engine.expect(/^CANCEL/)
  t.mock.timers.tick(2_000)
  await failed
  engine.respond(invite, '200 OK', { body: ANSWER })
  await engine.expect(/^ACK/)
  await engine.expect(/^BYE/)
  assert.equal(failures, 1)
})

test('a reliable provisional response gets its PRACK', async (t) => {
  const { engine, sip } = await connected(t)
  ring(sip)
  const invite = await engine.expect(/^INVITE/)
  engine.respond(invite, '183 Session Progress', { headers: 'RSeq: 7\r\nRequire: 100rel' })
  assert.match((await engine.expect(/^PRACK/)).text, /rack: 7 1 INVITE/i)
})

test('an early UPDATE does not stay unanswered', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  const invite = await engine.expect(/^INVITE/)
  engine.respond(invite, '183 Session Progress', { body: ANSWER })
  const dialogId = `${await outgoing.sipCallId};from-tag=us`
  engine.deliver(request('UPDATE', await outgoing.sipCallId, { body: OFFER, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 491/)
  engine.deliver(request('UPDATE', await outgoing.sipCallId, { cseq: 2, toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*UPDATE/)
})

test('listeners that come late hear the ending all the same', async (t) => {
  const { engine, sip } = await connected(t)
  const outgoing = ring(sip)
  engine.respond(await engine.expect(/^INVITE/), '200 OK', { body: ANSWER })
  await engine.expect(/^ACK/)
  const dialog = await new Promise<SipDialog>((resolve) => outgoing.onAnswer(resolve))
  engine.deliver(request('BYE', dialog.callId, { toTag: true }), { dialogId: `${dialog.callId};from-tag=us` })
  await engine.expect(/BYE/)
  assert.deepEqual(await new Promise((resolve) => dialog.onEnd(resolve)), { by: 'peer', reason: undefined })
})

test('500 calls out leave nothing behind', async (t) => {
  const { engine, sip } = await connected(t)
  for (let round = 0; round < 500; round++) {
    const { dialog } = await outgoingCall(engine, sip)
    const bye = dialog.bye()
    engine.respond(await engine.expect(/^BYE/), '200 OK')
    await bye
  }
  assert.deepEqual(sip.figures(), NOTHING)
})
