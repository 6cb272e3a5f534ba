/** Requests within a dialog (RFC 3261 §12.2.1.1). */
import { parameter, parseSipUri, splitAddress } from '../message/uri.ts'
import { writeMessage } from '../message/write.ts'
import { TRANSPORTS, type Flow } from '../transport/flow.ts'
import type { Dialog } from './dialog.ts'

export interface DialogRequest {
  uri: string
  /** The URI that decides where it is sent. */
  nextHop: string
  /** Route header lines. */
  routes: string[]
}

/** Request-URI, Route and next hop from the route set and the remote target. */
export function routeInDialog(dialog: Dialog): DialogRequest {
  return routeAlong(dialog.routeSet, dialog.remoteTarget)
}

/** The same for any route set: that of a dialog, or one that was given for a request that begins something (§8.1.2). */
export function routeAlong(routeSet: readonly string[], target: string): DialogRequest {
  const [first, ...rest] = routeSet
  const firstUri = first === undefined ? undefined : splitAddress(first)?.uri
  if (first === undefined || firstUri === undefined) return { uri: target, nextHop: target, routes: [] }
  const parsed = parseSipUri(firstUri)
  if (parsed === undefined || parameter(parsed.params, 'lr') !== undefined) {
    return { uri: target, nextHop: firstUri, routes: routeSet.map((route) => `Route: ${route}`) }
  }
  // A strict router: it goes into the Request-URI and the target last into Route.
  return { uri: firstUri, nextHop: firstUri, routes: [...rest, `<${target}>`].map((route) => `Route: ${route}`) }
}

/**
 * @param extra header lines after the dialog's own, in order
 * @returns the text of the request
 */
export function writeInDialog(dialog: Dialog, route: DialogRequest, method: string, cseq: number, via: string, extra: readonly string[], body: string): string {
  const lines = [
    `Via: ${via}`, 'Max-Forwards: 70', ...route.routes, `From: ${dialog.local}`, `To: ${dialog.remote}`, `Call-ID: ${dialog.callId}`, `CSeq: ${cseq} ${method}`, ...extra,
  ]
  return writeMessage(`${method} ${route.uri} SIP/2.0`, lines, body)
}

/** Our Via value for a request that leaves over `flow`. */
export function viaFor(flow: Flow, sentBy: string, branch: string): string {
  return `SIP/2.0/${TRANSPORTS[flow.transport].via} ${sentBy};rport;branch=${branch}`
}

/** Our Contact value for a peer on `flow`. @param sips whether the peer is to reach us over nothing but TLS */
export function contactFor(flow: Flow, sentBy: string, sips = false): string {
  const { parameter: transport, secure } = TRANSPORTS[flow.transport]
  if (!sips || !secure) return `<sip:${sentBy}${transport}>`
  // RFC 5630 §3.1.1: transport=tls says nothing beside sips.
  return `<sips:${sentBy}${flow.transport === 'tls' ? '' : transport}>`
}
