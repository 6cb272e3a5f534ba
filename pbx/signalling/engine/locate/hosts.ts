/** Names that are not the DNS's: the hosts file, and what the system's resolver knows without it (containers, the local network). */
import { lookup } from 'node:dns/promises'
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'

/** The file is looked at again after this time. */
const LOOK_MS = 5000
/** The system tells no lifetime. */
const SYSTEM_TTL_MS = 10_000
const BYTES_MAX = 1_048_576

export interface LocalNames {
  /** Addresses of the hosts file; undefined when the name is not in it. */
  pinned(name: string): Promise<string[] | undefined>
  /** Whether the system's resolver is asked, not the DNS: `localhost`, `kamailio`, `phone.local`. */
  isLocal(name: string): boolean
  /** In the system's order of preference; empty when it knows none. */
  system(name: string): Promise<string[]>
  /** Milliseconds for which an answer may be kept. */
  readonly lifetime: number
}

export function createLocalNames(now: () => number, path = '/etc/hosts'): LocalNames {
  let looked = -Infinity
  let version = ''
  let names = new Map<string, string[]>()
  let reading: Promise<void> | undefined

  const look = async () => {
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const found = `${mtimeMs} ${size} ${ino}`
      if (found === version || size > BYTES_MAX) return
      names = readHosts(await readFile(path, 'utf8'))
      version = found
    } catch {
      // No such file: nothing is pinned.
      names = new Map()
      version = ''
    }
  }

  return {
    lifetime: SYSTEM_TTL_MS,
    async pinned(name) {
      if (now() - looked > LOOK_MS) {
        looked = now()
        reading = look()
      }
      await reading
      return names.get(name)
    },
    isLocal: (name) => !name.includes('.') || name.endsWith('.local') || name.endsWith('.localhost'),
    async system(name) {
      // RFC 6761 §6.3.
      if (name.endsWith('.localhost')) return ['127.0.0.1', '::1']
      try {
        return (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address)
      } catch {
        return []
      }
    },
  }
}

/** Exported for its test. */
export function readHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = (line.split('#', 1)[0] as string).trim().split(/\s+/)
    if (isIP(address) === 0) continue
    for (const alias of aliases) {
      const name = alias.toLowerCase()
      names.set(name, [...(names.get(name) ?? []), address])
    }
  }
  return names
}
