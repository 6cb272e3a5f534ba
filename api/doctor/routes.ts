/** The doctor: what is wrong, why, and what to do about it. */
import { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { instant, isoOf } from '../http/fields.ts'
import type { World } from '../http/world.ts'
import { supportText } from './bundle.ts'
import { examine } from './examine.ts'

const tag = 'System'

const Examination = z
  .object({
    at: instant,
    findings: z.array(z.object({
      name: z.string(), state: z.enum(['good', 'warning', 'bad', 'untested']), message: z.string().meta({ description: 'What was found.' }), cure: z.string().nullable().meta({ description: 'What to do.' }),
    }).meta({ id: 'Finding' })),
  })
  .meta({ id: 'Examination' })

/** @throws Refusal `forbidden` for tenants that do not run this machine: its log has calls of all */
async function requireRunner(world: World, actor: PersonActor): Promise<void> {
  const runs = await world.database.read(actor, (trx) => trx('tenants').where({ id: actor.tenantId, is_default: true }).first<{ id: string } | undefined>('id'))
  if (!runs) throw new Refusal('forbidden', 'The machine is the affair of those who run it.')
}

const examineSystem = defineRoute({
  method: 'post', path: '/system/examination', operationId: 'examineSystem', summary: 'Have the doctor look at everything now',
  description: 'Disk, database, clock, names, ports, addresses, certificates, mail, backups; asks each trunk, and has two phones of our own call each other and measures the sound both ways. Takes some seconds.',
  tag, permission: 'system.diagnose', response: one(Examination),
  async handle({ world, actor }) {
    await requireRunner(world, actor)
    return { data: { at: isoOf(world.clock.now()), findings: await examine(world, actor) } }
  },
})

const getSupportBundle = defineFileRoute({
  method: 'get', path: '/system/support.txt', operationId: 'getSupportBundle', summary: 'What support needs, as one text to be read before it is sent',
  description: 'What the doctor found, versions, settings without secrets, and the end of the log with secrets masked. Audited.', tag, permission: 'system.diagnose', file: 'text/plain; charset=utf-8',
  async handle({ world, actor }) {
    await requireRunner(world, actor)
    const findings = await examine(world, actor)
    await world.database.change(actor, async () => ({ result: undefined, audit: { action: 'system.support', subjectType: 'tenant', subjectId: actor.tenantId } }))
    const now = new Date(world.clock.now())
    const text = await supportText({ version: world.version, startedAt: world.startedAt, now, settings: world.settings, findings })
    return { bytes: Buffer.from(text), name: `dialplane-support-${now.toISOString().slice(0, 10)}.txt` }
  },
})

export const doctorRoutes = [examineSystem, getSupportBundle]
