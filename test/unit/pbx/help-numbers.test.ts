/** Which numbers call for help: by country, behind the digits for an outside line, and where the phone is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import type { DirectorySnapshot } from '../../../pbx/directory/types.ts'
import { helpDialled, helpIn } from '../../../pbx/emergency/recognise.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { helpFormsOf } from '../../../pbx/routing/help.ts'
import { alwaysServed } from '../../../pbx/shield/always.ts'
import { nothing } from './nothing-else.ts'

test('a table by country: what is dialled, with and without a digit for an outside line, and what that asks for', () => {
  const table: [dialled: string, countries: string[], prefixes: string[], asked: string | undefined][] = [
    ['911', [], [], '911'], ['9911', [], [], '911'], ['112', [], [], '112'], ['110', [], [], undefined], ['110', ['DE'], [], '110'], ['110', ['US', 'DE'], [], '110'], ['110', ['US'], [], undefined],
    ['999', ['GB'], [], '999'], ['000', ['AU'], [], '000'], ['119', ['JP'], [], '119'], ['15', ['FR'], [], '15'], ['17', ['FR'], [], '17'], ['18', ['FR'], [], '18'], ['111', ['NZ'], [], '111'], ['10111', ['ZA'], [], '10111'],
    ['0110', ['DE'], ['0'], '110'], ['0110', ['DE'], ['9'], undefined], ['0112', [], ['9', '0'], '112'], ['8911', [], ['8'], '911'], ['1100', ['DE'], ['0'], undefined], ['112', ['XX'], [], '112'], ['', ['DE'], [''], undefined],
  ]
  for (const [dialled, countries, prefixes, asked] of table) assert.equal(helpDialled(dialled, countries, prefixes), asked, `${dialled} in ${countries.join()} behind ${prefixes.join()}`)
  for (const [country, number, called] of [['DE', '110', '110'], ['DE', '911', '112'], ['US', '112', '911'], ['AU', '911', '000'], ['US', '110', undefined], ['XX', '911', '911']] as const) assert.equal(helpIn(country, number), called, `${number} in ${country}`)
})

const place = (id: string, siteId: string) => ({ id, siteId, name: id, floor: '', room: '', details: '', callbackNumber: null })
const site = (id: string, country: string) => ({ id, name: id, country, state: '', city: 'City', postalCode: '1', street: 'Street', houseNumber: '1', callbackNumber: null, callbackPool: [] })
const device = (locationId: string) => ({ locationId, confirmedLocationId: null, confirmedAt: null, confirmedFrom: null, reported: null, reportedAt: null, reportedFrom: null })
const snapshot = {
  ...nothing, tenants: () => [{ id: 't' }],
  emergencyOf: () => ({ ...NOWHERE, sites: [site('berlin', 'DE'), site('boston', 'US')], locations: [place('b', 'berlin'), place('m', 'boston')], devices: new Map([['in-berlin', device('b')], ['in-boston', device('m')]]) }),
  trunksOf: () => [{ id: 'a', name: 'A', enabled: true, emergency: true, country: 'US' }], trunk: () => ({ id: 'a', name: 'A', enabled: true, country: 'US' }), outboundRoutesOf: () => [{ name: 'Out', enabled: true, pattern: '0XXXXXXX', strip: 1, prepend: '', trunkIds: ['a'] }],
} as unknown as DirectorySnapshot

test('the country of the site decides; where a phone is nowhere, any of the tenant’s does; help is asked for by the number that is good there', () => {
  const called = (dialled: string, deviceId: string): string | undefined => {
    const [step] = decide({ tenantId: 't', caller: { extensionId: 'x', deviceId, number: '101', name: null }, dialled }, snapshot, { ringSeconds: 20, at: 0 }).steps
    return step?.kind === 'outside' && step.emergency ? step.number : undefined
  }
  const table: [dialled: string, berlin: string | undefined, boston: string | undefined, nowhere: string | undefined][] = [
    ['110', '110', undefined, '110'], ['112', '112', '911', '112'], ['911', '112', '911', '911'], ['9911', '112', '911', '911'], ['0110', '110', undefined, '110'], ['0112', '112', '911', '112'], ['*67110', '110', undefined, '110'], ['*670112', '112', '911', '112'], ['1-1-0', '110', undefined, '110'], ['115', undefined, undefined, undefined],
  ]
  for (const [dialled, ...expected] of table) assert.deepEqual(['in-berlin', 'in-boston', 'elsewhere'].map((id) => called(dialled, id)), expected, dialled)
})

test('an overloaded engine lets all of them through, with their digits and codes', () => {
  const all = alwaysServed(snapshot)
  for (const dialled of ['911', '9911', '112', '110', '0110', '0911', '*67911', '*67110', '*670112']) assert.ok(all.includes(dialled), dialled)
  for (const dialled of ['101', '0', '*67', '999']) assert.ok(!all.includes(dialled), dialled)
  assert.deepEqual(helpFormsOf({ ...snapshot, emergencyOf: () => NOWHERE } as DirectorySnapshot, 't').includes('110'), false)
})
