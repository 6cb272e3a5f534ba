import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createJournal } from '../../../config/database/journal.ts'
import { toJsonb } from '../../../config/database/json.ts'
import type { Database, Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { createLogger } from '../../../config/logger.ts'

interface Row {
  id: number
}

/** A database of one table that can be away and refuses row 13. */
function table() {
  const rows = new Map<number, Row>()
  const state = { available: true }
  const database = {
    get available() {
      return state.available
    },
    system: async (_purpose: string, work: (trx: Transaction) => Promise<unknown>) => {
      if (!state.available) throw new Refusal('unavailable', 'PostgreSQL does not answer.')
      return work({} as Transaction)
    },
  } as unknown as Database
  const write = async (_trx: Transaction, batch: Row[]): Promise<void> => {
    if (batch.some((row) => row.id === 13)) throw new Error('row 13 is bad')
    for (const row of batch) rows.set(row.id, row)
  }
  return { rows, state, database, write }
}

async function withJournal(work: (tools: ReturnType<typeof table> & { spoolFile: string; open: () => ReturnType<typeof createJournal<Row>> }) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'))
  const tools = table()
  const spoolFile = join(folder, 'spool', 'rows.jsonl')
  try {
    await work({
      ...tools,
      spoolFile,
      open: () => createJournal<Row>({ name: 'rows', database: tools.database, logger: createLogger('silent'), spoolFile, write: tools.write }),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('rows reach the database in order of coming, also those of the last moment', () =>
  withJournal(async ({ rows, open }) => {
    const journal = open()
    for (let id = 100; id < 1_400; id++) journal.add({ id })
    await journal.flush()
    assert.equal(rows.size, 1_300)
    journal.add({ id: 1 })
    await journal.close()
    assert.ok(rows.has(1))
  }))

test('one bad row spoils only itself and is put aside', () =>
  withJournal(async ({ rows, open, spoolFile }) => {
    const journal = open()
    for (let id = 10; id < 20; id++) journal.add({ id })
    await journal.close()
    assert.equal(rows.size, 9)
    assert.match(await readFile(`${spoolFile}.rejected`, 'utf8'), /"id":13/)
  }))

test('what cannot be written before the end waits in the spool for the next start', () =>
  withJournal(async ({ rows, state, open, spoolFile }) => {
    state.available = false
    const before = open()
    before.add({ id: 1 })
    before.add({ id: 2 })
    await before.close()
    assert.equal(rows.size, 0)

    state.available = true
    const after = open()
    after.add({ id: 3 })
    await after.flush()
    await after.close()
    assert.deepEqual([...rows.keys()].sort(), [1, 2, 3])
    await assert.rejects(readFile(spoolFile), 'the spool is used up')
  }))

test('a spool line cut short by a crash is left out, the others are kept', () =>
  withJournal(async ({ rows, state, open, spoolFile }) => {
    state.available = false
    const before = open()
    before.add({ id: 1 })
    await before.close()
    await writeFile(spoolFile, '{"id":4}\n{"id":', { flag: 'a' })
    state.available = true
    const after = open()
    await after.flush()
    await after.close()
    assert.deepEqual([...rows.keys()].sort(), [1, 4])
  }))

test('a row that comes while the others go into the spool is not lost', () =>
  withJournal(async ({ rows, state, open }) => {
    state.available = false
    const before = open()
    before.add({ id: 1 })
    const closing = before.close()
    // In the middle of the writing of the file, whenever that is.
    let id = 2
    for (let going = true; going; ) {
      before.add({ id: id++ })
      going = await Promise.race([closing.then(() => false), new Promise<boolean>((resolve) => setImmediate(resolve, true))])
    }
    const kept = before.pending
    state.available = true
    const after = open()
    await after.flush()
    await after.close()
    assert.equal(rows.size + kept, id - 1, 'each is in the spool or still pending')
  }))

test('what a hostile phone calls itself does not keep a row out of the database', () => {
  const json = toJsonb([{ name: 'a\u0000b', reason: `cut \ud83d`, fine: 'ä 😀', number: 1, none: null }])
  assert.deepEqual(JSON.parse(json), [{ name: 'a\uFFFDb', reason: 'cut \uFFFD', fine: 'ä 😀', number: 1, none: null }])
})
