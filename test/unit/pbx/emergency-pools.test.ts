/** Numbers for call backs: which one a call for help shows out of a pool, and what may not be in one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RefusalDetail } from '../../../config/errors.ts'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import { checkPool, reservedFor } from '../../../pbx/emergency-pools.ts'
import { chooseFromPool, type ShownBefore } from '../../../pbx/help/pools.ts'

const shown = (number: string, deviceId: string | null, at: number, over: Partial<ShownBefore> = {}): ShownBefore => ({ tenantId: 't', number, caller: `of ${deviceId}`, extensionId: 'x', deviceId, at, ...over })
const who = { tenantId: 't', extensionId: 'x', deviceId: 'd' }
const pool = ['1', '2']

test('its own again, or a free one, or the one unused for the longest; with all in use the oldest, and that is said', () => {
  const table: [what: string, before: ShownBefore[], number: string, takenFrom: string | undefined][] = [
    ['nobody called', [], '1', undefined],
    ['the phone called before', [shown('1', 'e', 60), shown('2', 'd', 50)], '2', undefined],
    ['it called too long ago, and the other was used before that', [shown('2', 'd', 5), shown('1', 'e', 4)], '1', undefined],
    ['another phone called', [shown('1', 'e', 50)], '2', undefined],
    ['another phone of the extension', [shown('1', null, 50)], '2', undefined],
    ['both are in use', [shown('1', 'e', 60), shown('2', 'f', 50)], '2', 'of f'],
    ['in use by another tenant', [shown('1', 'e', 60, { tenantId: 'u' })], '1', undefined],
    ['it has lost its own to another meanwhile', [shown('1', 'e', 70), shown('2', 'f', 60), shown('1', 'd', 50)], '2', 'of f'],
  ]
  for (const [what, before, number, takenFrom] of table) {
    const chosen = chooseFromPool(pool, before, who, 10)
    assert.deepEqual([chosen?.number, chosen?.takenFrom?.caller, chosen?.size], [number, takenFrom, 2], what)
  }
  assert.equal(chooseFromPool([], [], who, 10), undefined)
})

test('a pool has inbound numbers only that nothing else shows, each in one pool; and nothing else may show them', () => {
  const site = { id: 'hq', name: 'HQ', callbackPool: ['+15550000001'], callbackNumber: '+15550000006' }
  const snapshot = {
    inboundNumbersOf: () => [1, 2, 3, 4, 5, 6].map((digit) => ({ number: `+1555000000${digit}` })), extensionsOf: () => [{ id: 'ada', number: '101', name: 'Ada', outsideNumber: '+15550000003' }], clickToDialOf: () => ({ outsideNumber: '+15550000007' }),
    outboundRoutesOf: () => [{ name: 'Out', callerId: '+15550000004' }], trunksOf: () => [{ name: 'Carrier', callerId: '+15550000005' }], emergencyOf: () => ({ ...NOWHERE, sites: [site] }),
  }
  const directory = { snapshot: () => snapshot } as never
  const check = (...numbers: string[]): [string[], string] => {
    const details: RefusalDetail[] = []
    return [checkPool(directory, 't', undefined, numbers, details), details.map(({ message }) => message).join(' ')]
  }
  assert.deepEqual(check('+1 555 000-0002', '+15550000002'), [['+15550000002'], ''])
  for (const [number, words] of [['+15550000009', /no inbound number/], ['+15550000001', /site HQ already/], ['+15550000003', /extension 101 \(Ada\)/], ['+15550000004', /route Out/], ['+15550000005', /trunk Carrier/], ['+15550000006', /the site HQ/]] as const) assert.match(check(number)[1], words, number)
  const own: RefusalDetail[] = []
  checkPool(directory, 't', 'hq', ['+15550000001'], own)
  assert.deepEqual(own, [])
  assert.match(reservedFor(directory, 't', '+1 (555) 000-0001') ?? '', /pool of the site HQ/)
  assert.equal(reservedFor(directory, 't', '+15550000002'), undefined)
})
