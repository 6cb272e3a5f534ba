/** What happens within a call: re-INVITE, INFO, UPDATE and the like, in both directions. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack, ackFailure, request, respond, SDP } from './call.ts'
import { connect, within } from './connected.ts'
import { body, field, token } from './peer.ts'
import { behaves, type SrfMessage, type SrfReply } from './target.ts'

const HELD = SDP.replace('sendrecv', 'sendonly')

behaves('the phone holds: re-INVITE is answered 100 at once, then as the application says', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('modify', (req: SrfMessage, res: SrfReply) => {
    assert.equal(req.body, HELD)
    res.send(200, { body: SDP })
  })
  const again = within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: HELD })
  await c.phone.take(new RegExp(`^SIP/2.0 100[^]*CSeq: ${again.cseq} INVITE`))
  const answer = await c.phone.take(new RegExp(`^SIP/2.0 200[^]*CSeq: ${again.cseq} INVITE`))
  assert.equal(body(answer.text), SDP)
  assert.match(field(answer.text, 'Contact'), new RegExp(String(scene.target.sip.port)))
  const acked = once(c.dialog, 'ack')
  c.phone.send(ack(c.phone, again, c.uri))
  await acked
})

behaves('a refused re-INVITE leaves the call as it was', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('modify', (_req: SrfMessage, res: SrfReply) => res.send(488))
  const again = within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: HELD })
  const refusal = await c.phone.take('488')
  c.phone.send(ackFailure(c.phone, again, refusal))
  within(c, 'INFO')
  await c.phone.take('200 INFO')
})

behaves('the application holds: re-INVITE out, its answer comes back, ACK is sent', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  const answered = c.dialog.modify(HELD)
  const again = await c.phone.take('INVITE')
  assert.equal(body(again.text), HELD)
  assert.match(field(again.text, 'To'), new RegExp(`tag=${c.call.fromTag}`))
  c.phone.send(respond(c.phone, again, 200, 'OK', { body: SDP.replace('o=- 1 1', 'o=- 1 2') }))
  await c.phone.take(new RegExp(`^ACK[^]*CSeq: ${field(again.text, 'CSeq').split(' ')[0]} ACK`))
  assert.match(await answered, /o=- 1 2/)
})

behaves('re-INVITEs that meet: 491', { embeddedOnly: 'the real server lets them cross' }, async (scene) => {
  const c = await connect(scene, await scene.udp())
  const ours = c.dialog.modify(HELD)
  const out = await c.phone.take('INVITE')
  const theirs = within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: HELD })
  const pending = await c.phone.take('491')
  c.phone.send(ackFailure(c.phone, theirs, pending))
  c.phone.send(respond(c.phone, out, 491, 'Request Pending'))
  await c.phone.take(/^ACK/)
  await assert.rejects(ours, (failure: { status: number }) => failure.status === 491)
})

behaves('a second re-INVITE while the first is unanswered is 500 with Retry-After', { embeddedOnly: 'the real server hands it on' }, async (scene) => {
  const c = await connect(scene, await scene.udp())
  let reply: SrfReply | undefined
  const got = new Promise<void>((resolve) => c.dialog.on('modify', (_req: SrfMessage, res: SrfReply) => {
    reply = res
    resolve()
  }))
  const first = within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: HELD })
  await got
  const second = within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: SDP })
  const busy = await c.phone.take('500')
  assert.match(field(busy.text, 'Retry-After'), /^\d+$/)
  c.phone.send(ackFailure(c.phone, second, busy))
  reply?.send(200, { body: SDP })
  const answer = await c.phone.take(new RegExp(`^SIP/2.0 200[^]*CSeq: ${first.cseq} INVITE`))
  assert.ok(answer)
  c.phone.send(ack(c.phone, first, c.uri))
})

behaves('INFO, UPDATE, OPTIONS, REFER, NOTIFY and MESSAGE of the phone reach the dialog', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  for (const method of ['INFO', 'UPDATE', 'OPTIONS', 'REFER', 'NOTIFY', 'MESSAGE']) {
    c.dialog.on(method.toLowerCase(), (req: SrfMessage, res: SrfReply) => {
      assert.equal(req.stackDialogId, c.dialog.id)
      res.send(202)
    })
    within(c, method)
    await c.phone.take(`202 ${method}`)
  }
})

behaves('the application asks within the dialog: INFO with a body, OPTIONS, NOTIFY', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  for (const method of ['INFO', 'OPTIONS', 'NOTIFY']) {
    const answered = c.dialog.request({ method, headers: { 'Content-Type': 'text/plain' }, body: 'hello' })
    const arrived = await c.phone.take(method)
    assert.equal(body(arrived.text), 'hello')
    assert.equal(field(arrived.text, 'Call-ID'), c.call.callId)
    c.phone.send(respond(c.phone, arrived, 200, 'OK'))
    const answer = await answered
    assert.equal(answer.status, 200)
  }
})

behaves('a CSeq that goes backwards is 500', { embeddedOnly: 'the real server takes it' }, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.call.cseq = 10
  within(c, 'INFO')
  await c.phone.take('200 INFO')
  c.call.cseq = 5
  within(c, 'INFO')
  await c.phone.take('500 INFO')
})

behaves('a new Contact in a re-INVITE moves where our requests go', { embeddedOnly: 'the real server keeps to the first Contact' }, async (scene) => {
  const phone = await scene.udp()
  const c = await connect(scene, phone)
  const moved = await scene.udp()
  c.dialog.on('modify', (_req: SrfMessage, res: SrfReply) => res.send(200, { body: SDP }))
  const next = { ...c.call, cseq: ++c.call.cseq, branch: `z9hG4bK${token()}` }
  phone.send(request(phone, next, 'INVITE', { uri: c.uri, headers: ['Content-Type: application/sdp'], body: HELD }).replace(`Contact: <sip:100@127.0.0.1:${phone.port}>`, `Contact: <sip:100@127.0.0.1:${moved.port}>`))
  await phone.take(new RegExp(`^SIP/2.0 200[^]*CSeq: ${next.cseq} INVITE`))
  phone.send(ack(phone, next, c.uri))
  const over = c.dialog.destroy()
  const bye = await moved.take('BYE')
  moved.send(respond(moved, bye, 200, 'OK'))
  await over
})

behaves('both hang up at once: both BYEs are answered', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  const over = c.dialog.destroy()
  const bye = await c.phone.take('BYE')
  within(c, 'BYE')
  await c.phone.take('200 BYE')
  c.phone.send(respond(c.phone, bye, 200, 'OK'))
  await over
})

behaves('a request for a dialog that is gone is refused to the application', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  within(c, 'BYE')
  await c.phone.take('200 BYE')
  await assert.rejects(c.dialog.request({ method: 'INFO' }), /unable to find dialog/)
})

behaves('the application vanishes: requests within its calls are 481', { embeddedOnly: 'the real server says nothing to a request it had just handed on' }, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.srf.disconnect()
  within(c, 'INFO')
  await c.phone.take('481 INFO')
})
