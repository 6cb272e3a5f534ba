/** Header rules of a trunk: what they do, what they refuse, and that neither a caller nor an expression breaks a message. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { HeaderRule } from '../../../pbx/door.ts'
import { previewHeaders } from '../../../pbx/sip/header-preview.ts'
import { applyHeaderRules, headersOf, ruleTrouble, type HeaderLines } from '../../../pbx/sip/header-rules.ts'

const rule = (over: Partial<HeaderRule>): HeaderRule => ({ direction: 'out', action: 'replace', header: 'X-Test', match: null, value: '', ...over })
const variables = { caller: '+15550001000', called: '+12025550123', tenant: 'main' }
const apply = (rules: HeaderRule[], lines: HeaderLines, over = {}): HeaderLines => applyHeaderRules(rules, 'out', lines, { ...variables, ...over })

test('headers are added, removed and rewritten, one rule after the other', () => {
  const lines: HeaderLines = [['P-Asserted-Identity', '<sip:+15550001000@a.example>'], ['Diversion', '<sip:101@a.example>;reason=no-answer'], ['X-Old', 'a'], ['x-old', 'b']]
  assert.deepEqual(apply([
    rule({ action: 'add', header: 'X-Account', value: '{tenant}/{caller}/{called}' }),
    rule({ header: 'p-asserted-identity', match: '^<sip:\\+1(\\d{3})(\\d+)@', value: '<sip:$1-$2@' }),
    rule({ action: 'remove', header: 'Diversion' }),
    rule({ action: 'remove', header: 'X-OLD', match: '^b$' }),
    rule({ header: 'X-Account', match: 'main', value: 'house' }),
    rule({ direction: 'in', action: 'remove', header: 'X-Account' }),
  ], lines), [['P-Asserted-Identity', '<sip:555-0001000@a.example>'], ['X-Old', 'a'], ['X-Account', 'house/+15550001000/+12025550123']])
  assert.deepEqual(headersOf([['X-A', '1'], ['x-a', '2'], ['B', '3']]), { 'X-A': ['1', '2'], B: '3' })
})

test('what a caller is called ends no header, no URI and no expression', () => {
  for (const caller of ['1\r\nVia: x', '1>;tag=2', '$1', '{called}']) {
    for (const action of ['add', 'replace'] as const) {
      const [[, value = ''] = []] = apply([rule({ action, match: action === 'add' ? null : '(.+)', value: '<sip:{caller}@x>' })], action === 'add' ? [] : [['X-Test', 'old']], { caller })
      assert.match(value, /^<sip:[^\r\n>{]+@x>$/, JSON.stringify([caller, value]))
      assert.doesNotMatch(value, /old|2025550123/)
    }
  }
})

test('a header that becomes empty or far too long stays as it was', () => {
  assert.deepEqual(apply([rule({ match: '.+', value: '' })], [['X-Test', 'kept']]), [['X-Test', 'kept']])
  assert.deepEqual(apply([rule({ match: '.', value: 'x'.repeat(400) })], [['X-Test', 'kept']]), [['X-Test', 'kept']])
})

test('an expression that would take forever elsewhere is done', () => {
  assert.deepEqual(apply([rule({ match: '^(a+)+$', value: 'b' })], [['X-Test', `${'a'.repeat(900)}!`]]), [['X-Test', `${'a'.repeat(900)}!`]])
})

test('a wrong rule is refused with what to do', () => {
  for (const header of ['Via', 'cseq', 'Call-ID', 'Contact', 'From', 'To', 'Content-Length', 'Route', 'Privacy', 'Priority', 'Proxy-Authorization']) assert.match(ruleTrouble(rule({ action: 'remove', header })) ?? '', /carries the call itself/, header)
  const wrong: [Partial<HeaderRule>, RegExp][] = [
    [{ header: 'v', action: 'remove' }, /in full/], [{ header: 'X A', action: 'remove' }, /no name of a header/],
    [{ action: 'add', value: ' ' }, /what the header shall contain/], [{ action: 'add', value: 'a\r\nVia: b' }, /line break/], [{ action: 'add', value: '{caler}' }, /\{caler\} means nothing/],
    [{ match: null }, /what is replaced/], [{ match: '(' }, /no regular expression/], [{ match: '(?=a)' }, /no look-around/], [{ match: '(a)', value: '$2' }, /has 1 group in/],
    [{ direction: 'in', header: 'X-Test', action: 'remove' }, /is not read/],
  ]
  for (const [over, why] of wrong) assert.match(ruleTrouble(rule(over)) ?? '', why, JSON.stringify(over))
  for (const over of [{ action: 'remove' as const }, { match: '.+', value: '$0' }, { direction: 'in' as const, header: 'from', match: '\\+49', value: '0' }]) assert.equal(ruleTrouble(rule(over)), undefined)
})

test('a preview: of a pasted message, folded and with short names, each rule with before and after', () => {
  const message = 'INVITE sip:+12025550123@a.example SIP/2.0\nVia: SIP/2.0/UDP b.example;branch=z9hG4bK1\nf: "Anna"\n <sip:101@b.example>;tag=1\nX-Test: old\n\nv=0\n'
  const rules = [rule({ match: 'o(ld)', value: 'c$1 {called}' }), rule({ direction: 'in', header: 'From', match: '101', value: '102' }), rule({ action: 'remove', header: 'X-None' })]
  const out = previewHeaders(rules, 'out', message, 'main')
  assert.deepEqual(out.steps, [
    { rule: 0, header: 'X-Test', before: ['old'], after: ['cld +12025550123'], changed: true },
    { rule: 2, header: 'X-None', before: [], after: [], changed: false },
  ])
  assert.equal(out.message, 'INVITE sip:+12025550123@a.example SIP/2.0\r\nVia: SIP/2.0/UDP b.example;branch=z9hG4bK1\r\nFrom: "Anna" <sip:101@b.example>;tag=1\r\nX-Test: cld +12025550123\r\n\r\nv=0\r\n')
  assert.deepEqual(out.variables, { caller: '101', called: '+12025550123', tenant: 'main' })
  assert.match(previewHeaders(rules, 'in', message, 'main').message, /<sip:102@b\.example>/)
  for (const [wrong, why] of [['BYE sip:a SIP/2.0', /of an INVITE/], ['INVITE sip:a@b SIP/2.0\nnonsense', /no colon/]] as const) assert.throws(() => previewHeaders([], 'out', wrong, 'main'), (error) => error instanceof Refusal && error.code === 'unprocessable' && why.test(error.message))
  assert.throws(() => previewHeaders([rule({ action: 'remove', header: 'Via' })], 'out', message, 'main'), /carries the call itself/)
})
