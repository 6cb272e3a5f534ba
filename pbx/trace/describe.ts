import type { LegView } from '../events/catalogue.ts'
import type { TraceMessage } from '../door.ts'
import type { TracedMessage } from '../sip/types.ts'

/** A message of the wire as one arrow of the ladder. */
export function describeMessage(message: TracedMessage, legs: readonly LegView[]): TraceMessage {
  const line = message.text.slice(0, lineEnd(message.text))
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/i.exec(line)
  const status = response ? Number(response[1]) : null
  const method = status === null ? (line.split(' ', 1)[0] ?? '') : cseqMethod(message.text)
  return {
    at: message.at,
    legId: legs.find((leg) => leg.sipCallId === message.callId)?.id ?? null,
    direction: message.direction,
    transport: message.transport,
    peer: message.peer,
    local: message.local ?? null,
    summary: status === null ? method : `${status} ${response?.[2] ?? ''}`.trim(),
    method,
    status,
    repeat: message.repeat,
    hasSdp: /^c(?:ontent-type)?[ \t]*:[ \t]*application\/sdp/im.test(message.text),
    // PostgreSQL's jsonb refuses U+0000, which a hostile phone may well send.
    text: message.text.replaceAll('\u0000', '\uFFFD'),
  }
}

function lineEnd(text: string): number {
  const at = text.search(/\r?\n/)
  return at < 0 ? text.length : at
}

function cseqMethod(text: string): string {
  return /^cseq\s*:\s*\d+\s+([A-Z]+)/im.exec(text)?.[1] ?? ''
}
