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

const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?\n/i
/** The first byte of a STUN message of the methods there are is below this, that of a SIP message or a line end never. */
const STUN_BELOW = 0x04
/** Many times what a keep-alive has. */
const STUN_MAX = 1024
const PING = '\r\n\r\n'

export interface Framer {
  /** Takes in what arrived, one character a byte. */
  push(chunk: string): void
  /** Whether a message has begun and is not complete. */
  readonly partial: boolean
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
    const end = pending.indexOf('\r\n\r\n', searched)
    const bare = end === -1 ? pending.indexOf('\n\n', searched) : -1
    if (end === -1 && bare === -1) {
      searched = Math.max(0, pending.length - 3)
      if (pending.length > limit) fail('A head longer than the limit')
      return false
    }
    bodyStart = end === -1 ? bare + 2 : end + 4
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
            for (let pings = pending.slice(0, start).split(PING).length - 1; pings > 0; pings--) reader.onPing()
            // Part of a ping stays until the rest of it, or a message, arrives.
            if (start === pending.length) {
              const last = pending.lastIndexOf(PING)
              const rest = last === -1 ? pending : pending.slice(last + PING.length)
              pending = PING.startsWith(rest) ? rest : ''
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
