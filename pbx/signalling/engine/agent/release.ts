/** BYE and ACK that the engine sends of its own accord, for dialogs that have no application (any more). */
import type { Dialog } from '../dialog/dialog.ts'
import { contactFor, routeInDialog, viaFor, writeInDialog } from '../dialog/request.ts'
import { isSips } from '../message/uri.ts'
import { randomToken } from '../random.ts'
import type { Flow } from '../transport/flow.ts'
import { sendText, type Agent } from './agent.ts'
import { cdrStop, type CdrReason } from './cdr.ts'
import { dialogHop, overTcp, withFirst } from './next-hop.ts'

/** Calls `use` with the flow for the dialog's next hop: at once for an address, when it is found for a name. Never for a target that cannot be reached. */
export function withDialogFlow(agent: Agent, dialog: Dialog, use: (flow: Flow) => void): void {
  withFirst(dialogHop(agent, dialog), use)
}

export function branchToken(): string {
  return `z9hG4bK${randomToken()}`
}

/**
 * Sends the ACK to a 2xx (RFC 3261 §13.2.2.4) and remembers it, so that a repeated 2xx gets it again. One that is too long for
 * UDP goes over TCP (§18.1.1), and over UDP after all when that cannot be had.
 * @param fixed the transport was asked for, or is the one the dialog runs over
 */
export function sendAck(agent: Agent, dialog: Dialog, flow: Flow, cseq: number, extra: readonly string[], body: string, fixed = true): string {
  const route = routeInDialog(dialog)
  const over = (way: Flow): string => writeInDialog(dialog, route, 'ACK', cseq, viaFor(way, agent.transport.sentBy(way), branchToken()), extra, body)
  const send = (way: Flow, text: string, onSendError?: (reason: string) => void): string => {
    dialog.ack = { cseq, text, flow: way }
    sendText(agent, way, text, onSendError && { onSendError }, dialog.callId, true, false)
    return text
  }
  dialog.awaitingAck = undefined
  const text = over(flow)
  const tcp = fixed ? undefined : overTcp(agent, flow, text)
  if (tcp === undefined) return send(flow, text)
  return send(tcp, over(tcp), (reason) => {
    agent.memory.failed(tcp, reason)
    send(flow, text)
  })
}

const nobody = { onResponse: () => undefined, onClientFailure: () => undefined }

/**
 * Sends BYE and forgets the dialog. `sent` is told what went out.
 * @param reason value of its Reason header
 * @param record why the call is over; undefined when it never counted as one
 */
export function sendBye(agent: Agent, dialog: Dialog, reason: string, record: CdrReason | undefined, sent: (text: string, flow: Flow) => void): void {
  agent.dialogs.remove(dialog)
  withDialogFlow(agent, dialog, (flow) => {
    const branch = branchToken()
    const cseq = ++dialog.localCSeq
    const route = routeInDialog(dialog)
    const text = writeInDialog(dialog, route, 'BYE', cseq, viaFor(flow, agent.transport.sentBy(flow), branch), [`Reason: ${reason}`], '')
    agent.transactions.createClient({ method: 'BYE', branch, callId: dialog.callId, text, ackFor: undefined }, flow, true, nobody).start()
    if (record !== undefined) cdrStop(agent, 'application', record, text)
    sent(text, flow)
  })
}

/** Answers a 2xx that nobody wants any more: ACK, then BYE (RFC 3261 §13.2.2.4). `record` as for `sendBye`. */
export function ackAndBye(agent: Agent, dialog: Dialog, cseq: number, reason: string, record?: CdrReason): void {
  withDialogFlow(agent, dialog, (flow) => {
    sendAck(agent, dialog, flow, cseq, [], '')
    sendBye(agent, dialog, reason, record, () => undefined)
  })
}

/** @param peerUri what the request is for, or where the peer says that it is: when that is a sips URI, so is ours (RFC 3261 §12.1) */
export function ourContact(agent: Agent, flow: Flow, peerUri: string): string {
  return `Contact: ${contactFor(flow, agent.transport.sentBy(flow), isSips(peerUri))}`
}
