/** Puts the layers together: transport below, transactions and dialogs, the transaction user above. */
import { randomBytes } from 'node:crypto'
import { createDialogStore, type Owner } from '../dialog/dialog.ts'
import { createGate } from '../gate/gate.ts'
import type { GateReport } from '../gate/orders.ts'
import { readPulse, type PulseMemory } from '../gate/pulse.ts'
import type { Lane } from '../lane.ts'
import { createCounters, type EngineOptions } from '../options.ts'
import { systemTimers, type Timers } from '../timers.ts'
import { createTraffic } from '../traffic.ts'
import { createTrace, type TraceRecord } from '../trace.ts'
import { createTransactionLayer } from '../transaction/layer.ts'
import type { PeerPlace, TransportName } from '../transport/flow.ts'
import { openTransport } from '../transport/transport.ts'
import { createReminder } from '../reminder.ts'
import { sendText, type Agent, type Router } from './agent.ts'
import { createCache } from '../locate/cache.ts'
import { createKeeping } from './keeping.ts'
import { createLocating } from './locating.ts'
import { locateSender } from './next-hop.ts'
import { receiveText, receiveTooLong } from './receive.ts'
import { createSessions } from './session.ts'
import { createTurnstile } from './turnstile.ts'
import { createWaitingRoom } from './waiting-room.ts'

export interface Refused {
  transport: TransportName
  address: string
  reason: string
}

export interface AgentHooks {
  onTrace(records: TraceRecord[]): void
  /** What the gate saw, in batches. */
  onGateReport(report: GateReport): void
  /** A connection was refused, or ended by us, for a reason that its owner may want to know. Told once in a while for one peer and reason. */
  onRefused(peer: Refused): void
  /** A connection of a peer is closed: requests can no longer reach it that way (RFC 5626 §5.3). */
  onGone(peer: PeerPlace): void
  /** The SIP sockets failed. */
  onFailure(reason: string): void
}

/** What an application of this process brings into this thread. */
export interface Guests {
  lane?: Lane | undefined
  pulse?: PulseMemory | undefined
}

export interface RunningAgent extends Agent {
  /** The connection of an application is gone: what it left unanswered is answered, what it had sent is cancelled. */
  abandon(owner: Owner): void
  close(): Promise<void>
}

/** How long a peer that is refused again for the same reason is passed over in silence, and how many such are kept. */
const REFUSAL_MS = 600_000
const REFUSALS_KEPT = 1000
/** Calls that are being tried again, at most. */
const LOYALTY_BOUND = 2000

/** Binds the SIP sockets; rejects with `PortTaken`. */
export async function createAgent(options: EngineOptions, router: Router, hooks: AgentHooks, timers: Timers = systemTimers, { lane, pulse }: Guests = {}): Promise<RunningAgent> {
  const counters = createCounters()
  const traffic = createTraffic()
  const trace = createTrace(timers, options.timing.trace, options.limits.trace, counters, hooks.onTrace)
  const gate = createGate(timers, counters, hooks.onGateReport, { pulse: pulse && readPulse(pulse), waitingMs: () => room.waitingMs, callsWaitingMs: () => turnstile.waitingMs })
  const turnstile = createTurnstile()
  const merged = new Set<string>()
  const room = createWaitingRoom((text, flow) => started.agent && receiveText(started.agent, text, flow), () => started.agent?.registering.size ?? 0)
  const worthTelling = createReminder(timers, REFUSAL_MS, REFUSALS_KEPT)
  const started: { agent?: RunningAgent } = {}
  const transport = await openTransport(options, timers, {
    onText(text, flow) {
      const registers = text.startsWith('REGISTER ')
      if (registers && !gate.isCrowded(text)) room.enter(text, flow)
      else if (started.agent) receiveText(started.agent, text, flow, registers)
    },
    onTooLong: (head, flow) => started.agent && receiveTooLong(started.agent, head, flow),
    bars: (address) => gate.bars(address),
    onRefused(name, address, reason) {
      counters.refused++
      if (worthTelling(`${address} ${reason}`)) hooks.onRefused({ transport: name, address, reason })
    },
    onGone: hooks.onGone,
    onFailure: hooks.onFailure,
  })
  const { locator, memory, close: closeLocating } = createLocating(options, timers, transport)
  const transactions = createTransactionLayer(
    {
      timers,
      timing: options.timing,
      send: (flow, text, listener, callId, traced, repeat) => sendText({ counters, traffic, trace, gate, transport }, flow, text, listener, callId, traced, repeat),
      locateSender: (via, from) => locateSender({ transport, locator }, via, from),
    },
    (transaction) => {
      if (transaction.mergeKey !== '') merged.delete(transaction.mergeKey)
    },
  )
  const dialogs = createDialogStore()
  const running: RunningAgent = {
    options, timers, counters, traffic, trace, gate, turnstile, lane, transport, transactions, dialogs, router, locator, memory, merged, incoming: new Map(), registering: new Set(), outgoing: new Map(), subscribing: new Map(), forwarding: new Set(),
    loyalty: createCache(LOYALTY_BOUND, timers.now),
    routeKey: options.routeKey === undefined ? randomBytes(32) : Buffer.from(options.routeKey, 'hex'),
    sessions: createSessions(() => running),
    keeping: createKeeping(() => running),
    abandon(owner) {
      running.keeping.leave(owner)
      for (const incoming of [...running.incoming.values()]) {
        if (incoming.owner !== owner) continue
        if (incoming.within && incoming.dialog && running.keeping.keeps(incoming.dialog)) running.keeping.unanswered(incoming.dialog, incoming.request, (status, reason, extra) => incoming.answer(status, reason, extra))
        else if (incoming.within) incoming.answer(481)
        else incoming.answer(503, 'Application is gone')
      }
      for (const outgoing of [...running.outgoing.values()]) if (outgoing.owner === owner && outgoing.method === 'INVITE' && !outgoing.byEngine) outgoing.cancel()
      for (const dialog of dialogs.ownedBy(owner)) if (!dialog.clientInvite && !running.keeping.keeps(dialog)) dialogs.remove(dialog)
    },
    async close() {
      for (const incoming of [...running.incoming.values()]) incoming.finish()
      for (const context of [...running.forwarding]) context.close()
      closeLocating()
      running.keeping.close()
      dialogs.close()
      for (const subscribing of running.subscribing.values()) timers.stop(subscribing.timer)
      transactions.close()
      for (const outgoing of [...running.outgoing.values()]) outgoing.close()
      trace.close()
      room.close()
      turnstile.close()
      gate.close()
      await transport.close()
    },
  }
  started.agent = running
  return running
}
