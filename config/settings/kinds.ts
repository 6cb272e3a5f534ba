/** Reads one setting's text as its kind says. A bad value throws a sentence that says what is allowed. */
import { isIP, isIPv4 } from 'node:net'
import { resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { formatNetwork, parseNetwork } from '../network.ts'
import type { SettingRow } from './table.ts'

/** What is wrong with a value and what would be right; the caller puts the name and the value before it. */
export class BadValue extends Error {}

export interface PortRange {
  first: number
  last: number
}

export interface HostPort {
  host: string
  port: number
}

/** Every kind's reader; `readValue` picks by the row. */
export const readers = {
  text: (text: string) => text,
  path: (text: string) => resolve(text),
  port: (text: string) => wholeNumber(text, 0, 65535, 'a port from 1 to 65535, or 0 for any free one'),
  'port-or-off': (text: string) => (text === 'off' ? ('off' as const) : wholeNumber(text, 0, 65535, 'a port from 1 to 65535, 0 for any free one, or off')),
  number: (text: string, row: SettingRow) => {
    const [min, max] = [row.min ?? 0, row.max ?? Number.MAX_SAFE_INTEGER]
    return wholeNumber(text, min, max, `a whole number from ${min} to ${max}`)
  },
  range: readRange,
  choice: (text: string, row: SettingRow) => {
    if (!row.choices?.includes(text)) throw new BadValue(`allowed are ${row.choices?.join(', ')}`)
    return text
  },
  choices: (text: string, row: SettingRow) => {
    const chosen = [...new Set(text.split(',').map((part) => part.trim()))]
    if (chosen.some((one) => !row.choices?.includes(one))) throw new BadValue(`allowed are ${row.choices?.join(', ')}, separated by commas`)
    return chosen
  },
  address: readAddress,
  addresses: readAddresses,
  'name-servers': readNameServers,
  networks: readNetworks,
  endpoint: readEndpoint,
  'weighted-endpoints': readWeightedEndpoints,
  url: readUrl,
  handlers: readHandlers,
  'trusted-networks': readTrustedNetworks,
  domains: readDomains,
} satisfies Record<SettingRow['kind'], (text: string, row: SettingRow) => unknown>

/** In lower case. An address is no name, and a wildcard cannot be shown to be ours this way. */
function readDomains(text: string): string[] {
  if (text === 'none') return []
  const domains = [...new Set(text.split(',').map((part) => part.trim().toLowerCase().replace(/\.$/, '')))]
  if (domains.some((one) => one.length > 253 || !/^(?=.*[a-z])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(one))) throw new BadValue('allowed are names such as pbx.example.com, separated by commas, without * and without ports; or none')
  return domains
}

function readAddress(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) === 0) throw new BadValue('allowed is an IP address such as 192.0.2.10 or ::1, without a port')
  return bare
}

function readAddresses(text: string): string[] {
  const addresses = text.split(',').map((part) => readAddress(part.trim()))
  const families = new Set(addresses.map(isIP))
  if (families.size < addresses.length) throw new BadValue('allowed is one IPv4 address, one IPv6 address, or one of each separated by a comma')
  return addresses
}

function readNameServers(text: string): string[] {
  const servers = text.split(',').map((part) => part.trim())
  const good = servers.every((server) => {
    const [, host = server, port = '53'] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(server) ?? []
    return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 && Number(port) >= 1 && Number(port) <= 65535
  })
  if (!good || servers.length > 4) throw new BadValue('allowed are up to four IP addresses separated by commas, each with a port if it is not 53, e.g. 192.0.2.53 or [2001:db8::53]:5353')
  return servers
}

function readNetworks(text: string): string[] {
  const networks = text.split(',').map((part) => part.trim())
  const good = networks.every((network) => {
    const [base = '', length = '', more] = network.split('/')
    return isIPv4(base) && /^\d{1,2}$/.test(length) && Number(length) <= 32 && more === undefined
  })
  if (!good) throw new BadValue('allowed are IPv4 networks separated by commas, e.g. 192.168.0.0/16 or 10.1.2.0/24')
  return networks
}

/** Of either family, in their canonical form; `none` for none. */
function readTrustedNetworks(text: string): string[] {
  if (text.trim() === 'none') return []
  try {
    return text.split(',').map((part) => formatNetwork(parseNetwork(part)))
  } catch (error) {
    throw new BadValue(messageOf(error))
  }
}

function wholeNumber(text: string, min: number, max: number, allowed: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw new BadValue(`allowed is ${allowed}`)
  return value
}

function readRange(text: string): PortRange {
  const match = /^(\d{1,5})\s*-\s*(\d{1,5})$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2])
  if (!match || first < 1024 || last > 65535 || first >= last) {
    throw new BadValue('allowed is first-last with ports from 1024 to 65535, e.g. 20000-29999')
  }
  // RTP takes the even port of a pair and RTCP the odd one above it (RFC 3550 §11).
  if (first % 2 !== 0) throw new BadValue('the first port must be even, because each leg takes an even port and the odd one above it')
  if ((last - first + 1) % 2 !== 0) throw new BadValue('the last port must be odd, because each leg takes two ports')
  if (last - first + 1 < 4) throw new BadValue('a call has two legs of two ports each, so at least 4 ports are needed')
  return { first, last }
}

function readEndpoint(text: string): HostPort {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  const host = match?.[1]?.replace(/^\[(.*)\]$/, '$1')
  if (host === undefined || port < 1 || port > 65535) throw new BadValue('allowed is host:port, e.g. 127.0.0.1:9022')
  return { host, port }
}

/** `host:port`, or `host:port*3` for one that takes three times as much as one without. */
function readWeightedEndpoints(text: string): (HostPort & { weight: number })[] {
  const servers = text.split(',').map((part) => {
    const [, place = '', weight = '1'] = /^(.*?)(?:\*(\d{1,3}))?$/.exec(part.trim()) ?? []
    return { ...readEndpoint(place), weight: wholeNumber(weight, 1, 100, 'host:port*weight with a weight from 1 to 100, e.g. 10.0.0.5:8021*3') }
  })
  const twice = servers.find(({ host, port }, i) => servers.findIndex((other) => other.host === host && other.port === port) !== i)
  if (twice) throw new BadValue(`${twice.host}:${twice.port} is named twice`)
  return servers
}

function readUrl(text: string, row: SettingRow): string {
  const schemes = row.schemes ?? []
  const example = schemes.includes('https') ? 'https://pbx.example.com' : `${schemes[0]}://user:password@host/database`
  if (!URL.canParse(text)) throw new BadValue(`allowed is an address such as ${example}`)
  const url = new URL(text)
  if (!schemes.includes(url.protocol.slice(0, -1))) {
    throw new BadValue(`it must start with ${schemes.map((s) => `${s}://`).join(' or ')}, e.g. ${example}`)
  }
  if (!schemes.includes('https') || row.withPath) return text
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new BadValue(`only scheme, host and port are allowed, e.g. ${example}: the panel is always at /admin`)
  }
  return url.origin
}

/** Who decides on requests of a method; `*`: on any other. */
export interface HandlerSetting {
  method: string
  url: string
  post: boolean
}

function readHandlers(text: string): HandlerSetting[] {
  const handlers = text.split(',').map((part) => part.trim()).filter((part) => part !== '').map((part): HandlerSetting => {
    const found = /^([A-Za-z]+|\*)=(?:(GET|POST) )?(\S+)$/.exec(part)
    const url = found?.[3] !== undefined && URL.canParse(found[3]) ? new URL(found[3]) : undefined
    if (!found || !url || !['http:', 'https:', 'tcp:', 'tls:'].includes(url.protocol)) throw new BadValue('allowed is a list such as INVITE=https://router.example.com/sip,MESSAGE=tcp://10.0.0.5:9021')
    const dialled = url.protocol === 'tcp:' || url.protocol === 'tls:'
    if (dialled && url.port === '') throw new BadValue(`${found[3]} needs a port`)
    if (dialled && found[2] === 'POST') throw new BadValue(`${found[3]} is dialled: POST is for http and https`)
    return { method: (found[1] as string).toUpperCase(), url: found[3] as string, post: found[2] === 'POST' }
  })
  const twice = handlers.find(({ method }, i) => handlers.findIndex((other) => other.method === method) !== i)
  if (twice) throw new BadValue(`${twice.method} is named twice`)
  return handlers
}
