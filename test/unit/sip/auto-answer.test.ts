import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autoAnswerHeaders } from '../../../pbx/sip/auto-answer.ts'

test('every vendor is asked in its own words, and those nobody knows in the usual ones', () => {
  const alert = (userAgent: string | null): string | undefined => autoAnswerHeaders('office.example', userAgent)['Alert-Info']
  assert.equal(alert('PolycomVVX-VVX_410-UA/5.9'), 'Ring Answer')
  assert.equal(alert('Panasonic-KX-HDV230'), 'Intercom')
  assert.equal(alert('Mitel 6867i'), 'info=alert-autoanswer')
  for (const other of ['Yealink SIP-T46S 66.84', 'snom300/8.7', 'Grandstream GXP2170', null]) assert.match(alert(other) ?? '', /^<[^>]+>;info=alert-autoanswer;delay=0$/)
  const headers = autoAnswerHeaders('office.example', 'Cisco/SPA504G')
  assert.deepEqual([headers['Call-Info'], headers['Answer-Mode']], ['<sip:office.example>;answer-after=0', 'Auto'])
})
