/** A PostgreSQL of our own: started, watched, started again when it dies, stopped. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf, Refusal } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Identity } from './identity.ts'
import { ENVIRONMENT } from './run-command.ts'
import { SOCKET_PORT } from './socket.ts'

export interface ServerOptions {
  identity: Identity
  binaries: string
  data: string
  socketFolder: string
  /** Connections beyond these are refused. */
  maxConnections: number
  logger: Logger
}

const READY = 'database system is ready to accept connections'
/** Recovery after a crash replays what was not yet written back; a small PBX has little of it. */
const START_MS = 60_000
const STOP_MS = [['SIGINT', 20_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]] as const

/** Tuned for a PBX on a small machine: every commit is on disk before it is confirmed, few processes, little memory. */
function serverArguments(options: ServerOptions): string[] {
  const parameters = {
    listen_addresses: '',
    unix_socket_directories: options.socketFolder,
    unix_socket_permissions: '0700',
    port: SOCKET_PORT,
    max_connections: options.maxConnections,
    shared_buffers: '64MB',
    huge_pages: 'off',
    io_method: 'sync',
    synchronous_commit: 'on',
    wal_buffers: '1MB',
    min_wal_size: '64MB',
    max_wal_size: '512MB',
    checkpoint_timeout: '15min',
    max_wal_senders: 0,
    wal_level: 'minimal',
    max_worker_processes: 2,
    max_parallel_workers: 0,
    autovacuum_max_workers: 2,
    jit: 'off',
    random_page_cost: '1.1',
    idle_in_transaction_session_timeout: '60s',
    log_timezone: 'UTC',
    timezone: 'UTC',
    lc_messages: 'C',
    log_line_prefix: '',
    // Statements and their values may carry secrets; the caller logs its own failures.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  }
  return ['-D', options.data, ...Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

export class EmbeddedServer {
  readonly #options: ServerOptions
  readonly #logger: Logger
  readonly #closing = new AbortController()
  #child: ChildProcess | undefined
  #restarting: Promise<void> = Promise.resolve()

  constructor(options: ServerOptions) {
    this.#options = options
    this.#logger = options.logger
  }

  /** Process id of the running postmaster. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it accepts connections. Refuses `unavailable` with PostgreSQL's own last words. */
  async start(): Promise<void> {
    const { identity, binaries, data } = this.#options
    const launch = identity.launch(join(binaries, 'postgres'), serverArguments(this.#options))
    const child = spawn(launch.file, launch.args, {
      ...launch.owner,
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Its own session: Ctrl-C in the terminal must not stop it before the calls have been ended and written down.
      detached: true,
    })
    this.#child = child
    const lastWords: string[] = []
    const ready = Promise.withResolvers<void>()
    const fail = (): void => ready.reject(new Refusal('unavailable', startFailure(data, lastWords)))
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        lastWords.push(line)
        if (lastWords.length > 20) lastWords.shift()
        this.#relay(line)
        if (line.includes(READY)) ready.resolve()
      })
    }
    child.on('error', (error) => ready.reject(new Refusal('unavailable', `PostgreSQL cannot be started: ${messageOf(error)}.`, { cause: error })))
    // `close` comes after the last line was read, so that the last words are complete.
    child.on('close', fail)
    const timer = setTimeout(() => {
      child.kill('SIGQUIT')
      fail()
    }, START_MS)
    try {
      await ready.promise
    } finally {
      clearTimeout(timer)
    }
    child.once('exit', (code, signal) => this.#onDeath(child, code, signal))
    if (child.exitCode !== null || child.signalCode !== null) this.#onDeath(child, child.exitCode, child.signalCode)
  }

  /** Fast shutdown; harder after a while. Idempotent. */
  async stop(): Promise<void> {
    this.#closing.abort()
    await this.#restarting
    const child = this.#child
    if (child === undefined || child.pid === undefined || ended(child)) return
    for (const [signal, patienceMs] of STOP_MS) {
      child.kill(signal)
      const gone = await Promise.race([
        once(child, 'close').then(() => true),
        wait(patienceMs, false, { ref: false }),
      ])
      if (gone || ended(child)) return
      this.#logger.error({ signal, patienceMs }, 'PostgreSQL does not stop')
    }
  }

  #onDeath(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child || this.#closing.signal.aborted) return
    this.#child = undefined
    this.#logger.error({ code, signal }, 'PostgreSQL ended by itself, starting it again')
    this.#restarting = this.#restart()
  }

  async #restart(): Promise<void> {
    const { signal } = this.#closing
    for (let delay = 100; !signal.aborted; delay = Math.min(delay * 2, 5_000)) {
      try {
        await this.start()
        this.#logger.info('PostgreSQL runs again')
        return
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'PostgreSQL could not be started again, trying on')
      }
      await wait(delay, undefined, { signal }).catch(() => {})
    }
  }

  /** PostgreSQL's log lines into ours. Errors of statements are the caller's to log; here they are detail. */
  #relay(line: string): void {
    const [, level, text = line] = /^(\w+):\s+(.*)$/.exec(line) ?? []
    if (level === 'PANIC') this.#logger.error(`postgres: ${text}`)
    else if (level === 'WARNING' || (level === 'FATAL' && !this.#closing.signal.aborted)) this.#logger.warn(`postgres: ${text}`)
    else this.#logger.debug(`postgres: ${text ?? line}`)
  }
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** PostgreSQL's last words as cause and cure. */
function startFailure(data: string, lines: readonly string[]): string {
  const words = lines.findLast((line) => /^(PANIC|FATAL)/.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  const cause = words.replace(/^[A-Z]+:\s+/, '')
  const cure = /No space left/i.test(lines.join('\n'))
    ? 'The disk is full: free some space and start again.'
    : /invalid|corrupt|checksum|could not (open|read|locate)|PANIC/i.test(words)
      ? 'The data folder looks damaged: restore it from a backup, or move it away to start with an empty database.'
      : 'The log has more.'
  return `PostgreSQL did not start on ${data}: ${cause}. ${cure}`
}
