/** Session timers (RFC 4028): who refreshes, how, and what becomes of a call that nobody refreshes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { invite, newCall, respond, SDP, ackFailure } from './call.ts'
import { connect, connectOut, within, type Connected } from './connected.ts'
import { body, field, type Arrived, type Peer } from './peer.ts'
import { behaves, type SrfMessage, type SrfReply } from './target.ts'

const SHORT = 'sessions of a second cannot be agreed on'
const timing = { sessionMin: 1000 }

/** The refresh, by whatever method, is answered as agreed. */
async function refreshed(phone: Peer, method: 'UPDATE' | 'INVITE', headers: string[] = ['Session-Expires: 2;refresher=uac']): Promise<Arrived> {
  const refresh = await phone.take(method)
  phone.send(respond(phone, refresh, 200, 'OK', { headers, ...(method === 'INVITE' ? { body: SDP } : {}) }))
  return refresh
}

/** The engine ends the call and says why, to the phone and to the application. */
async function expired(phone: Peer, ended: Promise<unknown[]>): Promise<void> {
  const bye = await phone.take('BYE')
  assert.match(field(bye.text, 'Reason'), /Session timer expired/)
  phone.send(respond(phone, bye, 200, 'OK'))
  const [told, reason] = (await ended) as [SrfMessage, string]
  assert.equal(told.source, 'application')
  assert.match(reason, /Session timer expired/)
}

const oursToRefresh = { inviting: ['Supported: timer', 'Allow: INVITE, ACK, BYE, UPDATE'], answering: { 'Session-Expires': '2;refresher=uas' } }

behaves('a session that is ours to refresh is refreshed by UPDATE, again and again', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, answer } = await connect(scene, await scene.udp(), oursToRefresh)
  assert.equal(field(answer.text, 'Session-Expires'), '2;refresher=uas')
  const first = await refreshed(phone, 'UPDATE')
  assert.equal(field(first.text, 'Session-Expires'), '2;refresher=uac')
  assert.match(field(first.text, 'Supported'), /timer/)
  assert.equal(body(first.text), '')
  await refreshed(phone, 'UPDATE')
})

behaves('a phone without UPDATE is refreshed by re-INVITE with the same SDP, which the application never sees', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), { ...oursToRefresh, inviting: ['Supported: timer'] })
  dialog.on('modify', () => assert.fail('nothing was modified'))
  for (let i = 0; i < 2; i++) {
    const refresh = await refreshed(phone, 'INVITE')
    assert.equal(body(refresh.text), SDP)
    await phone.take(new RegExp(`^ACK[^]*CSeq: ${parseInt(field(refresh.text, 'CSeq'))} ACK`))
  }
})

behaves('a phone that said UPDATE and means it not is refreshed by re-INVITE', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone } = await connect(scene, await scene.udp(), oursToRefresh)
  phone.send(respond(phone, await phone.take('UPDATE'), 501, 'Not Implemented'))
  await refreshed(phone, 'INVITE')
})

behaves('the application changes the session while it is refreshed: its INVITE waits its turn', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), { ...oursToRefresh, inviting: [] })
  const refresh = await phone.take('INVITE')
  const modified = dialog.modify(SDP.replace('sendrecv', 'sendonly'))
  phone.send(respond(phone, refresh, 200, 'OK', { body: SDP, headers: ['Session-Expires: 2;refresher=uac'] }))
  const change = await phone.take(/^INVITE[^]*sendonly/)
  assert.equal(field(change.text, 'Session-Expires'), '2;refresher=uac')
  phone.send(respond(phone, change, 200, 'OK', { body: SDP }))
  await modified
})

behaves('a refresh that gets no answer ends the call', { timing: { ...timing, t1: 10 }, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), oursToRefresh)
  await expired(phone, once(dialog, 'destroy'))
})

behaves('a phone that does not know the call any more ends it', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), oursToRefresh)
  const ended = once(dialog, 'destroy')
  phone.send(respond(phone, await phone.take('UPDATE'), 481, 'Call Does Not Exist'))
  await expired(phone, ended)
})

behaves('a refused refresh is tried again, until the session is over', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), oursToRefresh)
  const ended = once(dialog, 'destroy')
  phone.send(respond(phone, await phone.take('UPDATE'), 500, 'Not Now'))
  phone.send(respond(phone, await phone.take('UPDATE'), 500, 'Not Now'))
  await expired(phone, ended)
})

behaves('422 to a refresh: it is tried again with the time that was asked for', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone } = await connect(scene, await scene.udp(), oursToRefresh)
  phone.send(respond(phone, await phone.take('UPDATE'), 422, 'Session Interval Too Small', { headers: ['Min-SE: 3'] }))
  const longer = await phone.take('UPDATE')
  assert.match(field(longer.text, 'Session-Expires'), /^3;/)
})

behaves('a phone that was to refresh and does not: BYE with a Reason, the application is told', { timing, embeddedOnly: SHORT }, async (scene) => {
  const { phone, dialog } = await connect(scene, await scene.udp(), { inviting: ['Supported: timer'], answering: { 'Session-Expires': '1;refresher=uac' } })
  await expired(phone, once(dialog, 'destroy'))
})

/** The phone refreshes; an application that knows nothing of timers has its 200 completed. */
async function phoneRefreshes(c: Connected, method: 'INVITE' | 'UPDATE'): Promise<void> {
  const request = within(c, method, { headers: ['Supported: timer', 'Session-Expires: 2;refresher=uac', ...(method === 'INVITE' ? ['Content-Type: application/sdp'] : [])], ...(method === 'INVITE' ? { body: SDP } : {}) })
  const answer = await c.phone.take(new RegExp(`^SIP/2.0 200[^]*CSeq: ${request.cseq} ${method}`))
  assert.equal(field(answer.text, 'Session-Expires'), '2;refresher=uac')
  assert.match(field(answer.text, 'Require'), /timer/)
}

behaves('the phone refreshes, by UPDATE and by re-INVITE; when it stops the call ends', { timing, embeddedOnly: SHORT }, async (scene) => {
  const c = await connect(scene, await scene.udp(), { inviting: ['Supported: timer'], answering: { 'Session-Expires': '2;refresher=uac' } })
  c.dialog.on('update', (_req: SrfMessage, res: SrfReply) => res.send(200))
  c.dialog.on('modify', (_req: SrfMessage, res: SrfReply) => res.send(200, { body: SDP }))
  const ended = once(c.dialog, 'destroy')
  await phoneRefreshes(c, 'UPDATE')
  await phoneRefreshes(c, 'INVITE')
  await phoneRefreshes(c, 'UPDATE')
  await expired(c.phone, ended)
})

behaves('a change that agrees on no timer ends it', { timing, embeddedOnly: SHORT }, async (scene) => {
  const c = await connect(scene, await scene.udp(), { inviting: ['Supported: timer'], answering: { 'Session-Expires': '1;refresher=uac' } })
  c.dialog.on('modify', (_req: SrfMessage, res: SrfReply) => res.send(200, { body: SDP }))
  within(c, 'INVITE', { headers: ['Content-Type: application/sdp'], body: SDP })
  await c.phone.take(/^SIP\/2.0 200[^]*CSeq: 2 INVITE/)
  // Another call's timer, begun later, runs out first.
  const other = await connect(scene, await scene.udp(), { inviting: ['Supported: timer'], answering: { 'Session-Expires': '1;refresher=uac' } })
  await expired(other.phone, once(other.dialog, 'destroy'))
  assert.equal(c.phone.count('BYE'), 0)
})

behaves('what the caller asked for is agreed to when the application says nothing', {}, async (scene) => {
  const { answer } = await connect(scene, await scene.udp(), { inviting: ['Supported: timer', 'Session-Expires: 1800;refresher=uac'] })
  assert.match(field(answer.text, 'Session-Expires'), /^1800;\s*refresher=uac/)
})

behaves('a proxy asked in the name of a phone without timers: the refreshing is ours', { embeddedOnly: 'the real server asks the config' }, async (scene) => {
  const { answer } = await connect(scene, await scene.udp(), { inviting: ['Session-Expires: 1800'] })
  assert.equal(field(answer.text, 'Session-Expires'), '1800;refresher=uas')
  assert.equal(field(answer.text, 'Require'), '')
})

behaves('a session shorter than we stand: 422 with Min-SE, and the application is not asked', { embeddedOnly: 'the real server lengthens it' }, async (scene) => {
  const phone = await scene.udp()
  await scene.app((srf) => srf.invite(() => assert.fail('it was asked')))
  const call = newCall()
  phone.send(invite(phone, call, { headers: ['Supported: timer', 'Session-Expires: 60'] }))
  const refusal = await phone.take('422')
  assert.equal(field(refusal.text, 'Min-SE'), '90')
  phone.send(ackFailure(phone, call, refusal))
})

behaves('the same within a call: 422', {}, async (scene) => {
  const c = await connect(scene, await scene.udp())
  c.dialog.on('update', () => assert.fail('it was asked'))
  within(c, 'UPDATE', { headers: ['Supported: timer', 'Session-Expires: 60'] })
  assert.equal(field((await c.phone.take('422')).text, 'Min-SE'), '90')
})

behaves('calling: the answer says who refreshes', { timing, embeddedOnly: SHORT }, async (scene) => {
  const headers = { Supported: 'timer', 'Session-Expires': '2' }
  const ours = await scene.udp()
  const { invite: sent } = await connectOut(scene, ours, { headers, answering: ['Session-Expires: 2;refresher=uac', 'Allow: UPDATE'] })
  assert.equal(field(sent.text, 'Session-Expires'), '2')
  await refreshed(ours, 'UPDATE')
  const theirs = await scene.udp()
  const { dialog } = await connectOut(scene, theirs, { headers, answering: ['Session-Expires: 1;refresher=uas', 'Require: timer'] })
  await expired(theirs, once(dialog, 'destroy'))
})
