import assert from 'node:assert/strict'
import { test } from 'node:test'
import { continueSession } from '../../../pbx/sip/origin.ts'

const sdp = (origin: string, rest = 'c=IN IP4 192.0.2.1'): string => ['v=0', origin, 's=-', rest, 't=0 0', ''].join('\r\n')

test('a description from elsewhere goes on as the next version of the session (RFC 3264 §8)', () => {
  const last = sdp('o=- 17 4 IN IP4 192.0.2.1')
  assert.equal(continueSession(last, sdp('o=mixer 99 1 IN IP4 192.0.2.9', 'c=IN IP4 192.0.2.9')), sdp('o=- 17 5 IN IP4 192.0.2.1', 'c=IN IP4 192.0.2.9'))
})

test('without a change it is the same version, and numbers above 2^53 are counted too', () => {
  const last = sdp('o=- 17 9007199254740993 IN IP4 192.0.2.1')
  assert.equal(continueSession(last, sdp('o=- 18 1 IN IP4 192.0.2.1')), last)
  assert.match(continueSession(last, sdp('o=- 18 1 IN IP4 192.0.2.1', 'c=IN IP4 192.0.2.2')), /^o=- 17 9007199254740994 IN IP4 192\.0\.2\.1\r$/m)
})

test('what has no origin stays as it is', () => {
  assert.equal(continueSession('', 'v=0\r\n'), 'v=0\r\n')
})
