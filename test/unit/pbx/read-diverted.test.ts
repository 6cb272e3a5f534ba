/** Who sent a call on before it came here, as carriers write it (RFC 5806, RFC 7044, 3GPP TS 24.604). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { divertedHeaders, readDiverted } from '../../../pbx/sip/diverted.ts'

const read = (headers: Record<string, string>) => readDiverted((name) => headers[name])

const cases: [name: string, headers: Record<string, string>, expected: unknown][] = [
  ['nothing', {}, []],
  ['Diversion, the last first', { diversion: '"B" <sip:+15550000002@c>;reason=user-busy;counter=1, <tel:+15550000001>;reason=no-answer' }, [{ number: '+15550000002', why: 'user-busy' }, { number: '+15550000001', why: 'no-answer' }]],
  ['a reason that nobody knows, in quotes, in capitals', { diversion: '<sip:1@c>;reason="Unconditional", <sip:2@c>;reason=because, <sip:3@c>' }, [{ number: '1', why: 'unconditional' }, { number: '2', why: 'unknown' }, { number: '3', why: 'unknown' }]],
  ['withheld', { diversion: '<sip:+15550000001@c>;reason=away;privacy=full, <sip:anonymous@anonymous.invalid>;reason=no-answer' }, [{ number: 'anonymous', why: 'away', hidden: true }, { number: 'anonymous', why: 'no-answer', hidden: true }]],
  ['parameters in the user part', { diversion: '<sip:+15550000001;npdi@c;user=phone>;reason=unavailable' }, [{ number: '+15550000001', why: 'unavailable' }]],
  ['History-Info with Reason', { 'history-info': '<sip:+15550000001@c?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1, <sip:+15550000002@c?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1, <sip:+15550009999@c>;index=1.1.1;mp=1.1' }, [{ number: '+15550000002', why: 'unconditional' }, { number: '+15550000001', why: 'user-busy' }]],
  ['History-Info with cause in the target (IMS)', { 'history-info': '<sip:+15550000001@c>;index=1, <sip:+15550009999@c;cause=408>;index=1.1' }, [{ number: '+15550000001', why: 'no-answer' }]],
  ['History-Info of a call that nobody sent on', { 'history-info': '<sip:+15550009999@c>;index=1, <sip:+15550009999@10.0.0.1>;index=1.1;rc=1' }, []],
  ['History-Info with privacy', { 'history-info': '<sip:+15550000001@c?Privacy=history&Reason=SIP%3Bcause%3D302>;index=1, <sip:+15550009999@c>;index=1.1;mp=1' }, [{ number: 'anonymous', why: 'unconditional', hidden: true }]],
  ['both: Diversion counts', { diversion: '<sip:1@c>;reason=away', 'history-info': '<sip:2@c>;index=1, <sip:3@c;cause=302>;index=1.1' }, [{ number: '1', why: 'away' }]],
  ['nonsense', { diversion: '<<<>>;;=', 'history-info': '<sip:;index=' }, []],
  ['what would break a header', { diversion: '<sip:%0d%0aX-Evil%3a1@c>;reason=away' }, []],
]
for (const [name, headers, expected] of cases) {
  test(`who sent a call on: ${name}`, () => {
    assert.deepEqual(read(headers), expected)
  })
}

test('at most ten are read', () => {
  assert.equal(read({ diversion: Array.from({ length: 200 }, (_, at) => `<sip:${at}@c>;reason=away`).join(', ') }).length, 10)
  const deep = Array.from({ length: 50 }, (_, at) => `<sip:${at}@c?Reason=SIP%3Bcause%3D302>;index=${Array(at + 1).fill('1').join('.')}`).join(', ')
  assert.equal(read({ 'history-info': deep }).length, 10)
})

test('what we write is read back, by either header', () => {
  const diverted = [{ number: '102', why: 'no-answer' }, { number: 'anonymous', why: 'unconditional', hidden: true as const }, { number: '+15550000001', why: 'user-busy' }]
  const { Diversion = '', 'History-Info': history = '' } = divertedHeaders(diverted, '+15550009999', 'carrier.example')
  assert.doesNotMatch(Diversion, /anonymous@carrier/)
  assert.deepEqual(read({ diversion: Diversion }), diverted)
  assert.deepEqual(read({ 'history-info': history }), diverted)
})
