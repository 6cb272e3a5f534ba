/** Peers that are found by a name, and an application that calls it. */
import { eventually } from '../../support/eventually.ts'
import { respond, SDP } from './call.ts'
import { field, token, type Arrived, type Peer } from './peer.ts'
import type { CaseOptions, Scene, Srf, SrfDialog, SrfMessage } from './target.ts'

const embeddedOnly = 'the real server asks the machine\'s name servers, which know nothing of the test'
export const options = (timing: CaseOptions['timing'] = {}): CaseOptions => ({ names: true, embeddedOnly, timing })
/** Everything twenty times as fast; Timer B is 1.6 s. */
export const quick = { t1: 25, patience: 88 }

/** SRV records for peers on loopback, the first preferred unless weights are given. */
export function publish(scene: Scene, peers: Peer[], more: { weights?: number[]; ttl?: number; domain?: string } = {}): void {
  const { names } = scene
  const domain = more.domain ?? 'carrier.test'
  for (const transport of ['udp', 'tcp'] as const) {
    const records = peers.flatMap((peer, i) => (peer.transport === transport ? [{ priority: more.weights ? 1 : i + 1, weight: more.weights?.[i] ?? 0, port: peer.port, target: `s${i}.${domain}` }] : []))
    if (records.length > 0) names.srv(`_sip._${transport}.${domain}`, records, more.ttl)
  }
  peers.forEach((_peer, i) => names.a(`s${i}.${domain}`, ['127.0.0.1'], more.ttl))
}

/** Sends a request; `final` is the only final response the application ever gets. */
export async function ask(srf: Srf, uri: string, method = 'OPTIONS', extra: object = {}): Promise<{ sent: SrfMessage; final: Promise<SrfMessage>; finals: SrfMessage[] }> {
  const finals: SrfMessage[] = []
  let give: (res: SrfMessage) => void = () => undefined
  const final = new Promise<SrfMessage>((resolve) => (give = resolve))
  const sent = await new Promise<SrfMessage>((resolve, reject) => srf.request(uri, { method, ...extra }, (error, req) => {
    if (error) return reject(error as Error)
    // At once: the response may come together with the OK.
    req.on('response', (res: SrfMessage) => {
      if (res.status < 200) return
      finals.push(res)
      give(res)
    })
    resolve(req)
  }))
  return { sent, final, finals }
}

export function dial(srf: Srf, uri: string, more: object = {}): { sent: Promise<SrfMessage>; dialog: Promise<SrfDialog>; heard: number[] } {
  let give: (req: SrfMessage) => void = () => undefined
  const sent = new Promise<SrfMessage>((resolve) => (give = resolve))
  const heard: number[] = []
  const dialog = srf.createUAC(uri, { localSdp: SDP, ...more }, { cbRequest: (_error: unknown, req: SrfMessage) => give(req), cbProvisional: (res: SrfMessage) => heard.push(res.status) })
  dialog.catch(() => undefined)
  return { sent, dialog, heard }
}

/** Answers every request at once. */
export function serve(peer: Peer, what: string, status: number, headers: string[] = []): void {
  peer.each(what, (arrived) => peer.send(respond(peer, arrived, status, 'Because', { tag: token(), headers })))
}

/** What arrives at any of them, one after the other. */
export function anyOf(peers: readonly Peer[], what: string): () => Promise<{ peer: Peer; arrived: Arrived }> {
  const come: { peer: Peer; arrived: Arrived }[] = []
  for (const peer of peers) peer.each(what, (arrived) => come.push({ peer, arrived }))
  return () => eventually(() => come.shift(), `${what} at one of ${peers.length} peers`, 8000)
}

export function answer(peer: Peer, invite: Arrived, contact?: string): void {
  peer.send(respond(peer, invite, 200, 'OK', { tag: token(), body: SDP, ...(contact === undefined ? {} : { contact: false, headers: [`Contact: <${contact}>`] }) }))
}

export async function hangUp(peer: Peer, dialog: SrfDialog): Promise<Arrived> {
  const over = dialog.destroy()
  const bye = await peer.take('BYE')
  peer.send(respond(peer, bye, 200, 'OK'))
  await over
  return bye
}

export const branch = (arrived: Arrived) => /branch=([^;\s]+)/.exec(field(arrived.text, 'Via'))?.[1]
