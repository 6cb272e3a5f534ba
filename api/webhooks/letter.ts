import type { Letter } from '../../config/outbound/post.ts'

/** A receiver answers first and works then; of what it answers, so much is shown. */
export const letterOf = (url: string, id: string, body: string, secrets: readonly string[]): Letter => ({ url: new URL(url), id, body, secrets, agent: 'Dialplane-Webhooks', answerMs: 10_000, most: 500 })
