import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registrationAddress } from '../../../pbx/directory/credentials.ts'
import { plainSip } from '../../support/plain-sip.ts'

const at = (host: string, externalAddress?: string): Parameters<typeof registrationAddress>[0] => ({ sip: { ...plainSip, hosts: [host], port: 5060, externalAddress } })

test('where a phone is told to register', () => {
  assert.deepEqual(registrationAddress(at('192.0.2.1'), [], []), { domain: '192.0.2.1', port: 5060, transports: [{ name: 'udp', port: 5060 }, { name: 'tcp', port: 5060 }] })
  const everything = ['wss/192.0.2.1:7443', 'ws/192.0.2.1:5066', 'tls/192.0.2.1:5061', 'tcp/192.0.2.1:5082', 'udp/192.0.2.1:5082', 'udp/[2001:db8::1]:5082']
  assert.deepEqual(registrationAddress(at('192.0.2.1'), everything, ['pbx.example.com']), {
    domain: 'pbx.example.com', port: 5082,
    transports: [{ name: 'udp', port: 5082 }, { name: 'tcp', port: 5082 }, { name: 'tls', port: 5061 }, { name: 'wss', port: 7443 }, { name: 'ws', port: 5066 }],
  })
  assert.equal(registrationAddress(at('0.0.0.0', '203.0.113.9'), [], []).domain, '203.0.113.9')
  assert.equal(registrationAddress(at('0.0.0.0'), ['udp/127.0.0.1:5060', 'udp/192.0.2.44:5060'], []).domain, '192.0.2.44')
  // With nothing but wildcards it is an address of this machine, never the wildcard.
  assert.notEqual(registrationAddress(at('0.0.0.0'), ['udp/0.0.0.0:5060'], []).domain, '0.0.0.0')
  assert.equal(registrationAddress(at('127.0.0.1'), ['udp/127.0.0.1:40001'], []).port, 40001)
})
