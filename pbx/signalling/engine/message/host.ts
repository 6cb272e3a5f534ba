/** Hosts and ports as they stand in a Via or a URI. */

/** `host`, `host:port`, `[v6]:port`; port 0 when absent. Undefined when malformed. */
export function splitHostPort(text: string): { host: string; port: number } | undefined {
  if (text.length === 0) return undefined
  let colon: number
  if (text.charCodeAt(0) === 91) {
    const close = text.indexOf(']')
    if (close === -1 || (close + 1 < text.length && text.charCodeAt(close + 1) !== 58)) return undefined
    colon = close + 1 < text.length ? close + 1 : -1
  } else {
    colon = text.indexOf(':')
  }
  const host = colon === -1 ? text : text.slice(0, colon)
  if (host.length === 0 || host.includes(' ')) return undefined
  if (colon === -1) return { host, port: 0 }
  const port = digits(text, colon + 1)
  return port === undefined || port < 1 || port > 65535 ? undefined : { host, port }
}

/** The whole rest of `text` from `from` as a number; undefined when it is not all digits. */
export function digits(text: string, from = 0): number | undefined {
  const length = text.length - from
  if (length < 1 || length > 10) return undefined
  let number = 0
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48
    if (code < 0 || code > 9) return undefined
    number = number * 10 + code
  }
  return number
}

export function unbracket(host: string): string {
  return host.charCodeAt(0) === 91 ? host.slice(1, -1) : host
}

/** A host as it stands in a URI or a Via: an IPv6 address in brackets. */
export function bracket(host: string): string {
  return host.includes(':') && host.charCodeAt(0) !== 91 ? `[${host}]` : host
}
