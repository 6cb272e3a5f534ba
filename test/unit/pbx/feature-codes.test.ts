/** Feature codes as a tenant has them: which one was dialled, and what speaks against a change. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codeFor, featureCodes, findFeatureCode, findInCallCode, wrongCodes } from '../../../pbx/routing/feature-codes.ts'

const of = (code: string, enabled = true): { code: string; enabled: boolean } => ({ code, enabled })

suite('the code that was dialled', () => {
  const changed = { 'do-not-disturb-on': of('*61'), 'pick-up-group': of('*8', false), 'voicemail-leave': of('*55') }
  const cases: [dialled: string, action: string | undefined, argument?: string][] = [
    ['*72102', 'forward-always-on', '102'],
    ['*61', 'do-not-disturb-on', ''],
    // What it was is a number like any other.
    ['*78', undefined],
    ['*8', undefined],
    ['*55102', 'voicemail-leave', '102'],
    ['*99102', undefined],
    // Only a code with a number behind it takes one.
    ['*612', undefined],
    ['**102', 'pick-up-extension', '102'],
  ]
  for (const [dialled, action, argument] of cases) {
    test(`${dialled}: ${action ?? 'none'}`, () => {
      const found = findFeatureCode(changed, dialled)
      assert.deepEqual([found?.code.action, found?.argument], [action, argument])
    })
  }
  test('what is switched off has no code, and keeps its customary one in the table', () => {
    assert.equal(codeFor(changed, 'pick-up-group'), undefined)
    assert.equal(codeFor(changed, 'do-not-disturb-on'), '*61')
    assert.deepEqual(featureCodes(changed).find(({ action }) => action === 'do-not-disturb-on'), { code: '*61', customary: '*78', enabled: true, action: 'do-not-disturb-on', takesNumber: false, inCall: false })
  })
})

suite('what speaks against a change', () => {
  test('the customary codes get along', () => assert.deepEqual(wrongCodes({}), {}))
  const cases: [action: string, code: string, why: RegExp][] = [
    ['do-not-disturb-on', '*79', /\*79 means something else already/],
    ['voicemail-leave', '*7', /\*7 and a number behind it could be taken for \*7[0-9]/],
    ['do-not-disturb-on', '*721', /\*721 could be taken for \*72 and a number behind it/],
    ['do-not-disturb-on', '78', /A code is a \*/],
    ['do-not-disturb-on', '*', /A code is a \*/],
    ['do-not-disturb-on', '*12345', /A code is a \*/],
    ['do-not-disturb-on', '#78', /A code is a \*/],
  ]
  for (const [action, code, why] of cases) test(`${action} as ${code}`, () => assert.match(wrongCodes({ [action]: of(code) })[action as 'do-not-disturb-on'] ?? '', why))
  test('what is switched off is in nobody’s way', () => {
    assert.deepEqual(wrongCodes({ 'do-not-disturb-off': of('*79', false), 'do-not-disturb-on': of('*79') }), {})
  })
})

suite('codes that are typed in calls', () => {
  const changed = { 'call-transfer': of('#7'), 'call-return': of('*0', false) }
  const typed: [keys: string, action: string | undefined][] = [['*1', 'call-record'], ['5*2', 'call-consult'], ['#7', 'call-transfer'], ['##', undefined], ['*0', undefined], ['2*', undefined], ['*72', undefined]]
  for (const [keys, action] of typed) test(`${keys}: ${action ?? 'none'}`, () => assert.equal(findInCallCode(changed, keys), action))
  test('nobody dials one, and none that is dialled is typed', () => {
    assert.equal(findFeatureCode({}, '##102'), undefined)
    assert.equal(findInCallCode({}, '*78'), undefined)
  })
  const cases: [action: string, code: string, why: RegExp][] = [
    ['call-transfer', '*1', /\*1 means something else already/],
    ['call-transfer', '#*2', /#\*2 and \*2 hold one another/],
    ['call-transfer', '*21', /\*21 and \*2 hold one another/],
    ['call-transfer', '7', /A code in calls is/],
    ['call-transfer', '#', /A code in calls is/],
  ]
  for (const [action, code, why] of cases) test(`${action} as ${code}`, () => assert.match(wrongCodes({ [action]: of(code) })[action as 'call-transfer'] ?? '', why))
  test('one may look like a code that is dialled', () => assert.deepEqual(wrongCodes({ 'call-transfer': of('*78') }), {}))
})
