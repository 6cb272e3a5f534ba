import assert from 'node:assert/strict'
import { test } from 'node:test'
import { divertedHeaders } from '../../../pbx/sip/diverted.ts'

test('a call that was sent on twice tells both in the order of each header', () => {
  const headers = divertedHeaders([{ number: '103', why: 'user-busy' }, { number: '102', why: 'unconditional' }], '+12025550123', 'carrier.example')
  assert.equal(headers['Diversion'], '<sip:103@carrier.example>;reason=user-busy;counter=1, <sip:102@carrier.example>;reason=unconditional;counter=1')
  assert.deepEqual(headers['History-Info']?.split(', '), [
    '<sip:102@carrier.example?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%20Temporarily%22>;index=1',
    '<sip:103@carrier.example?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1.1;mp=1',
    '<sip:+12025550123@carrier.example>;index=1.1.1;mp=1.1',
  ])
})

test('a call that nobody sent on says nothing', () => {
  assert.deepEqual([divertedHeaders([], '101', 'x'), divertedHeaders(undefined, '101', 'x')], [{}, {}])
})
