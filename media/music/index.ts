import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { MusicDone, MusicJob } from './preparing-thread.ts'

export interface Music {
  /**
   * The files of a class, ready to play one after the other. `default` is never empty: without files of the
   * operator it is a tune of our own. Refuses `not-found` for a class that has no folder, `unavailable` when
   * nothing could be made ready.
   */
  files(name: string): Promise<readonly string[]>
  close(): Promise<void>
}

export const DEFAULT_CLASS = 'default'
/** Part of the tune's file name: change it when the tune changes. */
const TUNE = 'tune-1.wav'
/** Files of a class that are played; all of them are held in memory. */
const MOST_FILES = 20
/** The folders are looked at again when music is asked for this long after the last look. */
const LOOK_MS = 10_000

/**
 * Music on hold. `folder` is the operator's: WAV files in it are the class `default`, those in a folder below it
 * are the class of that name, in the order of their names. What they became is kept in `made`.
 */
export function openMusic(folder: string, made: string, logger: Logger): Music {
  let classes: ReadonlyMap<string, readonly string[]> = new Map()
  let looked = 0
  let looking: Promise<void> | undefined
  let thread: Worker | undefined
  let closed = false
  /** Files that could not be made ready, so that each is named once. */
  const bad = new Set<string>()

  /** Makes what is missing, in a thread that lives for it alone. */
  function make(jobs: MusicJob[]): Promise<void> {
    if (jobs.length === 0 || closed) return Promise.resolve()
    return new Promise((resolve) => {
      const worker = thread = new Worker(new URL('./preparing-thread.ts', import.meta.url), { name: 'music', workerData: jobs })
      worker.on('message', ({ job, error }: MusicDone) => {
        if (error === undefined) return
        bad.add(job.to)
        logger.warn({ file: job.from, error }, 'a music file cannot be played and is left out')
      })
      worker.on('error', (error) => { if (!closed) logger.error({ error: messageOf(error) }, 'music could not be made ready') })
      worker.once('exit', () => {
        thread = undefined
        resolve()
      })
    })
  }

  async function look(): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await mkdir(made, { recursive: true, mode: 0o700 })
    const found = new Map<string, MusicJob[]>([[DEFAULT_CLASS, await jobsIn(folder, made)]])
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) found.set(entry.name, [...(found.get(entry.name) ?? []), ...await jobsIn(join(folder, entry.name), made)])
    }
    const tune: MusicJob = { from: undefined, to: join(made, TUNE) }
    const all = [tune, ...[...found.values()].flat()]
    const there = new Set((await readdir(made)).map((name) => join(made, name)))
    await make(all.filter(({ to }) => !there.has(to) && !bad.has(to)))
    const ready = new Set((await readdir(made)).map((name) => join(made, name)))
    classes = new Map([...found].map(([name, jobs]) => [name, jobs.map(({ to }) => to).filter((path) => ready.has(path)).slice(0, MOST_FILES)]))
    if (classes.get(DEFAULT_CLASS)?.length === 0 && ready.has(tune.to)) classes = new Map([...classes, [DEFAULT_CLASS, [tune.to]]])
    // What belongs to files that were changed or taken away.
    const wanted = new Set(all.map(({ to }) => to))
    for (const path of ready) if (!wanted.has(path)) await rm(path, { force: true })
  }

  function lookAgain(): Promise<void> {
    looking ??= look()
      .catch((error: unknown) => { if (!closed) logger.error({ error: messageOf(error) }, 'the music folder cannot be read') })
      .finally(() => {
        looked = performance.now()
        looking = undefined
      })
    return looking
  }

  const first = lookAgain()
  return {
    async files(name) {
      await first
      // What changed meanwhile is for the next caller: this one is not kept waiting.
      if (!closed && performance.now() - looked > LOOK_MS) void lookAgain()
      const files = classes.get(name)
      if (files === undefined) throw new Refusal('not-found', `there is no music class '${name}'; make a folder of that name in ${folder}`)
      if (files.length === 0) throw new Refusal('unavailable', `the music class '${name}' has nothing that can be played`)
      return files
    },
    async close() {
      closed = true
      await thread?.terminate()
      await looking
    },
  }
}

/** The WAV files of one folder. A file that was replaced is another file. */
async function jobsIn(folder: string, made: string): Promise<MusicJob[]> {
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.wav')).sort()
  return Promise.all(names.map(async (name) => {
    const from = join(folder, name)
    const { mtimeMs, size } = await stat(from)
    return { from, to: join(made, `${createHash('sha256').update(`${from}\0${mtimeMs}\0${size}`).digest('hex').slice(0, 32)}.wav`) }
  }))
}
