import { readFile } from 'node:fs/promises'
import { Refusal } from '../../config/errors.ts'
import type { PromptDesk } from '../contract.ts'
import { catalogue } from './catalogue.ts'
import type { Prompts } from './index.ts'
import type { OwnPrompts } from './own.ts'

/** What the house says and what tenants say instead, for those who change it. */
export function createPromptDesk(prompts: Prompts, own: OwnPrompts): PromptDesk {
  const known = (name: string): void => {
    if (!Object.hasOwn(catalogue, name)) throw new Refusal('not-found', 'There is no such prompt.')
  }
  const keep = async (name: string, tenantId: string, by: { sound: Uint8Array } | { text: string }): Promise<number> =>
    own.keep(name, tenantId, 'sound' in by ? by.sound : await readFile(await prompts.speak(by.text)))
  return {
    sentences: Object.entries(catalogue).map(([name, text]) => ({ name, text })),
    file: (name, tenantId) => prompts.prompt(name, tenantId),
    async replace(name, tenantId, by) {
      known(name)
      return keep(name, tenantId, by)
    },
    async revert(name, tenantId) {
      known(name)
      await own.remove(name, tenantId)
    },
    preview: (text) => prompts.speak(text),
    own: { keep, find: (name, tenantId) => own.find(name, tenantId), remove: (name, tenantId) => own.remove(name, tenantId) },
  }
}
