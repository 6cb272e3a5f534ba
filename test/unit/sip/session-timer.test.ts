import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agreedBy, answerSession, asksTooShort, keepSession, offerSession } from '../../../pbx/sip/session-timer.ts'
import type { SrfMessage } from '../../../pbx/sip/srf-types.ts'

const wish = { expires: 1800, min: 90 }
const message = (headers: Record<string, string>): SrfMessage => ({ headers, method: 'INVITE', uri: '', status: 0, reason: '' })
const said = (headers: Record<string, string>, ours = wish): string | undefined => answerSession(message(headers), ours).headers['Session-Expires']

test('what we ask for, and ask again after a 422', () => {
  assert.deepEqual(offerSession(wish), { 'Session-Expires': '1800', 'Min-SE': '90' })
  assert.deepEqual(offerSession(wish, 3600), { 'Session-Expires': '3600', 'Min-SE': '3600' })
  assert.deepEqual(offerSession({ expires: 0, min: 90 }), {})
})

test('what we answer: the shorter time, the asker\'s choice of refresher, nothing that would trouble a phone without timers', () => {
  assert.equal(said({ supported: 'timer', 'session-expires': '600' }), '600;refresher=uac')
  assert.equal(said({ supported: 'timer', 'session-expires': '3600;refresher=uas' }), '1800;refresher=uas')
  assert.equal(said({ supported: 'timer', 'session-expires': '3600', 'min-se': '2400' }), '2400;refresher=uac')
  assert.equal(said({ x: '600', supported: 'timer' }), '600;refresher=uac')
  assert.equal(said({ supported: 'timer' }), '1800;refresher=uas')
  assert.equal(said({ allow: 'INVITE, UPDATE' }), '1800;refresher=uas')
  assert.equal(said({ allow: 'INVITE' }), undefined)
  assert.equal(said({ 'session-expires': '600' }), '600;refresher=uas')
  assert.equal(said({ supported: 'timer' }, { expires: 0, min: 90 }), undefined)
  assert.equal(said({ supported: 'timer', 'session-expires': '600' }, { expires: 0, min: 90 }), '600;refresher=uac')
  assert.equal(answerSession(message({ supported: 'timer', 'session-expires': '600' }), wish).headers['Require'], 'timer')
  assert.equal(answerSession(message({ supported: 'timer', 'session-expires': '600;refresher=uas' }), wish).headers['Require'], undefined)
  assert.deepEqual(answerSession(message({ supported: 'timer', 'session-expires': '600;refresher=uas' }), wish).agreed, { interval: 600, weRefresh: true })
})

test('too short is said only to those who understand it', () => {
  assert.equal(asksTooShort(message({ supported: 'timer', 'session-expires': '89' }), wish), true)
  assert.equal(asksTooShort(message({ 'session-expires': '89' }), wish), false)
  assert.equal(asksTooShort(message({ require: 'timer', 'session-expires': '90' }), wish), false)
})

test('what an answer agreed on, and how it is kept', () => {
  assert.deepEqual(agreedBy(message({ 'session-expires': '600;refresher=uas' })), { interval: 600, weRefresh: false })
  assert.deepEqual(agreedBy(message({ 'session-expires': '600 ; x=1; Refresher = UAC' })), { interval: 600, weRefresh: true })
  assert.deepEqual(agreedBy(message({ 'session-expires': '600' })), { interval: 600, weRefresh: true })
  assert.equal(agreedBy(message({})), undefined)
  assert.deepEqual(keepSession({ interval: 600, weRefresh: false }), { 'Session-Expires': '600;refresher=uas' })
  assert.deepEqual(keepSession(undefined), {})
})
