import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { formatNetwork, networkOf, parseNetwork } from '../../../config/network.ts'

test('who counts as one: an IPv4 address, the /64 of an IPv6 address', () => {
  const table = {
    '192.0.2.7': '192.0.2.7',
    '::ffff:192.0.2.7': '192.0.2.7',
    '2001:db8:0:1:2:3:4:5': '2001:db8:0:1::/64',
    '2001:db8::1': '2001:db8::/64',
    '2001:DB8:1:2::': '2001:db8:1:2::/64',
    '1:2:3:4:5:6:7:8': '1:2:3:4::/64',
    '0:0:1::': '0:0:1::/64',
    '::1': '::/64',
    'fe80::1%eth0': 'fe80::/64',
    '64:ff9b::192.0.2.1': '64:ff9b::/64',
    unknown: 'unknown',
  }
  for (const [address, network] of Object.entries(table)) assert.equal(networkOf(address), network, address)
})

test('networks as people write them, without bits beyond the prefix', () => {
  const table = {
    '192.0.2.7': '192.0.2.7',
    ' 192.0.2.7/32 ': '192.0.2.7',
    '192.0.2.7/24': '192.0.2.0/24',
    '203.0.113.255/9': '203.0.0.0/9',
    '255.255.255.255/0': '0.0.0.0/0',
    '2001:db8::7': '2001:db8::/64',
    '2001:db8:ffff:ffff::/33': '2001:db8:8000::/33',
    '2001:db8::7/128': '2001:db8::7/128',
    '1:0:0:2:0:0:0:3/128': '1:0:0:2::3/128',
    '64:ff9b::192.0.2.1/128': '64:ff9b::c000:201/128',
    '::ffff:192.0.2.9': '192.0.2.9',
    '::/0': '::/0',
  }
  for (const [text, network] of Object.entries(table)) assert.equal(formatNetwork(parseNetwork(text)), network, text)
  for (const text of ['', 'pbx.example.com', '192.0.2', '192.0.2.7/33', '192.0.2.7/', '192.0.2.7/24/8', '2001:db8::/129', '::1/-1', '1.2.3.4/1e1', '2001:db8::g']) {
    assert.throws(() => parseNetwork(text), (error) => error instanceof Refusal && error.code === 'malformed', text)
  }
})
