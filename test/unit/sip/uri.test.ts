import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatHostPort, formatUri, isIpLiteral, parseUri } from '../../../pbx/sip/uri.ts'

test('URIs of RFC 3261 §19.1.3 are read', () => {
  assert.deepEqual(parseUri('sip:alice@atlanta.com'), { scheme: 'sip', user: 'alice', host: 'atlanta.com', port: undefined, params: new Map(), headers: undefined })
  const secret = parseUri('sip:alice:secretword@Atlanta.com:5061;Transport=TCP;lr')
  assert.equal(secret?.user, 'alice')
  assert.equal(secret?.host, 'atlanta.com')
  assert.equal(secret?.port, 5061)
  assert.deepEqual([...(secret?.params ?? [])], [['transport', 'TCP'], ['lr', '']])
  assert.equal(parseUri('sips:alice@atlanta.com?subject=project%20x&priority=urgent')?.headers, 'subject=project%20x&priority=urgent')
  assert.equal(parseUri('sip:+1-212-555-1212:1234@gateway.com;user=phone')?.user, '+1-212-555-1212')
  assert.equal(parseUri('sips:1212@gateway.com')?.scheme, 'sips')
  assert.equal(parseUri('sip:alice;day=tuesday@atlanta.com')?.user, 'alice;day=tuesday')
  assert.equal(parseUri('sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com')?.user, undefined)
})

test('escapes, IPv6, tel, letter case of the scheme', () => {
  assert.equal(parseUri('SIP:%31%30%30@192.0.2.1')?.user, '100')
  assert.equal(parseUri('sip:100%@host')?.user, '100%')
  assert.deepEqual([parseUri('sip:100@[2001:db8::1]:5070')?.host, parseUri('sip:100@[2001:db8::1]:5070')?.port], ['[2001:db8::1]', 5070])
  assert.equal(parseUri('tel:+4930123456;phone-context=example.com')?.user, '+4930123456')
})

test('what is no URI is none', () => {
  for (const text of [
    '', 'sip:', 'sip:@host', 'sip::5060', 'http://x', 'sip:100@host:0', 'sip:100@host:65536', 'sip:100@host:5o6o', 'sip:100@', 'sip:1 00@host',
    'sip:100@host\r\nX: y', 'sip:<100>@host', 'sip:a@b@c', 'sip:100@[::1', 'tel:', `sip:${'a'.repeat(3000)}@host`, 'sip:100@-host', 'sip:100@ho$t',
  ]) assert.equal(parseUri(text), undefined, text.slice(0, 40))
})

test('what is written is read back as the same', () => {
  for (const text of ['sip:100@192.0.2.1:5062;transport=tcp;ob', 'sips:a%20b%40c@host', 'sip:host', 'tel:112', 'sip:x@[::1]:9?a=b']) {
    const uri = parseUri(text)
    assert.ok(uri)
    assert.deepEqual(parseUri(formatUri(uri)), uri)
  }
  assert.equal(formatUri({ scheme: 'sip', user: 'a b@"<\r\nü\ud800', host: 'h', port: undefined, params: new Map(), headers: undefined }), 'sip:a%20b%40%22%3C%0D%0A%C3%BC%EF%BF%BD@h')
})

test('addresses and names', () => {
  assert.deepEqual(['192.0.2.1', '[::1]', 'pbx', '1.2.3', '1.2.3.4.example'].map(isIpLiteral), [true, true, false, false, false])
  assert.equal(formatHostPort('::1', 5060), '[::1]:5060')
  assert.equal(formatHostPort('192.0.2.1', 5060), '192.0.2.1:5060')
})
