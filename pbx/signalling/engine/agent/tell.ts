/** What applications are told that no peer said in these words. */
import type { Dialog } from '../dialog/dialog.ts'
import { routeInDialog, viaFor, writeInDialog } from '../dialog/request.ts'
import { header, type SipMessage } from '../message/message.ts'
import { writeMessage } from '../message/write.ts'
import type { Flow } from '../transport/flow.ts'
import { networkPayload, unsolicitedPayload } from '../wire/payload.ts'
import type { Agent } from './agent.ts'

/** The BYE that the engine sent, or that stands for what ended the call. */
export function tellEnded(agent: Agent, dialog: Dialog, bye: string, flow: Flow): void {
  if (dialog.owner.open) dialog.owner.deliver(unsolicitedPayload(bye, flow, agent.timers.now(), dialog.id))
  else agent.keeping.ended(dialog, 'stack', /^Reason: (.*?)\r?$/m.exec(bye)?.[1] ?? '')
}

/** A BYE that is never sent: the call that the application believes in did not come about. */
export function tellNeverBegan(agent: Agent, dialog: Dialog, reason: string): void {
  const route = routeInDialog(dialog)
  const via = viaFor(dialog.flow, agent.transport.sentBy(dialog.flow), 'z9hG4bK0')
  tellEnded(agent, dialog, writeInDialog(dialog, route, 'BYE', dialog.localCSeq + 1, via, [`Reason: ${reason}`], ''), dialog.flow)
}

/** An INVITE that the application has not answered yet is over: told as its CANCEL. */
export function tellCancelled(agent: Agent, invite: { id: string; dialogId: string; owner: { open: boolean; deliver(payload: string): void }; request: SipMessage }, flow: Flow, reason: string | undefined): void {
  const { id, dialogId, owner, request } = invite
  if (!owner.open) return
  const lines = [`Via: ${header(request, 'via')}`, `From: ${request.from}`, `To: ${request.to}`, `Call-ID: ${request.callId}`, `CSeq: ${request.cseq} CANCEL`]
  if (reason !== undefined) lines.push(`Reason: ${reason}`)
  owner.deliver(networkPayload(writeMessage(`CANCEL ${request.uri} SIP/2.0`, lines, ''), flow, agent.timers.now(), id, dialogId, undefined))
}
