import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasSdp, onRequest, onResponse, refusesOffer } from '../../../pbx/signalling/engine/dialog/offer.ts'
import { eventKey, expiresOf, refersSilently, stateOf } from '../../../pbx/signalling/engine/dialog/subscription.ts'

const headers = (all: Record<string, string>) => ({ names: Object.keys(all), values: Object.values(all) })
const session = (): { offer: 'ours' | 'theirs' | undefined; offerless: boolean } => ({ offer: undefined, offerless: false })

test('whose turn it is: INVITE and its answer, reliably before the 2xx or in it', () => {
  const s = session()
  onRequest(s, 'theirs', 'INVITE', true)
  assert.equal(refusesOffer(s, 'UPDATE', true), 500)
  onResponse(s, 'theirs', 'INVITE', true, 183, true, false)
  assert.equal(s.offer, 'theirs', 'a preview is no answer')
  onResponse(s, 'theirs', 'INVITE', true, 183, true, true)
  assert.equal(refusesOffer(s, 'UPDATE', true), undefined)
  onResponse(s, 'theirs', 'INVITE', true, 200, true, false)
  assert.equal(s.offer, undefined)
})

test('an INVITE without an offer: the first description in its responses is one, answered in PRACK or ACK', () => {
  for (const [status, reliable, by] of [[183, true, 'PRACK'], [200, false, 'ACK']] as const) {
    const s = session()
    onRequest(s, 'theirs', 'INVITE', false)
    onResponse(s, 'theirs', 'INVITE', false, status, true, reliable)
    assert.equal(refusesOffer(s, 'UPDATE', true), 491)
    onRequest(s, 'theirs', by, true)
    assert.equal(s.offer, undefined)
    onResponse(s, 'theirs', 'INVITE', false, 200, true, false)
    assert.equal(s.offer, undefined, 'the same again in the 2xx is no new offer')
  }
})

test('UPDATE and PRACK with offers; a PRACK without one settles nothing of an UPDATE', () => {
  const s = session()
  onRequest(s, 'ours', 'UPDATE', true)
  onResponse(s, 'ours', 'PRACK', false, 200, false, false)
  assert.equal(s.offer, 'ours')
  assert.equal(refusesOffer(s, 'INVITE', true), 491)
  assert.equal(refusesOffer(s, 'INVITE', false), undefined)
  assert.equal(refusesOffer(s, 'INFO', true), undefined)
  onResponse(s, 'ours', 'UPDATE', true, 488, false, false)
  assert.equal(s.offer, undefined)
  onRequest(s, 'theirs', 'PRACK', true)
  assert.equal(refusesOffer(s, 'UPDATE', true), 500)
  onResponse(s, 'theirs', 'PRACK', true, 200, true, false)
  assert.equal(s.offer, undefined)
})

test('what carries a description', () => {
  assert.equal(hasSdp(headers({}), 'v=0\r\n'), true)
  assert.equal(hasSdp(headers({ 'content-type': 'Application/SDP; x=y' }), 'v=0\r\n'), true)
  assert.equal(hasSdp(headers({ 'content-type': 'multipart/mixed;boundary=x' }), '--x'), true)
  assert.equal(hasSdp(headers({ 'content-type': 'application/dtmf-relay' }), 'Signal=1'), false)
  assert.equal(hasSdp(headers({ 'content-type': 'application/sdp' }), ''), false)
})

test('subscriptions by package and id; their state and time', () => {
  assert.equal(eventKey(headers({ event: 'Presence' })), 'presence')
  assert.equal(eventKey(headers({ event: 'refer ; id=7;x' })), 'refer;id=7')
  assert.equal(eventKey(headers({})), '')
  assert.equal(expiresOf(headers({ expires: ' 600 ' })), 600)
  assert.equal(expiresOf(headers({ expires: 'soon' })), undefined)
  assert.equal(expiresOf(headers({ expires: '4294967295' })), 2_000_000)
  assert.deepEqual(stateOf(headers({ 'subscription-state': 'active; expires=90' })), { over: false, seconds: 90 })
  assert.deepEqual(stateOf(headers({ 'subscription-state': 'Terminated;reason=x' })), { over: true, seconds: 180 })
  assert.equal(refersSilently(headers({ 'refer-sub': 'FALSE;x' })), true)
  assert.equal(refersSilently(headers({ 'refer-sub': 'true' })), false)
  assert.equal(refersSilently(headers({})), false)
})
