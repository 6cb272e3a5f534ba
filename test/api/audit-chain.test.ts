/** The audit can only be added to; what was changed past that shows, by the first row that does not fit. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { verifyAllAudits } from '../../config/database/audit-chain.ts'
import type { Transaction } from '../../config/database/index.ts'
import { openGround, type Ground } from './ground.ts'

interface Verified { intact: boolean; entries: number; head: string | null; broken: { entryId: string | null; position: number; reason: string } | null }

let ground: Ground
before(async () => {
  ground = await openGround()
  for (let made = 0; made < 4; made += 1) await ground.program(['calls.read'])
})
after(() => ground.close())

const verify = () => ground.admin.get<Verified>('/audit/verification')
const ids = async () => (await ground.database.system('test', (trx) => trx('audit_log').where({ tenant_id: ground.tenantId }).orderBy('seq').select<{ id: string }[]>('id'))).map(({ id }) => id)

class PutBack extends Error {}

/** What verification says after somebody with the rights of the owner had their way; put back afterwards. */
async function tampered(change: (trx: Transaction) => Promise<unknown>): Promise<Awaited<ReturnType<typeof verifyAllAudits>>[number]> {
  let said: Awaited<ReturnType<typeof verifyAllAudits>> = []
  await assert.rejects(
    ground.database.system('test: tamper', async (trx) => {
      await trx.raw('ALTER TABLE audit_log DISABLE TRIGGER USER')
      await change(trx)
      said = await verifyAllAudits(trx)
      throw new PutBack('put back')
    }),
    PutBack,
  )
  return said.find(({ tenant }) => tenant === 'main')!
}

suite('the audit', () => {
  for (const statement of [`UPDATE audit_log SET actor_name = 'nobody'`, 'DELETE FROM audit_log', 'TRUNCATE audit_log'])
    test(`refuses its owner too: ${statement}`, async () => {
      await assert.rejects(ground.database.system('test', (trx) => trx.raw(statement)), /can only be added to/)
    })

  test('fits from the first row to the last, and its head moves with each', async () => {
    const first = await verify()
    assert.deepEqual([first.intact, first.broken, first.entries], [true, null, (await ids()).length])
    assert.match(first.head ?? '', /^[0-9a-f]{64}$/)
    await ground.program(['calls.read'])
    const second = await verify()
    assert.ok(second.intact && second.entries === first.entries + 1 && second.head !== first.head)
  })

  test('stands in one order when much is changed at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => ground.program(['calls.read'])))
    assert.equal((await verify()).intact, true)
  })

  test('of each tenant is a chain of its own', async () => {
    const { client } = await ground.stranger()
    const theirs = await client.get<Verified>('/audit/verification')
    // Their own sign-in, and nothing of ours.
    assert.deepEqual([theirs.intact, theirs.entries], [true, 1])
    assert.notEqual(theirs.head, (await verify()).head)
  })
})

suite('tampering is told by the first row that does not fit', () => {
  let all: string[]
  beforeEach(async () => {
    all = await ids()
  })

  for (const [what, changes] of Object.entries<Record<string, unknown>>({ 'who did it': { actor_name: 'nobody' }, 'when': { at: new Date(0) }, 'what it was before': { after: '{"name":"innocent"}' } }))
    test(`${what} was changed`, async () => {
      const { broken } = await tampered((trx) => trx('audit_log').where({ id: all[2] }).update(changes))
      assert.deepEqual([broken?.entryId, broken?.position], [all[2], 3])
      assert.match(broken?.reason ?? '', /not what was written/)
    })

  test('a changed row with a fresh hash: the next one tells', async () => {
    const { broken } = await tampered(async (trx) => {
      await trx('audit_log').where({ id: all[2] }).update({ actor_name: 'nobody' })
      await trx.raw('UPDATE audit_log a SET hash = audit_row_hash((SELECT hash FROM audit_log WHERE id = ?), a) WHERE id = ?', [all[1]!, all[2]!])
    })
    assert.deepEqual([broken?.entryId, broken?.position], [all[3], 4])
  })

  test('a row was taken out of the middle', async () => {
    const { broken } = await tampered((trx) => trx('audit_log').where({ id: all[2] }).delete())
    assert.deepEqual([broken?.entryId, broken?.reason], [all[3], 'An entry before this one is missing.'])
  })

  test('rows were taken off the end', async () => {
    const { broken } = await tampered((trx) => trx('audit_log').whereIn('id', all.slice(-2)).delete())
    assert.equal(broken?.entryId, all.at(-3))
    assert.match(broken?.reason ?? '', /after this one are missing/)
  })

  test('and what was put back fits again', async () => assert.equal((await verify()).intact, true))
})
