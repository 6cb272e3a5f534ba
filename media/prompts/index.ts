import { createHash } from 'node:crypto'
import { access, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { catalogue } from './catalogue.ts'
import type { OwnPrompts } from './own.ts'
import { Synthesiser, VOICE } from './synthesiser.ts'

export { catalogue, type PromptName } from './catalogue.ts'

/** Longest text spoken; about four minutes. */
const LONGEST_TEXT = 3000
/** Spoken texts kept besides the catalogue; the least recently made go first. */
const SPOKEN_KEPT = 500

export interface Prompts {
  /** The file of a prompt of the catalogue, the tenant's own when it has one. Refuses `not-found`. */
  prompt(name: string, tenantId?: string): Promise<string>
  /** The file with this text spoken. Refuses `unprocessable` (empty, too long) and `unavailable`. */
  speak(text: string): Promise<string>
  close(): Promise<void>
}

/** The file name of a spoken text: another text, voice or way of making it gives another file. */
export function promptFile(text: string): string {
  return `${createHash('sha256').update(`${VOICE}\0${text}`).digest('hex').slice(0, 32)}.wav`
}

/**
 * Speech, made once and kept in `folder`. What the catalogue lacks is made in the background
 * at once, so that the first caller of a wrong number need not wait for it.
 */
/** @param own where tenants' own prompts are; undefined: there are none */
export function openPrompts(folder: string, logger: Logger, own?: OwnPrompts): Prompts {
  const synthesiser = new Synthesiser(folder)
  const running = new Map<string, Promise<string>>()
  let closed = false

  async function make(text: string, path: string): Promise<string> {
    const there = await access(path).then(() => true, () => false)
    if (there) return path
    try {
      await synthesiser.speak(text, path)
    } catch (error) {
      throw new Refusal('unavailable', `the text could not be spoken: ${messageOf(error)}`, { cause: error })
    }
    return path
  }

  /** Two calls that want the same sound at the same time wait for the same work. */
  function file(text: string): Promise<string> {
    const path = join(folder, promptFile(text))
    const made = running.get(path) ?? make(text, path).finally(() => running.delete(path))
    running.set(path, made)
    return made
  }

  async function prepare(): Promise<void> {
    await forgetOld(folder).catch(() => undefined)
    for (const [name, text] of Object.entries(catalogue)) {
      if (closed) return
      await file(text).catch((error: unknown) => { if (!closed) logger.warn({ prompt: name, error: messageOf(error) }, 'a prompt could not be made') })
    }
  }
  const preparing = prepare()

  return {
    async prompt(name, tenantId) {
      const text = (catalogue as Readonly<Record<string, string>>)[name]
      if (text === undefined || !Object.hasOwn(catalogue, name)) throw new Refusal('not-found', `there is no prompt named '${name}'`)
      return (tenantId === undefined ? undefined : await own?.find(name, tenantId)) ?? file(text)
    },
    async speak(text) {
      const spoken = text.trim()
      if (spoken === '') throw new Refusal('unprocessable', 'there is no text to speak')
      if (spoken.length > LONGEST_TEXT) throw new Refusal('unprocessable', `the text is longer than ${LONGEST_TEXT} characters`)
      return file(spoken)
    },
    async close() {
      closed = true
      await Promise.all([synthesiser.close(), own?.close()])
      await preparing
    },
  }
}

/** Clears the folder of what nobody will ask for again. */
async function forgetOld(folder: string): Promise<void> {
  // A process that was killed left its unfinished work behind.
  for (const name of await readdir(folder)) if (name.startsWith('.making-')) await rm(join(folder, name), { recursive: true, force: true })
  const keep = new Set(Object.values(catalogue).map(promptFile))
  const others = (await readdir(folder)).filter((name) => name.endsWith('.wav') && !keep.has(name))
  const aged = await Promise.all(others.map(async (name) => ({ name, made: (await stat(join(folder, name))).mtimeMs })))
  aged.sort((a, b) => b.made - a.made)
  for (const { name } of aged.slice(SPOKEN_KEPT)) await rm(join(folder, name), { force: true })
}
