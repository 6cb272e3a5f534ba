/** Who gets nothing: a sweep of MAC addresses, counted with the patience of the shield. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../../config/database/index.ts'
import { createServe } from '../../../pbx/provisioning/serve.ts'
import { createStrikeBook } from '../../../pbx/shield/strikes.ts'

test('10,000 MAC addresses give nothing, end patience with the 20th, and ask the database no further', async () => {
  const strikes = createStrikeBook()
  const banned = new Set<string>()
  let asked = 0
  const database = { system: (): Promise<undefined> => Promise.resolve(void asked++) } as unknown as Database
  const serve = createServe({
    database, renderer: undefined as never, clock: { now: () => 0 },
    shield: { refuses: (address) => banned.has(address), strike: (address, reason) => void (strikes.strike(address, reason, 1, 0) && banned.add(address)) },
  })
  const from = { address: '203.0.113.66', userAgent: 'curl', origin: 'https://pbx.example.com' }
  for (let n = 0; n < 10_000; n++) assert.equal(await serve({ ...from, token: 'A'.repeat(24), file: `${(0x805ec0000000 + n).toString(16)}.cfg` }), undefined)
  assert.deepEqual([...banned], ['203.0.113.66'])
  assert.equal(asked, 20)
})
