import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { Binding } from '../../../pbx/registrar/binding.ts'
import { createBindingWriter } from '../../../pbx/registrar/writer.ts'
import type { BindingWriter } from '../../../pbx/registrar/writer.ts'
import { FakeDatabase, logger } from './fakes.ts'

const bindingOf = (key: string): Binding => ({ deviceId: 'd', key, stored: false }) as Binding

interface Batch {
  saved: string[]
  removed: string[]
}

function setUp(t: TestContext, write?: (batch: Batch) => Promise<void>): { database: FakeDatabase; writer: BindingWriter; batches: Batch[] } {
  const database = new FakeDatabase()
  const batches: Batch[] = []
  const writer = createBindingWriter({
    database, logger,
    write: async (_trx, saved, removed) => {
      const batch = { saved: saved.map(({ key }) => key), removed: removed.map(({ key }) => key) }
      batches.push(batch)
      await write?.(batch)
    },
  })
  t.after(() => writer.close())
  return { database, writer, batches }
}

test('what comes together is committed together, and each waits for the commit', async (t) => {
  let committed = false
  const { writer, batches } = setUp(t, async () => {
    await new Promise(setImmediate)
    committed = true
  })
  for (let i = 0; i < 100; i++) writer.save(bindingOf(`k${i}`))
  await writer.settled()
  assert.equal(committed, true)
  assert.equal(batches.length, 1)
  assert.equal(batches[0]?.saved.length, 100)
  assert.equal(writer.unwritten, 0)
})

test('only the newest state of a binding is written; 500 rows a transaction', async (t) => {
  const { writer, batches } = setUp(t)
  const one = bindingOf('one')
  writer.save(one)
  writer.save(one)
  one.stored = true
  writer.remove(one)
  for (let i = 0; i < 600; i++) writer.save(bindingOf(`k${i}`))
  await writer.close()
  assert.deepEqual(batches.map(({ saved, removed }) => saved.length + removed.length), [500, 101])
  assert.deepEqual(batches[0]?.removed, ['one'])
  assert.ok(!batches[0]?.saved.includes('one'))
})

test('PostgreSQL away: nobody waits, nothing is lost, comings and goings leave nothing, and all is written when it is back', async (t) => {
  const { database, writer, batches } = setUp(t)
  database.become(false)
  writer.save(bindingOf('kept'))
  await writer.settled()
  for (let i = 0; i < 10_000; i++) {
    const passing = bindingOf(`p${i}`)
    writer.save(passing)
    writer.remove(passing)
  }
  const known = bindingOf('known')
  known.stored = true
  writer.remove(known)
  assert.equal(writer.unwritten, 2)
  assert.equal(batches.length, 0)
  const written = Promise.withResolvers<void>()
  const { system } = database
  database.system = async (purpose, work) => {
    const result = await system.call(database, purpose, work as never)
    written.resolve()
    return result as never
  }
  database.become(true)
  await written.promise
  assert.deepEqual(batches, [{ saved: ['kept'], removed: ['known'] }])
})

test('a commit that fails is repeated; a newer wish wins over what failed', async (t) => {
  let failures = 1
  const held = Promise.withResolvers<void>()
  const { writer, batches } = setUp(t, async () => {
    if (failures-- > 0) {
      await held.promise
      throw new Refusal('unavailable', 'The connection to the database was lost.')
    }
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const binding = bindingOf('b')
  writer.save(binding)
  const settled = writer.settled()
  t.mock.timers.tick(20)
  writer.remove(binding)
  held.resolve()
  await settled
  assert.equal(writer.unwritten, 1)
  t.mock.timers.tick(1_000)
  await writer.close()
  assert.deepEqual(batches, [{ saved: ['b'], removed: [] }, { saved: [], removed: ['b'] }])
})

test('a row that is removed and made anew while its removal fails does not stay behind', async (t) => {
  let failures = 1
  const held = Promise.withResolvers<void>()
  const { writer, batches } = setUp(t, async () => {
    if (failures-- > 0) {
      await held.promise
      throw new Refusal('unavailable', 'lost')
    }
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const first = bindingOf('b')
  first.stored = true
  writer.remove(first)
  const settled = writer.settled()
  t.mock.timers.tick(20)
  const second = bindingOf('b')
  writer.save(second)
  held.resolve()
  await settled
  writer.remove(second)
  assert.equal(writer.unwritten, 1)
  await writer.close()
  assert.deepEqual(batches.at(-1), { saved: [], removed: ['b'] })
})

test('one row the database will not take does not keep the others out', async (t) => {
  const { writer, batches } = setUp(t, async ({ saved }) => {
    if (saved.includes('bad')) throw new Error('value out of range')
  })
  for (const key of ['a', 'b', 'bad', 'c', 'd']) writer.save(bindingOf(key))
  await writer.settled()
  const stored = batches.filter(({ saved }) => !saved.includes('bad')).flatMap(({ saved }) => saved)
  assert.deepEqual(stored.sort(), ['a', 'b', 'c', 'd'])
  assert.equal(writer.unwritten, 0)
})

test('a slow commit does not keep the phone waiting longer than half a second', async (t) => {
  const held = Promise.withResolvers<void>()
  const { writer } = setUp(t, () => held.promise)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  writer.save(bindingOf('slow'))
  const settled = writer.settled()
  t.mock.timers.tick(20)
  t.mock.timers.tick(480)
  await settled
  held.resolve()
})
