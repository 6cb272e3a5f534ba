/** The options of createB2BUA and createUAC, as they go over the wire: after drachtio-srf's own test scenarios. */
import assert from 'node:assert/strict'
import { ack, ackFailure, established, invite, newCall, request, respond, SDP, type Call } from './call.ts'
import { body, field, token, type Arrived, type Peer } from './peer.ts'
import { behaves, type Scene, type SrfDialog, type SrfMessage, type SrfReply } from './target.ts'

const OTHER = SDP.replace('o=- 1 1', 'o=- 7 7')

interface Joining {
  caller: Peer
  callee: Peer
  call: Call
  /** As the callee got it. */
  sent: Arrived
  result: Promise<{ uas: SrfDialog; uac: SrfDialog }>
}

/** A phone calls, the application calls another on its behalf. */
async function join(scene: Scene, options: object, more: { headers?: string[]; offerless?: boolean; onFailure?: (error: { status: number }, res: SrfReply) => void } = {}): Promise<Joining> {
  const [caller, callee] = [await scene.udp(), await scene.udp()]
  let give: (result: Joining['result']) => void = () => undefined
  const begun = new Promise<{ result: Joining['result'] }>((resolve) => (give = (result) => resolve({ result })))
  await scene.app((srf) => srf.invite((req: SrfMessage, res: SrfReply) => {
    const result = srf.createB2BUA(req, res, `sip:200@127.0.0.1:${callee.port}`, options)
    result.catch((error: { status: number }) => more.onFailure?.(error, res))
    give(result)
  }))
  const call = newCall()
  caller.send(more.offerless ? request(caller, call, 'INVITE', { headers: more.headers ?? [] }) : invite(caller, call, { headers: more.headers ?? [] }))
  const sent = await callee.take('INVITE')
  return { caller, callee, call, sent, result: (await begun).result }
}

async function answer({ caller, callee, call, sent, result }: Joining, options: Parameters<typeof respond>[4] = {}): Promise<{ ok: Arrived; uas: SrfDialog; uac: SrfDialog }> {
  callee.send(respond(callee, sent, 200, 'OK', { tag: 'b', body: OTHER, ...options }))
  const ok = await caller.take('200 INVITE')
  caller.send(ack(caller, call, established(call, ok).uri))
  await callee.take('ACK')
  return { ok, ...(await result) }
}

behaves('createB2BUA: named headers of the request go to the other leg, those of its responses come back', {}, async (scene) => {
  const joining = await join(scene, { localSdpB: OTHER, proxyRequestHeaders: ['Subject', 'X-Case', 'X-Absent'], proxyResponseHeaders: ['X-Answer'] }, { headers: ['Subject: lunch', 'X-Case: 42', 'X-Private: no'] })
  const { caller, callee, sent } = joining
  assert.deepEqual(['Subject', 'X-Case', 'X-Absent', 'X-Private'].map((name) => field(sent.text, name)), ['lunch', '42', '', ''])
  assert.equal(body(sent.text), OTHER)
  callee.send(respond(callee, sent, 180, 'Ringing', { tag: 'b', headers: ['X-Answer: soon', 'X-Other: no'] }))
  const rings = await caller.take('180')
  assert.deepEqual(['X-Answer', 'X-Other'].map((name) => field(rings.text, name)), ['soon', ''])
  const { ok } = await answer(joining, { headers: ['X-Answer: now'] })
  assert.equal(field(ok.text, 'X-Answer'), 'now')
  assert.equal(body(ok.text), OTHER)
})

behaves('createB2BUA: all headers but some', {}, async (scene) => {
  const { sent } = await join(scene, { proxyRequestHeaders: ['all', '-X-Private'] }, { headers: ['X-Case: 42', 'X-Private: no'] })
  assert.deepEqual(['X-Case', 'X-Private'].map((name) => field(sent.text, name)), ['42', ''])
})

behaves('createB2BUA: headers, callingNumber, callingName and calledNumber of the other leg', {}, async (scene) => {
  const { sent } = await join(scene, { headers: { 'X-Own': 'yes' }, callingNumber: '555', callingName: 'Reception' })
  assert.equal(field(sent.text, 'X-Own'), 'yes')
  assert.match(field(sent.text, 'From'), /^"?Reception"? <sip:555@/)
  assert.match(field(sent.text, 'Contact'), /sip:555@127\.0\.0\.1/)
})

for (const [how, responseHeaders] of [['given', { 'X-Ours': 'b' }], ['made from the response', (res: SrfMessage) => ({ 'X-Ours': res.get('X-Theirs') })]] as const) {
  behaves(`createB2BUA: responseHeaders ${how}`, {}, async (scene) => {
    const joining = await join(scene, { responseHeaders })
    const { ok } = await answer(joining, { headers: ['X-Theirs: b'] })
    assert.equal(field(ok.text, 'X-Ours'), 'b')
  })
}

for (const [how, localSdpA] of [['a text', SDP.replace('o=- 1 1', 'o=- 9 9')], ['a function', async (sdp: string) => sdp.replace('o=- 7 7', 'o=- 9 9')]] as const) {
  behaves(`createB2BUA: localSdpA is ${how}`, {}, async (scene) => {
    const joining = await join(scene, { localSdpA })
    const { ok } = await answer(joining)
    assert.match(body(ok.text), /o=- 9 9/)
  })
}

behaves('createB2BUA: a failure goes to the caller with its headers', {}, async (scene) => {
  const { caller, callee, call, sent, result } = await join(scene, { proxyResponseHeaders: ['Retry-After', 'Reason'] })
  callee.send(respond(callee, sent, 486, 'Busy Here', { tag: 'b', headers: ['Retry-After: 30'] }))
  const refusal = await caller.take('486')
  assert.equal(field(refusal.text, 'Retry-After'), '30')
  caller.send(ackFailure(caller, call, refusal))
  await callee.take('ACK')
  await assert.rejects(result, (error: { status: number }) => error.status === 486)
})

behaves('createB2BUA: passFailure false leaves the failure to the application', {}, async (scene) => {
  const joining = await join(scene, { passFailure: false }, { onFailure: (error, res) => res.send(error.status === 486 ? 480 : 500) })
  const { caller, callee, call, sent } = joining
  callee.send(respond(callee, sent, 486, 'Busy Here', { tag: 'b' }))
  caller.send(ackFailure(caller, call, await caller.take('480')))
  assert.equal(caller.count('486'), 0)
})

behaves('createB2BUA: passProvisionalResponses false keeps ringing back', {}, async (scene) => {
  const joining = await join(scene, { passProvisionalResponses: false })
  joining.callee.send(respond(joining.callee, joining.sent, 180, 'Ringing', { tag: 'b' }))
  await answer(joining)
  assert.equal(joining.caller.count('180'), 0)
})

behaves('createB2BUA without an offer: the answer of the caller goes on in the ACK', {}, async (scene) => {
  const joining = await join(scene, {}, { offerless: true })
  const { caller, callee, call, sent, result } = joining
  assert.equal(body(sent.text), '')
  callee.send(respond(callee, sent, 200, 'OK', { tag: 'b', body: OTHER }))
  const ok = await caller.take('200 INVITE')
  assert.equal(body(ok.text), OTHER)
  const { uri } = established(call, ok)
  caller.send(request(caller, call, 'ACK', { uri, headers: ['Content-Type: application/sdp'], body: SDP }))
  assert.equal(body((await callee.take('ACK')).text), SDP)
  await result
})

behaves('createB2BUA: the caller cancels, with a reason', {}, async (scene) => {
  const { caller, callee, call, sent, result } = await join(scene, {})
  callee.send(respond(callee, sent, 180, 'Ringing', { tag: 'b' }))
  await caller.take('180')
  caller.send(request(caller, call, 'CANCEL', { headers: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] }))
  await caller.take('200 CANCEL')
  caller.send(ackFailure(caller, call, await caller.take('487')))
  const cancel = await callee.take('CANCEL')
  assert.match(field(cancel.text, 'Reason'), /cause=200/)
  callee.send(respond(callee, cancel, 200, 'OK'))
  callee.send(respond(callee, sent, 487, 'Request Terminated', { tag: 'b' }))
  await callee.take('ACK')
  await assert.rejects(result, (error: { status: number }) => error.status === 487)
})

for (const keepUriOnRedirect of [false, true]) {
  behaves(`createUAC: followRedirects, ${keepUriOnRedirect ? 'the Request-URI stays' : 'to the contact'}`, {}, async (scene) => {
    const [desk, mobile] = [await scene.udp(), await scene.udp()]
    const srf = await scene.app()
    const dialing = srf.createUAC(`sip:200@127.0.0.1:${desk.port}`, { localSdp: SDP, followRedirects: true, keepUriOnRedirect })
    const first = await desk.take('INVITE')
    desk.send(respond(desk, first, 302, 'Moved Temporarily', { tag: 'd', headers: [`Contact: <sip:201@127.0.0.1:${mobile.port}>`] }))
    await desk.take('ACK')
    const second = await mobile.take('INVITE')
    assert.equal(second.start, `INVITE sip:${keepUriOnRedirect ? `200@127.0.0.1:${desk.port}` : `201@127.0.0.1:${mobile.port}`} SIP/2.0`)
    mobile.send(respond(mobile, second, 200, 'OK', { tag: 'm', body: OTHER }))
    await mobile.take('ACK')
    assert.equal((await dialing).remote.sdp, OTHER)
  })
}

behaves('createUAC: a redirection that is not followed is a failure with its contacts', {}, async (scene) => {
  const desk = await scene.udp()
  const srf = await scene.app()
  const dialing = srf.createUAC(`sip:200@127.0.0.1:${desk.port}`, { localSdp: SDP })
  const refused = assert.rejects(dialing, (error: { status: number; res: SrfMessage }) => error.status === 302 && /201@/.test(error.res.get('Contact')))
  desk.send(respond(desk, await desk.take('INVITE'), 302, 'Moved Temporarily', { tag: 'd', headers: ['Contact: <sip:201@127.0.0.1>'] }))
  await refused
})

/** The application sends NOTIFY about a REFER. */
const told = (dialog: SrfDialog, state: string, words: string) =>
  dialog.request({ method: 'NOTIFY', headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' }, body: `SIP/2.0 ${words}` })

behaves('an attended REFER joins the far sides of two B2BUAs', {}, async (scene) => {
  const [a, b, c] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const pairs: { uas: SrfDialog; uac: SrfDialog }[] = []
  const refers: { req: SrfMessage; res: SrfReply; uas: SrfDialog }[] = []
  let give: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (give = resolve))
  await scene.app((srf) => srf.invite((req, res) => {
    const callee = /sip:(\d+)@/.exec(req.uri)?.[1] === '201' ? b : c
    void srf.createB2BUA(req, res, `sip:200@127.0.0.1:${callee.port}`, {}).then((pair) => {
      pairs.push(pair)
      pair.uas.on('refer', (refer: SrfMessage, reply: SrfReply) => {
        refers.push({ req: refer, res: reply, uas: pair.uas })
        give()
      })
    })
  }))
  const calls = []
  for (const [number, peer] of [['201', b], ['202', c]] as const) {
    const call = newCall(number)
    a.send(invite(a, call, { uri: `sip:${number}@127.0.0.1` }))
    const sent = await peer.take('INVITE')
    peer.send(respond(peer, sent, 200, 'OK', { tag: token(), body: OTHER }))
    const ok = await a.take('200 INVITE')
    const { uri } = established(call, ok)
    a.send(ack(a, call, uri))
    await peer.take('ACK')
    calls.push({ call, uri })
  }
  const [one, two] = calls as [{ call: Call; uri: string }, { call: Call; uri: string }]
  const replaces = encodeURIComponent(`${two.call.callId};to-tag=${/tag=(.*)$/.exec(two.call.to)?.[1]};from-tag=${two.call.fromTag}`)
  a.send(request(a, { ...one.call, branch: `z9hG4bK${token()}` }, 'REFER', { uri: one.uri, cseq: 2, headers: [`Refer-To: <sip:202@127.0.0.1?Replaces=${replaces}>`, `Contact: <sip:100@127.0.0.1:${a.port}>`] }))
  await asked
  const [refer] = refers
  assert.ok(refer)
  assert.match(decodeURIComponent(refer.req.get('Refer-To')), new RegExp(two.call.callId))
  const notified = a.take('NOTIFY')
  refer.res.send(202)
  await a.take('202')
  const ending = told(refer.uas, 'terminated;reason=noresource', '200 OK')
  const notify = await notified
  assert.equal(body(notify.text), 'SIP/2.0 200 OK')
  a.send(respond(a, notify, 200, 'OK'))
  await ending
  // The far sides get each other's descriptions.
  const [first, second] = pairs as [{ uas: SrfDialog; uac: SrfDialog }, { uas: SrfDialog; uac: SrfDialog }]
  for (const [dialog, peer] of [[first.uac, b], [second.uac, c]] as const) {
    const changed = dialog.modify(SDP)
    const again = await peer.take('INVITE')
    assert.equal(body(again.text), SDP)
    peer.send(respond(peer, again, 200, 'OK', { body: OTHER }))
    await peer.take('ACK')
    await changed
  }
  for (const pair of [first, second]) {
    const over = pair.uas.destroy()
    a.send(respond(a, await a.take('BYE'), 200, 'OK'))
    await over
  }
  assert.equal(b.count('BYE') + c.count('BYE'), 0)
})
