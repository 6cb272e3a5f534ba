/** A caller, an application that forwards, and the phones it forwards to. */
import { invite, newCall, request, respond, SDP, type Call } from './call.ts'
import { field, fields, token, type Arrived, type Peer } from './peer.ts'
import type { ProxyOptions, ProxyResult, Scene, Srf, SrfMessage } from './target.ts'

export interface Forwarding {
  srf: Srf
  /** The outcome of each request that was forwarded, in order. */
  results: Promise<ProxyResult>[]
  /** That of the first. */
  result: Promise<ProxyResult>
}

/** An application that forwards every request of `method` to `destination`. */
export async function forwards(scene: Scene, destination: string | string[] | ((req: SrfMessage) => string | string[]), options: ProxyOptions = {}, method = 'invite'): Promise<Forwarding> {
  const results: Promise<ProxyResult>[] = []
  let first: (result: Promise<ProxyResult>) => void = () => undefined
  const result = new Promise<ProxyResult>((resolve) => (first = resolve))
  result.catch(() => undefined)
  const srf = await scene.app((other) => other.use(method, (req: SrfMessage) => {
    const to = typeof destination === 'function' ? destination(req) : Array.isArray(destination) ? [...destination] : destination
    const outcome = other.proxyRequest(req, to, { ...options })
    outcome.catch(() => undefined)
    results.push(outcome)
    first(outcome)
  }))
  return { srf, results, result }
}

/** `sip:200@127.0.0.1:port` of a peer. */
export function uriOf(peer: Peer): string {
  return `sip:200@127.0.0.1:${peer.port}${peer.transport === 'tcp' ? ';transport=tcp' : ''}`
}

/** The Request-URI of a call to a number of ours: it names the server itself. */
export function toUs(scene: Scene): { uri: string } {
  return { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }
}

export function statuses(result: ProxyResult): number[] {
  return result.responses.flatMap((response) => response.msgs.map((one) => one.status))
}

/** Sends an INVITE for a number of ours. */
export function dials(scene: Scene, caller: Peer, options: Parameters<typeof request>[3] = {}): Call {
  const call = newCall()
  caller.send(invite(caller, call, { ...toUs(scene), ...options }))
  return call
}

/** Rings; `toTag` names the phone. */
export async function rings(phone: Peer, toTag: string): Promise<Arrived> {
  const arrived = await phone.take('INVITE')
  phone.send(respond(phone, arrived, 180, 'Ringing', { tag: toTag }))
  return arrived
}

/** Answers what rings. */
export function answers(phone: Peer, arrived: Arrived, toTag: string): void {
  phone.send(respond(phone, arrived, 200, 'OK', { tag: toTag, body: SDP }))
}

/** Refuses and takes the ACK. */
export async function refuses(phone: Peer, arrived: Arrived, status: number, reason: string, toTag: string, headers: string[] = []): Promise<Arrived> {
  phone.send(respond(phone, arrived, status, reason, { tag: toTag, headers }))
  return phone.take('ACK')
}

/** Takes the CANCEL, answers it and the INVITE. */
export async function yields(phone: Peer, arrived: Arrived, toTag: string): Promise<Arrived> {
  const cancel = await phone.take('CANCEL')
  phone.send(respond(phone, cancel, 200, 'OK', { tag: toTag }))
  await refuses(phone, arrived, 487, 'Request Terminated', toTag)
  return cancel
}

/** A request within the call, by the caller or the callee, along the route set that it learned. */
export function along(peer: Peer, call: Call, method: string, at: { uri: string; routes: readonly string[] }, options: Parameters<typeof request>[3] = {}): { text: string; branch: string } {
  const branch = `z9hG4bK${token()}`
  const text = request(peer, call, method, { branch, ...options, uri: at.uri, headers: [...at.routes.map((route) => `Route: ${route}`), ...(options.headers ?? [])] })
  return { text, branch }
}

/** What a caller learns from the answer: target and route set (RFC 3261 §12.1.2). */
export function learned(call: Call, answer: Arrived): { uri: string; routes: string[] } {
  call.to = field(answer.text, 'To')
  return { uri: /<([^>]+)>/.exec(field(answer.text, 'Contact'))?.[1] ?? '', routes: recordRoutes(answer).reverse() }
}

/** Record-Route values, topmost first. */
export function recordRoutes(message: Arrived): string[] {
  return fields(message.text, 'Record-Route').flatMap((line) => line.split(/,\s*/))
}

/** The callee's side of the call, for requests of its own. */
export function calleeSide(arrived: Arrived, toTag: string): { call: Call; from: string; at: { uri: string; routes: string[] } } {
  return {
    call: { callId: field(arrived.text, 'Call-ID'), fromTag: toTag, branch: `z9hG4bK${token()}`, cseq: 71, to: field(arrived.text, 'From') },
    from: `${field(arrived.text, 'To')};tag=${toTag}`,
    at: { uri: /<([^>]+)>/.exec(field(arrived.text, 'Contact'))?.[1] ?? '', routes: recordRoutes(arrived) },
  }
}
