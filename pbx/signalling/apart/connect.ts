/** The PBX's end: an engine of ours in another process, as if it were in this one. The connection is made again when it is lost. */
import { Refusal } from '../../../config/errors.ts'
import type { Logger } from '../../../config/logger.ts'
import { PULSE_MS } from '../engine/gate/overload.ts'
import type { EngineStatus } from '../engine/engine.ts'
import type { GateReport } from '../engine/gate/orders.ts'
import type { PeerPlace } from '../engine/transport/flow.ts'
import type { Signalling, TraceRecord } from '../signalling.ts'
import { openApartLine, type ApartLine, type Found } from './line.ts'
import type { Answers, CertificateNews, FromApart, Question } from './messages.ts'
import { rememberOrders } from './orders.ts'

const AGAIN_MS = 500
const ANSWER_MS = 10_000

export interface ApartOptions {
  control: Signalling['control']
  /** What this PBX proves with that it is the same as before; see the engine's `claim`. */
  identity: string
  logger: Logger
}

/** Resolves with who else is there when it is no engine of ours. */
export async function useApart({ control, identity, logger }: ApartOptions): Promise<{ signalling: Signalling } | Exclude<Found, { kind: 'ours' }>> {
  const traces = new Set<(records: readonly TraceRecord[]) => void>()
  const gates = new Set<(report: GateReport) => void>()
  const goners = new Set<(peer: PeerPlace) => void>()
  const waiting = new Map<number, { resolve: (answer: Answers[keyof Answers]) => void; reject: (error: Refusal) => void }>()
  const orders = rememberOrders()
  let domains: readonly string[] | undefined
  let line: ApartLine | undefined
  let questions = 0
  let certificates: CertificateNews | null = null
  let closing = false
  let again: NodeJS.Timeout | undefined

  const away = (): Refusal => new Refusal('unavailable', 'The signalling engine is not connected; it is being looked for.', { retryAfter: 5 })
  const hear = (message: FromApart): void => {
    switch (message.say) {
      case 'trace':
        return traces.forEach((listener) => listener(message.records))
      case 'gate':
        return gates.forEach((listener) => listener(message.report))
      case 'gone':
        return goners.forEach((listener) => listener(message.peer))
      case 'certificates':
        certificates = message.certificates
        return
      case 'answer':
      case 'refused': {
        const asked = waiting.get(message.id)
        waiting.delete(message.id)
        if (message.say === 'answer') asked?.resolve(message.answer)
        else asked?.reject(new Refusal(message.code, message.message))
      }
    }
  }
  const gone = (): void => {
    line = undefined
    for (const { reject } of waiting.values()) reject(away())
    waiting.clear()
    if (closing) return
    logger.warn('the connection for orders to the signalling engine was lost; it is made again')
    later()
  }
  const later = (): void => void (again = setTimeout(() => void open().then((found) => found.kind === 'ours' || closing || later()), AGAIN_MS))
  const open = async (): Promise<Found> => {
    const found = await openApartLine(control, { message: hear, gone })
    if (found.kind !== 'ours') return found
    if (closing) {
      found.line.close()
      return found
    }
    line = found.line
    certificates = found.hello.certificates
    // An engine that began anew knows nothing of what the one before was told.
    for (const order of orders.all()) line.send({ say: 'gate', order })
    if (domains !== undefined) ask<'domains'>({ what: 'domains', domains }).catch(() => undefined)
    return found
  }
  const ask = <K extends Question['what']>(question: Question & { what: K }): Promise<Answers[K]> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answers[K]>()
    if (!line) {
      reject(away())
      return promise
    }
    const id = ++questions
    const timer = setTimeout(() => {
      waiting.delete(id)
      reject(away())
    }, ANSWER_MS)
    waiting.set(id, {
      resolve(answer) {
        clearTimeout(timer)
        resolve(answer as Answers[K])
      },
      reject(error) {
        clearTimeout(timer)
        reject(error)
      },
    })
    line.send({ say: 'ask', id, question })
    return promise
  }

  const first = await open()
  if (first.kind !== 'ours') return first
  let pulsedAt = performance.now()
  const pulse = setInterval(() => {
    const now = performance.now()
    line?.send({ say: 'gate', order: { do: 'pulse', lateMs: Math.max(0, now - pulsedAt - PULSE_MS) } })
    pulsedAt = now
  }, PULSE_MS)

  const signalling: Signalling = {
    control,
    identity,
    openLine: undefined,
    trace: subscribed(traces),
    onGone: subscribed(goners),
    gate: {
      obey(order) {
        orders.take(order)
        line?.send({ say: 'gate', order })
      },
      onReport: subscribed(gates),
    },
    lane: undefined,
    names: { report: (name, once = false) => ask<'names'>({ what: 'names', ...(name === undefined ? {} : { name }), again: once }) },
    status: () => ask<'status'>({ what: 'status' }) as Promise<EngineStatus>,
    certificates: certificates === null ? undefined : {
      get certificates() {
        return (certificates?.certificates ?? []).map((one) => ({ ...one, notBefore: new Date(one.notBefore), notAfter: new Date(one.notAfter) }))
      },
      get problems() {
        return certificates?.problems ?? []
      },
      get authority() {
        return certificates?.authority ?? undefined
      },
      get renewal() {
        const told = certificates?.renewal
        return told ? { domains: told.domains, next: new Date(told.next), problem: told.problem ?? undefined } : undefined
      },
      read: () => ask<'read'>({ what: 'read' }).then(() => undefined),
      setDomains(wanted) {
        domains = wanted
        return ask<'domains'>({ what: 'domains', domains }).then(() => undefined)
      },
    },
    external: true,
    // A lost connection is seen, and mended, by the clients of the control port.
    onFailure: () => undefined,
    close() {
      closing = true
      clearInterval(pulse)
      clearTimeout(again)
      line?.close()
      return Promise.resolve()
    },
  }
  return { signalling }
}

function subscribed<T>(listeners: Set<(news: T) => void>): (listener: (news: T) => void) => () => void {
  return (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
}
