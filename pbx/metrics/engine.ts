/** The embedded engine's own figures, as Prometheus wants them. */
import { Counter, Gauge, type Registry } from 'prom-client'

/** As `pbx/signalling` tells it. */
export interface EngineStatus {
  counters: Readonly<Record<string, number>>
  /** Requests received by method, `other` for those we do not know; responses by method and class, `INVITE 4xx`. */
  traffic: { requestsIn: Readonly<Record<string, number>>; responsesIn: Readonly<Record<string, number>>; responsesOut: Readonly<Record<string, number>> }
  transactions: { server: number; client: number }
  dialogs: number
  connections: Readonly<Record<string, number>>
  load: { refusing: boolean; share: number; lateMs: number }
  loop: { p99Ms: number; worstMs: number }
}

/** Why something that came in was not served, by the engine's counter. */
const DROPS: Readonly<Record<string, string>> = {
  dropped: 'unreadable', malformed: 'malformed', stray: 'stray', barred: 'banned', silenced: 'silenced', limited: 'rate', overloaded: 'overload',
}

/** @returns puts a status into the register */
export function showEngine(register: Registry, prefix: string): (status: EngineStatus) => void {
  const registers = [register]
  const make = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> => new Gauge({ name: `${prefix}sip_${name}`, help, labelNames: [...labelNames], registers })
  // Counted in the engine since its start.
  const total = <L extends string>(name: string, help: string, labelNames: readonly L[]) => {
    const counter = new Counter({ name: `${prefix}sip_${name}_total`, help, labelNames: [...labelNames], registers })
    return { set: (labels: Record<L, string>, count: number) => counter.inc(labels, count), reset: () => counter.reset() }
  }
  const messages = total('messages', 'SIP messages.', ['direction'])
  const requests = total('requests', 'Requests received.', ['method'])
  const responses = total('responses', 'Responses.', ['direction', 'method', 'class'])
  const repeats = total('retransmissions', 'Messages that came or left again.', ['direction'])
  const drops = total('drops', 'What came in and was not served.', ['cause'])
  const lane = new Counter({ name: `${prefix}sip_answered_by_engine_total`, help: 'Registrations that the engine answered without the application.', registers })
  const transactions = make('transactions', 'Transactions going on.', ['side'])
  const dialogs = make('dialogs', 'Dialogs.')
  const connections = make('connections', 'Connections with peers.', ['transport'])
  const refusing = make('overload', 'Share of new work that is refused for overload; 0 when none is.')
  const late = make('late_seconds', 'How late application and engine were at the last look.')

  return ({ counters, traffic, ...status }) => {
    for (const one of [messages, requests, responses, repeats, drops, lane]) one.reset()
    messages.set({ direction: 'in' }, counters['received'] ?? 0)
    messages.set({ direction: 'out' }, counters['sent'] ?? 0)
    for (const [method, count] of Object.entries(traffic.requestsIn)) requests.set({ method }, count)
    for (const [direction, counted] of [['in', traffic.responsesIn], ['out', traffic.responsesOut]] as const) {
      for (const [key, count] of Object.entries(counted)) {
        const [method = '', kind = ''] = key.split(' ')
        responses.set({ direction, method, class: kind }, count)
      }
    }
    repeats.set({ direction: 'in' }, counters['retransmissionsAbsorbed'] ?? 0)
    repeats.set({ direction: 'out' }, counters['retransmissionsSent'] ?? 0)
    lane.inc(counters['answeredHere'] ?? 0)
    for (const [counter, cause] of Object.entries(DROPS)) drops.set({ cause }, counters[counter] ?? 0)
    for (const side of ['server', 'client'] as const) transactions.set({ side }, status.transactions[side])
    dialogs.set(status.dialogs)
    for (const [transport, count] of Object.entries(status.connections)) connections.set({ transport }, count)
    refusing.set(status.load.share)
    late.set(status.load.lateMs / 1000)
  }
}
