/** The file of calls that go on. */
import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { openCallJournal } from '../../../pbx/takeover/journal.ts'
import { canGoOn } from '../../../pbx/takeover/restore.ts'
import type { SavedCall, SavedLeg } from '../../../pbx/takeover/saved.ts'

const logger = createLogger('silent')

async function place(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-calls-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'spool', 'live-calls.jsonl')
}

function leg(id: string, change: Partial<SavedLeg> = {}): SavedLeg {
  return {
    id, origin: { role: 'caller', extensionId: null, deviceId: null, number: '100', name: null, address: '127.0.0.1:5070', transport: 'udp', userAgent: null, sipCallId: id },
    sipCallId: id, userAgent: null, state: 'answered', startedAt: 1, ringingAt: null, answeredAt: 2, endedAt: null, sipStatus: 200, endedWhy: null, codec: 'PCMU', security: null, figures: null, charge: null,
    dialog: { id, callId: id, role: 'uas', localTag: 'a', remoteTag: 'b', userAgent: null, session: null, allowsUpdate: false }, description: null, ...change,
  }
}

function saved(id: string, change: Partial<SavedCall> = {}): SavedCall {
  return {
    id, rootId: id, tenantId: 't', request: { tenantId: 't', caller: { extensionId: '', deviceId: '', number: '100', name: null }, dialled: '101' }, plan: null, state: 'answered', startedAt: 1, answeredAt: 2,
    recording: 'off', recordingTried: false, transferring: false, callerId: `${id}-a`, calleeId: `${id}-b`, legs: [leg(`${id}-a`), leg(`${id}-b`)], ...change,
  }
}

test('what goes on is there at the next start, what is over is not, and a line that was cut off is passed over', async (t) => {
  const path = await place(t)
  const first = await openCallJournal({ path, logger })
  assert.deepEqual(first.left, [])
  first.put('one', () => saved('one', { state: 'ringing' }))
  first.put('two', () => saved('two'))
  await first.flush()
  first.put('one', () => saved('one'))
  first.drop('two')
  first.put('three', () => saved('three'))
  first.drop('three')
  await first.close()
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await appendFile(path, '{"id":"four","call":{"id":"fo')

  const second = await openCallJournal({ path, logger })
  t.after(() => second.close())
  assert.deepEqual(second.left, [saved('one')])
  assert.ok(Math.abs(second.leftAt - (await stat(path)).mtimeMs) < 5)
  second.drop('one')
  await second.flush()
  const third = await openCallJournal({ path, logger })
  t.after(() => third.close())
  assert.deepEqual(third.left, [])
})

test('a long file of calls that are over is written anew', async (t) => {
  const path = await place(t)
  const journal = await openCallJournal({ path, logger })
  const large = 'x'.repeat(100_000)
  for (let i = 0; i < 60; i++) {
    journal.put(`call-${i}`, () => saved(`call-${i}`, { rootId: large }))
    await journal.flush()
    journal.drop(`call-${i}`)
  }
  journal.put('last', () => saved('last'))
  await journal.close()
  assert.ok((await stat(path)).size < 4_500_000, `${(await stat(path)).size} bytes`)
  const again = await openCallJournal({ path, logger })
  t.after(() => again.close())
  assert.deepEqual(again.left.map(({ id }) => id), ['last'])
})

test('two phones that talk can go on; what rings, is transferred, or has one party cannot', () => {
  assert.equal(canGoOn(saved('a')), true)
  assert.equal(canGoOn(saved('a', { answeredAt: null })), false)
  assert.equal(canGoOn(saved('a', { transferring: true })), false)
  assert.equal(canGoOn(saved('a', { calleeId: null })), false)
  assert.equal(canGoOn(saved('a', { legs: [leg('a-a'), leg('a-b', { dialog: null })] })), false)
  assert.equal(canGoOn(saved('a', { legs: [leg('a-a'), leg('a-b', { endedAt: 3 })] })), false)
})
