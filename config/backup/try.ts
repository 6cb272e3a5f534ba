/** Tries a backup out: all of it is read and restored beside the real tables, compared, and thrown away. */
import type { ConnectionConfig } from '../database/index.ts'
import { withScratch } from '../database/scratch.ts'
import type { Logger } from '../logger.ts'
import type { PassKey } from './sealed.ts'
import { whileWanted } from './make.ts'
import { loadBackup, type Loaded } from './load.ts'
import { openBackup } from './open.ts'

/** Refuses `unprocessable` with the reason when it could not be restored. */
export async function tryBackup(options: { path: string; secret: string | PassKey; connection: ConnectionConfig; logger: Logger; signal?: AbortSignal }): Promise<Loaded> {
  const backup = await openBackup(options.path, options.secret)
  try {
    return await withScratch(options.connection, (connection) =>
      loadBackup({
        connection, logger: options.logger, plain: whileWanted(backup.plain(), options.signal),
        // Read to its end and compared with its checksum, that is all there is to try.
        takeFile: async (_head, body) => { for await (const piece of body) void piece },
      }))
  } finally {
    await backup.close()
  }
}
