/** Cuts SIP messages out of a byte stream by Content-Length (RFC 3261 §18.3). */
import { skipLineEnds } from '../message/parse.ts'

export interface StreamReader {
  onMessage(text: string): void
  /** RFC 5626 §3.5.1: a double CRLF between messages wants a CRLF back. */
  onPing(): void
  /** The stream cannot be followed any further. `head` is the head of a message that is too long, to be answered. */
  onBroken(reason: string, head: string | undefined): void
}

const CONTENT_LENGTH = /\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?\n/i
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

  return {
    get partial() {
      return pending.length > 2 || (pending.length > 0 && pending.charCodeAt(0) > 13)
    },
    push(chunk) {
      if (broken) return
      pending = pending.length === 0 ? chunk : pending + chunk
      while (pending.length > 0 && !broken) {
        if (bodyStart === -1) {
          const start = skipLineEnds(pending)
          if (start > 0) {
            for (let pings = pending.slice(0, start).split(PING).length - 1; pings > 0; pings--) reader.onPing()
            // A half ping stays until its other half, or a message, arrives.
            if (start === pending.length) {
              const kept = pending.endsWith(PING) ? '' : pending.slice(-2)
              pending = kept === '\r\n' || kept === '\r' ? kept : ''
              searched = 0
              return
            }
            pending = pending.slice(start)
            searched = 0
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
