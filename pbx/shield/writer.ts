import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { BanView } from '../events/catalogue.ts'
import { deleteBans, saveBans } from './store.ts'

const BATCH = 500
const DELAY_MS = 500
const RETRY_MS = 5_000

/** Brings the database up to what the table says, network by network, whenever it can. */
export interface BanWriter {
  changed(network: string): void
  /** Writes what is left and stops. */
  close(): Promise<void>
}

/** @param get what the table says of a network when it is written */
export function createBanWriter(options: { database: Database; logger: Logger; get: (network: string) => BanView | undefined }): BanWriter {
  const { database, logger, get } = options
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let closed = false

  const schedule = (ms: number): void => {
    if (closed) return
    timer ??= setTimeout(() => {
      timer = undefined
      running = flush()
    }, ms)
  }
  const flush = async (): Promise<void> => {
    while (changed.size > 0 && database.available) {
      const networks = [...changed].slice(0, BATCH)
      for (const network of networks) changed.delete(network)
      const bans = networks.flatMap((network) => get(network) ?? [])
      const gone = networks.filter((network) => !get(network))
      try {
        await database.system('bans', async (trx) => {
          if (gone.length > 0) await deleteBans(trx, gone)
          if (bans.length > 0) await saveBans(trx, bans)
        })
      } catch (error) {
        for (const network of networks) changed.add(network)
        if (database.available) logger.warn({ err: error, networks: networks.length }, `bans could not be stored: ${messageOf(error)}`)
        break
      }
    }
    if (changed.size > 0) schedule(RETRY_MS)
  }
  return {
    changed(network) {
      changed.add(network)
      schedule(DELAY_MS)
    },
    async close() {
      if (closed) return
      closed = true
      clearTimeout(timer)
      await running
      await flush()
    },
  }
}
