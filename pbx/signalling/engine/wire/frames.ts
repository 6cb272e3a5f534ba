/** Cuts frames out of the byte stream of an application: decimal length, `#`, that many bytes. */

export interface FrameReader {
  onFrame(payload: string): void
  /** The stream is garbled; nothing more is read from it. */
  onGarbled(reason: string): void
}

export interface Framer {
  /** Takes in what arrived, one character a byte. */
  push(chunk: string): void
  /** From now on frames may be this long. */
  allow(limit: number): void
}

/** Digits that a length may have at most. */
const LENGTH_DIGITS = 8

/** @param limit bytes of the longest frame */
export function createFrameReader(limit: number, reader: FrameReader): Framer {
  let longest = limit
  let pending = ''
  let garbled = false
  /** Length of the frame being received and where its payload begins; 0 while the length itself is still coming. */
  let length = 0
  let start = 0

  const fail = (reason: string) => {
    garbled = true
    pending = ''
    reader.onGarbled(reason)
  }

  /** Reads `<digits>#` at `from`. False: more must arrive, or it is garbled. */
  const readLength = (from: number): boolean => {
    let number = 0
    for (let i = from; i < pending.length; i++) {
      const code = pending.charCodeAt(i)
      if (code === 35 && i > from) {
        if (number === 0) fail('a frame of no length')
        else if (number > longest) fail(`a frame of ${number} bytes is longer than ${longest}`)
        else {
          length = number
          start = i + 1
          return true
        }
        return false
      }
      if (code < 48 || code > 57 || i - from >= LENGTH_DIGITS) {
        fail('a frame without a length')
        return false
      }
      number = number * 10 + code - 48
    }
    return false
  }

  return {
    allow(bytes) {
      longest = bytes
    },
    push(chunk) {
      if (garbled) return
      pending = pending.length === 0 ? chunk : pending + chunk
      let from = 0
      while (!garbled && from < pending.length) {
        if (length === 0) {
          if (!readLength(from)) break
        }
        if (pending.length < start + length) break
        const end = start + length
        const payload = pending.slice(start, end)
        length = 0
        from = end
        reader.onFrame(payload)
      }
      if (garbled || from === 0) return
      pending = pending.slice(from)
      start -= from
    },
  }
}
