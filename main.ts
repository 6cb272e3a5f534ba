/**
 * The only file that knows everyone. Opens the rooms in order, closes them in reverse, and turns
 * what the operating system says (signals, a fault nobody caught) into one orderly stop.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readVersion } from './api/openapi.ts'
import { startApi } from './api/server.ts'
import { BACKUP_HELP, backupCommandOf, runBackupCommand, type BackupCommand } from './config/backup/command.ts'
import { CONFIGURATION_HELP, configurationCommandOf, runConfigurationCommand } from './config/configuration/command.ts'
import { requireNoUnfinishedRestore } from './config/backup/restore.ts'
import { verifyAllAudits } from './config/database/audit-chain.ts'
import { openDatabase } from './config/database/open.ts'
import { messageOf, Refusal } from './config/errors.ts'
import { lockFolder } from './config/folder-lock.ts'
import { openLogFile, type LogFile } from './config/log-file.ts'
import { createLogger, type Logger } from './config/logger.ts'
import { requireSameKey } from './config/same-key.ts'
import { openSecrets } from './config/secrets.ts'
import { DOCTOR, runDoctor } from './config/doctor/command.ts'
import { detachEnvironment, loadSettings, ROLES_HELP, rolesOf, settingsTable, type Settings } from './config/settings/index.ts'
import { createSoundKeeper, startMedia } from './media/index.ts'
import { startPbx, type Pbx } from './pbx/index.ts'
import { openMediaLine } from './pbx/sip/media-line.ts'
import { startApart, type ApartProcess } from './pbx/signalling/apart/process.ts'
import { startSignalling } from './pbx/signalling/index.ts'

export interface Dialplane {
  settings: Settings
  pbx: Pbx
  api: Awaited<ReturnType<typeof startApi>>
  signalling: Awaited<ReturnType<typeof startSignalling>>
  /** Ends calls with BYE, then closes everything. Idempotent. */
  close(): Promise<void>
}

/** Called after each step of the start with its name and how long it took. */
export type OnStep = (step: string, ms: number) => void

/** A room that does not close in this time is left behind, so that the others still close. PostgreSQL may need most of it. */
const CLOSE_MS = 40_000
/** npm passes a Ctrl-C on that the terminal has already delivered; within this time two signals are one. */
const SAME_SIGNAL_MS = 1_000

/** Opens rooms one after the other, and closes what is open in reverse. */
function createSteps(logger: Logger, onStep: OnStep) {
  const opened: { name: string; close: () => Promise<unknown> }[] = []
  let closing: Promise<void> | undefined
  return {
    opened,
    async step<T>(name: string, open: () => Promise<T>, close?: (room: T) => Promise<unknown>): Promise<T> {
      const started = performance.now()
      const room = await open()
      if (close) opened.push({ name, close: () => close(room) })
      const ms = Math.round(performance.now() - started)
      logger.info({ ms }, `${name} started`)
      onStep(name, ms)
      return room
    },
    close: (): Promise<void> => (closing ??= closeAll(opened, logger)),
  }
}

/** Starts the whole house. When a room fails, those already open are closed again and its error is thrown. */
export async function startDialplane(settings: Settings, logger: Logger, onStep: OnStep = () => {}): Promise<Dialplane> {
  const { home } = settings
  const { opened, step, close } = createSteps(logger, onStep)
  try {
    await step('data folder', () => openHome(home, 'dialplane.lock'), (lock) => lock.release())
    await requireNoUnfinishedRestore(home)
    const secrets = await step('keys', () => openSecrets(home))
    const database = await step('database', () => openDatabase({ settings, logger }), (room) => room.close())
    await requireSameKey(database, secrets, home)
    const signalling = await step('signalling', () => startSignalling({ settings, logger, routeKey: secrets.key('sip-routes').toString('hex'), identity: secrets.key('signalling-identity').toString('hex'), lane: new URL('./pbx/lane/lane.ts', import.meta.url).href }), (room) => room.close())
    // A media server outside is called like a phone, over a connection of its own: media knows nothing of signalling.
    const line = settings.media.freeswitch && (await step('media line', () => openMediaLine({ ...signalling, logger }), (room) => room.close()))
    const { media, prompts } = await step('media', () => startMedia({ settings, logger, storage: home, srf: line?.srf }), (room) => room.media.stop())
    const pbx = await step('pbx', () => startPbx({ settings, logger, database, secrets, media, sounds: createSoundKeeper(), prompts, signalling }), (room) => room.close())
    const api = await step('panel and api', () => startApi({ settings, logger, database, secrets, pbx }), (room) => room.close())
    // The one exception to the reverse: calls are ended first, while the panel can still show it.
    opened.push(...opened.splice(-2, 1))
    return { settings, pbx, api, signalling, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The SIP engine alone. The PBX finds it at its control port, and may be stopped and started again while calls go on. */
export async function startEngineProcess(settings: Settings, logger: Logger, onStep: OnStep = () => {}): Promise<ApartProcess> {
  const { home } = settings
  const { step, close } = createSteps(logger, onStep)
  try {
    await step('data folder', () => openHome(home, 'signalling.lock'), (lock) => lock.release())
    const secrets = await step('keys', () => openSecrets(home))
    const apart = await step('signalling', () => startApart({ settings, logger, secret: settings.sip.secret, routeKey: secrets.key('sip-routes').toString('hex') }), (room) => room.close())
    return { ...apart, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @param lock one for the PBX, one for a signalling engine in a process of its own: both may use one folder */
async function openHome(home: string, lock: string): ReturnType<typeof lockFolder> {
  await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Refusal('unavailable', `The data folder ${home} cannot be made: ${messageOf(error)}. Set DIALPLANE_HOME to a folder this user may write to.`, { cause: error })
  })
  return lockFolder(join(home, lock), `The data folder ${home}`)
}

/** Newest first. A room that fails or hangs does not keep the others open. */
async function closeAll(opened: { name: string; close: () => Promise<unknown> }[], logger: Logger): Promise<void> {
  for (const { name, close } of opened.splice(0).reverse()) {
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(resolve, CLOSE_MS, 'late')
    try {
      if ((await Promise.race([close(), late])) === 'late') logger.error({ ms: CLOSE_MS }, `${name} did not close in time`)
      else logger.info(`${name} closed`)
    } catch (error) {
      logger.error({ err: error }, `${name} did not close cleanly`)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What a process runs. */
type Closable = { close(): Promise<void> }

/** Says a line to whoever started us. */
type Tell = (line?: string) => unknown

async function main(): Promise<void> {
  // A closed terminal or pipe is no reason to end calls.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  let argv = process.argv.slice(2)
  if (argv.includes('--settings')) {
    const { text, ok } = settingsTable(undefined, process.stdout.columns)
    process.stdout.write(`${text}\n`)
    process.exitCode = ok ? 0 : 1
    return
  }

  if (argv.includes('--help')) {
    process.stdout.write(`npm start [-- --roles=ROLES]\n\n${ROLES_HELP}\n\n--verify-audit         reads the audit of every tenant and names the first entry that does not fit; Dialplane must be stopped\n--doctor               looks at disk, names, addresses, ports, database and clock of this machine, and says what to do\n${BACKUP_HELP}\n${CONFIGURATION_HELP}\n\nEverything else is said by settings; \`npm run settings\` lists them.\n`)
    return
  }

  detachEnvironment()
  let file: LogFile | undefined
  let failed = 'Dialplane cannot start.\n'
  try {
    const { command, rest } = backupCommandOf(argv)
    const { command: configure, rest: others } = configurationCommandOf(rest)
    argv = others
    const role = rolesOf(argv)
    const settings = loadSettings({ argv: argv.filter((argument) => argument !== '--help' && argument !== VERIFY_AUDIT && argument !== DOCTOR) })
    if (role === 'pbx' && settings.sip.drachtio === undefined) throw new Refusal('unprocessable', '--roles=pbx needs a signalling engine in another process: set DRACHTIO to its control address, e.g. 127.0.0.1:9022, and DRACHTIO_SECRET.')
    if (configure) {
      failed = ''
      process.exitCode = await runConfigurationCommand(configure, settings, (line) => process.stdout.write(`${line}\n`))
      return
    }
    const logPath = join(settings.home, 'logs', role === 'signalling' ? 'signalling.log' : 'dialplane.log')
    if (settings.log.to === 'file') file = openLogFile(logPath)
    const logger = createLogger(settings.log.level, file)
    if (argv.includes(DOCTOR)) {
      if (!(await runDoctor(settings, logger, (line) => process.stdout.write(`${line}\n`)))) process.exitCode = 1
      return
    }
    if (argv.includes(VERIFY_AUDIT)) return await verifyAudit(settings, logger)
    if (command) failed = ''
    if (command) return await withBackup(command, settings, logger)
    const started = performance.now()
    // Standard output belongs to the JSON lines when the log goes there.
    const output = file ? process.stdout : process.stderr
    const tell: Tell = (line = '') => output.write(`${line}\n`)
    const onStep: OnStep = (step, ms) => tell(`  ${step.padEnd(14)} ${String(ms).padStart(5)} ms`)
    if (role === 'signalling') return await runEngine(settings, logger, { file, logPath }, tell, onStep)
    tell('Dialplane starts')
    const running = startDialplane(settings, logger, onStep)
    stopOnSignals(running, logger, file, tell, ({ signalling }) => (signalling.identity !== undefined && settings.sip.graceSeconds > 0 ? KEEPS_CALLS : ENDS_CALLS))
    const dialplane = await running
    dialplane.signalling.onFailure((reason) => {
      logger.fatal({ reason }, 'signalling failed')
      process.stderr.write(`Signalling failed: ${reason} Dialplane stops.\n`)
      void stop(dialplane, file, 1)
    })
    drainOnSignal(dialplane, logger, file, tell)
    await greet(dialplane, tell, file ? logPath : undefined, Math.round(performance.now() - started))
  } catch (error) {
    process.stderr.write(`${failed}${error instanceof Refusal ? error.message : `This is a fault in Dialplane: ${(error as Error).stack ?? messageOf(error)}`}\n`)
    file?.close()
    process.exit(1)
  }
}

const VERIFY_AUDIT = '--verify-audit'

/** Reads the audit of every tenant; exit status 1 when one does not fit. */
async function verifyAudit(settings: Settings, logger: Logger): Promise<void> {
  const { step, close } = createSteps(logger, () => {})
  try {
    await step('data folder', () => openHome(settings.home, 'dialplane.lock'), (lock) => lock.release())
    const database = await step('database', () => openDatabase({ settings, logger }), (room) => room.close())
    for (const { tenant, entries, head, broken } of await database.system('verify audit', verifyAllAudits)) {
      if (broken) process.exitCode = 1
      const verdict = broken ? `BROKEN at entry ${broken.entryId ?? 'unknown'}, place ${broken.position}: ${broken.reason}` : `${entries} entries fit${head === undefined ? '' : `, head ${head}`}`
      process.stdout.write(`${tenant}: ${verdict}\n`)
    }
  } finally {
    await close()
  }
}

/** Makes, tries out or restores a backup. */
async function withBackup(command: BackupCommand, settings: Settings, logger: Logger): Promise<void> {
  const { step, close } = createSteps(logger, () => {})
  try {
    await step('data folder', () => openHome(settings.home, 'dialplane.lock'), (lock) => lock.release())
    if (command.kind !== 'restore') await requireNoUnfinishedRestore(settings.home)
    await runBackupCommand(command, settings, readVersion(), logger, (line) => process.stdout.write(`${line}\n`))
  } finally {
    await close()
  }
}

const ENDS_CALLS = 'Dialplane stops: calls are ended, then everything is closed.'
const KEEPS_CALLS = 'Dialplane stops. The signalling engine keeps the calls, without sound, and gives them back at the next start if that comes in time (SIGNALLING_GRACE_SECONDS).'

async function runEngine(settings: Settings, logger: Logger, log: { file: LogFile | undefined; logPath: string }, tell: Tell, onStep: OnStep): Promise<void> {
  tell('The signalling engine of Dialplane starts')
  const running = startEngineProcess(settings, logger, onStep)
  stopOnSignals(running, logger, log.file, tell, () => 'The signalling engine stops: calls are ended, then everything is closed.')
  const apart = await running
  apart.onFailure((reason) => {
    logger.fatal({ reason }, 'signalling failed')
    process.stderr.write(`Signalling failed: ${reason} It stops.\n`)
    void stop(apart, log.file, 1)
  })
  process.on('SIGUSR2', () => {
    logger.info('draining')
    tell('The signalling engine takes no new calls and stops when the last one is over. Ctrl-C does not wait for it.')
    void apart.drain().then(() => stop(apart, log.file, 0))
  })
  tell()
  tell('The signalling engine is ready.')
  tell(`  SIP     ${settings.sip.hosts.join(', ')} ${Object.entries(apart.ports).map(([transport, port]) => `${transport.toUpperCase()} :${port}`).join(' ')}`)
  tell(`  PBX     start it with DRACHTIO=${apart.control.host}:${apart.control.port} and the same DRACHTIO_SECRET`)
  if (log.file) tell(`  Log     ${log.logPath}`)
  tell('Ctrl-C stops it.')
}

async function greet({ settings, pbx, api }: Dialplane, tell: Tell, logPath: string | undefined, ms: number): Promise<void> {
  tell()
  tell(`Dialplane is ready after ${(ms / 1000).toFixed(1)} s.`)
  for (const line of sipLines(pbx.sipAddresses())) tell(`  SIP     ${line}`)
  tell(`  Panel   ${new URL('/admin', api.url).href}`)
  const link = await api.setupLink()
  if (link !== undefined) tell(`  First   ${link}   (once, to make the first administrator)`)
  tell(`  Data    ${settings.home}`)
  if (logPath !== undefined) tell(`  Log     ${logPath}`)
  tell('Ctrl-C stops it.')
}

/** `udp/192.0.2.1:5060` and the like, a line a host: `192.0.2.1:5060 UDP TCP, :5061 TLS`. */
function sipLines(addresses: readonly string[]): string[] {
  const hosts = new Map<string, Map<string, string[]>>()
  for (const address of addresses) {
    const [, transport = '', host = address, port = ''] = /^(\w+)\/(.+)(:\d+)$/.exec(address) ?? []
    const ports = hosts.get(host) ?? new Map<string, string[]>()
    ports.set(port, [...(ports.get(port) ?? []), transport.toUpperCase()])
    hosts.set(host, ports)
  }
  return [...hosts].map(([host, ports]) => `${host}${[...ports].map(([port, transports]) => `${port} ${transports.join(' ')}`).join(', ')}`)
}

/** SIGUSR2, or a person in the panel: no new calls; stops when the last one is over. */
function drainOnSignal(dialplane: Dialplane, logger: Logger, file: LogFile | undefined, tell: Tell): void {
  dialplane.pbx.onDrained(() => {
    tell('The last call is over. Dialplane stops.')
    void stop(dialplane, file, 0)
  })
  process.on('SIGUSR2', () => {
    logger.info('draining')
    tell('Dialplane takes no new calls and stops when the last one is over. Ctrl-C does not wait for it.')
    void dialplane.pbx.drain()
  })
}

/** One signal stops in order; another one, a while later, stops at once. */
function stopOnSignals<T extends Closable>(running: Promise<T>, logger: Logger, file: LogFile | undefined, tell: Tell, words: (room: T) => string): void {
  let asked: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now()
      if (asked !== undefined && now - asked > SAME_SIGNAL_MS) {
        file?.flush()
        // PostgreSQL is told by the kernel that we are gone, and shuts down cleanly.
        process.exit(130)
      }
      if (asked !== undefined) return
      asked = now
      logger.info({ signal }, 'stopping')
      running.then((room) => {
        tell(`\n${words(room)} Once more stops at once.`)
        return stop(room, file, 0)
      }, () => {})
    })
  }
  // A fault outside any call or request may have left anything half-done: say so and stop in order.
  const onFault = (error: unknown): void => {
    logger.fatal({ err: error }, 'a fault that nobody caught')
    process.stderr.write(`A fault in Dialplane: ${(error as Error | undefined)?.stack ?? String(error)}\nIt stops.\n`)
    running.then((dialplane) => stop(dialplane, file, 1), () => {})
  }
  process.on('uncaughtException', onFault)
  process.on('unhandledRejection', onFault)
}

async function stop(dialplane: Closable, file: LogFile | undefined, code: number): Promise<void> {
  await dialplane.close()
  file?.close()
  process.exit(code)
}

if (import.meta.main) await main()
