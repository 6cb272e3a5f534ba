/** The log in a file: written in gulps, turned over by size, never in the way of a call. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, Refusal } from './errors.ts'

export interface LogFile {
  /** Takes one line with its newline. Never throws: a log that cannot be written must not end a call. */
  write(line: string): void
  /** Writes what waits, e.g. before the process ends. */
  flush(): void
  close(): void
}

export interface LogFileOptions {
  /** Size at which the file becomes `<path>.1`; 20 MB when absent. */
  maxBytes?: number
  /** How many old files stay; 5 when absent. */
  keep?: number
}

const GULP_MS = 100
const GULP_BYTES = 64 * 1024

/** Refuses `unavailable` when the file cannot be opened. */
export function openLogFile(path: string, { maxBytes = 20 * 1024 * 1024, keep = 5 }: LogFileOptions = {}): LogFile {
  let { fd, size } = open(path)
  let waiting: string[] = []
  let waitingBytes = 0
  let lost = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const lines = waiting
    const note = lost === 0 ? '' : `{"level":"error","time":"${new Date().toISOString()}","msg":"${lost} log lines before this were lost: the log could not be written"}\n`
    waiting = []
    waitingBytes = 0
    try {
      if (size >= maxBytes) turnOver()
      size += writeAll(fd, Buffer.from(note + lines.join('')))
      lost = 0
    } catch {
      // A full disk, mostly. The next line that fits tells how many are missing.
      lost += lines.length
    }
  }

  function turnOver(): void {
    for (let age = keep - 1; age >= 1; age--) rename(`${path}.${age}`, `${path}.${age + 1}`)
    rename(path, `${path}.1`)
    // When the new file cannot be opened, lines go on into the old one: its number must never come to mean another file.
    size = 0
    const old = fd
    ;({ fd, size } = open(path))
    closeSync(old)
  }

  return {
    write(line) {
      if (closed) return
      waiting.push(line)
      waitingBytes += line.length
      if (waitingBytes >= GULP_BYTES) flush()
      else timer ??= setTimeout(flush, GULP_MS).unref()
    },
    flush,
    close() {
      if (closed) return
      flush()
      closed = true
      closeSync(fd)
    },
  }
}

function open(path: string): { fd: number; size: number } {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Appended, and private: addresses and numbers of callers are in it.
    const fd = openSync(path, 'a', 0o600)
    return { fd, size: fstatSync(fd).size }
  } catch (error) {
    throw new Refusal('unavailable', `The log file ${path} cannot be opened: ${messageOf(error)}.`, { cause: error })
  }
}

function writeAll(fd: number, bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) at += writeSync(fd, bytes, at)
  return bytes.length
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Not that many old files yet.
  }
}
