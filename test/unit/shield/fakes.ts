/** A shield with a clock that is set, an engine's gate that notes its orders, and a database in memory. */
import { mock } from 'node:test'
import type { Transaction } from '../../../config/database/index.ts'
import { createShield, type Shield, type ShieldOptions } from '../../../pbx/shield/shield.ts'
import type { GateOrder, GateReport } from '../../../pbx/shield/gate.ts'
import type { PbxEvent, RegistrationView } from '../../../pbx/events/catalogue.ts'
import { directoryOf, FakeDatabase, logger, recordedEvents, TENANT } from '../registrar/fakes.ts'

export const SCANNERS = ['friendly-scanner', 'sipcli']

export interface ShieldWorld {
  shield: Shield
  /** Milliseconds; `pass` moves it and the shield's timers. */
  clock: { time: number; now(): number }
  pass(ms: number): Promise<void>
  orders: GateOrder[]
  report(report: Partial<GateReport>): void
  offence(address: string, cause: GateReport['offences'][number]['cause'], count?: number, detail?: string): void
  phones: Set<string>
  /** Registered phones by address. */
  bound: Map<string, number>
  /** A phone registers, or its reachability changes. */
  heard(address: string): void
  calls: Set<string>
  events: PbxEvent[]
  /** `ban.added` and `ban.lifted` in short. */
  told(): string[]
  database: FakeDatabase
  directory: ReturnType<typeof directoryOf>
  /** Rows of sip_bans as last written, by network. */
  rows: Map<string, { level: number; hits: number; until: number | null }>
}

/** Timers of the test are mocked: `mock.timers.reset()` when done. */
export async function openShield(options: Partial<ShieldOptions> & { saved?: unknown[]; gated?: boolean } = {}): Promise<ShieldWorld> {
  const { saved = [], gated = true, ...rest } = options
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const database = new FakeDatabase()
  database.work = async (purpose) => (purpose === 'bans at start' ? saved : [])
  const rows: ShieldWorld['rows'] = new Map()
  const events = recordedEvents()
  const orders: GateOrder[] = []
  const listeners = new Set<(report: GateReport) => void>()
  const world = {
    orders, database, rows, events: events.seen, phones: new Set<string>(), bound: new Map<string, number>(), calls: new Set<string>(), directory: directoryOf([], []),
    clock: { time: 1_700_000_000_000, now: () => world.clock.time },
  } as unknown as ShieldWorld
  const { work } = database
  database.work = async (purpose) => (purpose === 'bans' ? undefined : work(purpose))
  database.system = async <T>(purpose: string, act: (trx: Transaction) => Promise<T>): Promise<T> => (purpose === 'bans' ? act(transactionOn(rows)) : ((await database.work(purpose)) as T))
  world.shield = await createShield({
    settings: { shield: { scanners: SCANNERS, perSecond: 10, burst: 50, overloadMs: 200 } },
    database, directory: world.directory, events, logger, clock: world.clock,
    registrar: { hasLivePhoneAt: (address) => world.phones.has(address), liveAddresses: () => world.phones, boundAt: () => world.bound },
    gate: gated ? { obey: (order) => void orders.push(order), onReport: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) } : undefined,
    hasCallWith: (address) => world.calls.has(address),
    ...rest,
  })
  world.pass = async (ms) => {
    for (let left = ms; left > 0; left -= 1000) {
      world.clock.time += Math.min(left, 1000)
      mock.timers.tick(Math.min(left, 1000))
    }
    await new Promise(setImmediate)
  }
  world.report = (report) => listeners.forEach((listener) => listener({ offences: [], hits: [], ...report }))
  world.offence = (address, cause, count = 1, detail = 'x') => world.report({ offences: [{ network: address, address, transport: 'udp', cause, count, detail }] })
  world.heard = (address) => events.emit('registration.changed', TENANT, { registration: { received: `${address.includes(':') ? `[${address}]` : address}:5060` } as RegistrationView, change: 'added' })
  world.told = () => events.seen.flatMap((event) => (event.type === 'ban.added' ? `added ${event.data.ban.network} ${event.data.ban.reason}` : event.type === 'ban.lifted' ? `${event.data.why} ${event.data.ban.network}` : []))
  return world
}

/** Understands the two statements of the store. */
function transactionOn(rows: ShieldWorld['rows']): Transaction {
  const trx = () => ({ whereIn: (_column: string, networks: string[]) => ({ delete: async () => networks.forEach((network) => rows.delete(network)) }) })
  return Object.assign(trx, {
    raw: async (_sql: string, [json]: [string]) => {
      for (const row of JSON.parse(json) as { network: string; level: number; hits: number; until: number | null }[]) rows.set(row.network, { level: row.level, hits: row.hits, until: row.until })
    },
  }) as unknown as Transaction
}
