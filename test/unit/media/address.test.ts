import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { createLocalAddresses, isPublic, latchRuleFor, plainAddress } from '../../../media/embedded/address.ts'

test('public and not', () => {
  for (const address of ['2a00:1450::1', '8.8.8.8', '203.0.113.1', '172.32.0.1', '100.128.0.1']) assert.equal(isPublic(address), true, address)
  for (const address of ['10.1.2.3', '172.16.0.1', '192.168.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', 'fe80::1', 'fd12::1', '2001:db8::1', 'x']) {
    assert.equal(isPublic(address), false, address)
  }
})

test('a bound address is told to everybody; behind NAT the public ones hear the external one', async () => {
  const behind = createLocalAddresses(['192.168.1.2', 'fd00::2'], '203.0.113.9')
  assert.equal(await behind.towards('8.8.8.8'), '203.0.113.9')
  assert.equal(await behind.towards('192.168.1.50'), '192.168.1.2')
  assert.equal(await behind.towards('2a00::5'), 'fd00::2', 'the external address is of the other family')
  assert.deepEqual(behind.besides('192.168.1.2'), ['203.0.113.9'])
  assert.deepEqual(behind.besides('fd00::2'), [])
  assert.equal(await createLocalAddresses(['192.168.1.2'], undefined).towards('8.8.8.8'), '192.168.1.2')
})

test('bound to every address, the one that routes to the peer is told', async () => {
  const every = createLocalAddresses(['0.0.0.0', '::'], undefined)
  assert.equal(await every.towards('127.0.0.1'), '127.0.0.1')
  assert.equal(await every.towards('::ffff:127.0.0.1'), '127.0.0.1')
  assert.equal(await every.towards('127.0.0.1'), '127.0.0.1')
  assert.equal(await every.towards('::1'), '::1')
})

test('a family without an address of ours is refused in words', async () => {
  await assert.rejects(createLocalAddresses(['0.0.0.0'], undefined).towards('2a00::1'), (error) => error instanceof Refusal && error.code === 'unprocessable' && /IPv6.*RTP_HOST/.test(error.message))
  assert.throws(() => plainAddress('pbx.example'), (error) => error instanceof Refusal && error.code === 'unprocessable')
})

test('an address is written in one way', () => {
  assert.equal(plainAddress('2001:DB8:0:0:0::1'), '2001:db8::1')
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('fe80:0::1%eth0'), 'fe80::1%eth0')
})

test('when audio may come from elsewhere', () => {
  assert.equal(latchRuleFor('203.0.113.5', '203.0.113.5').elsewhere, false)
  assert.equal(latchRuleFor('203.0.113.5', '203.0.113.6').elsewhere, false, 'a public address is where packets come from')
  assert.equal(latchRuleFor('203.0.113.5', '10.0.0.1').elsewhere, true)
  assert.equal(latchRuleFor('10.0.0.1', '10.0.0.1').elsewhere, false)
  assert.equal(latchRuleFor('203.0.113.5', undefined).elsewhere, true)
})
