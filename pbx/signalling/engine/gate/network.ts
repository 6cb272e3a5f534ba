/** Who counts as one: an IPv4 address, or the /64 of an IPv6 address, within which a peer can take a new address for every packet. */

/** The key of an address: itself, or `2001:db8:0:1::/64` in the form of RFC 5952. */
export function networkOf(address: string): string {
  return address.includes(':') ? `${prefixOf(address)}/64` : address
}

function prefixOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const begin = head === '' ? [] : head.split(':')
  const end = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - begin.length - end.length)
  const groups = [...begin, ...Array<string>(missing).fill('0'), ...end].slice(0, 4).map((group) => parseInt(group, 16) || 0)
  // All below the prefix is zero, and a run of zeros that reaches it is the longest: it is the one written `::`.
  while (groups.at(-1) === 0) groups.pop()
  return `${groups.map((group) => group.toString(16)).join(':')}::`
}
