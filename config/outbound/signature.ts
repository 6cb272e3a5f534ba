/** Signatures as Standard Webhooks 1.0 has them, which libraries in most languages check. */
import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

export const newSigningSecret = (): string => PREFIX + randomBytes(32).toString('base64')

/**
 * The headers that say whose a request is and when it was sent: HMAC-SHA256 over `id.timestamp.body`, one signature for each secret,
 * so that one may be changed without a gap.
 *
 * @param at milliseconds since the epoch; sent in seconds
 */
export function signedHeaders(id: string, at: number, body: string, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
