/** What is repeated until it is acknowledged: reliable provisional responses by PRACK (RFC 3262 §3), a 2xx to INVITE by ACK. */
import type { Dialog } from '../dialog/dialog.ts'
import { uuid } from '../random.ts'
import type { TimerHandle } from '../timers.ts'
import type { Agent, IncomingRequest } from './agent.ts'
import { sendBye } from './release.ts'
import { tellCancelled, tellEnded, tellNeverBegan } from './tell.ts'

export type ReliableResponse = NonNullable<IncomingRequest['reliable']>

/** Starts repeating `text`, which was just sent. After 64*T1 without PRACK the INVITE is refused (§3). */
export function repeatUntilPrack(agent: Agent, invite: IncomingRequest, rseq: number, text: string, sdp: boolean): ReliableResponse {
  const { t1 } = agent.options.timing
  let interval = t1
  let again: TimerHandle
  const listener = {
    onTimer(name: 'again' | 'end'): void {
      if (name === 'end') {
        response.stop()
        const { id, dialogId, owner, request, dialog, promised } = invite
        invite.answer(504, 'No PRACK for a reliable provisional response')
        if (promised && dialog) tellNeverBegan(agent, dialog, 'SIP;cause=504;text="PRACK not received"')
        else tellCancelled(agent, { id, dialogId, owner, request }, invite.transaction.from, 'SIP;cause=504;text="PRACK not received"')
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
    sdp,
    stop() {
      agent.timers.stop(again)
      agent.timers.stop(end)
    },
  }
  return response
}

/** The 2xx to an INVITE, over every transport, until its ACK: T1, doubling up to T2, for 64*T1; then BYE (RFC 3261 §13.3.1.4). */
export function repeatUntilAck(agent: Agent, dialog: Dialog, incoming: IncomingRequest, text: string): void {
  const { t1, t2 } = agent.options.timing
  let interval = t1
  const listener = {
    onTimer(name: 'again' | 'end'): void {
      if (name === 'end') {
        entry.stop()
        sendBye(agent, dialog, 'SIP;cause=408;text="ACK not received"', 'system-initiated-termination', (bye, over) => tellEnded(agent, dialog, bye, over))
        return
      }
      interval = Math.min(interval * 2, t2)
      again = agent.timers.start(interval, listener, 'again')
      incoming.transaction.repeat(text)
    },
  }
  let again = agent.timers.start(interval, listener, 'again')
  const end = agent.timers.start(64 * t1, listener, 'end')
  const entry = {
    cseq: incoming.request.cseq,
    transactionId: incoming.within ? uuid() : incoming.id,
    stop() {
      agent.timers.stop(again)
      agent.timers.stop(end)
    },
  }
  dialog.unacknowledged.push(entry)
}
