import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTraceCollector } from '../../../pbx/trace/collector.ts'
import { describeMessage } from '../../../pbx/trace/describe.ts'
import type { LegView } from '../../../pbx/events/catalogue.ts'
import type { TracedMessage } from '../../../pbx/sip/types.ts'

const message = (over: Partial<TracedMessage>): TracedMessage => ({
  at: 1, direction: 'in', transport: 'udp', peer: '127.0.0.1:1', local: undefined, callId: 'a', repeat: false, text: 'INVITE sip:1@h SIP/2.0\r\n\r\n', ...over,
})

test('messages of several Call-IDs come in order of time, and released ones are gone', () => {
  const collector = createTraceCollector()
  collector.add([message({ at: 3, callId: 'b' }), message({ at: 1, callId: 'a' }), message({ at: 2, callId: 'a' })])
  assert.deepEqual(collector.messagesOf(['a', 'b']).map((each) => each.at), [1, 2, 3])
  collector.release(['a'])
  assert.deepEqual(collector.messagesOf(['a', 'b']).map((each) => each.at), [3])
  collector.close()
})

test('a phone that repeats for ever fills no more than its share', () => {
  const collector = createTraceCollector()
  collector.add(Array.from({ length: 10_000 }, (_, at) => message({ at })))
  assert.ok(collector.messagesOf(['a']).length <= 500)
  collector.close()
})

test('requests and responses become arrows with their method', () => {
  const legs = [{ id: 'leg', sipCallId: 'a' } as LegView]
  const request = describeMessage(message({ text: 'INVITE sip:1@h SIP/2.0\r\nContent-Type: application/sdp\r\nCSeq: 1 INVITE\r\n\r\nv=0' }), legs)
  assert.deepEqual([request.summary, request.method, request.status, request.hasSdp, request.legId], ['INVITE', 'INVITE', null, true, 'leg'])
  const response = describeMessage(message({ callId: 'other', text: 'SIP/2.0 180 Ringing\r\ncseq:  7   INVITE\r\n\r\n' }), legs)
  assert.deepEqual([response.summary, response.method, response.status, response.hasSdp, response.legId], ['180 Ringing', 'INVITE', 180, false, null])
})

test('a NUL sent by a hostile phone does not reach the database', () => {
  assert.ok(!describeMessage(message({ text: 'INVITE sip:1@h SIP/2.0\r\nX: \u0000\r\n\r\n' }), []).text.includes('\u0000'))
})

test('a flood of long messages takes a bounded room and pushes out no call', () => {
  const collector = createTraceCollector()
  collector.add([message({ at: 1, callId: 'mine' })])
  collector.hold(['mine'])
  const text = 'x'.repeat(50_000)
  for (let stranger = 0; stranger < 3_000; stranger += 1) collector.add([message({ at: Date.now(), callId: `s${stranger}`, text })])
  assert.ok(collector.size * text.length <= 65_000_000, `${collector.size} are kept`)
  for (let at = 0; at < 100; at += 1) collector.add([message({ at: at + 2, callId: 'mine', text })])
  assert.ok(collector.messagesOf(['mine']).length <= 21)
  assert.equal(collector.messagesOf(['mine'])[0]?.text.startsWith('INVITE'), true)
  collector.close()
})
