/** Subscriptions (RFC 6665) and transfers asked for by REFER (RFC 3515): the dialogs they make and live in. */
import assert from 'node:assert/strict'
import { established, newCall, request, respond, type Call } from './call.ts'
import { connect, within } from './connected.ts'
import { field, tag, token, type Arrived, type Peer } from './peer.ts'
import { behaves, type Scene, type Srf, type SrfDialog, type SrfMessage, type SrfReply } from './target.ts'

interface Subscribed {
  srf: Srf
  phone: Peer
  call: Call
  uri: string
  dialog: SrfDialog
  answer: Arrived
}

/** The phone subscribes, the application agrees. */
async function subscribed(scene: Scene, expires = 600): Promise<Subscribed> {
  let give: (both: { req: SrfMessage; res: SrfReply }) => void = () => undefined
  const next = new Promise<{ req: SrfMessage; res: SrfReply }>((resolve) => (give = resolve))
  const srf = await scene.app((other) => other.use('subscribe', (req, res) => give({ req, res })))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(request(phone, call, 'SUBSCRIBE', { headers: ['Event: presence', `Expires: ${expires}`] }))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { headers: { Expires: String(expires) } })
  const answer = await phone.take('202 SUBSCRIBE')
  return { srf, phone, call, dialog, answer, ...established(call, answer) }
}

function notify(dialog: SrfDialog, state: string, event = 'presence'): Promise<SrfMessage> {
  return dialog.request({ method: 'NOTIFY', headers: { Event: event, 'Subscription-State': state } })
}

async function answerNotify(phone: Peer, status = 200): Promise<Arrived> {
  const arrived = await phone.take('NOTIFY')
  phone.send(respond(phone, arrived, status, status === 200 ? 'OK' : 'No'))
  return arrived
}

const cseqOf = (arrived: Arrived): number => Number.parseInt(field(arrived.text, 'CSeq'), 10)

behaves('a subscription: SUBSCRIBE, NOTIFYs whose CSeq rises, refreshed, ended by the application', { embeddedOnly: 'the real server says nothing to a SUBSCRIBE after the last NOTIFY' }, async (scene) => {
  const { phone, call, uri, dialog, answer } = await subscribed(scene)
  assert.match(field(answer.text, 'Contact'), /127\.0\.0\.1/)
  let last = 0
  for (const state of ['active;expires=600', 'active;expires=590']) {
    const done = notify(dialog, state)
    const arrived = await answerNotify(phone)
    assert.equal((await done).status, 200)
    assert.ok(cseqOf(arrived) > last)
    assert.equal(tag(field(arrived.text, 'To')), call.fromTag)
    last = cseqOf(arrived)
  }
  dialog.on('subscribe', (_req: SrfMessage, res: SrfReply) => res.send(200, { headers: { Expires: '600' } }))
  within({ phone, call, uri }, 'SUBSCRIBE', { headers: ['Event: presence', 'Expires: 600'] })
  await phone.take('200 SUBSCRIBE')
  const over = notify(dialog, 'terminated;reason=noresource')
  assert.ok(cseqOf(await answerNotify(phone)) > last)
  await over
  within({ phone, call, uri }, 'SUBSCRIBE', { headers: ['Event: presence', 'Expires: 600'] })
  await phone.take('481 SUBSCRIBE')
})

behaves('a phone that no longer knows the subscription ends it; one lost NOTIFY does not', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const { phone, dialog } = await subscribed(scene)
  assert.equal((await notify(dialog, 'active;expires=600')).status, 408)
  const gone = notify(dialog, 'active;expires=600')
  for (;;) {
    const arrived = await phone.take('NOTIFY')
    if (cseqOf(arrived) !== 2) continue
    phone.send(respond(phone, arrived, 481, 'Subscription Does Not Exist'))
    break
  }
  assert.equal((await gone).status, 481)
  await assert.rejects(notify(dialog, 'active;expires=600'), /unable to find dialog/)
})

behaves('there is no call in a subscription: BYE and INVITE are 481', { embeddedOnly: 'the real server hands them on' }, async (scene) => {
  const { phone, call, uri } = await subscribed(scene)
  for (const method of ['BYE', 'INVITE', 'UPDATE']) {
    within({ phone, call, uri }, method)
    await phone.take(`481 ${method}`)
  }
})

/** The application subscribes at the phone. */
async function subscribing(scene: Scene): Promise<{ srf: Srf; phone: Peer; dialog: Promise<SrfDialog>; sent: Arrived }> {
  const srf = await scene.app((other) => other.use('notify', (_req, res) => res.send(481)))
  const phone = await scene.udp()
  const dialog = srf.createUAC(`sip:200@127.0.0.1:${phone.port}`, { method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '600' } })
  dialog.catch(() => undefined)
  return { srf, phone, dialog, sent: await phone.take('SUBSCRIBE') }
}

/** A NOTIFY of the phone for what `sent` subscribed to. */
function notifies(phone: Peer, sent: Arrived, fork: string, cseq: number, state: string, event = 'presence'): string {
  const lines = [
    `NOTIFY ${/<([^>]+)>/.exec(field(sent.text, 'Contact'))?.[1]} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bK${token()};rport`, 'Max-Forwards: 70',
    `From: ${field(sent.text, 'To')};tag=${fork}`, `To: ${field(sent.text, 'From')}`, `Call-ID: ${field(sent.text, 'Call-ID')}`, `CSeq: ${cseq} NOTIFY`,
    `Contact: <sip:200@127.0.0.1:${phone.port}>`, `Event: ${event}`, `Subscription-State: ${state}`, 'Content-Length: 0', '', '',
  ]
  return lines.join('\r\n')
}

behaves('we subscribe: the 2xx makes the dialog, NOTIFYs come in it, terminated ends it', { embeddedOnly: 'the real server answers the last NOTIFY 500' }, async (scene) => {
  const { phone, dialog, sent } = await subscribing(scene)
  const fork = token()
  phone.send(respond(phone, sent, 200, 'OK', { tag: fork, headers: ['Expires: 600', `Contact: <sip:200@127.0.0.1:${phone.port}>`] }))
  const subscription = await dialog
  const states: string[] = []
  subscription.on('notify', (req: SrfMessage, res: SrfReply) => {
    states.push(req.get('Subscription-State'))
    res.send(200)
  })
  phone.send(notifies(phone, sent, fork, 1, 'active;expires=600'))
  await phone.take(/^SIP\/2.0 200[^]*CSeq: 1 NOTIFY/)
  phone.send(notifies(phone, sent, fork, 2, 'terminated;reason=timeout'))
  await phone.take(/^SIP\/2.0 200[^]*CSeq: 2 NOTIFY/)
  assert.deepEqual(states, ['active;expires=600', 'terminated;reason=timeout'])
  phone.send(notifies(phone, sent, fork, 3, 'active'))
  await phone.take(/^SIP\/2.0 481[^]*CSeq: 3 NOTIFY/)
})

const raced = { embeddedOnly: 'the real server answers 481 to a NOTIFY that comes before the 2xx' }

behaves('a NOTIFY before the 2xx makes the dialog; forks have one each; strangers are 481', raced, async (scene) => {
  const states: string[] = []
  const srf = await scene.app((other) => other.use('notify', (req, res) => {
    states.push(`${tag(req.get('From'))} ${req.stackDialogId !== ''}`)
    res.send(200)
  }))
  const phone = await scene.udp()
  let accepted: (status: number) => void = () => undefined
  const answered = new Promise<number>((resolve) => (accepted = resolve))
  srf.request(`sip:200@127.0.0.1:${phone.port}`, { method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '600' } }, (_error, req) => req.on('response', (res: SrfMessage) => accepted(res.status)))
  const sent = await phone.take('SUBSCRIBE')
  phone.send(notifies(phone, sent, 'early', 1, 'active;expires=600'))
  await phone.take(/^SIP\/2.0 200[^]*tag=early/)
  phone.send(notifies(phone, sent, 'early', 2, 'active', 'dialog'))
  phone.send(respond(phone, sent, 200, 'OK', { tag: 'early', headers: ['Expires: 600', `Contact: <sip:200@127.0.0.1:${phone.port}>`] }))
  assert.equal(await answered, 200)
  phone.send(notifies(phone, sent, 'other', 1, 'active;expires=600'))
  await phone.take(/^SIP\/2.0 200[^]*tag=other/)
  phone.send(notifies(phone, sent, 'third', 1, 'active', 'message-summary'))
  await phone.take(/^SIP\/2.0 481[^]*tag=third/)
  phone.send(notifies(phone, { ...sent, text: sent.text.replace(/Call-ID: /, 'Call-ID: x') }, 'early', 1, 'active'))
  await phone.take(/^SIP\/2.0 481[^]*Call-ID: x/)
  assert.deepEqual(states.slice(0, 1).concat(states.slice(-1)), ['early true', 'other true'])
})

behaves('a refused SUBSCRIBE leaves nothing behind', raced, async (scene) => {
  const { phone, dialog, sent } = await subscribing(scene)
  phone.send(respond(phone, sent, 489, 'Bad Event', { tag: token() }))
  await assert.rejects(dialog)
  phone.send(notifies(phone, sent, token(), 1, 'active'))
  await phone.take('481 NOTIFY')
  const status = await scene.target.engine?.status()
  assert.equal(status?.dialogs, 0)
})

const outlives = { embeddedOnly: 'the real server ends the dialog with the BYE' }

behaves('REFER within a call: the NOTIFYs go on after the BYE, until the last', outlives, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('refer', (_req: SrfMessage, res: SrfReply) => res.send(202))
  within(c, 'REFER', { headers: ['Refer-To: <sip:300@127.0.0.1>', `Contact: <sip:100@127.0.0.1:${c.phone.port}>`] })
  await c.phone.take('202 REFER')
  const { id } = c.dialog
  within(c, 'BYE')
  await c.phone.take('200 BYE')
  const send = (state: string): Promise<number> =>
    new Promise((resolve, reject) => {
      c.srf.request('sip:placeholder', { method: 'NOTIFY', stackDialogId: id, headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' }, body: 'SIP/2.0 100 Trying' }, (error, req) => (error ? reject(error as Error) : req.on('response', (res: SrfMessage) => resolve(res.status))))
    })
  const first = send('active;expires=60')
  await answerNotify(c.phone)
  assert.equal(await first, 200)
  within(c, 'BYE')
  await c.phone.take('481 BYE')
  const last = send('terminated;reason=noresource')
  await answerNotify(c.phone)
  assert.equal(await last, 200)
  await assert.rejects(send('active'), /unable to find dialog/)
  const status = await scene.target.engine?.status()
  assert.equal(status?.dialogs, 0)
})

behaves('REFER without a subscription (RFC 4488): the BYE ends the dialog', outlives, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('refer', (_req: SrfMessage, res: SrfReply) => res.send(200, { headers: { 'Refer-Sub': 'false' } }))
  within(c, 'REFER', { headers: ['Refer-To: <sip:300@127.0.0.1>', 'Refer-Sub: false'] })
  await c.phone.take('200 REFER')
  within(c, 'BYE')
  await c.phone.take('200 BYE')
  const status = await scene.target.engine?.status()
  assert.equal(status?.dialogs, 0)
})

behaves('REFER outside a call makes a dialog for its NOTIFYs', { embeddedOnly: 'the real server drops it silently' }, async (scene) => {
  const srf = await scene.app((other) => other.use('refer', (_req, res) => res.send(202)))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(request(phone, call, 'REFER', { headers: ['Refer-To: <sip:300@127.0.0.1>', `Contact: <sip:100@127.0.0.1:${phone.port}>`] }))
  const answer = await phone.take('202 REFER')
  assert.match(field(answer.text, 'Contact'), /127\.0\.0\.1/)
  const told = new Promise<number>((resolve) => {
    srf.request('sip:placeholder', { method: 'NOTIFY', stackDialogId: `${call.callId};from-tag=${call.fromTag}`, headers: { Event: 'refer;id=1', 'Subscription-State': 'terminated;reason=noresource' } }, (_error, req) => req.on('response', (res: SrfMessage) => resolve(res.status)))
  })
  const arrived = await answerNotify(phone)
  assert.equal(tag(field(arrived.text, 'From')), tag(field(answer.text, 'To')))
  assert.equal(await told, 200)
  const status = await scene.target.engine?.status()
  assert.equal(status?.dialogs, 0)
})
