/** Reliable provisional responses (RFC 3262 §3): repeated until their PRACK comes. */
import type { TimerHandle } from '../timers.ts'
import type { Agent, IncomingRequest } from './agent.ts'

export type ReliableResponse = NonNullable<IncomingRequest['reliable']>

/** Starts repeating `text`, which was just sent. After 64*T1 without PRACK the INVITE is refused (§3). */
export function repeatUntilPrack(agent: Agent, invite: IncomingRequest, rseq: number, text: string): ReliableResponse {
  const { t1 } = agent.options.timing
  let interval = t1
  let again: TimerHandle
  const listener = {
    onTimer(name: 'again' | 'end'): void {
      if (name === 'end') {
        response.stop()
        invite.answer(504, 'No PRACK for a reliable provisional response')
        return
      }
      interval *= 2
      again = agent.timers.start(interval, listener, 'again')
      invite.transaction.repeat(text)
    },
  }
  const end = agent.timers.start(64 * t1, listener, 'end')
  again = agent.timers.start(interval, listener, 'again')
  const response: ReliableResponse = {
    rseq,
    stop() {
      agent.timers.stop(again)
      agent.timers.stop(end)
    },
  }
  return response
}
