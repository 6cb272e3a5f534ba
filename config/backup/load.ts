/** The rows of a backup into a database, and the proof that they arrived. */
import type { ConnectionConfig } from '../database/index.ts'
import { verifyAllAudits } from '../database/audit-chain.ts'
import { runMigrations, runTheseMigrations } from '../database/migrate.ts'
import { openLoader, type RowsLoader, type TableShape } from '../database/rows.ts'
import { transactOnce } from '../database/scratch.ts'
import { Refusal } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createMeter, readEntries, type EntryHead, type EntrySum, type Manifest } from './entries.ts'

export interface Loaded {
  manifest: Manifest
  /** Of each table and file, as written and as read back. */
  sums: EntrySum[]
  audits: Awaited<ReturnType<typeof verifyAllAudits>>
}

/** What is done with files while the rows go into the database. */
export type TakeFile = (head: Extract<EntryHead, { kind: 'file' }>, body: AsyncIterable<Buffer>) => Promise<void>

/**
 * Loads all rows into empty tables of the version they were read from, reads them back, compares, and brings the tables to the version of
 * this code. Rows are there all at once, or none.
 *
 * @param beforeCommit all is read and compared
 */
export async function loadBackup(options: { connection: ConnectionConfig; logger: Logger; plain: AsyncIterable<Buffer>; takeFile: TakeFile; beforeCommit?: () => Promise<void> }): Promise<Loaded> {
  const { connection, logger } = options
  let manifest: Manifest | undefined
  let loader: RowsLoader | undefined
  const tables: TableShape[] = []
  try {
    const sums = await readEntries(options.plain, {
      async manifest(read) {
        manifest = read
        await runTheseMigrations(connection, logger, read.migrations)
        loader = await openLoader(connection)
      },
      async entry(head, body) {
        if (head.kind === 'file') return options.takeFile(head, body)
        tables.push(head)
        await loader!.load(head, body)
      },
    })
    const written = new Map(sums.filter(({ kind }) => kind === 'table').map((sum) => [sum.name, sum]))
    for (const table of tables) await compare(loader!, table, written.get(table.name)!)
    await options.beforeCommit?.()
    await loader!.commit()
    await loader!.close()
    await runMigrations(connection, logger)
    const audits = await transactOnce(connection, logger, verifyAllAudits)
    const broken = audits.find((audit) => audit.broken)
    if (broken?.broken) throw new Refusal('unprocessable', `The audit of ${broken.tenant} does not fit at place ${broken.broken.position}: ${broken.broken.reason} It was so when the backup was made, or the backup was changed by somebody who knew its passphrase.`)
    return { manifest: manifest!, sums, audits }
  } finally {
    await loader?.close()
  }
}

async function compare(loader: RowsLoader, table: TableShape, written: EntrySum): Promise<void> {
  const meter = createMeter({ kind: 'table', name: table.name })
  for await (const piece of loader.rows(table)) meter.take(piece)
  const { rows, sha256 } = meter.sum()
  if (sha256 !== written.sha256) throw new Refusal('unprocessable', `The table ${table.name} is not what was written: ${written.rows} rows were, ${rows} are there${rows === written.rows ? ' with other content' : ''}. Use another backup, and report this.`)
}
