import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '../../../config/actor.ts'
import type { AuditEntry, Database } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { createTargets, type NameBook, type TargetsOptions } from '../../../pbx/targets.ts'

const owner = { kind: 'user', tenantId: 'house', id: '1', name: 'Ada', permissions: new Set() } as unknown as Actor
const stranger = { ...owner, tenantId: 'other' } as Actor

function setUp(names?: NameBook) {
  const audits: AuditEntry[] = []
  const database = { change: async (_actor: Actor, work: () => Promise<{ result: unknown; audit: AuditEntry }>) => {
    const { result, audit } = await work()
    audits.push(audit)
    return result
  } } as unknown as Database
  const directory = { snapshot: () => ({ tenant: (id: string) => ({ isDefault: id === 'house' }) }) } as unknown as TargetsOptions['directory']
  return { audits, targets: createTargets({ names, database, directory }) }
}

const refused = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

function book(): NameBook & { asked: unknown[] } {
  const asked: unknown[] = []
  return {
    asked,
    async report(name = 'b.test', again = false) {
      asked.push([name, again])
      const target = { transport: 'udp', address: '192.0.2.1', port: 5060, srv: '', host: name, priority: 0, weight: 0, share: 1, failures: 0, until: 0, cause: '' }
      return [{
        name: `sip:${name}`, host: name, foundAt: 1000, until: Infinity, naptr: [], trouble: [], stale: false, failure: undefined,
        targets: [{ ...target, state: 'well' as const }, { ...target, state: 'dead' as const, failures: 2, until: 5000, cause: 'refused' }, { ...target, state: 'half-open' as const, until: 3000, cause: 'refused' }],
      }]
    },
  }
}

test('names as people see them', async () => {
  const { targets } = setUp(book())
  const found = await targets.find(owner, 'a.test')
  assert.deepEqual([found.foundAt, found.until, found.failure], [new Date(1000), null, null])
  assert.deepEqual(found.targets.map(({ state, until, cause }) => [state, until, cause]), [['good', null, null], ['set-aside', new Date(5000), 'refused'], ['probing', null, 'refused']])
})

test('looking up again is audited; other tenants see nothing and may do nothing', async () => {
  const names = book()
  const { targets, audits } = setUp(names)
  await targets.lookUpAgain(owner, 'a.test')
  assert.deepEqual(names.asked, [['a.test', true]])
  assert.deepEqual(audits, [{ action: 'target.look-up', subjectType: 'target', subjectId: 'sip:a.test', after: { name: 'sip:a.test', targets: 3, failure: null } }])
  assert.equal((await targets.list(owner)).length, 1)
  assert.deepEqual(await targets.list(stranger), [])
  await assert.rejects(targets.find(stranger, 'a.test'), refused('forbidden'))
  await assert.rejects(targets.lookUpAgain(stranger, 'a.test'), refused('forbidden'))
  assert.equal(audits.length, 1)
})

test('a drachtio-server tells nobody, and that is said', async () => {
  const { targets } = setUp()
  for (const ask of [targets.list(owner), targets.find(owner, 'a.test'), targets.lookUpAgain(owner, 'a.test')]) await assert.rejects(ask, refused('unsupported'))
})
