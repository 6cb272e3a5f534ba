/** Calls for help on a real database: who is told when nobody acknowledges, and who may be called back after a restart. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createSecrets } from '../../../config/secrets.ts'
import { createCallRegistry } from '../../../pbx/calls/registry.ts'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import { openHelpRecords, type HelpRecords } from '../../../pbx/help/records.ts'
import { createEvents } from '../../../pbx/events/events.ts'
import type { NewMail } from '../../../pbx/mail/queue.ts'
import { logger, startPostgres, type Ground } from '../directory/postgres.ts'

suite('records of calls for help', () => {
  let ground: Ground
  let home: string
  before(async () => {
    ground = await startPostgres()
    home = await mkdtemp(join(tmpdir(), 'dialplane-help-'))
  })
  after(async () => {
    await ground?.close()
    await rm(home, { recursive: true, force: true })
  })

  const open = (post: (mail: NewMail) => void): Promise<HelpRecords> =>
    openHelpRecords({
      secrets: createSecrets(randomBytes(32)), publicUrl: 'https://pbx.example', database: ground.database, logger, home, registry: createCallRegistry(), events: createEvents(logger), directory: { snapshot: () => ({ emergencyOf: () => NOWHERE, extension: () => ({ outsideNumber: '+12025550111' }) }) } as never,
      registrar: { contactsOf: () => [] }, sip: { request: () => Promise.reject(new Error('no phones here')) }, mail: { post: async (_trx, mail) => post(mail) },
    })
  async function call(minutesAgo: number, change: Record<string, unknown> = {}): Promise<string> {
    const id = randomUUID()
    const caller = { number: '101', name: 'Ada', extensionId: randomUUID(), deviceId: null, device: 'Desk', address: '192.0.2.1' }
    await ground.database.system('test', (trx) => trx('emergency_calls').insert({ id, tenant_id: ground.actor.tenantId, kind: 'call', dialled: '911', started_at: new Date(Date.now() - minutesAgo * 60_000), caller: JSON.stringify(caller), callback_number: '+12025550100', ...change }))
    return id
  }

  test('a call that nobody acknowledged in time is told to others, once; one that was, or is young, is not', async () => {
    await ground.database.system('test', (trx) => trx('emergency_settings').insert({ tenant_id: ground.actor.tenantId, escalate_minutes: 5, escalate_to: ['boss@example.com'] }))
    const due = await call(6)
    for (const change of [{ acknowledged_at: new Date(), acknowledged_by: 'Ada' }, { kind: 'test' }]) await call(6, change)
    await call(4)
    const posted: NewMail[] = []
    const told = Promise.withResolvers<void>()
    const post = (mail: NewMail): void => {
      posted.push(mail)
      told.resolve()
    }
    const records = await open(post)
    await told.promise
    await records.close()
    await (await open(post)).close()
    assert.deepEqual(posted.map(({ kind, subjectId, recipients, urgent }) => [kind, subjectId, recipients, urgent]), [['emergency-escalation', due, ['boss@example.com'], true]])
    assert.match(posted[0]?.title ?? '', /^Not acknowledged: EMERGENCY CALL: 101 Ada dialled 911/)
  })

  test('after a restart a dispatcher still reaches who called, however the carrier writes the number, for hours and no longer', async () => {
    await ground.database.system('test', (trx) => trx('emergency_calls').delete())
    await call(170)
    const records = await open(() => undefined)
    const { tenantId } = ground.actor
    for (const number of ['+12025550100', '12025550100', '2025550100']) assert.ok(records.callBackFor(tenantId, number), number)
    for (const number of ['+12025550101', '550100', '']) assert.equal(records.callBackFor(tenantId, number), undefined, number)
    assert.equal(records.callBackFor(randomUUID(), '+12025550100'), undefined, 'another tenant')
    await records.close()
    // A number that only the place or the extension has is a dispatcher's; on that of the trunk everybody calls.
    await call(160, { callback_number: '+12025550111' })
    await call(150, { callback_number: '+12025550122', location: JSON.stringify({ callbackNumber: '+12025550122' }) })
    const again = await open(() => undefined)
    assert.deepEqual(['+12025550100', '+12025550111', '+12025550122'].map((number) => again.callBackFor(tenantId, number)?.shared), [true, false, false])
    await again.close()
    // A number out of a pool is the dispatcher's alone, and whoever has it keeps it.
    const held = await call(140, { callback_number: '+12025550133', pool: JSON.stringify({ number: '+12025550133', size: 2, takenFrom: null }), location: JSON.stringify({ name: 'Lab' }) })
    const restarted = await open(() => undefined)
    const holder = restarted.holderOf(tenantId, '+12025550133')
    assert.deepEqual([restarted.callBackFor(tenantId, '+12025550133')?.shared, holder?.callId, holder?.caller], [false, held, '101'])
    assert.equal(Math.round((Number(holder?.until) - Date.now()) / 60_000), 40)
    // Its place is told to whoever has the address, as long as it is called back.
    const token = /^https:\/\/pbx\.example\/held\/([\w-]+)$/.exec(restarted.referenceOf({ tenantId, id: held } as never))?.[1] ?? ''
    assert.deepEqual(restarted.references.read(token), { of: 'call', tenantId, id: held, until: null })
    assert.equal(restarted.references.read(`${token.slice(0, -2)}AA`), undefined)
    assert.deepEqual([await restarted.placeOf(tenantId, held), await restarted.placeOf(randomUUID(), held)], [{ name: 'Lab' }, null])
    await ground.database.system('test', (trx) => trx('emergency_calls').where({ id: held }).update({ ended_at: new Date(Date.now() - 190 * 60_000) }))
    assert.equal(await restarted.placeOf(tenantId, held), null)
    await restarted.close()
    await ground.database.system('test', (trx) => trx('emergency_calls').update({ started_at: new Date(Date.now() - 190 * 60_000) }))
    const later = await open(() => undefined)
    assert.equal(later.callBackFor(tenantId, '+12025550100'), undefined)
    await later.close()
  })
})
