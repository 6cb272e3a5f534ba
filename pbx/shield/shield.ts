/** Who is not listened to: counts what addresses do wrong, bans them for longer each time, and keeps the list. */
import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import { networkOf } from '../../config/network.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import { createQuietLog } from '../../config/quiet-log.ts'
import type { Settings } from '../../config/settings/settings.ts'
import { alwaysServed } from './always.ts'
import type { Directory } from '../directory/types.ts'
import type { AllowedNetwork } from '../door.ts'
import type { BanView, EventCatalogue } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import type { Registrar } from '../registrar/types.ts'
import { createBanTable, type BanTable } from './bans.ts'
import { FOR_EVER, type EngineGate, type GateReport } from './gate.ts'
import { sentence } from './sentence.ts'
import { loadAllowed, loadBans } from './store.ts'
import { createStrikeBook, PATIENCE, type StrikeReason } from './strikes.ts'
import { watchTrust } from './trust.ts'
import { createBanWriter } from './writer.ts'

export interface ShieldOptions {
  settings: Pick<Settings, 'shield'>
  database: Database
  directory: Pick<Directory, 'snapshot' | 'onChange'>
  registrar: Pick<Registrar, 'hasLivePhoneAt' | 'liveAddresses' | 'boundAt'>
  events: Events
  logger: Logger
  clock: Clock
  /** Undefined with a drachtio-server: then the entrance is the only gate. */
  gate: EngineGate | undefined
  /** Whether a call is going on with a phone at this address. */
  hasCallWith: (address: string) => boolean
}

export type Lifted = EventCatalogue['ban.lifted']['why']

/** What the entrance needs. */
export interface Guard {
  /** Something was wrong with what came from there. */
  strike(address: string, reason: StrikeReason, detail: string): void
  /** Whether requests from there are refused. */
  refuses(address: string): boolean
  /** Whether the engine keeps scanners and floods out, so that nobody else need look for them. */
  readonly gated: boolean
  /** The part of a user agent or From that tells a scanning tool. */
  scannerIn(text: string): string | undefined
}

export interface Shield extends Guard {
  readonly bans: BanTable
  readonly allowed: ReadonlyMap<string, AllowedNetwork>
  /** Puts a ban into force and tells. */
  begin(ban: BanView): void
  /** Ends one and tells. */
  end(ban: BanView, why: Lifted): void
  allow(network: AllowedNetwork): void
  disallow(network: AllowedNetwork): void
  /** Whether a phone there keeps the address from being banned. */
  isTrusted(address: string): boolean
  /** Whether it is on the list of those never banned, or this machine itself. */
  isAllowed(address: string): boolean
  figures(): { bans: number; addedByReason: Readonly<Record<string, number>>; spared: number }
  close(): Promise<void>
}

/** This machine itself, and what stands on it before us: a ban would shut out everybody. */
const OURSELVES = ['127.0.0.1', '::1/128']
const TICK_MS = 1_000
/** Bans of Dialplane's own making a second: floods from made-up addresses must not fill the list. What is beyond gets no answer all the same. */
const MOST_A_SECOND = 100
/** What strangers wrote is shown to people: not all of it. */
const LONGEST_DETAIL = 100
/** Hits are written down at most this often. */
const HITS_MS = 30_000

export async function createShield(options: ShieldOptions): Promise<Shield> {
  const { database, directory, registrar, events, clock, gate, hasCallWith } = options
  const { scanners, burst, perSecond, overloadMs } = options.settings.shield
  const logger = options.logger.child({ room: 'shield' })
  const quiet = createQuietLog(logger, clock)
  const bans = createBanTable()
  const allowed = new Map<string, AllowedNetwork>()
  let exempt = createNetworkSet(OURSELVES)
  // Without the engine's gate every request is counted here.
  const strikes = createStrikeBook(gate ? PATIENCE : { ...PATIENCE, flood: { most: burst, secondsEach: 1 / perSecond } })
  const writer = createBanWriter({ database, logger, get: (network) => bans.get(network) })
  const hit = new Map<string, number>()
  const addedByReason: Record<string, number> = {}
  let spared = 0
  let madeThisSecond = 0
  let hitsWrittenAt = clock.now()

  const owner = (): string => directory.snapshot().defaultTenant()?.id ?? ''
  const rule = (): void => {
    const networks = [...OURSELVES, ...[...allowed.values()].map(({ network }) => network)]
    exempt = createNetworkSet(networks)
    const snapshot = directory.snapshot()
    // Until the default tenant has a domain, any name means it.
    const domains = snapshot.defaultTenant()?.domains.length === 0 ? undefined : snapshot.domains()
    gate?.obey({ do: 'rules', rules: { scanners, domains, burst, perSecond, exempt: networks, overloadMs, always: alwaysServed(snapshot) } })
  }
  const bar = (ban: BanView): void => gate?.obey({ do: 'bar', bars: [{ network: ban.network, until: ban.until ?? FOR_EVER }] })

  const begin = (ban: BanView): void => {
    for (const { network } of bans.add(ban, clock.now())) {
      writer.changed(network)
      gate?.obey({ do: 'lift', networks: [network] })
    }
    strikes.forget(ban.network)
    writer.changed(ban.network)
    bar(ban)
    addedByReason[ban.reason] = (addedByReason[ban.reason] ?? 0) + 1
    events.emit('ban.added', ban.tenantId, { ban })
  }
  const end = (ban: BanView, why: Lifted): void => {
    // One whose time is over is remembered, one that was lifted is forgiven.
    if (why !== 'expired') bans.remove(ban.network)
    strikes.forget(ban.network)
    writer.changed(ban.network)
    gate?.obey({ do: 'lift', networks: [ban.network] })
    events.emit('ban.lifted', ban.tenantId, { ban, why })
  }

  const isAllowed = (address: string): boolean => exempt.covering(address) !== undefined
  const isTrusted = (address: string): boolean => trust.has(networkOf(address)) || registrar.hasLivePhoneAt(address) || hasCallWith(address)
  const offend = (address: string, reason: StrikeReason, count: number, whole: string): void => {
    const detail = whole.replace(/\p{Cc}+/gu, ' ').trim().slice(0, LONGEST_DETAIL)
    const network = networkOf(address)
    const now = clock.now()
    const out = strikes.strike(network, reason, count, now)
    if (reason !== 'flood' || out) quiet.write('info', `${reason} ${network}`, { address, reason, detail }, WORDS[reason])
    if (!out || bans.on(address, now)) return
    if (isAllowed(address) || isTrusted(address)) {
      spared += 1
      return quiet.write('warn', `spared ${network}`, { address, reason, detail }, 'this address would be banned, but a phone of ours is there, or it is allowed')
    }
    if (++madeThisSecond > MOST_A_SECOND) return
    const ban: BanView = { id: newId(), tenantId: owner(), network, reason, detail, since: now, hits: 0, by: null, ...sentence(lastOf(network), now) }
    begin(ban)
    quiet.write('warn', `banned ${network}`, { network, reason, detail, level: ban.level, until: new Date(ban.until as number) }, 'this address is banned')
  }
  const lastOf = (network: string): { level: number; until: number } | undefined => {
    const last = bans.get(network)
    return last && last.until !== null ? { level: last.level, until: last.until } : undefined
  }

  const obeyReport = ({ offences, hits, refusing }: GateReport): void => {
    if (refusing !== undefined) logger.warn(refusing ? 'overloaded: part of the new calls and registrations are refused with 503; calls that go on are not touched' : 'no longer overloaded')
    for (const { address, cause, count, detail } of offences) offend(address, cause, count, detail)
    for (const [network, count] of hits) hit.set(network, (hit.get(network) ?? 0) + count)
  }
  const tick = (): void => {
    const now = clock.now()
    madeThisSecond = 0
    for (const [network, count] of hit) {
      const ban = bans.get(network)
      if (ban) ban.hits += count
    }
    if (now - hitsWrittenAt > HITS_MS) {
      for (const network of hit.keys()) writer.changed(network)
      hitsWrittenAt = now
    }
    hit.clear()
    const { ended, forgiven } = bans.expire(now)
    for (const ban of ended) end(ban, 'expired')
    for (const { network } of forgiven) writer.changed(network)
    strikes.sweep(now)
  }

  for (const one of await database.system('allowed networks', loadAllowed)) allowed.set(one.id, one)
  for (const ban of await database.system('bans at start', loadBans)) bans.add(ban, clock.now())
  rule()
  const stopRules = directory.onChange(rule)
  const trust = watchTrust({ registrar, events, tell: (networks, on) => gate?.obey({ do: 'trust', networks, on }), tellCrowds: (phones) => gate?.obey({ do: 'phones', phones }) })
  for (const ban of bans.active(clock.now())) bar(ban)
  const stopReports = gate?.onReport(obeyReport)
  const timer = setInterval(tick, TICK_MS)

  return {
    bans, allowed, begin, end, isTrusted, isAllowed,
    gated: gate !== undefined,
    strike: (address, reason, detail) => offend(address, reason, 1, detail),
    refuses: (address) => bans.on(address, clock.now()) !== undefined && !isAllowed(address) && !isTrusted(address),
    scannerIn: (text) => scanners.find((scanner) => text.toLowerCase().includes(scanner)),
    allow(network) {
      allowed.set(network.id, network)
      rule()
      for (const ban of bans.active(clock.now())) if (isAllowed(ban.network.split('/')[0] as string)) end(ban, 'allowed')
    },
    disallow(network) {
      allowed.delete(network.id)
      rule()
    },
    figures: () => ({ bans: bans.active(clock.now()).length, addedByReason, spared }),
    async close() {
      clearInterval(timer)
      stopReports?.()
      stopRules()
      trust.close()
      for (const network of hit.keys()) writer.changed(network)
      tick()
      await writer.close()
    },
  }
}

const WORDS: Readonly<Record<StrikeReason, string>> = {
  scanner: 'a scanning tool asks; it gets no answer',
  flood: 'an address sends more requests than the rate allows',
  garbage: 'an address sends what cannot be read',
  'unknown-domain': 'an address asks for a domain of nobody; it gets no answer',
  'wrong-passwords': 'an address sends a wrong password or an unknown user',
}
