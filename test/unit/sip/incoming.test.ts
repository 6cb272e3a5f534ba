import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { IncomingInvite } from '../../../pbx/sip/types.ts'
import { ANSWER, OFFER, request } from './fake-engine.ts'
import { connected, incomingCall, nextInvite } from './setup.ts'

const isRefusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

test('a call comes in, rings with early media, is answered on its ACK, and the caller hangs up', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  const transactionId = engine.deliver(request('INVITE', 'c1', { body: OFFER }))
  const invite = await arrived
  assert.equal(invite.body, OFFER)
  assert.equal(invite.contentType, 'application/sdp')
  invite.progress(180)
  assert.match((await engine.expect(/^SIP\/2\.0 180 Ringing/)).text, /content-length: 0/i)
  invite.progress(183, { sdp: ANSWER })
  assert.match((await engine.expect(/^SIP\/2\.0 183/)).text, /Content-Type: application\/sdp[^]*m=audio 20000/i)
  let resolved = false
  const accepted = invite.accept(ANSWER).then((dialog) => {
    resolved = true
    return dialog
  })
  const ok = await engine.expect(/^SIP\/2\.0 200/)
  assert.match(ok.text, /allow: INVITE, ACK/i)
  const dialogId = 'c1;from-tag=them'
  // Something inside the dialog that is no ACK does not answer it.
  engine.deliver(request('INFO', 'c1', { toTag: true }), { dialogId })
  await engine.expect(/^SIP\/2\.0 200[^]*INFO/)
  assert.equal(resolved, false)
  engine.deliver(request('ACK', 'c1', { toTag: true }), { transactionId, dialogId })
  const dialog = await accepted
  assert.deepEqual([dialog.callId, dialog.remoteSdp, dialog.localSdp, dialog.userAgent], ['c1', OFFER, ANSWER, 'Fake phone'])
  const ended = new Promise((resolve) => dialog.onEnd(resolve))
  engine.deliver(request('BYE', 'c1', { toTag: true, headers: ['Reason: Q.850;cause=16;text="Terminated"'] }), { dialogId })
  assert.deepEqual(await ended, { by: 'peer', reason: 'Terminated' })
  await engine.expect(/^SIP\/2\.0 200[^]*BYE/)
  assert.equal(dialog.ended, true)
  await dialog.bye()
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('a CANCEL is told with its reason, and nothing is sent after it', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  const transactionId = engine.deliver(request('INVITE', 'c2', { body: OFFER }))
  const invite = await arrived
  const cancelled = new Promise((resolve) => invite.onCancel(resolve))
  engine.deliver(request('CANCEL', 'c2', { headers: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] }), { transactionId })
  assert.equal(await cancelled, 'Call completed elsewhere')
  assert.equal(invite.answered, true)
  invite.progress(180)
  invite.reply(486)
  await assert.rejects(invite.accept(ANSWER), isRefusal('gone'))
  assert.equal(engine.unread.length, 0)
  // Who listens late hears it still.
  assert.equal(await new Promise((resolve) => invite.onCancel(resolve)), 'Call completed elsewhere')
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('two INVITEs with one Call-ID: each CANCEL finds its own, in either order', async (t) => {
  const { engine, sip } = await connected(t)
  for (const order of [['a', 'b'], ['b', 'a']] as const) {
    const invites: IncomingInvite[] = []
    const both = new Promise<void>((resolve) => sip.onInvite((invite) => {
      invites.push(invite)
      if (invites.length === 2) resolve()
    }))
    const transactions = {
      a: engine.deliver(request('INVITE', 'same', { branch: 'a', body: OFFER })),
      b: engine.deliver(request('INVITE', 'same', { branch: 'b', cseq: 2, body: OFFER })),
    }
    await both
    const log: string[] = []
    const done = Promise.all(invites.map((invite, index) => new Promise<void>((resolve) => invite.onCancel(() => {
      log.push(index === 0 ? 'a' : 'b')
      resolve()
    }))))
    for (const branch of order) engine.deliver(request('CANCEL', 'same', { branch }), { transactionId: transactions[branch] })
    await done
    assert.deepEqual(log, order)
  }
})

test('after one of two INVITEs with one Call-ID is answered, the other can still be cancelled', async (t) => {
  const { engine, sip } = await connected(t)
  const invites: IncomingInvite[] = []
  const both = new Promise<void>((resolve) => sip.onInvite((invite) => {
    invites.push(invite)
    if (invites.length === 2) resolve()
  }))
  const transactionId = engine.deliver(request('INVITE', 'same', { branch: 'a', body: OFFER }))
  engine.deliver(request('INVITE', 'same', { branch: 'b', cseq: 2, body: OFFER }))
  await both
  const cancelled = new Promise((resolve) => invites[0]?.onCancel(resolve))
  invites[1]?.reply(482)
  await engine.expect(/482/)
  engine.deliver(request('CANCEL', 'same', { branch: 'a' }), { transactionId })
  await cancelled
})

test('a CANCEL that crossed our 200 ends the call as gone', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'c3', { body: OFFER }))
  const invite = await arrived
  const cancelled = new Promise((resolve) => invite.onCancel(resolve))
  engine.refuse = () => 'Response not sent due to unknown transaction'
  await assert.rejects(invite.accept(ANSWER), isRefusal('gone'))
  await cancelled
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('no ACK ever: the engine gives up and so do we', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'c4', { body: OFFER }))
  const accepted = (await arrived).accept(ANSWER)
  await engine.expect(/^SIP\/2\.0 200/)
  engine.deliver(request('BYE', 'c4', { toTag: true, headers: ['Reason: SIP ;cause=200 ;text="ACK timeout"'] }), { dialogId: 'c4;from-tag=them', unsolicited: true })
  await assert.rejects(accepted, isRefusal('timeout'))
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('an engine that never gives up on the ACK does not hold the call for ever', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'c5', { body: OFFER }))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const accepted = (await arrived).accept(ANSWER)
  await engine.expect(/^SIP\/2\.0 200/)
  // The echo of the 200 makes the dialog; an answered request behind it shows that it was read.
  engine.deliver(request('INFO', 'c5', { toTag: true }), { dialogId: 'c5;from-tag=them' })
  await engine.expect(/INFO/)
  t.mock.timers.tick(40_000)
  await assert.rejects(accepted, isRefusal('timeout'))
  await engine.expect(/^BYE/)
})

test('the caller hangs up between our 200 and its ACK, or by BYE while it still rings', async (t) => {
  const { engine, sip } = await connected(t)
  let arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'c6', { body: OFFER }))
  const accepted = (await arrived).accept(ANSWER)
  await engine.expect(/^SIP\/2\.0 200/)
  // The BYE proves that the caller has the answer: the call was answered and is hung up.
  engine.deliver(request('BYE', 'c6', { toTag: true }), { dialogId: 'c6;from-tag=them' })
  const dialog = await accepted
  assert.equal((await new Promise<{ by: string }>((resolve) => dialog.onEnd(resolve))).by, 'peer')
  await engine.expect(/^SIP\/2\.0 200[^]*BYE/)

  arrived = nextInvite(sip)
  engine.deliver(request('INVITE', 'c7', { body: OFFER }))
  const invite = await arrived
  const cancelled = new Promise((resolve) => invite.onCancel(resolve))
  engine.deliver(request('BYE', 'c7', { toTag: true, cseq: 2 }), { dialogId: 'c7;from-tag=them' })
  await cancelled
  await engine.expect(/^SIP\/2\.0 200[^]*BYE/)
  await engine.expect(/^SIP\/2\.0 487[^]*INVITE/)
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})

test('an INVITE without an offer gets ours in the 200, and its answer comes in the ACK', async (t) => {
  const { engine, sip } = await connected(t)
  const arrived = nextInvite(sip)
  const transactionId = engine.deliver(request('INVITE', 'c8'))
  const invite = await arrived
  assert.equal(invite.body, '')
  const accepted = invite.accept(OFFER)
  await engine.expect(/^SIP\/2\.0 200/)
  engine.deliver(request('ACK', 'c8', { toTag: true, body: ANSWER }), { transactionId, dialogId: 'c8;from-tag=them' })
  assert.equal((await accepted).remoteSdp, ANSWER)
})

test('1,000 calls in and out leave nothing behind', async (t) => {
  const { engine, sip } = await connected(t)
  for (let round = 0; round < 500; round++) {
    const { dialog, dialogId } = await incomingCall(engine, sip, `many-${round}`)
    const ended = new Promise((resolve) => dialog.onEnd(resolve))
    engine.deliver(request('BYE', `many-${round}`, { toTag: true, cseq: 2 }), { dialogId })
    await ended
    await engine.expect(/BYE/)
    const arrived = nextInvite(sip)
    engine.deliver(request('INVITE', `refused-${round}`, { body: OFFER }));
    (await arrived).reply(486)
    await engine.expect(/486/)
  }
  assert.deepEqual(sip.figures(), { dialogs: 0, invites: 0, waiting: 0, srf: 0 })
})
