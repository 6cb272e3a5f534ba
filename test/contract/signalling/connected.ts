/** Calls that are up, in either direction, for the cases about what happens within. */
import { once } from 'node:events'
import { ack, established, invite, newCall, request, respond, SDP, type Call } from './call.ts'
import { token, type Arrived, type Peer } from './peer.ts'
import type { Scene, Srf, SrfDialog, SrfMessage, SrfReply } from './target.ts'

export interface Connected {
  srf: Srf
  phone: Peer
  call: Call
  uri: string
  dialog: SrfDialog
  /** The 200 as the phone got it. */
  answer: Arrived
}

export interface Wishes {
  /** Header lines of the phone's INVITE. */
  inviting?: string[]
  /** Headers of the application's 200. */
  answering?: Record<string, string>
}

/** The phone calls, the application answers. */
export async function connect(scene: Scene, phone: Peer, wishes: Wishes = {}): Promise<Connected> {
  let give: (both: { req: SrfMessage; res: SrfReply }) => void = () => undefined
  const next = new Promise<{ req: SrfMessage; res: SrfReply }>((resolve) => (give = resolve))
  const srf = await scene.app((other) => other.invite((req, res) => give({ req, res })))
  const call = newCall()
  phone.send(invite(phone, call, { headers: wishes.inviting ?? [] }))
  const { req, res } = await next
  const dialog = await srf.createUAS(req, res, { localSdp: SDP, headers: wishes.answering ?? {} })
  const answer = await phone.take('200 INVITE')
  const { uri } = established(call, answer)
  const acked = once(dialog, 'ack')
  phone.send(ack(phone, call, uri))
  await acked
  return { srf, phone, call, uri, dialog, answer }
}

/** A request by the phone within the call, in a new transaction. */
export function within({ phone, call, uri }: Pick<Connected, 'phone' | 'call' | 'uri'>, method: string, options: Parameters<typeof request>[3] = {}): Call {
  const next = { ...call, cseq: ++call.cseq, branch: `z9hG4bK${token()}` }
  phone.send(request(phone, next, method, { uri, ...options }))
  return next
}

/** The application calls, the phone answers with these header lines. */
export async function connectOut(scene: Scene, phone: Peer, options: { headers?: Record<string, string>; answering?: string[] } = {}): Promise<{ srf: Srf; dialog: SrfDialog; invite: Arrived; toTag: string }> {
  const srf = await scene.app()
  const toTag = token()
  const dialing = srf.createUAC(`sip:200@127.0.0.1:${phone.port}`, { localSdp: SDP, headers: options.headers ?? {} })
  dialing.catch(() => undefined)
  const sent = await phone.take('INVITE')
  phone.send(respond(phone, sent, 200, 'OK', { tag: toTag, body: SDP, headers: options.answering ?? [] }))
  const dialog = await dialing
  await phone.take('ACK')
  return { srf, dialog, invite: sent, toTag }
}
