import { z } from 'zod'
import { instant } from '../http/fields.ts'

/** Of the sound; base64 makes it a third more. */
export const SOUND_MAX = 10_000_000

export const Prompt = z
  .object({
    name: z.string(),
    sentence: z.string().meta({ description: 'What is said as it comes.' }),
    origin: z.enum(['standard', 'upload', 'speech']),
    text: z.string().nullable().meta({ description: 'What is spoken instead; null for an upload, and as it comes.' }),
    seconds: z.number().nullable().meta({ description: 'Length of what replaced it.' }),
    changedBy: z.string().nullable(),
    changedAt: instant.nullable(),
  })
  .meta({ id: 'Prompt', description: 'A sentence that callers hear from Dialplane itself.' })

export const promptParams = z.strictObject({ name: z.string().regex(/^[a-z0-9-]{1,60}$/) })

const text = z.string().trim().min(1).max(3000)

export const PromptReplacement = z
  .union([
    z.strictObject({ text: text.meta({ description: 'Spoken by the voice of the house.' }) }),
    z.strictObject({ sound: z.base64().min(1).max(Math.ceil(SOUND_MAX / 3) * 4).meta({ description: 'A WAV file (16-bit PCM or G.711) or Opus in Ogg, base64; at most 10 MB and 5 minutes.' }) }),
  ])
  .meta({ id: 'PromptReplacement' })

export const SpeechPreview = z.strictObject({ text }).meta({ id: 'SpeechPreview' })
