import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { isoOrNull } from '../http/fields.ts'
import type { PromptInfo } from '../../pbx/index.ts'
import { Prompt, promptParams, PromptReplacement, SOUND_MAX, SpeechPreview } from './schemas.ts'

function presentPrompt(prompt: PromptInfo): z.input<typeof Prompt> {
  const { name, sentence, origin, text, seconds, changedBy, changedAt } = prompt
  return { name, sentence, origin, text, seconds, changedBy, changedAt: isoOrNull(changedAt) }
}

const listPrompts = defineRoute({
  method: 'get',
  path: '/prompts',
  operationId: 'listPrompts',
  summary: 'Every sentence that Dialplane says, and what is said instead',
  tag: 'Prompts',
  permission: 'prompts.read',
  response: z.object({ data: z.array(Prompt) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.prompts.list(actor)).map(presentPrompt) }),
})

const getPromptAudio = defineFileRoute({
  method: 'get',
  path: '/prompts/{name}/audio',
  operationId: 'getPromptAudio',
  summary: 'A prompt as callers hear it',
  tag: 'Prompts',
  permission: 'prompts.read',
  params: promptParams,
  file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ path: await world.pbx.prompts.sound(actor, params.name), name: `${params.name}.wav` }),
})

const replacePrompt = defineRoute({
  method: 'put',
  path: '/prompts/{name}',
  operationId: 'replacePrompt',
  summary: 'Say something else',
  description: 'Heard by the next caller; calls that go on are not touched.',
  tag: 'Prompts',
  permission: 'prompts.write',
  params: promptParams,
  body: PromptReplacement,
  bodyMax: Math.ceil(SOUND_MAX / 3) * 4 + 1_000,
  response: one(Prompt),
  handle: async ({ world, actor, params, body }) => ({
    data: presentPrompt(await world.pbx.prompts.replace(actor, params.name, 'text' in body ? { text: body.text } : { sound: Buffer.from(body.sound, 'base64') })),
  }),
})

const revertPrompt = defineRoute({
  method: 'delete',
  path: '/prompts/{name}',
  operationId: 'revertPrompt',
  summary: 'Say again what comes with Dialplane',
  tag: 'Prompts',
  permission: 'prompts.write',
  params: promptParams,
  response: one(Prompt),
  handle: async ({ world, actor, params }) => ({ data: presentPrompt(await world.pbx.prompts.revert(actor, params.name)) }),
})

const previewSpeech = defineFileRoute({
  method: 'post',
  path: '/prompts/preview',
  operationId: 'previewSpeech',
  summary: 'Hear how a text sounds',
  tag: 'Prompts',
  permission: 'prompts.write',
  body: SpeechPreview,
  file: 'audio/wav',
  handle: async ({ world, actor, body }) => ({ bytes: await readFile(await world.pbx.prompts.preview(actor, body.text)), name: 'preview.wav' }),
})

export const promptRoutes = [listPrompts, getPromptAudio, replacePrompt, revertPrompt, previewSpeech]
