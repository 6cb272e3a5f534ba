import type { Actor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { PromptDesk } from '../../media/contract.ts'
import type { PromptRow } from '../../migrations/tables.ts'
import type { PromptDoor, PromptInfo } from '../door-prompts.ts'

/** Sentences of the house, and what a tenant says instead. */
export function createPromptDoor(database: Database, desk: PromptDesk): PromptDoor {
  const sentenceOf = (name: string): string => {
    const found = desk.sentences.find((one) => one.name === name)
    if (!found) throw new Refusal('not-found', 'There is no such prompt.')
    return found.text
  }

  return {
    list: async (actor) => {
      const rows = (await database.read(actor, (trx) => trx<PromptRow>('prompts'))) as PromptRow[]
      return desk.sentences.map(({ name, text }) => infoOf(name, text, rows.find((row) => row.name === name)))
    },
    async sound(actor, name) {
      sentenceOf(name)
      return desk.file(name, actor.tenantId)
    },
    async replace(actor, name, by) {
      const sentence = sentenceOf(name)
      let first = false
      const row = await database.change(actor, async (trx) => {
        const before = (await trx<PromptRow>('prompts').where({ name }).forUpdate().first()) as PromptRow | undefined
        first = before === undefined
        const text = 'text' in by ? by.text : null
        const seconds = await desk.replace(name, actor.tenantId, by)
        const after: PromptRow = { tenant_id: actor.tenantId, name, origin: text === null ? 'upload' : 'speech', text, seconds, changed_by: actor.name, changed_at: new Date() }
        await trx<PromptRow>('prompts').insert(after).onConflict(['tenant_id', 'name']).merge()
        return { result: after, audit: { action: 'prompt.replace', subjectType: 'prompt', subjectId: name, before: seen(before), after: seen(after) } }
      }).catch(async (error: unknown) => {
        // What nobody wrote down is not said either.
        if (first) await desk.revert(name, actor.tenantId)
        throw error
      })
      return infoOf(name, sentence, row)
    },
    async revert(actor: Actor, name) {
      const sentence = sentenceOf(name)
      await database.change(actor, async (trx) => {
        const [before] = (await trx<PromptRow>('prompts').where({ name }).delete().returning('*')) as PromptRow[]
        if (!before) throw new Refusal('conflict', 'This prompt is as it comes already.')
        await desk.revert(name, actor.tenantId)
        return { result: undefined, audit: { action: 'prompt.revert', subjectType: 'prompt', subjectId: name, before: seen(before) } }
      })
      return infoOf(name, sentence, undefined)
    },
    preview: (_actor, text) => desk.preview(text),
  }
}

function infoOf(name: string, sentence: string, row: PromptRow | undefined): PromptInfo {
  if (!row) return { name, sentence, origin: 'standard', text: null, seconds: null, changedBy: null, changedAt: null }
  return { name, sentence, origin: row.origin, text: row.text, seconds: row.seconds, changedBy: row.changed_by, changedAt: row.changed_at }
}

function seen(row: PromptRow | undefined): object | undefined {
  return row && { origin: row.origin, text: row.text, seconds: row.seconds }
}
