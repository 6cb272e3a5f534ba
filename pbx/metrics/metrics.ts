/** Figures for Prometheus. Labels have few values whatever happens: no number, address or call among them. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../../config/database/index.ts'
import type { MediaServer } from '../../media/contract.ts'
import type { CallView } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import { showEngine, type EngineStatus } from './engine.ts'

export interface MetricsOptions {
  events: Pick<Events, 'subscribe'>
  media: Pick<MediaServer, 'load'>
  database: Pick<Database, 'pool'>
  /** Undefined with a drachtio-server, which has figures of its own. */
  engine: (() => Promise<EngineStatus>) | undefined
  registrar: { figures(): { bindings: number; unwritten: number } }
  shield: { figures(): { bans: number; addedByReason: Readonly<Record<string, number>>; spared: number } }
  activeCalls: () => number
}

export interface Metrics {
  /** Everything as it is now, in Prometheus's text format. */
  text(): Promise<string>
  close(): void
}

const PREFIX = 'dialplane_'

export function createMetrics(options: MetricsOptions): Metrics {
  const { events, media, database, engine, registrar, shield, activeCalls } = options
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })

  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name: PREFIX + name, help, registers, collect: () => made.set(read()) })
  }
  gauge('registrations', 'Contacts that phones are registered with.', () => registrar.figures().bindings)
  gauge('registrations_unwritten', 'Contacts not yet in the database.', () => registrar.figures().unwritten)
  gauge('calls_active', 'Calls going on.', activeCalls)
  gauge('bans', 'Networks that are not listened to now.', () => shield.figures().bans)
  const delay = monitorEventLoopDelay({ resolution: 100 })
  delay.enable()
  const loop = new Gauge({ name: `${PREFIX}event_loop_delay_seconds`, help: 'How late a thread was, since the last look: 99th percentile and worst.', labelNames: ['thread', 'quantile'] as const, registers })

  const started = new Counter({ name: `${PREFIX}calls_started_total`, help: 'Calls that began.', registers })
  const ended = new Counter({ name: `${PREFIX}calls_ended_total`, help: 'Calls that ended, by result.', labelNames: ['result'] as const, registers })
  const postDial = new Histogram({ name: `${PREFIX}post_dial_delay_seconds`, help: 'From the INVITE to the first ringing tone.', buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10], registers })
  const talk = new Histogram({ name: `${PREFIX}talk_time_seconds`, help: 'From the answer to the end.', buckets: [5, 15, 30, 60, 180, 300, 600, 1800, 3600, 7200], registers })
  const added = new Counter({ name: `${PREFIX}bans_added_total`, help: 'Bans, by reason.', labelNames: ['reason'] as const, registers })
  const stop = events.subscribe((event) => {
    if (event.type === 'call.started') started.inc()
    else if (event.type === 'call.ended') noteEnd(event.data.call)
    else if (event.type === 'ban.added') added.inc({ reason: event.data.ban.reason })
  })
  const noteEnd = (call: CallView): void => {
    ended.inc({ result: call.termination?.result ?? 'failed' })
    const rang = call.legs.flatMap(({ role, ringingAt }) => (role === 'callee' && ringingAt !== null ? ringingAt : []))
    if (rang.length > 0) postDial.observe(Math.max(0, Math.min(...rang) - call.startedAt) / 1000)
    if (call.answeredAt !== null && call.endedAt !== null) talk.observe((call.endedAt - call.answeredAt) / 1000)
  }

  const endpoints = new Gauge({ name: `${PREFIX}media_endpoints`, help: 'Audio connections, by worker.', labelNames: ['worker'] as const, registers })
  const packets = new Counter({ name: `${PREFIX}media_packets_total`, help: 'Packets since the start, by worker and direction.', labelNames: ['worker', 'direction'] as const, registers })
  const lateTicks = new Counter({ name: `${PREFIX}media_late_ticks_total`, help: 'Times the 20 ms clock of a worker was late since the start.', labelNames: ['worker'] as const, registers })
  const draining = new Gauge({ name: `${PREFIX}media_draining_ports`, help: 'Ports resting after their call.', registers })
  const pool = new Gauge({ name: `${PREFIX}database_connections`, help: 'Connections to PostgreSQL, and transactions that wait for one.', labelNames: ['state'] as const, registers })
  const showEngineIn = showEngine(register, PREFIX)

  const collect = async (): Promise<void> => {
    loop.set({ thread: 'main', quantile: '0.99' }, delay.percentile(99) / 1e9)
    loop.set({ thread: 'main', quantile: '1' }, delay.max / 1e9)
    delay.reset()
    for (const [state, count] of Object.entries(database.pool?.() ?? {})) pool.set({ state }, count)
    const [load, status] = await Promise.all([media.load().catch(() => undefined), engine?.().catch(() => undefined)])
    if (load) {
      draining.set(load.drainingPorts)
      packets.reset()
      lateTicks.reset()
      for (const worker of load.workers) {
        const label = { worker: String(worker.id) }
        endpoints.set(label, worker.endpoints)
        packets.inc({ ...label, direction: 'in' }, worker.packetsIn)
        packets.inc({ ...label, direction: 'out' }, worker.packetsOut)
        lateTicks.inc(label, worker.lateTicks)
        loop.set({ thread: `media ${worker.id}`, quantile: '1' }, worker.worstLatenessMs / 1000)
      }
    }
    if (!status) return
    loop.set({ thread: 'signalling', quantile: '0.99' }, status.loop.p99Ms / 1000)
    loop.set({ thread: 'signalling', quantile: '1' }, status.loop.worstMs / 1000)
    showEngineIn(status)
  }

  return {
    async text() {
      await collect()
      return register.metrics()
    },
    close() {
      stop()
      delay.disable()
      register.clear()
    },
  }
}
