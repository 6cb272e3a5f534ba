/** The messages of the wire for the call trace: which ones, and what of them. */
import { maskSecrets } from './mask.ts'
import type { TracedMessage } from './types.ts'

/** As the embedded engine tells it, and as `tap.ts` rebuilds it: raw, unmasked. */
export interface TraceRecord {
  at: number
  direction: 'in' | 'out'
  transport: string
  peer: string
  local: string
  callId: string
  repeat: boolean
  text: string
}

/** The engine's way of telling; returns the way to stop. */
export type TraceFeed = (listener: (records: readonly TraceRecord[]) => void) => () => void

/** The method a message belongs to: its own, or that of its CSeq. */
export function methodOf(text: string): string {
  if (!text.startsWith('SIP/')) return text.slice(0, Math.max(0, text.indexOf(' ')))
  return /\r\nCSeq[ \t]*:[ \t]*\d+[ \t]+([^\s]+)/i.exec(text)?.[1] ?? ''
}

/**
 * Whether a call trace wants it. Registrations and the keep-alives of contacts are many and belong
 * to no call; an OPTIONS belongs to one when its Call-ID does.
 */
export function belongsToCall(record: TraceRecord, isCall: (callId: string) => boolean): boolean {
  if (record.text.startsWith('REGISTER ') || record.text.startsWith('INVITE ')) return record.text.startsWith('I')
  const method = methodOf(record.text)
  if (method === 'REGISTER') return false
  return method !== 'OPTIONS' || isCall(record.callId)
}

/** The record as the trace keeps it, secrets masked. */
export function toTraced(record: TraceRecord): TracedMessage {
  const { at, direction, transport, peer, local, callId, repeat, text } = record
  return { at, direction, transport, peer, local: local || undefined, callId, repeat, text: maskSecrets(text) }
}
