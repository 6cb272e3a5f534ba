/** Calls that go out: the application is UAC. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack as ackOf, established, invite as inviteOf, newCall, request, respond, SDP } from './call.ts'
import { body, field, tag, token, type Arrived, type Peer } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfDialog, type SrfMessage } from './target.ts'

interface Failure {
  status: number
  reason: string
}

function dial(srf: Srf, peer: Peer, options: object = {}, provisional: (res: SrfMessage) => void = () => undefined): { sent: Promise<SrfMessage>; dialog: Promise<SrfDialog> } {
  let give: (req: SrfMessage) => void = () => undefined
  const sent = new Promise<SrfMessage>((resolve) => (give = resolve))
  const uri = `sip:200@127.0.0.1:${peer.port}${peer.transport === 'tcp' ? ';transport=tcp' : ''}`
  const dialog = srf.createUAC(uri, { localSdp: SDP, ...options }, { cbRequest: (_error: unknown, req: SrfMessage) => give(req), cbProvisional: provisional })
  dialog.catch(() => undefined)
  return { sent, dialog }
}

/** Rings and answers; returns the ACK. */
async function answer(peer: Peer, toTag = token()): Promise<{ invite: Arrived; ack: Arrived; toTag: string }> {
  const invite = await peer.take('INVITE')
  peer.send(respond(peer, invite, 180, 'Ringing', { tag: toTag }))
  peer.send(respond(peer, invite, 200, 'OK', { tag: toTag, body: SDP }))
  return { invite, ack: await peer.take('ACK'), toTag }
}

async function hangUp(peer: Peer, dialog: SrfDialog): Promise<Arrived> {
  const over = dialog.destroy()
  const bye = await peer.take('BYE')
  peer.send(respond(peer, bye, 200, 'OK'))
  await over
  return bye
}

behaves('invite, 180, 200, ACK, BYE by the application', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const heard: number[] = []
  const { dialog } = dial(srf, phone, { callingNumber: '100', callingName: 'Reception' }, (res) => heard.push(res.status))
  const { invite, ack, toTag } = await answer(phone)
  const connected = await dialog
  assert.equal(field(invite.text, 'From').replace(/;tag=.*/, ''), `"Reception" <sip:100@127.0.0.1:${scene.target.sip.port}>`)
  assert.match(field(invite.text, 'Contact'), new RegExp(`127\\.0\\.0\\.1:${scene.target.sip.port}`))
  assert.equal(field(invite.text, 'Content-Type'), 'application/sdp')
  assert.equal(body(invite.text), SDP)
  assert.deepEqual(heard, [180])
  assert.equal(field(ack.text, 'CSeq'), field(invite.text, 'CSeq').replace('INVITE', 'ACK'))
  assert.equal(tag(field(ack.text, 'To')), toTag)
  assert.notEqual(/branch=([^;\s]+)/.exec(ack.text)?.[1], /branch=([^;\s]+)/.exec(invite.text)?.[1])
  assert.equal(connected.sip.remoteTag, toTag)
  assert.equal(connected.id, `${field(invite.text, 'Call-ID')};from-tag=${tag(field(invite.text, 'From'))}`)
  assert.equal(connected.remote.sdp, SDP)
  const bye = await hangUp(phone, connected)
  assert.equal(Number(field(bye.text, 'CSeq').split(' ')[0]), Number(field(invite.text, 'CSeq').split(' ')[0]) + 1)
  assert.equal(bye.start, `BYE sip:200@127.0.0.1:${phone.port} SIP/2.0`)
})

behaves('the callee hangs up', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone)
  const { invite, toTag } = await answer(phone)
  const connected = await dialog
  const ended = once(connected, 'destroy')
  phone.send([
    `BYE ${/<([^>]+)>/.exec(field(invite.text, 'Contact'))?.[1]} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bK${token()};rport`, 'Max-Forwards: 70',
    `From: ${field(invite.text, 'To')};tag=${toTag}`, `To: ${field(invite.text, 'From')}`, `Call-ID: ${field(invite.text, 'Call-ID')}`, 'CSeq: 77 BYE', 'Content-Length: 0', '', '',
  ].join('\r\n'))
  await phone.take('200 BYE')
  await ended
})

behaves('busy: the failure reaches the application, the ACK is sent for it', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone)
  const invite = await phone.take('INVITE')
  const busy = respond(phone, invite, 486, 'Busy Here', { tag: 'b' })
  phone.send(busy)
  const ack = await phone.take('ACK')
  assert.equal(/branch=([^;\s]+)/.exec(ack.text)?.[1], /branch=([^;\s]+)/.exec(invite.text)?.[1])
  assert.equal(tag(field(ack.text, 'To')), 'b')
  await assert.rejects(dialog, (failure: Failure) => failure.status === 486)
  phone.send(busy)
  await phone.take('ACK')
})

behaves('nobody there: the INVITE is repeated, then 408', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone)
  await assert.rejects(dialog, (failure: Failure) => failure.status === 408)
  // Seven in all; on a busy machine Timer B may overtake the last. The exact times are the unit tests'.
  assert.ok(phone.count('INVITE') > 4, 'it was repeated')
})

behaves('cancelled while ringing: CANCEL in the same transaction, 487', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { sent, dialog } = dial(srf, phone)
  const invite = await phone.take('INVITE')
  phone.send(respond(phone, invite, 180, 'Ringing', { tag: 'r' }))
  const req = await sent
  await new Promise<void>((resolve) => setImmediate(resolve))
  req.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } })
  const cancel = await phone.take('CANCEL')
  assert.equal(/branch=([^;\s]+)/.exec(cancel.text)?.[1], /branch=([^;\s]+)/.exec(invite.text)?.[1])
  assert.equal(field(cancel.text, 'CSeq'), field(invite.text, 'CSeq').replace('INVITE', 'CANCEL'))
  assert.equal(tag(field(cancel.text, 'To')), '')
  assert.match(field(cancel.text, 'Reason'), /elsewhere/)
  phone.send(respond(phone, cancel, 200, 'OK', { tag: 'r' }))
  phone.send(respond(phone, invite, 487, 'Request Terminated', { tag: 'r' }))
  await phone.take('ACK')
  await assert.rejects(dialog, (failure: Failure) => failure.status === 487)
})

behaves('cancelled before any response: CANCEL waits for the first one', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { sent, dialog } = dial(srf, phone)
  const invite = await phone.take('INVITE')
  const req = await sent
  await new Promise<void>((resolve) => req.cancel({}, () => resolve()))
  assert.equal(phone.count('CANCEL'), 0)
  phone.send(respond(phone, invite, 180, 'Ringing', { tag: 'r' }))
  const cancel = await phone.take('CANCEL')
  phone.send(respond(phone, cancel, 200, 'OK', { tag: 'r' }))
  phone.send(respond(phone, invite, 487, 'Request Terminated', { tag: 'r' }))
  await assert.rejects(dialog, (failure: Failure) => failure.status === 487)
})

behaves('after CANCEL without a final response the INVITE counts as cancelled', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { sent, dialog } = dial(srf, phone)
  const invite = await phone.take('INVITE')
  phone.send(respond(phone, invite, 180, 'Ringing', { tag: 'r' }))
  ;(await sent).cancel()
  await assert.rejects(dialog, (failure: Failure) => failure.status === 487)
})

behaves('a repeated 200 gets the ACK again and reaches the application once', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone)
  const { invite, ack, toTag } = await answer(phone)
  const connected = await dialog
  phone.send(respond(phone, invite, 200, 'OK', { tag: toTag, body: SDP }))
  const again = await phone.take('ACK')
  assert.equal(field(again.text, 'CSeq'), field(ack.text, 'CSeq'))
  await hangUp(phone, connected)
})

behaves('a 200 of a second fork is acknowledged and hung up', { embeddedOnly: 'the real server sends the ACK of the first again and leaves the second call up' }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone)
  const { invite } = await answer(phone, 'first')
  const connected = await dialog
  phone.send(respond(phone, invite, 200, 'OK', { tag: 'second', body: SDP }))
  const ack = await phone.take(/^ACK[^]*^To:.*tag=second/m)
  assert.ok(ack)
  const bye = await phone.take(/^BYE[^]*^To:.*tag=second/m)
  phone.send(respond(phone, bye, 200, 'OK'))
  await hangUp(phone, connected)
})

behaves('a challenge is answered by srf in the same call', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone, { auth: { username: 'u', password: 'p' } })
  const first = await phone.take('INVITE')
  phone.send(respond(phone, first, 407, 'Proxy Authentication Required', { tag: 'c', headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"'] }))
  const { invite } = await answer(phone)
  assert.equal(field(invite.text, 'Call-ID'), field(first.text, 'Call-ID'))
  assert.equal(field(invite.text, 'From'), field(first.text, 'From'))
  assert.equal(Number(field(invite.text, 'CSeq').split(' ')[0]), Number(field(first.text, 'CSeq').split(' ')[0]) + 1)
  assert.match(field(invite.text, 'Proxy-Authorization'), /^Digest .*username="u"/)
  await hangUp(phone, await dialog)
})

behaves('an offerless INVITE: the answer goes into the ACK', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const { dialog } = dial(srf, phone, { localSdp: undefined, noAck: true })
  const invite = await phone.take('INVITE')
  assert.equal(body(invite.text), '')
  phone.send(respond(phone, invite, 200, 'OK', { tag: 'o', body: SDP }))
  const offered = (await dialog) as unknown as { sdp: string; ack(sdp: string): Promise<SrfDialog> }
  assert.equal(offered.sdp, SDP)
  const connected = await offered.ack(SDP)
  assert.equal(body((await phone.take('ACK')).text), SDP)
  await hangUp(phone, connected)
})

behaves('a reliable provisional response is acknowledged by srf with PRACK', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  let heard = 0
  const { dialog } = dial(srf, phone, {}, () => heard++)
  const invite = await phone.take('INVITE')
  const early = respond(phone, invite, 183, 'Session Progress', { tag: 'e', headers: ['Require: 100rel', 'RSeq: 31'], body: SDP })
  phone.send(early)
  const prack = await phone.take('PRACK')
  assert.match(field(prack.text, 'RAck'), new RegExp(`^31 ${field(invite.text, 'CSeq')}$`))
  phone.send(respond(phone, prack, 200, 'OK'))
  phone.send(early)
  phone.send(respond(phone, invite, 200, 'OK', { tag: 'e', body: SDP }))
  await phone.take('ACK')
  const connected = await dialog
  assert.equal(heard, 1)
  assert.equal(phone.count('PRACK'), 1)
  await hangUp(phone, connected)
})

behaves('the route url is the next hop, the Request-URI stays', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  const dialog = srf.createUAC('sip:200@192.0.2.99', { localSdp: SDP, proxy: `sip:127.0.0.1:${phone.port}` })
  const { invite } = await answer(phone)
  assert.equal(invite.start, 'INVITE sip:200@192.0.2.99 SIP/2.0')
  await hangUp(phone, await dialog)
})

behaves('a B2BUA joins two phones and hangs up both', {}, async (scene: Scene) => {
  const callee = await scene.udp()
  const caller = await scene.udp()
  let joined: (legs: { uas: SrfDialog; uac: SrfDialog }) => void = () => undefined
  const legs = new Promise<{ uas: SrfDialog; uac: SrfDialog }>((resolve) => (joined = resolve))
  await scene.app((srf) => srf.invite((req, res) => {
    void srf.createB2BUA(req, res, `sip:200@127.0.0.1:${callee.port}`, { localSdpB: req.body }).then((both) => {
      both.uas.on('destroy', () => void both.uac.destroy())
      joined(both)
    })
  }))
  const call = newCall()
  caller.send(inviteOf(caller, call))
  const outgoing = await callee.take('INVITE')
  assert.notEqual(field(outgoing.text, 'Call-ID'), call.callId)
  callee.send(respond(callee, outgoing, 180, 'Ringing', { tag: 'x' }))
  await caller.take('180')
  callee.send(respond(callee, outgoing, 200, 'OK', { tag: 'x', body: SDP }))
  await callee.take('ACK')
  const answered = await caller.take('200')
  const { uri } = established(call, answered)
  caller.send(ackOf(caller, call, uri))
  await legs
  caller.send(request(caller, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await caller.take('200 BYE')
  const bye = await callee.take('BYE')
  callee.send(respond(callee, bye, 200, 'OK'))
})

behaves('the application vanishes while its call rings: the call is cancelled', { embeddedOnly: 'the real server lets it ring' }, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  dial(srf, phone)
  const invite = await phone.take('INVITE')
  phone.send(respond(phone, invite, 180, 'Ringing', { tag: 'r' }))
  srf.disconnect()
  const cancel = await phone.take('CANCEL')
  phone.send(respond(phone, cancel, 200, 'OK', { tag: 'r' }))
  // The callee answered all the same: ACK and BYE.
  phone.send(respond(phone, invite, 200, 'OK', { tag: 'r', body: SDP }))
  await phone.take('ACK')
  const bye = await phone.take('BYE')
  phone.send(respond(phone, bye, 200, 'OK'))
})
