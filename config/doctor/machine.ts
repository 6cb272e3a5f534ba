/** What the machine itself gives: ports, disk, names, addresses, clock, database. Nothing is changed by looking. */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ConnectionConfig } from '../database/index.ts'
import { migrationSource, migrationsOf } from '../database/migrate.ts'
import { connectPlain } from '../database/rows.ts'
import { messageOf } from '../errors.ts'
import type { Settings } from '../settings/settings.ts'
import { within } from '../within.ts'

export interface Finding {
  name: string
  state: 'good' | 'warning' | 'bad' | 'untested'
  /** What was found, in a sentence. */
  message: string
  /** What to do; null: nothing. */
  cure: string | null
}

const PATIENCE_MS = 15_000
const GB = 1_000_000_000
const ROOM_BAD = GB
const ROOM_SCARCE = 5 * GB
const CLOCK_MS = 2_000
const SLOW_MS = 50
const SAMPLES = 5

export const good = (name: string, message: string): Finding => ({ name, state: 'good', message, cure: null })
export const found = (name: string, state: 'warning' | 'bad' | 'untested', message: string, cure: string | null): Finding => ({ name, state, message, cure })

/** The finding, or that it could not be made in time. */
export async function looked(name: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return (await within(look(), PATIENCE_MS)) ?? found(name, 'bad', `This took longer than ${PATIENCE_MS / 1000} s.`, 'Look whether the machine or what it waits for is overloaded.')
  } catch (error) {
    return found(name, 'bad', messageOf(error), null)
  }
}

/** Room on the disks that data and backups are on. */
export async function checkDisk(settings: Pick<Settings, 'home' | 'backup'>): Promise<Finding> {
  const name = 'disk'
  const { bavail, bsize, blocks } = await statfs(settings.home)
  const free = bavail * bsize
  const words = `${(free / GB).toFixed(1)} GB of ${((blocks * bsize) / GB).toFixed(1)} GB are free on the disk of ${settings.home}.`
  const cure = 'Free some space, keep recordings for fewer days, or set BACKUP_FOLDER to another disk. A full disk stops the database.'
  return free < ROOM_BAD ? found(name, 'bad', words, cure) : free < ROOM_SCARCE ? found(name, 'warning', words, cure) : good(name, words)
}

/** Whether the names that people and phones are given lead anywhere. */
export async function checkNames(names: readonly string[]): Promise<Finding> {
  const name = 'dns'
  const hosts = [...new Set(names)].filter((host) => host !== '' && isIP(host) === 0 && host !== 'localhost')
  if (hosts.length === 0) return good(name, 'No name is in use that a name server would have to know.')
  const lost: string[] = []
  for (const host of hosts) await lookup(host).catch((error: unknown) => lost.push(`${host} (${(error as { code?: string }).code ?? messageOf(error)})`))
  return lost.length === 0 ? good(name, `${hosts.join(', ')} ${hosts.length === 1 ? 'leads' : 'lead'} to an address.`) : found(name, 'bad', `No address is found for ${lost.join(', ')}.`, 'Correct the name, or make the name servers of this machine (/etc/resolv.conf) know it.')
}

const PRIVATE = /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/

/** Whether the address that phones are told can be reached from where they are. */
export function checkNat({ sip }: Pick<Settings, 'sip'>, own: readonly string[] = ownAddresses()): Finding {
  const name = 'nat'
  const external = sip.externalAddress
  const open = own.filter((address) => !PRIVATE.test(address))
  if (external !== undefined) {
    if (PRIVATE.test(external)) return found(name, 'warning', `EXTERNAL_ADDRESS is ${external}, a private address: phones on the Internet cannot send there.`, 'Set it to the public address of your router.')
    if (own.includes(external)) return good(name, `${external} is an address of this machine, and is what phones are told.`)
    return good(name, `Phones outside are told ${external}; this machine is ${own.join(', ')} behind it. The router must pass SIP_PORT and RTP_PORTS on to it, with its SIP ALG switched off.`)
  }
  if (open.length > 0) return good(name, `This machine has the public address ${open.join(', ')}.`)
  return found(name, 'warning', `This machine has private addresses only (${own.join(', ') || 'none'}), and no public one is set. Phones and carriers on the Internet would hear nothing.`, 'If there are any: set EXTERNAL_ADDRESS to the public address of your router, pass SIP_PORT and RTP_PORTS (UDP) on to this machine, and switch the SIP ALG of the router off.')
}

export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
}

/** @param ports those that somebody listens on or will; used when Dialplane is not running */
export async function checkPorts(ports: readonly { setting: string; host: string; port: number; transport: 'tcp' | 'udp' }[]): Promise<Finding> {
  const name = 'ports'
  const taken: string[] = []
  for (const { setting, host, port, transport } of ports) {
    const failure = port === 0 ? undefined : await bindOnce(transport, host, port)
    if (failure !== undefined) taken.push(`${setting} ${transport.toUpperCase()} ${port} (${failure})`)
  }
  return taken.length === 0 ? good(name, `${ports.length} ports can be opened.`) : found(name, 'bad', `These cannot be opened: ${taken.join(', ')}.`, 'Stop what listens there (ss -lntup shows it), or set another port.')
}

/** A sample of the ports for audio. */
export async function checkMediaPorts({ media }: Pick<Settings, 'media'>): Promise<Finding> {
  const name = 'media ports'
  const { ports: { first, last }, hosts: [host = ''] } = media
  if (media.freeswitch) return found(name, 'untested', 'FreeSWITCH opens the ports for audio.', null)
  const step = Math.max(2, Math.floor((last - first) / SAMPLES))
  const tried = Array.from({ length: SAMPLES }, (_, at) => first + at * step).filter((port) => port <= last)
  const failures = (await Promise.all(tried.map((port) => bindOnce('udp', host, port)))).filter((failure) => failure !== undefined)
  // Calls that go on have some of them.
  if (failures.length < tried.length) return good(name, `Ports of RTP_PORTS ${first}-${last} can be opened on ${host}; ${Math.floor((last - first + 1) / 2)} audio connections at once.`)
  return found(name, 'bad', `None of ${tried.join(', ')} in RTP_PORTS can be opened on ${host} (${failures[0]}).`, 'Set RTP_HOST to an address of this machine, and RTP_PORTS to a range that nothing else uses.')
}

async function bindOnce(transport: 'tcp' | 'udp', host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
  if (transport === 'udp') {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', (error) => { socket.close(); failed(error) })
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(undefined)))
  } else {
    const server = createServer()
    server.once('error', failed)
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  }
  return promise
}

/** The clock of the database, its tables and how soon it answers. */
export async function checkDatabase(connection: ConnectionConfig): Promise<Finding[]> {
  const client = await connectPlain(connection)
  try {
    const times: number[] = []
    let apart = Infinity
    for (let i = 0; i < SAMPLES; i += 1) {
      const before = Date.now()
      const started = performance.now()
      const { rows: [row] } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')
      const ms = performance.now() - started
      times.push(ms)
      apart = Math.min(apart, Math.abs(row!.now.getTime() - before - ms / 2))
    }
    const { rows: [about] } = await client.query<{ version: string; bytes: string }>('SELECT current_setting(\'server_version\') AS version, pg_database_size(current_database()) AS bytes')
    const done = await migrationsOf(client)
    const known = await migrationSource.getMigrations([])
    const waiting = known.filter((step) => !done.includes(step))
    const median = times.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)]!
    const words = `PostgreSQL ${about!.version} answers in ${median.toFixed(1)} ms; ${(Number(about!.bytes) / 1_000_000).toFixed(0)} MB in it, tables of ${done.at(-1) ?? 'no version'}.`
    return [
      waiting.length > 0 ? found('database', 'warning', `${words} ${waiting.length} steps have not run yet.`, 'They run when Dialplane starts.')
        : median > SLOW_MS ? found('database', 'warning', words, 'It is slow: look at its load, its disk, and the network in between.') : good('database', words),
      apart > CLOCK_MS ? found('clock', 'bad', `The clocks of this machine and of the database are ${(apart / 1000).toFixed(1)} s apart.`, 'Have both kept right by NTP (timedatectl set-ntp true). Registrations, certificates and sessions go by them.') : good('clock', `It is ${new Date().toISOString()}, here and in the database.`),
    ]
  } finally {
    await client.end().catch(() => {})
  }
}
