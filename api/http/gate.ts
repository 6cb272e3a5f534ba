import { isIP } from 'node:net'
import type { Settings } from '../../config/settings/settings.ts'

/**
 * Which Host and Origin are ours.
 *
 * A page of another site that makes its own name point at our address (DNS rebinding) would be
 * "same origin" to the browser; it still sends its own name as Host, which is refused here.
 */
export interface Gate {
  /** Scheme, host and port under which browsers reach us. */
  publicOrigin: string
  /** Whether a Host header names us: PUBLIC_URL, HTTP_HOST, localhost, or any address literal when we listen on all addresses. */
  allowsHost(header: string | undefined): boolean
  /** Whether an Origin header is one of our own pages. */
  allowsOrigin(origin: string): boolean
}

const WILDCARDS = new Set(['0.0.0.0', '::'])

/** The host of a Host header in lower case without port and brackets. */
function hostOf(header: string): string {
  return header.trim().toLowerCase().replace(/:\d*$/, '').replace(/^\[|\]$/g, '')
}

const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

/** @param port the one really listened on */
export function createGate(http: Settings['http'], port: number): Gate {
  const url = new URL(http.publicUrl || `http://${inUrl(http.host)}:${port}`)
  // Port 0 asks the system for one; the default PUBLIC_URL then still says 0.
  if (url.port === '0') url.port = String(port)
  const everywhere = WILDCARDS.has(http.host)
  const hosts = new Set([hostOf(url.host), 'localhost'])
  if (!everywhere) hosts.add(http.host.toLowerCase())
  if (everywhere || http.host === '127.0.0.1' || http.host === '::1') for (const loopback of ['127.0.0.1', '::1']) hosts.add(loopback)
  const origins = new Set([url.origin, ...[...hosts].map((host) => `http://${inUrl(host)}:${port}`)])
  return {
    publicOrigin: url.origin,
    allowsHost(header) {
      if (header === undefined) return false
      const host = hostOf(header)
      // An address cannot be rebound: only names can.
      return hosts.has(host) || (everywhere && isIP(host) !== 0)
    },
    allowsOrigin(origin) {
      if (origins.has(origin)) return true
      if (!everywhere || !URL.canParse(origin)) return false
      const given = new URL(origin)
      return given.protocol === 'http:' && isIP(hostOf(given.host)) !== 0 && Number(given.port || 80) === port
    },
  }
}
