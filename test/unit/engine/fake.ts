/** A clock that moves when told, and a wire that loses what it is told to lose. */
import { defaultTiming } from '../../../pbx/signalling/engine/options.ts'
import type { SipMessage } from '../../../pbx/signalling/engine/message/message.ts'
import { parseMessage } from '../../../pbx/signalling/engine/message/parse.ts'
import type { TimerListener, Timers } from '../../../pbx/signalling/engine/timers.ts'
import type { TransactionEnvironment } from '../../../pbx/signalling/engine/transaction/environment.ts'
import type { Flow, SendListener } from '../../../pbx/signalling/engine/transport/flow.ts'

interface Running {
  at: number
  order: number
  listener: TimerListener
  name: string
}

export interface FakeTimers extends Timers {
  /** Runs every timer due within the next `milliseconds`, in order. */
  advance(milliseconds: number): void
  readonly running: number
}

export function fakeTimers(): FakeTimers {
  let time = 1_000_000
  let order = 0
  let all: Running[] = []
  return {
    now: () => time,
    start(milliseconds, listener, name) {
      const entry = { at: time + milliseconds, order: order++, listener: listener as TimerListener, name }
      all.push(entry)
      return entry
    },
    stop(handle) {
      all = all.filter((entry) => entry !== handle)
    },
    get running() {
      return all.length
    },
    advance(milliseconds) {
      const end = time + milliseconds
      for (;;) {
        const next = all.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0]
        if (!next) break
        all = all.filter((entry) => entry !== next)
        time = next.at
        next.listener.onTimer(next.name)
      }
      time = end
    },
  }
}

export interface FakeWire extends TransactionEnvironment {
  timers: FakeTimers
  /** What was sent, with the time since the start. */
  sent: { at: number; port: number; text: string; repeat: boolean }[]
  /** Decides what arrives at the other end. */
  deliver: (text: string) => void
  /** The next send fails. */
  failNext: boolean
  /** Every send fails. */
  fail: boolean
  /** Where senders are by their own account. */
  senders: Flow[]
}

export function fakeWire(timers = fakeTimers()): FakeWire {
  const start = timers.now()
  const wire: FakeWire = {
    timers, timing: defaultTiming, sent: [], deliver: () => undefined, failNext: false, fail: false, senders: [],
    locateSender: () => Promise.resolve(wire.senders),
    send(flow: Flow, text: string, listener: SendListener, _callId: string, _traced: boolean, repeat: boolean) {
      wire.sent.push({ at: timers.now() - start, port: flow.port, text, repeat })
      if (wire.failNext || wire.fail) {
        wire.failNext = false
        listener.onSendError('no route')
        return
      }
      wire.deliver(text)
    },
  }
  return wire
}

export const udp: Flow = { transport: 'udp', address: '192.0.2.7', port: 5060, connection: undefined }
export const tcp: Flow = { transport: 'tcp', address: '192.0.2.7', port: 5060, connection: undefined }

export function requestText(method: string, branch = 'z9hG4bKone', extra = ''): string {
  return `${method} sip:b@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=${branch}\r\nFrom: <sip:a@192.0.2.7>;tag=a\r\nTo: <sip:b@192.0.2.1>${extra}\r\nCall-ID: c1\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`
}

export function responseText(status: number, method: string, toTag = 'b', branch = 'z9hG4bKone'): string {
  return `SIP/2.0 ${status} Because\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=${branch}\r\nFrom: <sip:a@192.0.2.7>;tag=a\r\nTo: <sip:b@192.0.2.1>;tag=${toTag}\r\nCall-ID: c1\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`
}

export function read(text: string): SipMessage {
  const parsed = parseMessage(text)
  if (parsed.kind !== 'message') throw new Error(`${parsed.kind}: ${text}`)
  return parsed.message
}
