/** What the kernel tells about other processes of this machine (Linux, /proc). */
import { readFile } from 'node:fs/promises'

/**
 * A text that names one life of one process: its id is used again after it, this text is not.
 * Undefined when there is no such process.
 */
export async function processLife(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([readProc(`${pid}/stat`), readProc('sys/kernel/random/boot_id')])
  if (stat === undefined) return undefined
  // The command, in parentheses, may itself contain blanks and parentheses; start time is field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  // A zombie has ended; only its parent has not looked yet.
  return state === 'Z' || started === undefined ? undefined : `${boot?.trim()}/${pid}/${started}`
}

/** The arguments a process was started with, or undefined when it is gone. */
export async function processArguments(pid: number): Promise<string[] | undefined> {
  const line = await readProc(`${pid}/cmdline`)
  return line === undefined ? undefined : line.split('\0').slice(0, -1)
}

async function readProc(name: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
