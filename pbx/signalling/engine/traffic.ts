/** How many messages of which kind, with few kinds whatever peers send. */

export interface Traffic {
  /** By method; `other` for methods we do not know. */
  requestsIn: Record<string, number>
  /** By method and class, `INVITE 4xx`. */
  responsesIn: Record<string, number>
  responsesOut: Record<string, number>
}

const METHODS = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'REGISTER', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'PUBLISH'])

export function createTraffic(): Traffic {
  return { requestsIn: {}, responsesIn: {}, responsesOut: {} }
}

export function countRequest(traffic: Traffic, method: string): void {
  const name = METHODS.has(method) ? method : 'other'
  traffic.requestsIn[name] = (traffic.requestsIn[name] ?? 0) + 1
}

/** @param kind first digit of the status */
export function countResponse(counts: Record<string, number>, method: string, kind: string): void {
  const key = `${METHODS.has(method) ? method : 'other'} ${kind}xx`
  counts[key] = (counts[key] ?? 0) + 1
}

/** A response of ours as it leaves, its CSeq found by the spelling we write and phones mostly do. */
export function countResponseText(counts: Record<string, number>, text: string): void {
  const at = text.indexOf('\r\nCSeq: ')
  const end = at === -1 ? -1 : text.indexOf('\r\n', at + 8)
  const method = end === -1 ? '' : text.slice(text.indexOf(' ', at + 8) + 1, end)
  countResponse(counts, method, text.charAt(8))
}
