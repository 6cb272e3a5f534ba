/**
 * The gate before everything else: who is not listened to, and who gets no answer. It acts at once on what a
 * single message shows, tells what it saw, and does what the application orders, which decides on bans.
 * Without rules, before an application gave any, it lets everything through.
 */
import { isIP } from 'node:net'
import { unbracket } from '../message/host.ts'
import { header, type SipMessage } from '../message/message.ts'
import { parseSipUri } from '../message/uri.ts'
import type { Counters } from '../options.ts'
import type { TimerHandle, Timers } from '../timers.ts'
import type { Flow } from '../transport/flow.ts'
import { createMeter } from './meter.ts'
import { networkOf } from './network.ts'
import { createNetworks, type Networks } from './networks.ts'
import { createOverload, PULSE_MS, type Overload } from './overload.ts'
import type { GateOrder, GateReport, GateRules, Offence, OffenceCause } from './orders.ts'
import type { Pulse } from './pulse.ts'

/** What a message that belongs to nothing takes from an address's allowance, in requests. */
const GARBAGE_COST = 5
/** Where a healthy phone is, many may be: an office behind one address may send this many times as much. */
const TRUSTED_SHARE = 20
/** What each phone registered at an address adds to its allowance: after a power cut they all come back at once, each with some requests. */
const BURST_EACH = 10
const PER_SECOND_EACH = 2
/** Reports wait this long for company, in milliseconds. */
const REPORT_MS = 100
const SWEEP_MS = 10_000
/** Different offences between two reports; what is beyond is counted in `Counters` only. */
const MOST_OFFENCES = 1000
const DETAIL_LENGTH = 100
/**
 * For how long it has to wait within this process is known of what comes: in shares of what is bearable, from which some of it
 * is refused, and from which all. In between the share that is let in finds itself where as much comes as can be done; one
 * limit alone would let in all and then nothing, in turn. What was begun with a challenge, which was paid for, is refused later.
 */
const NEW_WORK = { from: 0.1, all: 0.5 } as const
const BEGUN_WORK = { from: 0.5, all: 1 } as const
/** A pause that is over after fewer looks than this is none to refuse for, and a breath shorter than this ends no refusing. */
const PRESSED_LOOKS = 4
/** Looks over which is told what share was refused, and from which share on that is worth telling. */
const LOOKS_BACK = 10
const TOLD_SHARE = 0.05
const BEGUN = /^authorization[ \t]*:/im

export interface Gate {
  /** Whether nothing from this address is listened to. Counts as a hit when so. */
  bars(address: string): boolean
  /** Whether nothing is to be answered to this address. */
  silences(address: string): boolean
  /** Whether a request outside dialogs is served; one that is not gets no answer. */
  admits(request: SipMessage, flow: Flow): boolean
  /** Something came that cannot be read. */
  garbage(flow: Flow, reason: string): void
  /** Something came that is well-formed and belongs to nothing. */
  stray(flow: Flow): void
  obey(order: GateOrder): void
  /** Whether it is a call that is served whatever else is going on, for help above all. */
  isAlwaysServed(request: SipMessage): boolean
  /** Whether new work is refused for overload: INVITE and REGISTER outside dialogs, but for calls for help. */
  overloads(request: SipMessage): boolean
  /** Whether a REGISTER, as it came, is refused because others wait too long already. */
  isCrowded(text: string): boolean
  readonly load: Overload['state']
  close(): void
}

/** Where lateness is read. */
export interface Lateness {
  /** Where the application of this process writes what others give orders for. */
  pulse?: Pulse | undefined
  /** For how long the REGISTER that waits longest has waited, in milliseconds. */
  waitingMs?(): number
  /** The same of new calls. */
  callsWaitingMs?(): number
  /** From 0 to 1. */
  dice?: () => number
}

export function createGate(timers: Timers, counters: Counters, report: (report: GateReport) => void, { pulse, waitingMs, callsWaitingMs, dice = Math.random }: Lateness = {}): Gate {
  const meter = createMeter()
  const barred: Networks<number> = createNetworks()
  const trusted = new Set<string>()
  let phones: ReadonlyMap<string, number> = new Map()
  let always: ReadonlySet<string> = new Set()
  let exempt: Networks<true> = createNetworks()
  let rules: GateRules | undefined
  let domains: ReadonlySet<string> | undefined
  let offences = new Map<string, Offence>()
  let hits = new Map<string, number>()
  const overload = createOverload()
  /** New work in the last looks, the newest last. */
  const works = Array.from({ length: LOOKS_BACK }, () => ({ asked: 0, refused: 0 }))
  const pressed = { REGISTER: createPressure(), INVITE: createPressure() }
  let work = works[LOOKS_BACK - 1] as (typeof works)[number]
  let appLateMs = 0
  let draining = false
  let pulsedAt = 0
  let lookedAt = 0
  /** What is to be told of it. */
  let refusing: boolean | undefined
  let wasRefusing = false
  let reporting: TimerHandle
  let sweeping: TimerHandle
  let looking: TimerHandle

  const listener = {
    onTimer(name: 'report' | 'sweep' | 'look') {
      if (name === 'report') return tell()
      if (name === 'look') return look()
      const now = timers.now()
      meter.sweep(now)
      for (const [network, until] of barred.entries()) if (until <= now) barred.delete(network)
      sweeping = timers.start(SWEEP_MS, listener, 'sweep')
    },
  }
  const tell = (): void => {
    reporting = undefined
    const told: GateReport = { offences: [...offences.values()], hits: [...hits], ...(refusing === undefined ? {} : { refusing }) }
    refusing = undefined
    offences = new Map()
    hits = new Map()
    report(told)
  }
  const look = (): void => {
    const now = timers.now()
    const ownLateMs = now - lookedAt - PULSE_MS
    lookedAt = now
    const told = now - pulsedAt
    // Whoever shares memory with us need not give orders, but may.
    const late = pulse ? Math.max(pulse.lateMs(), pulse.ageMs() - PULSE_MS, told < PULSE_MS ? appLateMs : 0) : Math.max(appLateMs, told - PULSE_MS)
    const [lateMs, bearableMs] = [Math.max(0, late, ownLateMs), rules?.overloadMs ?? 0]
    overload.look(lateMs, bearableMs)
    pressed.REGISTER.look(waitingMs?.() ?? 0, bearableMs * NEW_WORK.from)
    pressed.INVITE.look(callsWaitingMs?.() ?? 0, bearableMs * NEW_WORK.from)
    work = { asked: 0, refused: 0 }
    works.shift()
    works.push(work)
    if (isRefusing() !== wasRefusing) {
      refusing = wasRefusing = !wasRefusing
      soon()
    }
    looking = timers.start(PULSE_MS, listener, 'look')
  }
  const refusedShare = (): number => {
    let [asked, refused] = [0, 0]
    for (const look of works) {
      asked += look.asked
      refused += look.refused
    }
    return refused / Math.max(1, asked)
  }
  const isRefusing = (): boolean => overload.state.refusing || refusedShare() > TOLD_SHARE
  const isAlwaysServed = (request: SipMessage): boolean => always.has(parseSipUri(request.uri)?.user ?? '')
  /** The challenge before it was paid for already. */
  const isBegun = (request: SipMessage): boolean => header(request, 'authorization') !== undefined || header(request, 'proxy-authorization') !== undefined
  const waitsTooLong = (kind: keyof typeof pressed, waitedMs: number, { from, all }: { from: number; all: number }): boolean => {
    const bearableMs = rules?.overloadMs ?? 0
    return bearableMs > 0 && (pressed[kind].on || waitedMs > bearableMs) && waitedMs > bearableMs * (from + dice() * (all - from))
  }
  const counted = (refused: boolean): boolean => {
    work.asked++
    if (!refused) return false
    work.refused++
    counters.overloaded++
    return true
  }
  const soon = (): void => void (reporting ??= timers.start(REPORT_MS, listener, 'report'))

  const offend = (flow: Flow, cause: OffenceCause, detail: string): void => {
    const network = networkOf(flow.address)
    const key = `${cause} ${network}`
    const known = offences.get(key)
    if (known) known.count++
    else if (offences.size < MOST_OFFENCES) {
      offences.set(key, { network, address: flow.address, transport: flow.transport, cause, count: 1, detail: printable(detail) })
      soon()
    }
  }

  /** The network whose bar is on this address now. */
  const barOn = (address: string): string | undefined => {
    if (barred.size === 0) return undefined
    const network = barred.covering(address)
    if (network === undefined || (barred.get(network) as number) <= timers.now()) return undefined
    return trusted.has(networkOf(address)) || exempt.covering(address) !== undefined ? undefined : network
  }

  /** Takes from the allowance of an address; false when it has none left. */
  const spend = (flow: Flow, cost: number): boolean => {
    if (rules === undefined || exempt.covering(flow.address) !== undefined) return true
    const network = networkOf(flow.address)
    const share = trusted.has(network) ? TRUSTED_SHARE : 1
    const crowd = phones.get(network) ?? 0
    const perSecond = rules.perSecond * share + crowd * PER_SECOND_EACH
    if (meter.take(network, cost, rules.burst * share + crowd * BURST_EACH, perSecond, timers.now())) return true
    offend(flow, 'flood', `more than ${perSecond} requests a second`)
    return false
  }

  const scannerOf = (request: SipMessage): string | undefined => {
    if (rules === undefined || rules.scanners.length === 0) return undefined
    const agent = header(request, 'user-agent') ?? ''
    const named = `${agent}\n${request.from}`.toLowerCase()
    const found = rules.scanners.find((scanner) => named.includes(scanner))
    return found === undefined ? undefined : agent || found
  }

  /** The host a request is for, when nobody here has it. */
  const foreignHost = (request: SipMessage): string | undefined => {
    if (domains === undefined) return undefined
    const host = parseSipUri(request.uri)?.host.toLowerCase()
    return host === undefined || host === 'localhost' || isIP(unbracket(host)) !== 0 || domains.has(host) ? undefined : host
  }

  return {
    isAlwaysServed,
    bars(address) {
      const network = barOn(address)
      if (network === undefined) return false
      counters.barred++
      hits.set(network, (hits.get(network) ?? 0) + 1)
      soon()
      return true
    },
    silences: (address) => barOn(address) !== undefined,
    admits(request, flow) {
      if (rules === undefined) return true
      if (!spend(flow, 1)) {
        counters.limited++
        return false
      }
      const scanner = scannerOf(request)
      if (scanner !== undefined && exempt.covering(flow.address) === undefined) {
        counters.silenced++
        offend(flow, 'scanner', scanner)
        return false
      }
      const host = foreignHost(request)
      // A neighbour of a healthy phone is more likely set up wrong than hostile, and is told so.
      if (host === undefined || trusted.has(networkOf(flow.address)) || exempt.covering(flow.address) !== undefined) return true
      counters.silenced++
      offend(flow, 'unknown-domain', host)
      return false
    },
    garbage(flow, reason) {
      if (spend(flow, GARBAGE_COST)) offend(flow, 'garbage', reason)
    },
    stray(flow) {
      spend(flow, 1)
    },
    overloads(request) {
      const { method } = request
      if (method !== 'INVITE' && method !== 'REGISTER') return false
      if (method === 'INVITE' ? isAlwaysServed(request) : draining) return false
      if (draining) {
        counters.overloaded++
        return true
      }
      const begun = isBegun(request)
      return counted(overload.refuses(begun, dice()) || (method === 'INVITE' && waitsTooLong(method, callsWaitingMs?.() ?? 0, begun ? BEGUN_WORK : NEW_WORK)))
    },
    isCrowded(text) {
      const waitedMs = waitingMs?.() ?? 0
      return waitedMs > 0 && counted(waitsTooLong('REGISTER', waitedMs, BEGUN.test(text) ? BEGUN_WORK : NEW_WORK))
    },
    get load() {
      const { lateMs, share } = overload.state
      return { refusing: isRefusing(), share: Math.max(share, refusedShare()), lateMs: Math.max(lateMs, waitingMs?.() ?? 0, callsWaitingMs?.() ?? 0) }
    },
    obey(order) {
      switch (order.do) {
        case 'rules': {
          rules = order.rules
          always = new Set(rules.always)
          domains = rules.domains && new Set(rules.domains)
          exempt = createNetworks()
          for (const network of rules.exempt) exempt.set(network, true)
          sweeping ??= timers.start(SWEEP_MS, listener, 'sweep')
          if (looking === undefined) {
            pulsedAt = lookedAt = timers.now()
            looking = timers.start(PULSE_MS, listener, 'look')
          }
          return
        }
        case 'bar':
          for (const { network, until } of order.bars) barred.set(network, until)
          return
        case 'lift':
          for (const network of order.networks) {
            barred.delete(network)
            meter.forget(network)
          }
          return
        case 'trust':
          for (const network of order.networks) {
            if (order.on) trusted.add(network)
            else trusted.delete(network)
          }
          return
        case 'phones':
          phones = new Map(order.phones)
          return
        case 'drain':
          draining = true
          return
        case 'pulse':
          appLateMs = order.lateMs
          pulsedAt = timers.now()
      }
    },
    close() {
      timers.stop(reporting)
      timers.stop(sweeping)
      timers.stop(looking)
    },
  }
}

/** Whether something has waited too long in some looks in a row, and not short enough in as many since. */
function createPressure(): { readonly on: boolean; look(waitedMs: number, limitMs: number): void } {
  let [on, looks] = [false, 0]
  return {
    get on() {
      return on
    },
    look(waitedMs, limitMs) {
      looks = waitedMs > limitMs === on ? 0 : looks + 1
      if (looks < PRESSED_LOOKS) return
      on = !on
      looks = 0
    },
  }
}

/** Fit to be shown to a person and stored: whatever a stranger sends ends up there. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?').slice(0, DETAIL_LENGTH)
}
