/** Payloads of the control wire, engine → application. Each begins with a fresh message id. */
import { uuid } from '../random.ts'
import type { Flow } from '../transport/flow.ts'

let lastMs = -1
let lastTime = ''

/** UTC `HH:MM:SS.uuuuuu`. */
export function wireTime(now: number): string {
  const ms = Math.floor(now)
  if (ms !== lastMs) {
    lastMs = ms
    lastTime = `${new Date(ms).toISOString().slice(11, 23)}000`
  }
  return lastTime
}

/**
 * A SIP message from the network. `received` (our address and port) is told for requests outside dialogs, and with it,
 * where drachtio-srf reads its `sessionToken`, the domains that the peer's TLS certificate proves.
 */
export function networkPayload(text: string, flow: Flow, time: number, transactionId: string, dialogId: string, received: { address: string; port: number } | undefined): string {
  const identity = flow.connection?.identity ?? ''
  const at = received === undefined ? '' : `${received.address}|${received.port}|${identity === '' ? '' : `${identity}|`}`
  return `${uuid()}|sip|network|${text.length}|${flow.transport}|${flow.address}|${flow.port}|${wireTime(time)}|${transactionId}|${dialogId}|${at}\r\n${text}`
}

/** A response the engine made itself because none came: no source address. */
export function localPayload(text: string, time: number, transactionId: string, dialogId: string): string {
  return `${uuid()}|sip|network|0|||0|${wireTime(time)}|${transactionId}|${dialogId}|\r\n${text}`
}

/** A request the engine sent of its own accord: a BYE nobody asked for. */
export function unsolicitedPayload(text: string, flow: Flow, time: number, dialogId: string): string {
  return `${uuid()}|sip|application|${text.length}|${flow.transport}|${flow.address}|${flow.port}|${wireTime(time)}|unsolicited|${dialogId}|\r\n${text}`
}

/** The request of the application was sent: as it went out. */
export function requestSent(messageId: string, text: string, flow: Flow, time: number, transactionId: string): string {
  return `${uuid()}|response|${messageId}|OK|application|${text.length}|${flow.transport}|${flow.address}|${flow.port}|${wireTime(time)}|${transactionId}|Msg sent:|\r\n${text}`
}

/** The response of the application was sent: as it went out. */
export function responseSent(messageId: string, text: string, flow: Flow, time: number, transactionId: string, dialogId: string): string {
  return `${uuid()}|response|${messageId}|OK|application|${text.length}|${flow.transport}|${flow.address}|${flow.port}|${wireTime(time)}|${transactionId}|${dialogId}||Msg sent:|\r\n${text}`
}

/** To an application that asked for what goes beyond drachtio's wire. */
export function aside(text: string): string {
  return `${uuid()}|dialplane\r\n${text}`
}

export function accepted(messageId: string, ...tokens: string[]): string {
  return `${uuid()}|response|${messageId}|OK${tokens.map((token) => `|${token}`).join('')}`
}

/** Refused by the SIP layer; the connection stays. */
export function refused(messageId: string, reason: string): string {
  return `${uuid()}|response|${messageId}|NOK|${reason}`
}

/** Refused as no valid message; the connection is closed after it. */
export function rejected(messageId: string, reason: string): string {
  return `${uuid()}|response|${messageId}|NO|${reason}`
}

/** A final response of a target of a forwarded request; more may follow until `done`. `flow` is undefined when the engine made it because none came. */
export function proxyAnswer(messageId: string, text: string, flow: Flow | undefined, time: number): string {
  const from = flow === undefined ? '0|||0' : `${text.length}|${flow.transport}|${flow.address}|${flow.port}`
  return `${uuid()}|response|${messageId}|OK|network|${from}|${wireTime(time)}|||continue\r\n${text}`
}

/** What became of a call. @param detail role of a start, reason of a stop, empty for an attempt */
export function cdrPayload(kind: 'attempt' | 'start' | 'stop', source: string, time: number, detail: string, text: string): string {
  return `${uuid()}|cdr:${kind}|${source}|${wireTime(time)}${detail === '' ? '' : `|${detail}`}\r\n${text}`
}
