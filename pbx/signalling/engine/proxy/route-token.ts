/**
 * The user part of our URIs in Record-Route and Path: proof that we wrote them, and the connection they stand for.
 * Without the proof anybody could have requests forwarded by naming us in a Route; with it only calls that an
 * application let through are.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { Flow, TransportName } from '../transport/flow.ts'
import { isPrivate } from '../transport/local.ts'
import type { Transport } from '../transport/transport.ts'

const MAC_BYTES = 9
const MAC_LENGTH = 12

function mac(key: Buffer, callId: string, flow: string): Buffer {
  return createHmac('sha256', key).update(`${callId}\n${flow}`, 'latin1').digest().subarray(0, MAC_BYTES)
}

/**
 * A peer that may be behind a NAT, or that opened the connection itself, is only reached where it was heard
 * (RFC 5626 §5.2): its address goes into the token. Any other is reached by its Contact.
 * @param callId the call the URI is for; empty for a Path, which serves all calls to a registration
 */
export function routeToken(key: Buffer, callId: string, flow: Flow): string {
  const needed = flow.connection !== undefined || !isPrivate(flow.address)
  const encoded = needed ? Buffer.from(`${flow.transport}|${flow.address}|${flow.port}`, 'latin1').toString('base64url') : ''
  const proof = mac(key, callId, encoded).toString('base64url')
  return encoded === '' ? proof : `${proof}.${encoded}`
}

/** The flow in a token of ours, `none` when it holds none, `gone` when that connection is closed; undefined when the token is not ours or of another call. */
export function readRouteToken(transport: Transport, key: Buffer, callId: string, token: string): Flow | 'none' | 'gone' | undefined {
  const proof = Buffer.from(token.slice(0, MAC_LENGTH), 'base64url')
  const encoded = token.length > MAC_LENGTH ? token.slice(MAC_LENGTH + 1) : ''
  const expected = mac(key, callId, encoded)
  if (proof.length !== MAC_BYTES || !timingSafeEqual(proof, expected)) return undefined
  if (encoded === '') return 'none'
  const [kind = '', address = '', port = ''] = Buffer.from(encoded, 'base64url').toString('latin1').split('|')
  if (isIP(address) === 0) return undefined
  if (kind === 'udp') return { transport: 'udp', address, port: Number(port), connection: undefined }
  return transport.connectionTo(kind as TransportName, address, Number(port)) ?? 'gone'
}
