/** The Session-Expires header and what follows from it (RFC 4028): pure. */
import { digits } from '../message/host.ts'
import { header, lists, type Headers } from '../message/message.ts'
import { parameter } from '../message/uri.ts'

export interface SessionExpires {
  /** Seconds. */
  interval: number
  /** Undefined: left to the other side. */
  refresher: 'uac' | 'uas' | undefined
}

/** Longer ones are as good as none, and more than the system's timers can count. */
const LONGEST = 2_000_000

/** Undefined when absent or malformed. */
export function readSessionExpires(value: string | undefined): SessionExpires | undefined {
  if (value === undefined) return undefined
  const semicolon = value.indexOf(';')
  const interval = digits((semicolon === -1 ? value : value.slice(0, semicolon)).trim())
  if (interval === undefined || interval < 1) return undefined
  const refresher = semicolon === -1 ? undefined : parameter(value.slice(semicolon), 'refresher')?.toLowerCase()
  return { interval: Math.min(interval, LONGEST), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined }
}

/**
 * §9: whether a request asks for a shorter session than `min` seconds and can be told so: 422 means nothing to a
 * peer without timers, in whose name a proxy asked.
 */
export function asksTooShort(request: Headers, min: number): boolean {
  const asked = readSessionExpires(header(request, 'session-expires'))
  return asked !== undefined && asked.interval < min && lists(request, 'supported', 'timer')
}

/**
 * What a 2xx of ours says when the application says nothing: the session timer that the request asked for (§9, table 2).
 * Who refreshes is the request's choice; else the peer, when it can.
 */
export function answerFor(request: Headers, min: number): { value: string; lines: string[] } | undefined {
  const asked = readSessionExpires(header(request, 'session-expires'))
  if (!asked) return undefined
  const able = lists(request, 'supported', 'timer')
  const refresher = able ? (asked.refresher ?? 'uac') : 'uas'
  const value = `${Math.max(asked.interval, min)};refresher=${refresher}`
  return { value, lines: refresher === 'uac' ? [`Session-Expires: ${value}`, 'Require: timer'] : [`Session-Expires: ${value}`] }
}

/** §10: milliseconds after which a session is over that the peer was to refresh: a little early, so that our BYE comes in time. */
export function patience(interval: number): number {
  return (interval - Math.min(32, interval / 3)) * 1000
}

/** §10 asks for half of the interval. */
export function refreshAfter(interval: number): number {
  return interval * 500
}
