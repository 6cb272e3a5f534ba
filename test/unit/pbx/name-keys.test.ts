/** Names on the keys of a phone. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { findByKeys, typedForms } from '../../../pbx/routing/name-keys.ts'

suite('what may be typed for a name', () => {
  const cases: [name: string, forms: string[]][] = [
    ['Anna Smith', ['266276484', '764842662']],
    ['Smith, Anna', ['764842662', '266276484']],
    ['Müller', ['685537', '6835537']],
    ['Weiß', ['93477']],
    ['Zoë Núñez', ['96368639', '68639963']],
    ['Søren', ['76736', '763736']],
    ['Łukasz', ['585279']],
    ['O’Neill', ['663455']],
    ['Team 2', ['83262', '28326']],
    ['Анна', []],
    ['', []],
  ]
  for (const [name, forms] of cases) test(name || '(empty)', () => assert.deepEqual(typedForms(name), forms))
})

test('the letters of either name find it, those in the middle do not; the order is by name, and who is not listed is nobody', () => {
  const one = (name: string, other: { enabled?: boolean; listed?: boolean } = {}) => ({ name, enabled: true, listed: true, ...other })
  const all = [one('Zoe Smith'), one('Anna Smith'), one('Ben Miller'), one('Carl Smith', { listed: false }), one('Dora Smith', { enabled: false })]
  const found = (typed: string): string[] => findByKeys(all, typed).map(({ name }) => name)
  assert.deepEqual(found('764'), ['Anna Smith', 'Zoe Smith'])
  assert.deepEqual(found('764842'), ['Anna Smith'])
  assert.deepEqual(found('236'), ['Ben Miller'])
  assert.deepEqual(found('6484'), [])
  assert.deepEqual(found('6'), ['Ben Miller'])
  assert.deepEqual(found(''), [])
})
