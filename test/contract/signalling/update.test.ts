/** Offers and answers outside INVITE and 2xx: UPDATE (RFC 3311), several reliable provisional responses and PRACK (RFC 3262). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack, ackFailure, established, invite, newCall, request, respond, SDP, type Call } from './call.ts'
import { connect, within } from './connected.ts'
import { body, field, token, type Arrived, type Peer } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfMessage, type SrfReply } from './target.ts'

const HELD = SDP.replace('sendrecv', 'sendonly')
const sdp = { headers: ['Content-Type: application/sdp'], body: HELD }
const crossing = { embeddedOnly: 'the real server lets offers cross' }

interface Early {
  srf: Srf
  phone: Peer
  call: Call
  req: SrfMessage
  res: SrfReply
}

/** An INVITE of the phone that the application has. */
async function arriving(scene: Scene, options: Parameters<typeof invite>[2] = {}): Promise<Early> {
  const phone = await scene.udp()
  let give: (both: { req: SrfMessage; res: SrfReply }) => void = () => undefined
  const next = new Promise<{ req: SrfMessage; res: SrfReply }>((resolve) => (give = resolve))
  const srf = await scene.app((other) => other.invite((req, res) => give({ req, res })))
  const call = newCall()
  phone.send(invite(phone, call, { ...options, headers: ['Supported: 100rel', ...(options.headers ?? [])] }))
  return { srf, phone, call, ...(await next) }
}

/** A reliable provisional response of the application; resolves when the phone has it. */
async function reliably(early: Early, status: number, content = ''): Promise<{ answer: Arrived; uri: string; rseq: number }> {
  early.res.send(status, { headers: { Require: '100rel' }, ...(content === '' ? {} : { body: content }) })
  const answer = await early.phone.take(String(status))
  const { uri } = established(early.call, answer)
  return { answer, uri, rseq: Number(field(answer.text, 'RSeq')) }
}

async function prack(early: Early, uri: string, rseq: number, content: { headers?: string[]; body?: string } = {}): Promise<Arrived> {
  const sent = within({ ...early, uri }, 'PRACK', { ...content, headers: [`RAck: ${rseq} 1 INVITE`, ...(content.headers ?? [])] })
  return early.phone.take(new RegExp(`^SIP/2.0 \\d+[^]*CSeq: ${sent.cseq} PRACK`))
}

behaves('two reliable responses at once: the second waits for the PRACK of the first', { embeddedOnly: 'the real server has its own order' }, async (scene) => {
  const early = await arriving(scene)
  const first = await reliably(early, 183, SDP)
  early.res.send(180, { headers: { Require: '100rel' } })
  assert.equal((await prack(early, first.uri, first.rseq + 1)).status, 481)
  assert.equal(early.phone.count('180'), 0)
  assert.equal((await prack(early, first.uri, first.rseq)).status, 200)
  const second = await early.phone.take('180')
  assert.equal(Number(field(second.text, 'RSeq')), first.rseq + 1)
  assert.equal((await prack(early, first.uri, first.rseq)).status, 481)
  assert.equal((await prack(early, first.uri, first.rseq + 1)).status, 200)
  early.res.send(486)
  early.phone.send(ackFailure(early.phone, { ...early.call, cseq: 1 }, await early.phone.take('486')))
})

behaves('a 200 waits for the PRACK of a description, and a CANCEL meanwhile comes too late', { embeddedOnly: 'the real server has its own order' }, async (scene) => {
  const early = await arriving(scene)
  const { uri, rseq } = await reliably(early, 183, SDP)
  const acked = new Promise<void>((resolve) => early.res.send(200, { body: SDP }, undefined, () => resolve()))
  assert.equal(early.phone.count('200 INVITE'), 0)
  early.phone.send(request(early.phone, { ...early.call, to: '<sip:200@127.0.0.1>', cseq: 1 }, 'CANCEL'))
  await early.phone.take('200 CANCEL')
  assert.equal((await prack(early, uri, rseq)).status, 200)
  const answer = await early.phone.take('200 INVITE')
  assert.equal(early.phone.count('487'), 0)
  early.phone.send(ack(early.phone, { ...early.call, cseq: 1 }, established(early.call, answer).uri))
  await acked
})

behaves('a 200 without a description to wait for goes at once', { embeddedOnly: 'the real server waits for the PRACK' }, async (scene) => {
  const early = await arriving(scene)
  await reliably(early, 180)
  void early.srf.createUAS(early.req, early.res, { localSdp: SDP }).catch(() => undefined)
  const answer = await early.phone.take('200 INVITE')
  early.phone.send(ack(early.phone, { ...early.call, cseq: 1 }, established(early.call, answer).uri))
})

behaves('no PRACK: the call is refused, and the application hears of it', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const early = await arriving(scene)
  const cancelled = once(early.req, 'cancel') as Promise<[SrfMessage]>
  early.res.send(183, { headers: { Require: '100rel' }, body: SDP })
  const refusal = await early.phone.take('504')
  early.phone.send(ackFailure(early.phone, early.call, refusal))
  assert.match((await cancelled)[0].get('Reason'), /PRACK/)
})

behaves('no PRACK, and the application had answered: its call ends', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const early = await arriving(scene)
  early.res.send(183, { headers: { Require: '100rel' }, body: SDP })
  const dialog = await early.srf.createUAS(early.req, early.res, { localSdp: SDP })
  const ended = once(dialog, 'destroy') as Promise<[SrfMessage, string]>
  await early.phone.take('504')
  assert.match((await ended)[1], /PRACK/)
})

behaves('an offer in 183, the answer in its PRACK', {}, async (scene) => {
  const early = await arriving(scene, { body: '' })
  let answer: (sdp: string) => void = () => undefined
  const answered = new Promise<string>((resolve) => (answer = resolve))
  early.res.send(183, { headers: { Require: '100rel' }, body: SDP }, undefined, (req: SrfMessage) => answer(req.body))
  const offered = await early.phone.take('183')
  assert.equal(body(offered.text), SDP)
  const { uri } = established(early.call, offered)
  assert.equal((await prack(early, uri, Number(field(offered.text, 'RSeq')), sdp)).status, 200)
  assert.equal(await answered, HELD)
  early.res.send(486)
  early.phone.send(ackFailure(early.phone, { ...early.call, cseq: 1 }, await early.phone.take('486')))
})

behaves('UPDATE before the answer: 500 while the offer of the INVITE waits, taken after it was answered', { embeddedOnly: 'the real server hands both on' }, async (scene) => {
  const early = await arriving(scene)
  early.req.on('update', (_req: SrfMessage, res: SrfReply) => res.send(200, { body: SDP }))
  early.res.send(180)
  const { uri } = established(early.call, await early.phone.take('180'))
  within({ ...early, uri }, 'UPDATE', sdp)
  const refusal = await early.phone.take('500 UPDATE')
  assert.match(field(refusal.text, 'Retry-After'), /^\d+$/)
  const { rseq } = await reliably(early, 183, SDP)
  await prack(early, uri, rseq)
  within({ ...early, uri }, 'UPDATE', sdp)
  assert.equal(body((await early.phone.take('200 UPDATE')).text), SDP)
  early.res.send(486)
  early.phone.send(ackFailure(early.phone, { ...early.call, cseq: 1 }, await early.phone.take('486')))
})

behaves('UPDATE by the application before the answer reaches the phone', {}, async (scene) => {
  const srf = await scene.app()
  const phone = await scene.udp()
  let pracked: (id: string) => void = () => undefined
  const dialogId = new Promise<string>((resolve) => (pracked = resolve))
  const dialing = srf.createUAC(`sip:200@127.0.0.1:${phone.port}`, { localSdp: SDP, headers: { Supported: '100rel' } }, {
    cbProvisional: (res: SrfMessage) => pracked(res.stackDialogId),
  })
  const sent = await phone.take('INVITE')
  const toTag = token()
  phone.send(respond(phone, sent, 183, 'Session Progress', { tag: toTag, body: SDP, headers: ['Require: 100rel', 'RSeq: 7'] }))
  phone.send(respond(phone, await phone.take('PRACK'), 200, 'OK'))
  const id = await dialogId
  const updated = new Promise<SrfMessage>((resolve, reject) => {
    srf.request('sip:placeholder', { method: 'UPDATE', stackDialogId: id, body: HELD, headers: { 'Content-Type': 'application/sdp' } }, (error, req) => (error ? reject(error as Error) : req.on('response', resolve)))
  })
  const update = await phone.take('UPDATE')
  assert.equal(body(update.text), HELD)
  // RFC 3311 §5.2: an offer that meets it is refused.
  if (scene.target.name === 'embedded') {
    const theirs = ['UPDATE sip:x@127.0.0.1 SIP/2.0', `Via: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bK${token()};rport`, 'Max-Forwards: 70', `From: ${field(sent.text, 'To')};tag=${toTag}`, `To: ${field(sent.text, 'From')}`, `Call-ID: ${field(sent.text, 'Call-ID')}`, 'CSeq: 1 UPDATE', `Contact: <sip:200@127.0.0.1:${phone.port}>`, 'Content-Type: application/sdp', `Content-Length: ${SDP.length}`, '', SDP]
    phone.send(theirs.join('\r\n'))
    await phone.take('491 UPDATE')
  }
  phone.send(respond(phone, update, 200, 'OK', { body: SDP }))
  assert.equal((await updated).status, 200)
  phone.send(respond(phone, sent, 200, 'OK', { tag: toTag }))
  await phone.take('ACK')
  const over = (await dialing).destroy()
  phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
  await over
})

behaves('an UPDATE that meets ours: 491; ours is answered all the same', crossing, async (scene) => {
  const c = await connect(scene, await scene.udp())
  const ours = c.dialog.request({ method: 'UPDATE', body: HELD, headers: { 'Content-Type': 'application/sdp' } })
  const out = await c.phone.take('UPDATE')
  within(c, 'UPDATE', sdp)
  await c.phone.take('491 UPDATE')
  const again = within(c, 'INVITE', sdp)
  c.phone.send(ackFailure(c.phone, again, await c.phone.take('491 INVITE')))
  c.phone.send(respond(c.phone, out, 200, 'OK', { body: SDP }))
  assert.equal((await ours).status, 200)
  c.dialog.on('update', (_req: SrfMessage, res: SrfReply) => res.send(200, { body: SDP }))
  within(c, 'UPDATE', sdp)
  assert.equal(body((await c.phone.take(new RegExp(`^SIP/2.0 200[^]*CSeq: ${c.call.cseq} UPDATE`))).text), SDP)
})

behaves('a second UPDATE while the first is unanswered: 500 with Retry-After', crossing, async (scene) => {
  const c = await connect(scene, await scene.udp())
  let give: (res: SrfReply) => void = () => undefined
  const next = new Promise<SrfReply>((resolve) => (give = resolve))
  c.dialog.on('update', (_req: SrfMessage, res: SrfReply) => give(res))
  within(c, 'UPDATE', sdp)
  const first = await next
  within(c, 'UPDATE', sdp)
  assert.match(field((await c.phone.take('500 UPDATE')).text, 'Retry-After'), /^\d+$/)
  first.send(200, { body: SDP })
  await c.phone.take('200 UPDATE')
})
