/** Kamailio from Debian as a registrar, for the same load in the same run: the floor, a proxy in C that keeps bindings in memory and nothing else. */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../support/run/peers.ts'
import { Generator } from './generator-process.ts'
import type { Algorithm, Phone } from './sip-text.ts'

export interface Beside {
  name: string
  pid: number
  generator: Generator
  /** The algorithm it knows. */
  algorithm: Algorithm
  /** Whether it carries calls. */
  calls: boolean
  close(): Promise<void>
}

/** One for all phones of what runs beside. */
export const BESIDE_PASSWORD = 'bench'
/** Processes that read from the socket, as many as this machine of two cores has. */
const CHILDREN = 2

const configFor = (port: number): string => `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=${CHILDREN}
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:${port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("auth", "algorithm", "SHA-256")
modparam("auth", "nonce_expire", 300)
request_route {
  if (!is_method("REGISTER")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if (!pv_www_authenticate("$fd", "${BESIDE_PASSWORD}", "0")) { www_challenge("$fd", "1"); exit; }
  save("location");
}
`

/** A UDP port that nobody has now. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => { socket.close(() => resolve()) })
  return port
}

/** Rejects with what to do when it is not installed, and with what it said when it does not start. */
export async function startKamailio(phones: readonly Phone[]): Promise<Beside> {
  const program = findProgram('kamailio', '/usr/sbin/kamailio')
  if (program === undefined) throw new Error('kamailio is not installed (Debian: apt-get install kamailio).')
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-kamailio-'))
  const port = await freePort()
  const config = join(folder, 'kamailio.cfg')
  await writeFile(config, configFor(port))
  // In the foreground, so that it ends with us; its processes are its children.
  const child = spawn(program, ['-DD', '-E', '-f', config, '-P', join(folder, 'pid'), '-Y', folder, '-m', '64', '-M', '8'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)))
  const ended = once(child, 'exit')
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const generator = await Promise.race([
      Generator.open({ host: '127.0.0.1', port }, phones.map((phone) => ({ ...phone, password: BESIDE_PASSWORD }))),
      ended.then(() => Promise.reject(new Error(`kamailio ended: ${said}`))),
    ])
    return {
      name: 'kamailio', pid: child.pid ?? -1, generator, algorithm: 'SHA-256', calls: false,
      async close() {
        await generator.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
