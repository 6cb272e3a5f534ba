/** The SIP engine: the agent on the wire's side, the control port on the applications'. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createAgent, type AgentHooks, type Guests } from './agent/create.ts'
import type { Owner } from './dialog/dialog.ts'
import { readAppMessage } from './agent/app-message.ts'
import { reportOn } from './agent/locating.ts'
import { replyFromApp } from './agent/reply.ts'
import { requestFromApp } from './agent/request.ts'
import type { GateOrder } from './gate/orders.ts'
import type { NameReport } from './locate/describe.ts'
import type { Counters, EngineOptions, TlsOptions } from './options.ts'
import { proxyFromApp } from './proxy/start.ts'
import { systemTimers } from './timers.ts'
import type { Traffic } from './traffic.ts'
import type { TransportName } from './transport/flow.ts'
import { openControl, type Control } from './wire/control.ts'
import type { OpenLine } from './wire/line.ts'
import { aside, refused } from './wire/payload.ts'

export interface EngineStatus {
  counters: Counters
  transactions: { server: number; client: number }
  /** Requests by method, responses by method and class. */
  traffic: Traffic
  dialogs: number
  /** Connections with peers, by transport. */
  connections: Record<string, number>
  /** How late this thread was since the last look. */
  loop: { p99Ms: number; worstMs: number }
  /** How late application and engine are, and what share of new work is refused for it. */
  load: { refusing: boolean; share: number; lateMs: number }
  /** Requests that wait for an application's answer, requests of applications that wait for the network's, and those that are forwarded. */
  pending: { incoming: number; outgoing: number; forwarded: number }
}

export interface Engine {
  /** The port of each transport that is served. */
  readonly ports: Readonly<Partial<Record<TransportName, number>>>
  readonly controlPort: number
  status(): EngineStatus
  /** Where a name leads, or all names that were asked for lately; undefined for what is no name. */
  names(name: string | undefined, again: boolean): Promise<NameReport[] | undefined>
  /** Takes an application of this process in, beside those that connect to the control port. */
  adopt(open: OpenLine): void
  /** What the application wants of the gate. */
  obey(order: GateOrder): void
  /** To the application on the line with this number, see `EngineHooks.onAside`. */
  aside(line: number, text: string): void
  /** BYE to both sides of every call. @param reason value of its Reason header */
  endCalls(reason: string): void
  /** Takes other certificates for connections made from now on. Returns why it cannot; those before them stay then. */
  replaceCertificates(tls: TlsOptions): string | undefined
  close(): Promise<void>
}

export interface EngineHooks extends AgentHooks {
  /** An application said something that goes beyond drachtio's wire; undefined: its connection is closed. `line` is a number of that connection. */
  onAside(line: number, text: string | undefined): void
}

/** Opens both sides; rejects with `PortTaken` when a SIP port cannot be bound. */
export async function startEngine(options: EngineOptions, hooks: EngineHooks, guests?: Guests): Promise<Engine> {
  let control: Control | undefined
  const agent = await createAgent(options, {
    pick: (method, tag) => control?.pick(method, tag),
    isOurs: (method) => options.handlers?.some((handler) => handler.method === method || handler.method === '*') !== true && control?.isOurs(method) === true,
    handlerFor: (method) => options.handlers?.find((handler) => handler.method === method) ?? options.handlers?.find((handler) => handler.method === '*'),
    dial: async (target) => control?.dial(target),
  }, hooks, systemTimers, guests)
  const asides = createAsides()
  try {
    control = await openControl(options, systemTimers, {
      addresses: () => ({ advertised: agent.transport.advertised().join(','), local: agent.transport.local().join(',') }),
      onSip(owner, messageId, tokens, text) {
        const [, , transactionId = '', dialogId = '', routeUrl = ''] = tokens
        const message = readAppMessage(text)
        if (!message) return owner.deliver(refused(messageId, 'the SIP message has no start line'))
        if (!message.startLine.startsWith('SIP/')) return requestFromApp(agent, owner, { messageId, transactionId, dialogId, routeUrl, message })
        if (transactionId === '') return owner.deliver(refused(messageId, 'transaction id missing'))
        replyFromApp(agent, owner, messageId, transactionId, message)
      },
      onProxy(owner, messageId, tokens, text) {
        const message = readAppMessage(text)
        if (!message) return owner.deliver(refused(messageId, 'the SIP message has no start line'))
        proxyFromApp(agent, owner, messageId, tokens, message)
      },
      onClaim: (owner, identity) => JSON.stringify(agent.keeping.claim(owner, identity)),
      onAside: options.aside === true ? (application, text) => hooks.onAside(asides.numberOf(application), text) : undefined,
      onGone(owner) {
        agent.abandon(owner)
        const line = asides.forget(owner)
        if (line !== undefined) hooks.onAside(line, undefined)
      },
      onFailure: (reason) => hooks.onFailure(`control port: ${reason}`),
    })
  } catch (error) {
    await agent.close()
    throw error
  }
  const opened = control
  const delay = monitorEventLoopDelay({ resolution: 100 })
  delay.enable()
  const lateness = (): EngineStatus['loop'] => {
    const found = { p99Ms: delay.percentile(99) / 1e6, worstMs: delay.max / 1e6 }
    delay.reset()
    return found
  }
  let closing: Promise<void> | undefined
  return {
    ports: agent.transport.ports,
    controlPort: opened.port,
    status: () => ({
      counters: agent.counters, transactions: agent.transactions.counts, dialogs: agent.dialogs.size, traffic: agent.traffic, connections: agent.transport.connections(), loop: lateness(), load: agent.gate.load,
      pending: { incoming: agent.incoming.size, outgoing: agent.outgoing.size, forwarded: agent.forwarding.size },
    }),
    names: (name, again) => reportOn(agent, name, again),
    adopt: (open) => opened.adopt(open),
    obey: (order) => agent.gate.obey(order),
    aside: (line, text) => asides.find(line)?.deliver(aside(text)),
    endCalls: (reason) => agent.keeping.endAll(reason),
    replaceCertificates(tls) {
      try {
        agent.transport.replaceCertificates(tls)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    close: () => (closing ??= (async () => {
      delay.disable()
      await opened.close()
      await agent.close()
    })()),
  }
}

/** Numbers for the connections that say what goes beyond drachtio's wire. */
function createAsides() {
  const lines = new Map<Owner, number>()
  let last = 0
  return {
    numberOf(owner: Owner): number {
      const known = lines.get(owner)
      if (known !== undefined) return known
      lines.set(owner, ++last)
      return last
    },
    find: (line: number): Owner | undefined => [...lines].find(([, number]) => number === line)?.[0],
    forget(owner: Owner): number | undefined {
      const line = lines.get(owner)
      lines.delete(owner)
      return line
    },
  }
}
