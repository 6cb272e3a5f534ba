/** `--backup FILE`, `--restore FILE`, `--verify-backup FILE`: for whoever sits at the machine, with Dialplane stopped. */
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openServer } from '../database/open.ts'
import { runMigrations } from '../database/migrate.ts'
import { Refusal } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Settings } from '../settings/settings.ts'
import { askSecret } from './ask.ts'
import type { EntrySum } from './entries.ts'
import { makeBackup } from './make.ts'
import { restoreBackup } from './restore.ts'
import { newRecoveryKey, passKey } from './sealed.ts'
import { tryBackup } from './try.ts'

const KINDS = ['backup', 'restore', 'verify-backup'] as const

export interface BackupCommand {
  kind: (typeof KINDS)[number]
  /** Absolute. */
  path: string
}

export const BACKUP_HELP = `--backup FILE          writes everything into one encrypted file
--verify-backup FILE   restores it beside the real tables, compares, and throws that away
--restore FILE         restores it into an empty installation, of the same or a newer version
                       (all three with Dialplane stopped; BACKUP_PASSPHRASE, or it is asked for)`

/** The command among these arguments, and the arguments without it. Refuses `unprocessable` one without a file. */
export function backupCommandOf(argv: readonly string[]): { command: BackupCommand | undefined; rest: string[] } {
  for (const kind of KINDS) {
    const at = argv.findIndex((argument) => argument === `--${kind}` || argument.startsWith(`--${kind}=`))
    if (at < 0) continue
    const inOne = argv[at]!.includes('=')
    const path = inOne ? argv[at]!.slice(argv[at]!.indexOf('=') + 1) : (argv[at + 1] ?? '')
    if (path === '' || path.startsWith('--')) throw new Refusal('unprocessable', `--${kind} needs a file: npm start -- --${kind} /path/to/file.backup`)
    return { command: { kind, path: resolve(path) }, rest: argv.toSpliced(at, inOne ? 1 : 2) }
  }
  return { command: undefined, rest: [...argv] }
}

/** @param tell says a line */
export async function runBackupCommand(command: BackupCommand, settings: Settings, version: string, logger: Logger, tell: (line: string) => unknown): Promise<void> {
  const { home } = settings
  const given = async (): Promise<string> => settings.backup.passphrase ?? (await askSecret('Passphrase or recovery key: '))
  const server = await openServer({ settings, logger })
  try {
    const { connection } = server
    if (command.kind === 'backup') {
      if (await access(command.path).then(() => true, () => false)) throw new Refusal('conflict', `${command.path} is there already. Give another name; backups are never overwritten.`)
      await runMigrations(connection, logger)
      const fresh = settings.backup.passphrase === undefined && process.stdin.isTTY ? newRecoveryKey() : undefined
      const { id, bytes, tables, files, missed } = await makeBackup({ connection, home, version, path: command.path, pass: await passKey(fresh ?? (await given())) })
      tell(`${command.path}: ${bytes} bytes, backup ${id}`)
      report([...tables, ...files], tell)
      for (const name of missed) tell(`  ${name} went away while the backup was made and is not in it.`)
      if (fresh !== undefined) tell(`\nRecovery key, shown only now. Without it nobody can read the backup; keep it apart from it:\n\n  ${fresh}\n`)
      return
    }
    if (command.kind === 'verify-backup') {
      await runMigrations(connection, logger)
      const { manifest, sums, audits } = await tryBackup({ path: command.path, secret: await given(), connection, logger })
      report(sums, tell)
      for (const { tenant, entries } of audits) tell(`  audit of ${tenant}: ${entries} entries fit`)
      tell(`${command.path}: made ${manifest.createdAt} by Dialplane ${manifest.version}; restored beside the real tables, and everything is there.`)
      return
    }
    const { manifest, sums, audits, settingsAt } = await restoreBackup({ path: command.path, secret: await given(), connection, home, logger, onStep: (step) => tell(`  ${step} …`) })
    report(sums, tell)
    for (const { tenant, entries } of audits) tell(`  audit of ${tenant}: ${entries} entries fit`)
    if (settingsAt !== undefined) tell(`The settings of the backup are in ${settingsAt}. Take over what fits this machine into dialplane.env.`)
    tell(`Restored what was backed up ${manifest.createdAt} by Dialplane ${manifest.version}. Start it: npm start`)
  } finally {
    await server.close()
  }
}

/** Counts and checksums by table and file. */
function report(sums: readonly EntrySum[], tell: (line: string) => unknown): void {
  for (const { kind, name, rows, bytes, sha256 } of sums) tell(`  ${sha256.slice(0, 16)}  ${kind === 'table' ? `${rows} rows`.padStart(12) : `${bytes} B`.padStart(12)}  ${name}`)
  const [rows, files] = [sums.reduce((sum, one) => sum + one.rows, 0), sums.filter(({ kind }) => kind === 'file').length]
  tell(`  ${rows} rows in ${sums.length - files} tables, ${files} files`)
}
