import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceWords } from '../../../admin/words/device.ts'

test('a User-Agent is told in words, also by browsers that call themselves another', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
  assert.equal(deviceWords(`Mozilla/5.0 (X11; Linux x86_64) ${chrome}`), 'Chrome on Linux')
  assert.equal(deviceWords(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0.0.0`), 'Edge on Windows')
  assert.equal(deviceWords('Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox on macOS')
  assert.equal(deviceWords('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'), 'Safari on iPhone')
  assert.equal(deviceWords('curl/8.5.0'), 'curl')
})

test('what nobody knows is an unknown device', () => {
  for (const unknown of [null, '', 'x'.repeat(300)]) assert.equal(deviceWords(unknown), 'Unknown device')
})
