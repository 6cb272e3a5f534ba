import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerFor, asksTooShort, patience, readSessionExpires, refreshAfter } from '../../../pbx/signalling/engine/dialog/session-expires.ts'

const headers = (all: Record<string, string>) => ({ names: Object.keys(all), values: Object.values(all) })

test('Session-Expires as phones write it', () => {
  assert.deepEqual(readSessionExpires('1800'), { interval: 1800, refresher: undefined })
  assert.deepEqual(readSessionExpires(' 90 ;refresher = UAS;x=y'), { interval: 90, refresher: 'uas' })
  assert.deepEqual(readSessionExpires('90;refresher=me'), { interval: 90, refresher: undefined })
  assert.equal(readSessionExpires('4294967295')?.interval, 2_000_000)
  for (const bad of [undefined, '', '0', '-5', 'x', '90 seconds']) assert.equal(readSessionExpires(bad), undefined, bad)
})

test('422 is for those who understand it', () => {
  assert.equal(asksTooShort(headers({ 'session-expires': '60', supported: '100rel, Timer' }), 90), true)
  assert.equal(asksTooShort(headers({ 'session-expires': '90', supported: 'timer' }), 90), false)
  assert.equal(asksTooShort(headers({ 'session-expires': '60', supported: 'replaces' }), 90), false)
  assert.equal(asksTooShort(headers({ supported: 'timer' }), 90), false)
})

test('the answer of a server whose application says nothing (RFC 4028 §9, table 2)', () => {
  const value = (all: Record<string, string>): string | undefined => answerFor(headers(all), 90)?.value
  assert.equal(value({ supported: 'timer' }), undefined)
  assert.equal(value({ 'session-expires': '600', supported: 'timer' }), '600;refresher=uac')
  assert.equal(value({ 'session-expires': '600;refresher=uas', supported: 'timer' }), '600;refresher=uas')
  assert.equal(value({ 'session-expires': '600;refresher=uac' }), '600;refresher=uas')
  assert.equal(value({ 'session-expires': '60' }), '90;refresher=uas')
  assert.deepEqual(answerFor(headers({ 'session-expires': '600', supported: 'timer' }), 90)?.lines, ['Session-Expires: 600;refresher=uac', 'Require: timer'])
})

test('refreshed at half of the time; given up a third of it, or 32 s, early (RFC 4028 §10)', () => {
  assert.equal(refreshAfter(1800), 900_000)
  assert.equal(patience(1800), 1_768_000)
  assert.equal(patience(90), 60_000)
})
