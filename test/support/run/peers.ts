/** The foreign peers the tests talk to, and whether this machine has them. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Peer {
  name: string
  found: boolean
  /** What it is needed for, or how to have it. */
  note: string
}

/** The absolute path of a program, or undefined. */
export function findProgram(...names: string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // Not here.
      }
    }
  }
  return undefined
}

/** Skips a suite by its reason when a program is missing: `test(name, { skip: missing('sipp') }, …)`. */
export function missing(program: string, packageName = program): string | false {
  return findProgram(program) ? false : `${program} is not installed (Debian: apt-get install ${packageName})`
}

export function findPeers(): Peer[] {
  const program = (name: string, ...others: string[]): Peer => {
    const path = findProgram(name, ...others)
    return { name, found: path !== undefined, note: path ?? 'not installed' }
  }
  const address = (name: string, setting: string): Peer => {
    const value = process.env[setting]
    return { name, found: value !== undefined && value !== '', note: value ? `${setting} is set` : `${setting} is not set` }
  }
  return [
    program('sipp'),
    program('baresip'),
    program('ffmpeg'),
    program('svwar'),
    program('kamailio'),
    program('tshark'),
    program('dnsmasq'),
    program('pebble'),
    program('chromium', 'chromium-browser', 'google-chrome'),
    address('drachtio', 'DRACHTIO'),
    address('freeswitch', 'FREESWITCH'),
    address('postgresql', 'DATABASE_URL'),
  ]
}
