import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDigit } from '../../../pbx/calls/digits.ts'

const known: [type: string | undefined, body: string, digit: string | undefined, ms?: number][] = [
  ['application/dtmf-relay', 'Signal=5\r\nDuration=100\r\n', '5', 100],
  ['application/dtmf-relay', 'Signal= 5\r\nDuration= 250\r\n', '5', 250],
  ['Application/DTMF-Relay; charset=utf-8', 'signal=a\nduration=0', 'A', 160],
  ['application/dtmf-relay', 'Signal=*\r\n', '*', 160],
  ['application/dtmf-relay', 'Signal=11\r\nDuration=160', '#', 160],
  ['application/dtmf-relay', 'Duration=160\r\nSignal=#\r\n', '#', 160],
  ['application/dtmf', '7', '7', 160],
  ['application/dtmf', ' 10\r\n', '*', 160],
  ['application/dtmf', '', undefined],
  ['application/dtmf', '55', undefined],
  ['application/dtmf-relay', 'Duration=160\r\n', undefined],
  ['application/dtmf-relay', 'Signal=E\r\n', undefined],
  ['application/media_control+xml', '5', undefined],
  [undefined, '5', undefined],
]
for (const [type, body, digit, ms] of known) {
  test(`INFO ${String(type)} ${JSON.stringify(body)}`, () => {
    assert.deepEqual(readDigit(type, body), digit === undefined ? undefined : { digit, durationMs: ms })
  })
}
