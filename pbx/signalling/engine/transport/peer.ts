/** Who is behind a WebSocket that our own API passes on: told by a header that only it can sign. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

export const PEER_HEADER = 'x-dialplane-peer'

/** The peer that the header names, when it is signed with our key; undefined for anybody else's. */
export function peerOf(header: string | string[] | undefined, routeKey: Buffer | undefined): { address: string; port: number } | undefined {
  if (typeof header !== 'string' || routeKey === undefined) return undefined
  const [address = '', port = '', given = ''] = header.split(' ')
  const right = createHmac('sha256', routeKey).update(`websocket peer ${address} ${port}`).digest()
  const shown = Buffer.from(given, 'hex')
  if (shown.length !== right.length || !timingSafeEqual(shown, right)) return undefined
  return isIP(address) !== 0 && /^\d{1,5}$/.test(port) ? { address, port: Number(port) } : undefined
}
