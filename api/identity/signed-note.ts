import { createHmac, timingSafeEqual } from 'node:crypto'
import type { z } from 'zod'

const sign = (key: Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest()

/** What we hand out and want back unchanged: JSON and a signature. It can be read by whoever has it. */
export function writeNote(key: Buffer, content: object): string {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url')
  return `${text}.${sign(key, text).toString('base64url')}`
}

/** What a note of ours says; undefined when it is none, has another shape, or its time `until` (milliseconds) is over. */
export function readNote<S extends z.ZodType<{ until: number }>>(key: Buffer, schema: S, note: string, now: number): z.output<S> | undefined {
  const [text = '', signature = ''] = note.split('.')
  const given = Buffer.from(signature, 'base64url')
  const right = sign(key, text)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const { data } = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  return data !== undefined && data.until > now ? data : undefined
}
