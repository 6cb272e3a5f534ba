/** The configuration of a tenant as one YAML file: written, compared, carried out. */
import { z } from 'zod'
import type { TenantId } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { apply } from './apply.ts'
import { exportYaml } from './file.ts'
import { planOf, type Plan } from './plan.ts'

const tag = 'Configuration'
const YAML_MAX = 10_000_000

const wish = {
  yaml: z.string().min(1).max(YAML_MAX).meta({ description: 'A file as it is exported. Sections and fields that are not there stay as they are.' }),
  remove: z.boolean().default(false).meta({ description: 'What a section of the file does not name goes.' }),
}
const ConfigurationWish = z.strictObject(wish).meta({ id: 'ConfigurationWish' })
const ConfigurationOrder = z.strictObject({ ...wish, fingerprint: z.string().max(64).optional().meta({ description: 'Of the plan that was looked at: refused with 409 when it would be another one now.' }) }).meta({ id: 'ConfigurationOrder' })

const ConfigurationPlan = z
  .object({
    changes: z.array(z.object({
      section: z.string(), action: z.enum(['create', 'update', 'remove']), key: z.string(), name: z.string(),
      fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    }).meta({ id: 'ConfigurationChange' })),
    problems: z.array(z.object({ section: z.string(), key: z.string(), field: z.string(), message: z.string() })).meta({ description: 'With any of these nothing is changed.' }),
    notes: z.array(z.string()),
    fingerprint: z.string(),
  })
  .meta({ id: 'ConfigurationPlan' })

const ConfigurationResult = z
  .object({
    created: z.number().int(), updated: z.number().int(), removed: z.number().int(), notes: z.array(z.string()),
    kept: z.array(z.object({ section: z.string(), key: z.string(), message: z.string() })).meta({ description: 'What was to go and is still used.' }),
    credentials: z.array(z.object({ number: z.string(), name: z.string(), username: z.string(), password: z.string() })).meta({ description: 'Of the first phones of new extensions, shown this once.' }),
  })
  .meta({ id: 'ConfigurationResult' })

const present = ({ changes, problems, notes, fingerprint }: Plan): z.input<typeof ConfigurationPlan> => ({
  problems, notes, fingerprint,
  changes: changes.map(({ section, action, key, name, fields }) => ({ section: section === 'featureCodes' ? section : section.section, action, key, name, fields })),
})

/** Whose configuration is being changed by this process. */
const applying = new Set<TenantId>()

const exportConfiguration = defineFileRoute({
  method: 'get', path: '/configuration/export.yaml', operationId: 'exportConfiguration', summary: 'The configuration as a YAML file',
  description: 'What the asker may see, with numbers and names for ids and without secrets: phones, passwords and PINs are not in it.', tag, permission: 'configuration.read', file: 'application/yaml',
  async handle({ world, actor }) {
    const yaml = await exportYaml(world, actor)
    await world.database.change(actor, async () => ({ result: undefined, audit: { action: 'configuration.export', subjectType: 'tenant', subjectId: actor.tenantId } }))
    return { bytes: Buffer.from(yaml), name: 'dialplane.yaml' }
  },
})

const planConfiguration = defineRoute({
  method: 'post', path: '/configuration/plan', operationId: 'planConfiguration', summary: 'What a file would change', tag, permission: 'configuration.write', body: ConfigurationWish, bodyMax: YAML_MAX + 100_000, response: one(ConfigurationPlan),
  handle: async ({ world, actor, body }) => ({ data: present(await planOf(world, actor, body.yaml, body.remove)) }),
})

const applyConfiguration = defineRoute({
  method: 'post', path: '/configuration/apply', operationId: 'applyConfiguration', summary: 'Change what a file would change',
  description: 'Through the same checks as every change, all of it or nothing; each change has an entry in the audit and can be undone there. What is to go is removed last; what is still used stays and is named.',
  tag, permission: 'configuration.write', body: ConfigurationOrder, bodyMax: YAML_MAX + 100_000, response: one(ConfigurationResult), secret: true,
  async handle({ world, actor, body }) {
    if (applying.has(actor.tenantId)) throw new Refusal('conflict', 'A configuration is being applied already. Wait until that is done.')
    applying.add(actor.tenantId)
    try {
      const plan = await planOf(world, actor, body.yaml, body.remove)
      if (plan.problems.length > 0) throw new Refusal('unprocessable', `The file has ${plan.problems.length} ${plan.problems.length === 1 ? 'problem' : 'problems'}: ${plan.problems[0]!.section} ${plan.problems[0]!.key} ${plan.problems[0]!.field}: ${plan.problems[0]!.message} Nothing was changed.`, { details: plan.problems.map(({ section, key, field, message }) => ({ field: [section, key, field].filter((part) => part !== '').join('.'), message })) })
      if (body.fingerprint !== undefined && body.fingerprint !== plan.fingerprint) throw new Refusal('conflict', 'Something was changed since you looked at the plan. Look at it again.')
      const applied = await apply(world.pbx, actor, plan)
      await world.database.change(actor, async () => ({ result: undefined, audit: { action: 'configuration.apply', subjectType: 'tenant', subjectId: actor.tenantId, after: { created: applied.created, updated: applied.updated, removed: applied.removed } } }))
      return { data: { ...applied, notes: plan.notes } }
    } finally {
      applying.delete(actor.tenantId)
    }
  },
})

export const configurationRoutes = [exportConfiguration, planConfiguration, applyConfiguration]
