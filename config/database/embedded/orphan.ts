/** A PostgreSQL that outlived the Dialplane that started it, found by its postmaster.pid. */
import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { processArguments, processLife } from '../../process-table.ts'

/**
 * Stops the server that still runs on `data`, and removes a pid file whose number now belongs to a
 * stranger. A file whose process is gone is left: PostgreSQL itself knows best what to do with it.
 * The caller holds the lock of the data folder, so a server found here has no owner.
 */
export async function stopOrphan(data: string, logger: Logger): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  // A standalone backend writes its id negative.
  const pid = Math.abs(Number(lines[0]))
  if (!Number.isInteger(pid) || pid === 0) return
  const life = await processLife(pid)
  if (life === undefined) return
  if (!(await isServerOn(pid, data))) {
    logger.warn({ pid }, 'removing a stale postmaster.pid: its process id belongs to another program now')
    await unlink(file)
    return
  }
  logger.warn({ pid }, 'stopping a PostgreSQL that an earlier Dialplane left running')
  for (const [signal, patienceMs] of [['SIGINT', 20_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new Refusal('unavailable', `A PostgreSQL of another user (process ${pid}) runs on ${data}. Stop it, or run Dialplane as that user.`, { cause: error })
    }
    if (await ended(pid, life, patienceMs)) return
  }
  throw new Refusal('unavailable', `A PostgreSQL left on ${data} (process ${pid}) does not end. Stop it by hand.`)
}

/** Whether process `pid` is a PostgreSQL started on this very folder. */
async function isServerOn(pid: number, data: string): Promise<boolean> {
  const args = await processArguments(pid)
  if (args === undefined || !args.some((arg) => arg.endsWith('/postgres') || arg === 'postgres')) return false
  return args[args.indexOf('-D') + 1] === data
}

async function ended(pid: number, life: string, patienceMs: number): Promise<boolean> {
  for (let waited = 0; waited < patienceMs; waited += 25) {
    if ((await processLife(pid)) !== life) return true
    await wait(25)
  }
  return false
}
