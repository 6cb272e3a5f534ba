import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, parseAddress, parseAddressList } from '../../../pbx/sip/address.ts'

test('name-addr and addr-spec', () => {
  const quoted = parseAddress('"Bob \\"the <man>, really\\"" <sip:bob@host;transport=udp>;tag=a1;x="p;q,r"')
  assert.equal(quoted?.displayName, 'Bob "the <man>, really"')
  assert.equal(quoted?.uriText, 'sip:bob@host;transport=udp')
  assert.equal(quoted?.uri.params.get('transport'), 'udp')
  assert.deepEqual([...(quoted?.params ?? [])], [['tag', 'a1'], ['x', 'p;q,r']])
  assert.equal(parseAddress('Alice Smith  <sip:alice@host>')?.displayName, 'Alice Smith')
  assert.equal(parseAddress('<sip:alice@host> ; tag = 7')?.params.get('tag'), '7')
  // §20.10: without brackets the parameters are the header's.
  const bare = parseAddress('sip:alice@host;tag=b2')
  assert.equal(bare?.params.get('tag'), 'b2')
  assert.equal(bare?.uri.params.size, 0)
})

test('lists of contacts, commas in quotes and URIs included', () => {
  const list = parseAddressList('"Smith, J." <sip:a,b@host>;q=0.5;+sip.instance="<urn:uuid:1,2>", <sip:c@host>;expires=60,sip:d@host')
  assert.deepEqual(list?.map((each) => each.uriText), ['sip:a,b@host', 'sip:c@host', 'sip:d@host'])
  assert.equal(list?.[0]?.params.get('+sip.instance'), '<urn:uuid:1,2>')
  assert.equal(list?.[1]?.params.get('expires'), '60')
  assert.equal(parseAddressList('<sip:a@host>, rubbish'), undefined)
  assert.equal(parseAddressList('*, <sip:a@host>'), undefined)
  assert.equal(parseAddressList(' , '), undefined)
})

test('what is no address is none', () => {
  for (const text of ['', '<>', '<sip:a@host', 'sip:a@host>', '"open <sip:a@host>', '<sip:a@host>rest', '<http://x>', 'a b c']) {
    assert.equal(parseAddress(text), undefined, text)
  }
})

test('a name cannot break out of its header', () => {
  assert.equal(formatAddress('Eve" <sip:evil@x>\r\nVia: y', 'sip:100@host'), '"Eve\\" <sip:evil@x>  Via: y" <sip:100@host>')
  assert.equal(formatAddress('  ', 'sip:100@host'), '<sip:100@host>')
  assert.equal(parseAddress(formatAddress('a\\"b', 'sip:1@h'))?.displayName, 'a\\"b')
})
