/** Contacts of a 3xx as further targets (RFC 3261 §16.5, §16.7.4). */
import { parameter, parseSipUri, splitAddress, splitList } from '../message/uri.ts'

/** Two URIs with the same key are the same target: scheme and host compare without case, absent ports are the default. */
export function targetKey(uri: string): string {
  const parsed = parseSipUri(uri)
  if (!parsed) return uri
  const transport = parameter(parsed.params, 'transport')?.toLowerCase() ?? ''
  return `${parsed.scheme}:${parsed.user ?? ''}@${parsed.host.toLowerCase()}:${parsed.port};${transport}`
}

/** As a Request-URI: neither headers nor method (§19.1.5). */
function asRequestUri(uri: string): string {
  const question = uri.indexOf('?', uri.indexOf('@') + 1)
  return (question === -1 ? uri : uri.slice(0, question)).replace(/;method=[^;?]*/i, '')
}

/**
 * @param contacts Contact header values
 * @param seen keys of targets that were tried or wait; what is taken is added
 * @param room how many may be taken
 * @returns `taken`: URIs to try, by descending q. `left`: contacts that were not taken
 */
export function readRedirects(contacts: readonly string[], seen: Set<string>, room: number): { taken: string[]; left: string[] } {
  const all = contacts.flatMap(splitList).map((value) => {
    const address = splitAddress(value)
    const q = Number(parameter(address?.params ?? '', 'q') ?? '1')
    return { value, uri: address === undefined ? '' : asRequestUri(address.uri), q: Number.isFinite(q) ? q : 1 }
  })
  const taken: string[] = []
  const left: string[] = []
  for (const { value, uri } of all.toSorted((a, b) => b.q - a.q)) {
    const key = targetKey(uri)
    if (taken.length < room && parseSipUri(uri) !== undefined && !seen.has(key)) {
      seen.add(key)
      taken.push(uri)
    } else left.push(value)
  }
  return { taken, left }
}
