/** What subscriptions say of themselves in header fields (RFC 6665, RFC 3515): pure. */
import { digits } from '../message/host.ts'
import { header, type Headers } from '../message/message.ts'
import { parameter } from '../message/uri.ts'

/** A subscription that a NOTIFY refreshes without naming a time lasts at least this long, in seconds. */
const UNTOLD = 180
/** Nobody means longer. */
const LONGEST = 2_000_000

/** Package and id of an Event header: what makes two subscriptions of a dialog different (RFC 6665 §4.5.2). Empty when absent. */
export function eventKey(headers: Headers): string {
  const value = header(headers, 'event')
  if (value === undefined) return ''
  const semicolon = value.indexOf(';')
  const name = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase()
  const id = semicolon === -1 ? undefined : parameter(value.slice(semicolon), 'id')
  return id === undefined || id === '' ? name : `${name};id=${id}`
}

/** Of the Expires header, in seconds; undefined when absent or malformed. */
export function expiresOf(headers: Headers): number | undefined {
  const seconds = digits(header(headers, 'expires')?.trim() ?? '')
  return seconds === undefined ? undefined : Math.min(seconds, LONGEST)
}

/** What a NOTIFY says about its subscription (RFC 6665 §4.1.3): over, or good for some more seconds. */
export function stateOf(headers: Headers): { over: boolean; seconds: number } {
  const value = header(headers, 'subscription-state') ?? ''
  const semicolon = value.indexOf(';')
  const state = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase()
  const told = semicolon === -1 ? undefined : digits(parameter(value.slice(semicolon), 'expires')?.trim() ?? '')
  return { over: state === 'terminated', seconds: Math.min(told ?? UNTOLD, LONGEST) }
}

/** A REFER subscribes its sender to what comes of it, unless the answer says no (RFC 3515 §2.4.4, RFC 4488 §4). */
export function refersSilently(answer: Headers): boolean {
  return header(answer, 'refer-sub')?.trim().toLowerCase().startsWith('false') ?? false
}

/** The key of the subscription a REFER makes; its NOTIFYs may name it by this CSeq number, or not at all (RFC 3515 §2.4.6). */
export function referKey(cseq: number): string {
  return `refer;id=${cseq}`
}

export const REFER_SECONDS = UNTOLD
