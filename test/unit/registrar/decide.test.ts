import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { parseAddress } from '../../../pbx/sip/address.ts'
import { contactKey } from '../../../pbx/registrar/binding.ts'
import type { Binding } from '../../../pbx/registrar/binding.ts'
import { decideRegister } from '../../../pbx/registrar/decide.ts'
import { readWish } from '../../../pbx/registrar/wish.ts'
import { BOUNDS, DEVICE, EXTENSION, requestOf, TENANT } from './fakes.ts'

const isRefusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code
const wishOf = (headers: Record<string, string>): ReturnType<typeof readWish> => readWish(requestOf('REGISTER', headers), BOUNDS)
const keyOf = (text: string): string => contactKey(parseAddress(text) ?? assert.fail(text))

function bindingOf(contact: string, values: Partial<Binding> = {}): Binding {
  return {
    id: contact, tenantId: TENANT, extensionId: EXTENSION.id, deviceId: DEVICE.id, key: keyOf(`<${contact}>`), registeredAt: 0, uri: contact, callId: 'call-1', cseq: 5, q: 1,
    userAgent: undefined, source: { transport: 'udp', address: '192.0.2.7', port: 5062 }, path: [], updatedAt: 0, expiresAt: 0, credentialsChangedAt: 1, reachable: 'unknown', waiting: false,
    roundTripMs: null, missed: 0, stored: true, names: { number: '', extension: '', device: '' }, ...values,
  }
}

test('how long a registration lasts: parameter, header, default, bounds (RFC 3261 §10.3 step 7)', () => {
  const table: [Record<string, string>, number | 'too-brief'][] = [
    [{ contact: '<sip:a@h>;expires=120' }, 120],
    [{ contact: '<sip:a@h>;expires=120', expires: '999' }, 120],
    [{ contact: '<sip:a@h>', expires: '999' }, 999],
    [{ contact: '<sip:a@h>' }, 600],
    [{ contact: '<sip:a@h>;expires=' }, 600],
    [{ contact: '<sip:a@h>;expires=0', expires: '999' }, 0],
    [{ contact: '<sip:a@h>', expires: '0' }, 0],
    [{ contact: '<sip:a@h>;expires=86400' }, 3600],
    [{ contact: '<sip:a@h>;expires=99999999999999999999' }, 3600],
    [{ contact: '<sip:a@h>;expires=soon' }, 3600],
    [{ contact: '<sip:a@h>;expires=60' }, 60],
    [{ contact: '<sip:a@h>;expires=59' }, 'too-brief'],
    [{ contact: '<sip:a@h>', expires: '1' }, 'too-brief'],
  ]
  for (const [headers, expected] of table) {
    if (expected === 'too-brief') assert.throws(() => wishOf(headers), isRefusal('interval-too-brief'), JSON.stringify(headers))
    else {
      const wish = wishOf(headers)
      assert.equal(wish.kind === 'update' && wish.contacts[0]?.expires, expected, JSON.stringify(headers))
    }
  }
  // An hour and more never gets 423, whatever our shortest is.
  const long = readWish(requestOf('REGISTER', { contact: '<sip:a@h>;expires=3600' }), { ...BOUNDS, expiresMin: 7200, expiresMax: 7200 })
  assert.equal(long.kind === 'update' && long.contacts[0]?.expires, 3600)
})

test('what is asked for: nothing, everything, contacts with q', () => {
  assert.deepEqual(wishOf({}), { kind: 'fetch' })
  assert.deepEqual(wishOf({ contact: '*', expires: '0' }), { kind: 'forget-all' })
  const wish = wishOf({ contact: '<sip:a@h>;q=0.5, <sip:b@h>;q=7, sip:c@h;q=0' })
  assert.deepEqual(wish.kind === 'update' && wish.contacts.map(({ uri, q }) => [uri, q]), [['sip:a@h', 0.5], ['sip:b@h', 1], ['sip:c@h', 0]])
  const twice = wishOf({ contact: '<sip:a@h>;expires=100, <sip:a@h>;expires=200' })
  assert.deepEqual(twice.kind === 'update' && twice.contacts.map(({ expires }) => expires), [200])
})

test('header fields that a contact brings are left out: they would be put into requests to the phone (§19.1.5)', () => {
  const wish = wishOf({ contact: '<sip:a;x?y@h:5062;transport=tcp?Route=%3Csip:evil%3E&Subject=x>, <sip:b@h?a=b@c>, "c" <sip:c@h>' })
  assert.deepEqual(wish.kind === 'update' && wish.contacts.map(({ uri }) => uri), ['sip:a;x?y@h:5062;transport=tcp', 'sip:b@h', 'sip:c@h'])
})

test('what cannot be understood is refused (step 6)', () => {
  for (const headers of [
    { contact: '*' }, { contact: '*', expires: '60' }, { contact: '*, <sip:a@h>', expires: '0' }, { contact: '<sip:a@h>, *' },
    { contact: '<sip:a' }, { contact: 'tel:123' }, { contact: '<http://a>' },
  ] as Record<string, string>[]) assert.throws(() => wishOf(headers), isRefusal('malformed'), JSON.stringify(headers))
})

test('when two contacts are the same', () => {
  assert.equal(keyOf('<sip:a@H.example:5060;ob;rinstance=1>'), keyOf('"x" <sip:a@h.example:5060>;expires=3'))
  assert.notEqual(keyOf('<sip:a@h>'), keyOf('<sip:a@h:5060>'))
  assert.notEqual(keyOf('<sip:a@h;transport=tcp>'), keyOf('<sip:a@h;transport=udp>'))
  assert.notEqual(keyOf('<sip:a@h>'), keyOf('<sip:A@h>'))
  assert.equal(keyOf('<sip:a@h>;+sip.instance="<urn:uuid:AB>"'), keyOf('<sip:b@other:9>;+sip.instance="<urn:uuid:ab>"'))
  assert.notEqual(keyOf('<sip:a@h>;+sip.instance="<urn:uuid:ab>";reg-id=1'), keyOf('<sip:a@h>;+sip.instance="<urn:uuid:ab>";reg-id=2'))
  assert.ok(keyOf(`<sip:${'a'.repeat(1500)}@h>`).length < 100)
})

const LIMIT = 3
const decide = (headers: Record<string, string>, order: { callId: string; cseq: number }, own: Binding[], all = own, whenFull: 'replace' | 'reject' = 'replace'): ReturnType<typeof decideRegister> =>
  decideRegister(wishOf(headers), order, own, new Set(all), { limit: LIMIT, whenFull })

test('add, refresh, remove: all in one request', () => {
  const a = bindingOf('sip:a@h')
  const b = bindingOf('sip:b@h')
  const changes = decide({ contact: '<sip:a@h>, <sip:b@h>;expires=0, <sip:c@h>, <sip:gone@h>;expires=0' }, { callId: 'call-1', cseq: 6 }, [a, b])
  assert.deepEqual(changes.refreshed.map(({ binding }) => binding), [a])
  assert.deepEqual(changes.removed, [b])
  assert.deepEqual(changes.added.map(({ uri }) => uri), ['sip:c@h'])
  assert.deepEqual(changes.replaced, [])
})

test('an older request with the same Call-ID changes nothing at all; another Call-ID starts anew', () => {
  const a = bindingOf('sip:a@h')
  for (const cseq of [5, 4]) {
    assert.throws(() => decide({ contact: '<sip:new@h>, <sip:a@h>' }, { callId: 'call-1', cseq }, [a]), isRefusal('conflict'))
    assert.throws(() => decide({ contact: '<sip:a@h>;expires=0' }, { callId: 'call-1', cseq }, [a]), isRefusal('conflict'))
    assert.throws(() => decide({ contact: '*', expires: '0' }, { callId: 'call-1', cseq }, [a]), isRefusal('conflict'))
  }
  assert.equal(decide({ contact: '<sip:a@h>' }, { callId: 'call-2', cseq: 1 }, [a]).refreshed.length, 1)
  assert.deepEqual(decide({ contact: '*', expires: '0' }, { callId: 'call-2', cseq: 1 }, [a]).removed, [a])
})

test('* forgets the own contacts of the device, not those of another phone of the extension', () => {
  const own = bindingOf('sip:a@h')
  const other = bindingOf('sip:b@h', { deviceId: 'other' })
  assert.deepEqual(decide({ contact: '*', expires: '0' }, { callId: 'x', cseq: 1 }, [own], [own, other]).removed, [own])
})

test('beyond the limit the oldest makes room, one that does not answer first of all', () => {
  const old = bindingOf('sip:a@h', { updatedAt: 1 })
  const older = bindingOf('sip:b@h', { updatedAt: 0, deviceId: 'other' })
  const dead = bindingOf('sip:c@h', { updatedAt: 9, reachable: 'no' })
  const all = [old, older, dead]
  const order = { callId: 'x', cseq: 1 }
  assert.deepEqual(decide({ contact: '<sip:n@h>' }, order, [old, dead], all).replaced, [dead])
  assert.deepEqual(decide({ contact: '<sip:n@h>, <sip:m@h>' }, order, [old, dead], all).replaced, [dead, older])
  // One that is refreshed by the same request stays, one that it removes makes room.
  assert.deepEqual(decide({ contact: '<sip:n@h>, <sip:c@h>' }, order, [old, dead], all).replaced, [older])
  assert.deepEqual(decide({ contact: '<sip:n@h>, <sip:a@h>;expires=0' }, order, [old, dead], all).replaced, [])
  assert.throws(() => decide({ contact: '<sip:1@h>,<sip:2@h>,<sip:3@h>,<sip:4@h>' }, order, []), isRefusal('forbidden'))
})

test('where the full extension refuses, only one that does not answer makes room', () => {
  const [old, other] = [bindingOf('sip:a@h', { updatedAt: 1 }), bindingOf('sip:b@h', { updatedAt: 0, deviceId: 'other' })]
  const dead = bindingOf('sip:c@h', { updatedAt: 9, reachable: 'no' })
  const order = { callId: 'x', cseq: 1 }
  assert.deepEqual(decide({ contact: '<sip:n@h>' }, order, [old, dead], [old, other, dead], 'reject').replaced, [dead])
  assert.throws(() => decide({ contact: '<sip:n@h>, <sip:m@h>' }, order, [old, dead], [old, other, dead], 'reject'), isRefusal('forbidden'))
  const third = bindingOf('sip:d@h')
  assert.throws(() => decide({ contact: '<sip:n@h>' }, order, [old], [old, other, third], 'reject'), isRefusal('forbidden'))
  // Who is in already stays in, and may move.
  assert.deepEqual(decide({ contact: '<sip:a@h>' }, order, [old], [old, other, third], 'reject').refreshed.length, 1)
  assert.deepEqual(decide({ contact: '<sip:n@h>, <sip:a@h>;expires=0' }, order, [old], [old, other, third], 'reject').added.length, 1)
})
