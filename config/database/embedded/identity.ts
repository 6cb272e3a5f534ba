/**
 * As whom PostgreSQL runs. It refuses to run as root, so a root Dialplane starts it either in a user
 * namespace, where root's own files look like those of an ordinary user, or as another user of the
 * machine that then owns the data. Each way is tried out before it is used.
 */
import { chmod, chown, lstat, readdir, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { Refusal } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { runCommand, type Launch } from './run-command.ts'

export interface Identity {
  /** For the log. */
  description: string
  /** User and group that own the data folder. */
  uid: number
  gid: number
  launch(program: string, args: readonly string[]): Launch
}

/** Kernel user and group that own nothing by convention. */
const NOBODY = 65534
/** PostgreSQL shuts down fast but cleanly on SIGINT. The kernel sends it when we die, however we die. */
const DIES_WITH_US = ['--pdeathsig', 'INT']

export interface Finding {
  identity: Identity
  /** Major and minor version of the programs, e.g. `18.4`. */
  version: string
}

/**
 * The first way that can run `initdb` and write to `folder`.
 * `reasons` instead when the programs cannot be run from where they are.
 * Refuses `unavailable` when they can, but no way reaches the folder.
 *
 * @param binaries folder of `initdb` and `postgres`
 * @param folder the folder that holds the data folder; its owner is changed as needed
 */
export async function findIdentity(binaries: string, folder: string, identities: readonly Identity[], logger: Logger): Promise<Finding | { reasons: string[] }> {
  const reasons: string[] = []
  let runs = false
  for (const identity of identities) {
    const { code, output } = await runCommand(identity.launch(join(binaries, 'initdb'), ['--version']), 20_000)
    const version = code === 0 ? /\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(output)?.[1] : undefined
    if (version === undefined) {
      reasons.push(`${identity.description}: ${output.trim().split('\n').at(-1)}`)
      logger.debug({ code, output }, `embedded PostgreSQL does not run ${identity.description}`)
      continue
    }
    runs = true
    await handOver(folder, identity)
    const reached = await runCommand(identity.launch('/bin/sh', ['-c', 'test -w "$1" && test -x "$1"', 'sh', folder]), 20_000)
    if (reached.code === 0) return { identity, version }
    reasons.push(`${identity.description}: the folder ${folder} is closed to it`)
  }
  if (runs) {
    throw new Refusal('unavailable', `PostgreSQL cannot reach its data (${reasons.join('; ')}). Run Dialplane as an ordinary user, set DIALPLANE_HOME to a folder whose parents other users may enter, or set DATABASE_URL.`)
  }
  return { reasons }
}

/** The ways this machine may offer, best first. */
export async function identitiesOfMachine(): Promise<Identity[]> {
  const uid = process.getuid?.() ?? NOBODY
  const gid = process.getgid?.() ?? NOBODY
  const setpriv = (await runCommand({ file: 'setpriv', args: [...DIES_WITH_US, 'true'] }, 5_000)).code === 0 ? ['setpriv', ...DIES_WITH_US] : []
  const namespace = {
    description: 'in a user namespace',
    uid,
    gid,
    launch: prefixed(['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, ...setpriv]),
  }
  if (uid !== 0) {
    const plain = { description: `as user ${uid}`, uid, gid, launch: prefixed(setpriv) }
    // initdb looks itself up in the password file; a container may run us as a number that has no name.
    return hasName() ? [plain] : [namespace, plain]
  }
  const others = await namedUsers(['postgres', 'nobody'])
  return [
    namespace,
    ...others.map((user): Identity => ({
      description: `as user ${user.name}`,
      uid: user.uid,
      gid: user.gid,
      launch:
        setpriv.length > 0
          // The user is changed first: changing it afterwards would clear the death signal (prctl(2)).
          ? prefixed(['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...DIES_WITH_US])
          : (program, args) => ({ file: program, args: [...args], owner: { uid: user.uid, gid: user.gid } }),
    })),
  ]
}

function prefixed(prefix: readonly string[]): Identity['launch'] {
  return (program, args) => {
    const [file = program, ...rest] = [...prefix, program, ...args]
    return { file, args: rest }
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

async function namedUsers(names: readonly string[]): Promise<{ name: string; uid: number; gid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  return names.flatMap((name) => {
    const [, , uid, gid] = lines.find((line) => line[0] === name) ?? []
    return uid === undefined || gid === undefined || uid === '0' ? [] : [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}

/** Makes `identity` the owner of the data, and lets it through our own folder above. Only root can, and only root needs to. */
async function handOver(folder: string, identity: Identity): Promise<void> {
  if (process.getuid?.() !== 0) return
  await chownTree(folder, identity.uid, identity.gid)
  if (identity.uid !== 0) await chmod(dirname(folder), 0o711)
}

async function chownTree(path: string, uid: number, gid: number): Promise<void> {
  const info = await lstat(path)
  // The folder goes last, so that an interrupted walk starts over.
  if (info.uid === uid && info.isDirectory()) return
  if (info.isDirectory()) {
    for (const name of await readdir(path)) await chownTree(join(path, name), uid, gid)
  }
  if (!info.isSymbolicLink()) await chown(path, uid, gid)
}
