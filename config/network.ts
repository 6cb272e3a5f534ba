/** Addresses and networks, as limits and bans count them. */
import { isIP } from 'node:net'
import { Refusal } from './errors.ts'

/** A network: its first address in canonical form and how many bits name it. */
export interface Network {
  family: 4 | 6
  address: string
  prefix: number
}

/**
 * What one customer of a provider has: an IPv4 address, or the /64 of an IPv6 address, within which anybody
 * can take a new address for every packet (RFC 6177). An IPv4 address written as IPv6 is that address.
 *
 * @returns `192.0.2.1` or `2001:db8:0:1::/64`; what is no address comes back as it is
 */
export function networkOf(address: string): string {
  const plain = plainOf(address)
  return isIP(plain) === 6 ? `${firstAddress(groupsOf(plain), 64)}/64` : plain
}

/**
 * An address or a network in CIDR notation, for people. Bits beyond the prefix are dropped.
 *
 * @throws Refusal `malformed`
 */
export function parseNetwork(text: string): Network {
  const [given = '', bits, ...rest] = text.trim().split('/')
  const address = plainOf(given)
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const prefix = bits === undefined ? (family === 4 ? 32 : 64) : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN
  if (family === 0 || rest.length > 0 || !(prefix <= most)) {
    throw new Refusal('malformed', `'${text}' is no address and no network. Write it like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48.`)
  }
  if (family === 4) return { family, address: ipv4Of(prefix === 0 ? 0 : (numberOf(address) & (-1 << (32 - prefix))) >>> 0), prefix }
  return { family: 6, address: firstAddress(groupsOf(address), prefix), prefix }
}

/** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/64`: one IPv4 address without its prefix, so that {@link networkOf} gives the same text. */
export function formatNetwork({ family, address, prefix }: Network): string {
  return family === 4 && prefix === 32 ? address : `${address}/${prefix}`
}

/** `::ffff:192.0.2.1` is 192.0.2.1; the zone of a link-local address says nothing about who it is. */
function plainOf(address: string): string {
  const zone = address.indexOf('%')
  const plain = zone === -1 ? address : address.slice(0, zone)
  return /^::ffff:\d+\./i.test(plain) ? plain.slice(7) : plain
}

function numberOf(ipv4: string): number {
  return ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function ipv4Of(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const dot = address.lastIndexOf('.')
  const colon = address.lastIndexOf(':')
  const ipv4 = dot === -1 ? [] : [numberOf(address.slice(colon + 1))]
  const text = dot === -1 ? address : address.slice(0, address[colon - 1] === ':' ? colon + 1 : colon)
  const [head = '', tail] = text.split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const end = [...read(tail ?? ''), ...ipv4.flatMap((number) => [number >>> 16, number & 0xffff])]
  const begin = read(head)
  return tail === undefined ? [...begin, ...end] : [...begin, ...Array<number>(8 - begin.length - end.length).fill(0), ...end]
}

/** The first address of a network, in the form of RFC 5952. */
function firstAddress(groups: readonly number[], prefix: number): string {
  const kept = groups.map((group, at) => {
    const bits = Math.min(16, Math.max(0, prefix - 16 * at))
    return group & (0xffff << (16 - bits)) & 0xffff
  })
  // The longest run of two zero groups or more is written `::`, the first of equals.
  let [start, length] = [-1, 1]
  for (let at = 0; at < 8; ) {
    let end = at
    while (end < 8 && kept[end] === 0) end++
    if (end - at > length) [start, length] = [at, end - at]
    at = Math.max(end, at + 1)
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return start === -1 ? hex(kept) : `${hex(kept.slice(0, start))}::${hex(kept.slice(start + length))}`
}
