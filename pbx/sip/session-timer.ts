/**
 * What is said about session timers (RFC 4028): pure. The signalling engine does what was agreed, refreshing and
 * giving up; a drachtio-server does the same from the same headers.
 */
import { readHeader } from './headers.ts'
import type { SrfMessage } from './srf-types.ts'

/** What we want, in seconds. */
export interface SessionWish {
  /** 0: we ask for no session timer; a phone that asks for one gets it. */
  expires: number
  /** The shortest session we stand. */
  min: number
}

export interface AgreedSession {
  /** Seconds. */
  interval: number
  weRefresh: boolean
}

type Headers = Record<string, string>

export function supports(message: SrfMessage, option: string): boolean {
  return listed(readHeader(message, 'supported'), option) || listed(readHeader(message, 'require'), option)
}

export function requires(message: SrfMessage, option: string): boolean {
  return listed(readHeader(message, 'require'), option)
}

export function allows(message: SrfMessage, method: string): boolean {
  return listed(readHeader(message, 'allow'), method)
}

function listed(value: string | undefined, wanted: string): boolean {
  return value !== undefined && value.split(',').some((part) => part.trim().toLowerCase() === wanted.toLowerCase())
}

function read(message: SrfMessage): { interval: number; refresher: string | undefined } | undefined {
  const match = /^\s*(\d{1,10})\s*(?:;.*?\brefresher\s*=\s*(ua[cs]))?/i.exec(readHeader(message, 'session-expires') ?? '')
  return match?.[1] === undefined || Number(match[1]) === 0 ? undefined : { interval: Number(match[1]), refresher: match[2]?.toLowerCase() }
}

/** `Min-SE` in seconds; 0 when absent. */
export function minSe(message: SrfMessage): number {
  return Number(/^\s*(\d{1,10})/.exec(readHeader(message, 'min-se') ?? '')?.[1] ?? 0)
}

/** §9: the request asks for a shorter session than we stand, by somebody who understands 422. */
export function asksTooShort(request: SrfMessage, wish: SessionWish): boolean {
  const asked = read(request)
  return asked !== undefined && asked.interval < wish.min && supports(request, 'timer')
}

/**
 * Headers of an INVITE of ours.
 * @param atLeast what the peer asked for with 422, in seconds
 */
export function offerSession(wish: SessionWish, atLeast = 0): Headers {
  if (wish.expires === 0) return {}
  const min = Math.max(wish.min, atLeast)
  return { 'Session-Expires': String(Math.max(wish.expires, min)), 'Min-SE': String(min) }
}

/**
 * Headers of our 2xx, and what they agree on (§9, table 2). A phone without timers is only troubled with our
 * refreshes when it takes UPDATE, which changes nothing; else it is asked by other means when it is silent.
 */
export function answerSession(request: SrfMessage, wish: SessionWish): { headers: Headers; agreed: AgreedSession | undefined } {
  const asked = read(request)
  const able = supports(request, 'timer')
  const wanted = asked !== undefined || (wish.expires > 0 && (able || allows(request, 'UPDATE')))
  if (!wanted) return { headers: {}, agreed: undefined }
  const ours = wish.expires === 0 ? Infinity : wish.expires
  const interval = Math.max(Math.min(asked?.interval ?? ours, ours), minSe(request), asked && !able ? wish.min : 0)
  const refresher = !able || !asked ? 'uas' : (asked.refresher ?? 'uac')
  return {
    headers: { 'Session-Expires': `${interval};refresher=${refresher}`, ...(refresher === 'uac' ? { Require: 'timer' } : {}) },
    agreed: { interval, weRefresh: refresher === 'uas' },
  }
}

/** What a 2xx to a request of ours agreed on (§7.2). */
export function agreedBy(response: SrfMessage): AgreedSession | undefined {
  const said = read(response)
  return said && { interval: said.interval, weRefresh: said.refresher !== 'uas' }
}

/** Headers of a later INVITE or UPDATE of ours, which without them would end the timer (§7.4). */
export function keepSession(agreed: AgreedSession | undefined): Headers {
  return agreed ? { 'Session-Expires': `${agreed.interval};refresher=${agreed.weRefresh ? 'uac' : 'uas'}` } : {}
}
