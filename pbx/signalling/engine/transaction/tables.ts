/**
 * The four transaction machines of RFC 3261 §17, with the Accepted states of RFC 6026, as tables:
 * state → input → { next, actions }. An input without an entry is ignored in that state.
 *
 *   INVITE client (fig. 5 and RFC 6026 §8.4)      other client (fig. 6)
 *     calling ─1xx→ proceeding                       trying ─1xx→ proceeding
 *        │ └─2xx→ accepted ←2xx─┤ │                     └──2xx-6xx──┬──┘
 *        └─3xx-6xx→ completed ←─┘ (D → end)                      completed (K → end)
 *
 *   INVITE server (fig. 7 and RFC 6026 §8.5)      other server (fig. 8)
 *     proceeding ─2xx→ accepted (L → end)            trying ─1xx→ proceeding
 *        └─3xx-6xx→ completed ─ACK→ confirmed           └──2xx-6xx──┬──┘
 *                     (H → end)      (I → end)                   completed (J → end)
 */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M'

export type State = 'calling' | 'trying' | 'proceeding' | 'completed' | 'accepted' | 'confirmed' | 'terminated'

export type Input =
  | `timer-${TimerName}`
  /** A response came in (client) or is to be sent (server). */
  | 'provisional' | 'success' | 'failure'
  /** The request came in again (server). */
  | 'request'
  /** ACK to our failure response came in (server). */
  | 'ack'
  | 'transport-error'
  /** The user gives the transaction up: no final response after CANCEL (RFC 3261 §9.1), or nobody is left who could answer. */
  | 'abandon'
  /** A CANCEL was sent for this INVITE (client). */
  | 'cancelled'
  /** The request is not repeated any more, late responses are still taken (client). */
  | 'silence'

export type Action =
  /** Sends the request, or the response at hand. */
  | 'send'
  /** Sends the last message again. */
  | 'send-again'
  | 'pass-up' | 'send-ack' | 'report-timeout' | 'report-error'
  | `start-${TimerName}` | `stop-${TimerName}`

export interface Rule {
  next: State
  actions: readonly Action[]
}

export type Table = { readonly [state in State]?: { readonly [input in Input]?: Rule } }

const rule = (next: State, ...actions: Action[]): Rule => ({ next, actions })

export const inviteClient: Table = {
  calling: {
    'timer-A': rule('calling', 'send-again', 'start-A'),
    'timer-B': rule('terminated', 'report-timeout'),
    provisional: rule('proceeding', 'stop-A', 'stop-B', 'pass-up'),
    success: rule('accepted', 'stop-A', 'stop-B', 'pass-up', 'start-M'),
    failure: rule('completed', 'stop-A', 'stop-B', 'send-ack', 'pass-up', 'start-D'),
    'transport-error': rule('terminated', 'report-error'),
    abandon: rule('terminated'),
    silence: rule('calling', 'stop-A'),
  },
  proceeding: {
    provisional: rule('proceeding', 'pass-up'),
    success: rule('accepted', 'stop-B', 'pass-up', 'start-M'),
    failure: rule('completed', 'stop-B', 'send-ack', 'pass-up', 'start-D'),
    // RFC 3261 §9.1: without a final response in 64*T1 after CANCEL the INVITE counts as cancelled.
    cancelled: rule('proceeding', 'start-B'),
    'timer-B': rule('terminated', 'report-timeout'),
    abandon: rule('terminated'),
  },
  completed: {
    failure: rule('completed', 'send-ack'),
    'timer-D': rule('terminated'),
    // RFC 3261 §17.1.1.2: the user already has its final response.
    'transport-error': rule('terminated'),
  },
  accepted: {
    success: rule('accepted', 'pass-up'),
    'timer-M': rule('terminated'),
  },
}

export const otherClient: Table = {
  trying: {
    'timer-E': rule('trying', 'send-again', 'start-E'),
    'timer-F': rule('terminated', 'report-timeout'),
    provisional: rule('proceeding', 'pass-up'),
    success: rule('completed', 'stop-E', 'stop-F', 'pass-up', 'start-K'),
    failure: rule('completed', 'stop-E', 'stop-F', 'pass-up', 'start-K'),
    'transport-error': rule('terminated', 'report-error'),
    abandon: rule('terminated'),
  },
  proceeding: {
    'timer-E': rule('proceeding', 'send-again', 'start-E'),
    'timer-F': rule('terminated', 'report-timeout'),
    provisional: rule('proceeding', 'pass-up'),
    success: rule('completed', 'stop-E', 'stop-F', 'pass-up', 'start-K'),
    failure: rule('completed', 'stop-E', 'stop-F', 'pass-up', 'start-K'),
    'transport-error': rule('terminated', 'report-error'),
    abandon: rule('terminated'),
  },
  completed: {
    'timer-K': rule('terminated'),
  },
}

export const inviteServer: Table = {
  proceeding: {
    request: rule('proceeding', 'send-again'),
    provisional: rule('proceeding', 'send'),
    success: rule('accepted', 'send', 'start-L'),
    failure: rule('completed', 'send', 'start-G', 'start-H'),
    'transport-error': rule('terminated', 'report-error'),
    abandon: rule('terminated'),
  },
  completed: {
    request: rule('completed', 'send-again'),
    'timer-G': rule('completed', 'send-again', 'start-G'),
    'timer-H': rule('terminated', 'report-timeout'),
    ack: rule('confirmed', 'stop-G', 'stop-H', 'start-I'),
    'transport-error': rule('terminated', 'report-error'),
  },
  confirmed: {
    'timer-I': rule('terminated'),
  },
  // RFC 6026 §7.1: a repeated INVITE is absorbed; the 2xx itself is repeated by the dialog until its ACK.
  accepted: {
    'timer-L': rule('terminated'),
    'transport-error': rule('accepted', 'report-error'),
  },
}

export const otherServer: Table = {
  trying: {
    provisional: rule('proceeding', 'send'),
    success: rule('completed', 'send', 'start-J'),
    failure: rule('completed', 'send', 'start-J'),
    abandon: rule('terminated'),
  },
  proceeding: {
    request: rule('proceeding', 'send-again'),
    provisional: rule('proceeding', 'send'),
    success: rule('completed', 'send', 'start-J'),
    failure: rule('completed', 'send', 'start-J'),
    'transport-error': rule('terminated', 'report-error'),
    abandon: rule('terminated'),
  },
  completed: {
    request: rule('completed', 'send-again'),
    'timer-J': rule('terminated'),
    'transport-error': rule('terminated', 'report-error'),
  },
}
