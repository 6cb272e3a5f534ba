/**
 * What a house of a test has spoken is lent to the next: speech is made from a text alone, and making it again
 * for every house was half the processor time of the call tests.
 */
import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { top } from './run/suites.ts'

const kept = join(top, 'node_modules/.cache/spoken')
/** The catalogue and what tests say most; a developer's folder does not grow without end. */
const MOST = 600

/** Puts what was spoken before into the folder of a house that is about to start. */
export async function lendSpeech(home: string): Promise<void> {
  await share(kept, join(home, 'prompts'))
}

/** Keeps what this house has spoken; call it when the house is closed. */
export async function keepSpeech(home: string): Promise<void> {
  if ((await listed(kept)).length < MOST) await share(join(home, 'prompts'), kept)
}

/** Finished files only: unfinished ones are in folders of their own, and a finished one appears whole. */
async function listed(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^[0-9a-f]{32}\.wav$/.test(name))
}

async function share(from: string, to: string): Promise<void> {
  const names = await listed(from)
  if (names.length === 0) return
  await mkdir(to, { recursive: true, mode: 0o700 })
  const there = new Set(await listed(to))
  for (const name of names) {
    if (there.has(name)) continue
    // A name stands for its content, so whoever was first has put the same there; a link does not cross file systems.
    await link(join(from, name), join(to, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') return copyFile(join(from, name), join(to, name))
    })
  }
}
