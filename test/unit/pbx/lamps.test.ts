/** Who is in which call, by the news of calls; documents as phones read them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallView, LegView } from '../../../pbx/events/catalogue.ts'
import { dialogInfo, messageSummary, versioned } from '../../../pbx/presence/documents.ts'
import { createEngaged } from '../../../pbx/presence/engaged.ts'

const leg = (id: string, role: 'caller' | 'callee', extensionId: string | null, state: LegView['state']): LegView => ({ id, role, extensionId, state }) as LegView
const call = (id: string, state: CallView['state'], ...legs: LegView[]): CallView => ({ id, state, legs, from: { number: '101', name: 'Ada', extensionId: 'a' }, to: { number: '102', name: null, extensionId: 'b' } }) as CallView

test('news of calls make lamps: early, confirmed, over; nothing new is no news; the end comes last whatever came before', () => {
  const engaged = createEngaged()
  assert.deepEqual([...engaged.heard(call('c', 'routing', leg('1', 'caller', 'a', 'new')))], ['a'])
  assert.deepEqual(engaged.of('a').map(({ state, direction, number }) => [state, direction, number]), [['trying', 'initiator', '102']])
  assert.deepEqual([...engaged.heard(call('c', 'ringing', leg('1', 'caller', 'a', 'ringing'), leg('2', 'callee', 'b', 'ringing')))].toSorted(), ['a', 'b'])
  assert.deepEqual([...engaged.heard(call('c', 'ringing', leg('1', 'caller', 'a', 'ringing'), leg('2', 'callee', 'b', 'ringing')))], [])
  assert.deepEqual(engaged.of('b'), [{ id: '2', direction: 'recipient', state: 'early', number: '101', name: 'Ada' }])
  // Another phone of a fork answers.
  engaged.heard(call('c', 'answered', leg('1', 'caller', 'a', 'answered'), leg('2', 'callee', 'b', 'ended'), leg('3', 'callee', 'd', 'held')))
  assert.deepEqual([engaged.of('b'), engaged.of('d')[0]?.state], [[], 'confirmed'])
  assert.deepEqual([...engaged.heard(call('c', 'ending', leg('1', 'caller', 'a', 'answered'), leg('3', 'callee', 'd', 'answered')))].toSorted(), ['a', 'd'])
  assert.deepEqual([...engaged.heard(call('c', 'ended', leg('1', 'caller', 'a', 'ended')))], [])
  assert.deepEqual([engaged.of('a'), engaged.of('d')], [[], []])
})

test('names and numbers that look like markup stay text; each subscription counts its own versions', () => {
  const document = dialogInfo('102', 'example.com', [{ id: 'x"', direction: 'recipient', state: 'early', number: '"><x', name: 'A & <B>' }])
  assert.doesNotMatch(document, /<x|<B>/)
  assert.match(document, /display="A &#38; &#60;B&#62;"/)
  assert.match(versioned(document, 7), /version="7" state="full"/)
  assert.match(versioned(dialogInfo('102', 'example.com', []), 0), /<dialog id="102"><state>terminated<\/state><\/dialog>/)
  assert.equal(messageSummary('sip:*97@x', { unheard: 2, heard: 8, unheardUrgent: 1, heardUrgent: 0 }), 'Messages-Waiting: yes\r\nMessage-Account: sip:*97@x\r\nVoice-Message: 2/8 (1/0)\r\n')
})
