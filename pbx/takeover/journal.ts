/**
 * The file of calls that go on: a line whenever something about one changes, so that a process that is killed leaves all
 * it takes to go on with them. It is a file and not a table, because it must be there when the database is not, and
 * within milliseconds: whatever is not yet written is lost with the process.
 */
import { mkdir, open, readFile, rename, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { SavedCall } from './saved.ts'

export interface CallJournal {
  /** Calls that went on when the process before this one ended, and when it was last surely there (milliseconds since the epoch). */
  readonly left: readonly SavedCall[]
  readonly leftAt: number
  /** Keeps what `save` gives within a few milliseconds, together with others. */
  put(id: string, save: () => SavedCall): void
  drop(id: string): void
  /** Resolves when everything put so far is written. */
  flush(): Promise<void>
  close(): Promise<void>
}

type Line = { id: string; call?: SavedCall }

/** Longest wait for company. */
const DELAY_MS = 10
/** While calls go on the file is touched this often: it tells when we were last there. */
const BEAT_MS = 5_000
/** A file that is longer, and mostly of calls that are over, is written anew. */
const LONG = 4_194_304

export async function openCallJournal({ path, logger }: { path: string; logger: Logger }): Promise<CallJournal> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const { left, leftAt } = await readLeft(path)
  /** As they were written last, for writing the file anew. */
  const live = new Map<string, string>()
  let waiting = new Map<string, (() => SavedCall) | undefined>()
  let file: FileHandle | undefined
  let [bytes, liveBytes] = [0, 0]
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  let complained = false

  const rewrite = async (): Promise<void> => {
    const text = [...live.values()].join('')
    const draft = await open(`${path}.new`, 'w', 0o600)
    await draft.write(text)
    await rename(`${path}.new`, path)
    await file?.close()
    file = draft
    bytes = Buffer.byteLength(text)
  }
  const write = async (): Promise<void> => {
    const batch = waiting
    waiting = new Map()
    if (batch.size === 0) return
    let text = ''
    for (const [id, save] of batch) {
      const line = `${JSON.stringify({ id, ...(save ? { call: save() } : {}) } satisfies Line)}\n`
      liveBytes += (save ? line.length : 0) - (live.get(id)?.length ?? 0)
      if (save) live.set(id, line)
      else live.delete(id)
      text += line
    }
    try {
      if (file === undefined || (bytes > LONG && bytes > 4 * liveBytes)) return await rewrite()
      bytes += (await file.write(text)).bytesWritten
      complained = false
    } catch (error) {
      // The next one writes all of it.
      await file?.close().catch(() => undefined)
      file = undefined
      if (!complained) logger.error({ err: error }, `calls that go on cannot be kept in ${path}: ${messageOf(error)}. Should this process be killed, they end.`)
      complained = true
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    return (work = work.then(write))
  }
  const soon = (): void => void (timer ??= setTimeout(() => void flush(), DELAY_MS))
  const beat = setInterval(() => {
    const now = new Date()
    if (live.size > 0) void file?.utimes(now, now).catch(() => undefined)
  }, BEAT_MS)

  // Those of before stay until they were taken over.
  for (const call of left) live.set(call.id, `${JSON.stringify({ id: call.id, call } satisfies Line)}\n`)
  return {
    left,
    leftAt,
    put(id, save) {
      waiting.set(id, save)
      soon()
    },
    drop(id) {
      if (!live.has(id)) {
        // It came and went between two writes.
        waiting.delete(id)
        return
      }
      waiting.set(id, undefined)
      soon()
    },
    flush,
    async close() {
      clearInterval(beat)
      await flush()
      await file?.close()
    },
  }
}

/** The last line about a call counts; one that was cut off by the end of the process does not. */
async function readLeft(path: string): Promise<{ left: SavedCall[]; leftAt: number }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (text === '') return { left: [], leftAt: Date.now() }
  const calls = new Map<string, SavedCall>()
  for (const line of text.split('\n')) {
    let read: Line
    try {
      read = JSON.parse(line) as Line
    } catch {
      continue
    }
    if (read.call) calls.set(read.id, read.call)
    else calls.delete(read.id)
  }
  return { left: [...calls.values()], leftAt: (await stat(path)).mtimeMs }
}
