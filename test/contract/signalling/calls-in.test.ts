/** Calls that come in: the application is UAS. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack, ackFailure, established, invite, newCall, request, SDP } from './call.ts'
import { body, field, tag, token } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfMessage, type SrfReply } from './target.ts'

/** An application that rings, then answers when told to. */
async function ringing(scene: Scene): Promise<{ srf: Srf; next: Promise<{ req: SrfMessage; res: SrfReply }> }> {
  let give: (both: { req: SrfMessage; res: SrfReply }) => void = () => undefined
  const next = new Promise<{ req: SrfMessage; res: SrfReply }>((resolve) => (give = resolve))
  const srf = await scene.app((other) => other.invite((req, res) => {
    res.send(180)
    give({ req, res })
  }))
  return { srf, next }
}

behaves('invite, 100, 180, 200, ACK, BYE by the caller', {}, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const trying = await phone.take('100')
  assert.equal(tag(field(trying.text, 'To')), '')
  const rings = await phone.take('180')
  const localTag = tag(field(rings.text, 'To'))
  assert.notEqual(localTag, '')
  const { req, res } = await next
  assert.equal(req.body, SDP)
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const answer = await phone.take('200 INVITE')
  assert.equal(tag(field(answer.text, 'To')), localTag)
  assert.equal(field(answer.text, 'Contact').includes(`127.0.0.1:${scene.target.sip.port}`), true)
  assert.equal(field(answer.text, 'Content-Type'), 'application/sdp')
  assert.equal(body(answer.text), SDP)
  assert.equal(dialog.id, `${call.callId};from-tag=${call.fromTag}`)
  const acked = once(dialog, 'ack')
  const { uri } = established(call, answer)
  phone.send(ack(phone, call, uri))
  await acked
  const ended = once(dialog, 'destroy')
  phone.send(request(phone, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  await ended
  phone.send(request(phone, call, 'UPDATE', { uri, cseq: 3, branch: `z9hG4bK${token()}` }))
  await phone.take('481 UPDATE')
})

behaves('Record-Route is copied and becomes the route of our requests', {}, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  const hop = `<sip:127.0.0.1:${phone.port};lr>`
  const far = '<sip:192.0.2.77;lr>'
  phone.send(invite(phone, call, { headers: [`Record-Route: ${hop}`, `Record-Route: ${far}`] }))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const answer = await phone.take('200')
  assert.match(answer.text, new RegExp(`Record-Route: ${hop}(\\r\\nRecord-Route: |, ?)${far}`))
  phone.send(ack(phone, call, established(call, answer).uri))
  await once(dialog, 'ack')
  const over = dialog.destroy().catch(() => undefined)
  const bye = await phone.take('BYE')
  assert.match(bye.text, new RegExp(`Route: ${hop}(\\r\\nRoute: |, ?)${far}`))
  assert.equal(bye.start, `BYE sip:100@127.0.0.1:${phone.port} SIP/2.0`)
  phone.send(response(bye.text, 200, 'OK'))
  await over
})

function response(text: string, status: number, reason: string, extra: string[] = []): string {
  const keep = text.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line))
  return [`SIP/2.0 ${status} ${reason}`, ...keep, ...extra, 'Content-Length: 0', '', ''].join('\r\n')
}

behaves('the application hangs up: BYE with our tags and a rising CSeq', {}, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const answer = await phone.take('200')
  phone.send(ack(phone, call, established(call, answer).uri))
  await once(dialog, 'ack')
  const over = dialog.destroy({ headers: { Reason: 'Q.850;cause=16' } })
  const bye = await phone.take('BYE')
  assert.equal(tag(field(bye.text, 'From')), tag(field(answer.text, 'To')))
  assert.equal(tag(field(bye.text, 'To')), call.fromTag)
  assert.equal(field(bye.text, 'Call-ID'), call.callId)
  assert.equal(field(bye.text, 'Reason'), 'Q.850;cause=16')
  phone.send(response(bye.text, 200, 'OK'))
  await over
})

behaves('a 200 that was lost is sent again until its ACK', { timing: { t1: 40 } }, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const first = await phone.take('200')
  const again = await phone.take('200')
  assert.equal(again.text, first.text)
  const acked = once(dialog, 'ack')
  phone.send(ack(phone, call, established(call, again).uri))
  await acked
  const over = dialog.destroy()
  const bye = await phone.take('BYE')
  phone.send(response(bye.text, 200, 'OK'))
  await over
})

behaves('no ACK at all: after 64*T1 the call is ended with BYE and the application is told', { timing: { t1: 10, t2: 40 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  phone.send(invite(phone, newCall()))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const ended = once(dialog, 'destroy') as Promise<[SrfMessage, string]>
  const bye = await phone.take('BYE')
  phone.send(response(bye.text, 200, 'OK'))
  const [told, reason] = await ended
  assert.equal(told.source, 'application')
  assert.match(reason, /ACK/)
  assert.ok(phone.count('200 INVITE') > 5)
})

behaves('a repeated INVITE gets the last response again and is not handed on twice', {}, async (scene) => {
  let times = 0
  let give: (res: SrfReply) => void = () => undefined
  const next = new Promise<SrfReply>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((_req, res) => {
    times++
    res.send(183)
    give(res)
  }))
  const phone = await scene.udp()
  const call = newCall()
  const text = invite(phone, call)
  phone.send(text)
  await phone.take('183')
  phone.send(text)
  await phone.take('183')
  const res = await next
  res.send(486)
  phone.send(ackFailure(phone, call, await phone.take('486')))
  assert.equal(times, 1)
})

behaves('a failure response is repeated until its ACK, which the application never sees', { timing: { t1: 40 } }, async (scene) => {
  await scene.app((srf) => srf.invite((_req, res) => res.send(486, 'Busy Here')))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const first = await phone.take('486')
  assert.equal(first.start, 'SIP/2.0 486 Busy Here')
  const again = await phone.take('486')
  assert.equal(again.text, first.text)
  phone.send(ackFailure(phone, call, again))
})

behaves('CANCEL: 200 to it, 487 to the INVITE, the application is told, and a late response refused', {}, async (scene) => {
  const { next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { req, res } = await next
  const cancelled = once(req, 'cancel') as Promise<[SrfMessage]>
  await phone.take('180')
  phone.send(request(phone, call, 'CANCEL', { headers: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] }))
  const ok = await phone.take('200 CANCEL')
  const terminated = await phone.take('487 INVITE')
  assert.equal(tag(field(ok.text, 'To')), tag(field(terminated.text, 'To')))
  phone.send(ackFailure(phone, call, terminated))
  const [told] = await cancelled
  assert.match(told.get('Reason'), /elsewhere/)
  const error = await new Promise((resolve) => res.send(200, { body: SDP }, (reason: unknown) => resolve(reason)))
  assert.match(String(error), /unknown transaction/)
})

behaves('CANCEL before the application has said anything', {}, async (scene) => {
  let give: (req: SrfMessage) => void = () => undefined
  const next = new Promise<SrfMessage>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((req) => give(req)))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const req = await next
  const cancelled = once(req, 'cancel')
  phone.send(request(phone, call, 'CANCEL'))
  await phone.take('200 CANCEL')
  const terminated = await phone.take('487 INVITE')
  phone.send(ackFailure(phone, call, terminated))
  await cancelled
})

behaves('CANCEL after the 200 changes nothing: the call stands', { embeddedOnly: 'the real server answers 481 and hangs up' }, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const answer = await phone.take('200 INVITE')
  phone.send(request(phone, call, 'CANCEL'))
  await phone.take('200 CANCEL')
  const acked = once(dialog, 'ack')
  const { uri } = established({ ...call }, answer)
  phone.send(ack(phone, { ...call, to: field(answer.text, 'To') }, uri))
  await acked
  assert.equal(phone.count('487'), 0)
})

behaves('the caller ends its unanswered call with BYE: 200, 487, and the application hears of a CANCEL', { embeddedOnly: 'the real server answers the BYE 481 and the INVITE 500' }, async (scene) => {
  const { next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const rings = await phone.take('180')
  const { req } = await next
  const cancelled = once(req, 'cancel')
  const { uri } = established(call, rings)
  phone.send(request(phone, call, 'BYE', { uri: uri || 'sip:200@127.0.0.1', cseq: 2, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  await phone.take('487 INVITE')
  await cancelled
})

behaves('the same INVITE by a second way is 482', { embeddedOnly: 'the real server hands both on' }, async (scene) => {
  await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  await phone.take('180')
  phone.send(invite(phone, call, { branch: `z9hG4bK${token()}` }))
  await phone.take('482')
})

behaves('a stranger who repeats Call-ID and From tag of a call gets 482, and the call stays', { embeddedOnly: 'the real server hands it on' }, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { req, res } = await next
  const answering = srf.createUAS(req, res, { localSdp: SDP })
  const { uri } = established(call, await phone.take('200 INVITE'))
  phone.send(ack(phone, call, uri))
  const dialog = await answering
  const stranger = await scene.udp()
  stranger.send(invite(stranger, { ...call, to: newCall().to }, { cseq: 7, branch: `z9hG4bK${token()}` }))
  await stranger.take('482')
  const ended = once(dialog, 'destroy')
  phone.send(request(phone, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  await ended
})

behaves('an RFC 2543 caller, without the cookie in its branch, is served', {}, async (scene) => {
  const { srf, next } = await ringing(scene)
  const phone = await scene.udp()
  const call = { ...newCall(), branch: '1' }
  const text = invite(phone, call)
  phone.send(text)
  phone.send(text)
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP })
  const answer = await phone.take('200')
  const acked = once(dialog, 'ack')
  phone.send(ack(phone, call, established(call, answer).uri).replace(/branch=[^;]+/, 'branch=1'))
  await acked
})

behaves('reliable provisional responses: RSeq, repeated until PRACK', { timing: { t1: 40 } }, async (scene) => {
  let pracked: () => void = () => undefined
  const prack = new Promise<void>((resolve) => (pracked = resolve))
  let reply: SrfReply | undefined
  await scene.app((srf) => srf.invite((_req, res) => {
    reply = res
    res.send(183, { headers: { Require: '100rel' }, body: SDP }, undefined, () => pracked())
  }))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call, { headers: ['Supported: 100rel'] }))
  const early = await phone.take('183')
  assert.equal(field(early.text, 'Require'), '100rel')
  const rseq = field(early.text, 'RSeq')
  assert.match(rseq, /^\d+$/)
  await phone.take('183')
  const { uri } = established(call, early)
  phone.send(request(phone, call, 'PRACK', { uri, cseq: 2, branch: `z9hG4bK${token()}`, headers: [`RAck: ${rseq} 1 INVITE`] }))
  await phone.take('200 PRACK')
  await prack
  reply?.send(486)
  const busy = await phone.take('486')
  phone.send(ackFailure(phone, call, busy))
})

behaves('a reliable provisional response to a caller without 100rel is refused to the application', {}, async (scene) => {
  let give: (error: unknown) => void = () => undefined
  const failed = new Promise<unknown>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((_req, res) => res.send(183, { headers: { Require: '100rel' }, body: SDP }, (error: unknown) => {
    give(error)
    res.send(486)
  })))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  assert.match(String(await failed), /100rel/)
  phone.send(ackFailure(phone, call, await phone.take('486')))
})

behaves('when all is over nothing is left in the engine', { timing: { t1: 5, t2: 20, t4: 20 }, embeddedOnly: 'the real server does not tell' }, async (scene) => {
  const phone = await scene.udp()
  await scene.app((srf) => srf.invite((req, res) => {
    if (req.uri.includes('busy')) return res.send(486)
    if (req.uri.includes('ring')) return res.send(180)
    void srf.createUAS(req, res, { localSdp: SDP }).catch(() => undefined)
  }))
  for (let i = 0; i < 5; i++) {
    const busy = newCall()
    phone.send(invite(phone, busy, { uri: 'sip:busy@127.0.0.1' }))
    phone.send(ackFailure(phone, busy, await phone.take(new RegExp(`^SIP/2.0 486[^]*${busy.callId}`))))
    const ring = newCall()
    phone.send(invite(phone, ring, { uri: 'sip:ring@127.0.0.1' }))
    await phone.take(new RegExp(`^SIP/2.0 180[^]*${ring.callId}`))
    phone.send(request(phone, ring, 'CANCEL', { uri: 'sip:ring@127.0.0.1' }))
    await phone.take(new RegExp(`^SIP/2.0 487[^]*${ring.callId}`))
    // Its 487 is never acknowledged, and this call neither.
    const lost = newCall()
    phone.send(invite(phone, lost))
    await phone.take(new RegExp(`^BYE[^]*${lost.callId}`))
  }
  for (;;) {
    const status = await scene.target.engine?.status()
    if (status && status.transactions.server + status.transactions.client + status.dialogs + status.pending.incoming + status.pending.outgoing === 0) break
  }
})
