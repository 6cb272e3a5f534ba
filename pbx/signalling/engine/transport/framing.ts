/** Cuts SIP messages out of a byte stream by Content-Length (RFC 3261 §18.3). */
import { skipLineEnds } from '../message/parse.ts'
import { isStun, stunLength } from './stun.ts'

export interface StreamReader {
  onMessage(text: string): void
  /** RFC 5626 §3.5.1: a double CRLF between messages wants a CRLF back. */
  onPing(): void
  /** A STUN message between SIP messages, one character a byte. */
  onStun(bytes: string): void
  /** The stream cannot be followed any further. `head` is the head of a message that is too long, to be answered. */
  onBroken(reason: string, head: string | undefined): void
}

/** The first byte of a STUN message of the methods there are is below this, that of a SIP message or a line end never. */
const STUN_BELOW = 0x04
/** Many times what a keep-alive has. */
const STUN_MAX = 1024
/** RFC 3261 §7.3.1: its value may be folded. */
const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(\d{1,9})[ \t]*\r?\n/i
const PING = '\r\n\r\n'
/** The first one ends the head, whatever its line ends: the reader of messages sees it so too, and what it takes for the body must not be a message here. */
const BLANK_LINE = /\n\r?\n/g

export interface Framer {
  /** Takes in what arrived, one character a byte. */
  push(chunk: string): void
  /** Whether a message has begun and is not complete. */
  readonly partial: boolean
}

/** What of a ping stands at the end of `text`. */
function begunPing(text: string): string {
  for (let length = PING.length - 1; length > 0; length--) if (text.endsWith(PING.slice(0, length))) return PING.slice(0, length)
  return ''
}

/** @param limit bytes of the longest message */
export function createFramer(limit: number, reader: StreamReader): Framer {
  let pending = ''
  let searched = 0
  let bodyStart = -1
  let total = 0
  let broken = false

  const fail = (reason: string, head?: string) => {
    broken = true
    pending = ''
    reader.onBroken(reason, head)
  }

  /** Finds the end of the head; false when more must arrive. */
  const findHead = (): boolean => {
    BLANK_LINE.lastIndex = searched
    if (!BLANK_LINE.test(pending)) {
      searched = Math.max(0, pending.length - 2)
      if (pending.length > limit) fail('A head longer than the limit')
      return false
    }
    bodyStart = BLANK_LINE.lastIndex
    const head = pending.slice(0, bodyStart)
    const stated = CONTENT_LENGTH.exec(head)
    total = bodyStart + (stated ? Number(stated[1]) : 0)
    if (total > limit) {
      fail('A message longer than the limit', head)
      return false
    }
    return true
  }

  /** Length of the STUN message that `pending` begins with; 0 when more must arrive, or the stream is broken. */
  const stunAhead = (): number => {
    if (pending.length < 8) return 0
    const head = Buffer.from(pending.slice(0, 8), 'latin1')
    const length = stunLength(head)
    if (!isStun(head) || length > STUN_MAX) {
      fail('No SIP')
      return 0
    }
    return pending.length < length ? 0 : length
  }

  return {
    get partial() {
      return !PING.startsWith(pending)
    },
    push(chunk) {
      if (broken) return
      pending = pending.length === 0 ? chunk : pending + chunk
      while (pending.length > 0 && !broken) {
        if (bodyStart === -1) {
          if (pending.charCodeAt(0) < STUN_BELOW) {
            const length = stunAhead()
            if (length === 0) return
            reader.onStun(pending.slice(0, length))
            pending = pending.slice(length)
            continue
          }
          const start = skipLineEnds(pending)
          if (start > 0) {
            const between = pending.slice(0, start).split(PING)
            for (let pings = between.length - 1; pings > 0; pings--) reader.onPing()
            // A ping that has only begun stays until the rest of it, or a message, arrives.
            if (start === pending.length) {
              pending = begunPing(between.at(-1) as string)
              searched = 0
              return
            }
            pending = pending.slice(start)
            searched = 0
            continue
          }
          if (!findHead()) return
        }
        if (pending.length < total) return
        const text = pending.slice(0, total)
        pending = pending.slice(total)
        searched = 0
        bodyStart = -1
        reader.onMessage(text)
      }
    },
  }
}
