/** Makes new cases out of old ones, with dice that fall the same way for the same seed. */

/** Whole numbers from 0 below `below` (mulberry32). */
export type Dice = (below: number) => number

export function createDice(seed: number): Dice {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** What is likely to matter to one of the readers. */
const PIECES = [
  '\r\n', '\n', '\r', '\r\n ', '\r\n\r\n', '\n\n', ' ', '\t', ':', ';', ',', '"', '\\', '"\\', '<', '>', '@', '=', '?', '%', '%00', '%zz', '[', ']', '/', '|', '#', '*', '\0', '\x7f', '\xff', '\xc3\xa9', '\xed\xa0\x80',
  'SIP/2.0', 'SIP/7.0', 'sip:', 'sips:', 'tel:', 'urn:', 'INVITE ', 'ACK ', 'z9hG4bK', ';tag=', ';rport', ';received=', ';branch=', ';lr', ';maddr=', '[::1]', '[2001:db8::1]:5060', '0.0.0.0',
  'Via: ', 'v:', 'From: ', 'To: ', 'Call-ID: ', 'i:', 'CSeq: ', 'Contact: ', 'Content-Length: ', 'l: ', 'Max-Forwards: ', 'Content-Length: 99999999999', 'Route: <sip:x;lr>',
  'Digest ', 'qop="auth,auth-int"', 'nonce=', 'algorithm=SHA-256', 'v=0\r\n', 'm=audio 0 RTP/AVP 0\r\n', 'c=IN IP4 0.0.0.0\r\n', 'c=IN IP6 ::1\r\n', 'a=rtpmap:', 'a=fmtp:', 'a=sendonly\r\n', '-1', '0', '65536', '4294967296', '2147483648',
]

/** Longer cases than this are cut, so that no case is slow for its length alone. */
export const LONGEST = 6000

/** One to four changes. `other` is mixed in at times. */
export function mutate(text: string, other: string, dice: Dice): string {
  let changed = text
  for (let left = 1 + dice(4); left > 0; left--) changed = change(changed, other, dice)
  return changed.length > LONGEST ? changed.slice(0, LONGEST) : changed
}

function change(text: string, other: string, dice: Dice): string {
  const at = dice(text.length + 1)
  switch (dice(10)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + dice(12))
    case 1:
    case 2:
    case 3:
      return text.slice(0, at) + (PIECES[dice(PIECES.length)] as string) + text.slice(at)
    case 4:
      return text.slice(0, at) + String.fromCharCode(dice(256)) + text.slice(at + 1)
    case 5:
      return text.slice(0, at) + text.slice(dice(at + 1), at + 1 + dice(40)) + text.slice(at)
    case 6: {
      const from = dice(other.length + 1)
      return text.slice(0, at) + other.slice(from, from + dice(200)) + text.slice(dice(2) === 0 ? at : text.length)
    }
    case 7:
      return text.slice(0, at) + (text[at] ?? 'A').repeat(1 + dice(dice(8) === 0 ? 2000 : 20)) + text.slice(at)
    case 8:
      return swapLines(text, dice)
    default:
      return text.slice(0, at) + (PIECES[dice(PIECES.length)] as string) + text.slice(at + 1 + dice(8))
  }
}

function swapLines(text: string, dice: Dice): string {
  const lines = text.split('\r\n')
  const [a, b] = [dice(lines.length), dice(lines.length)]
  const kept = lines[a] as string
  lines[a] = lines[b] as string
  lines[b] = kept
  return lines.join('\r\n')
}
