import { fileURLToPath } from 'node:url'
import type { Actor } from '../../config/actor.ts'
import type { Pbx, PromptInfo } from '../../pbx/index.ts'

const prompt: PromptInfo = { name: 'busy', sentence: 'Busy.', origin: 'standard', text: null, seconds: null, changedBy: null, changedAt: null }

/** The prompts of the door, one that never changes. */
export function fakePrompts(actors: Actor[]): Pbx['prompts'] {
  const file = fileURLToPath(import.meta.url)
  return {
    async list(actor) {
      actors.push(actor)
      return [prompt]
    },
    async sound(actor) {
      actors.push(actor)
      return file
    },
    async replace(actor, _name, by) {
      actors.push(actor)
      return { ...prompt, origin: 'text' in by ? 'speech' : 'upload', text: 'text' in by ? by.text : null, seconds: 1, changedBy: actor.name, changedAt: new Date(0) }
    },
    async revert(actor) {
      actors.push(actor)
      return prompt
    },
    async preview(actor) {
      actors.push(actor)
      return file
    },
  }
}
