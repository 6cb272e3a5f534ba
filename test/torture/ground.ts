/** What the torture suites share: an engine with a stock application, peers, an ordinary call. */
import { createLogger } from '../../config/logger.ts'
import { startEmbedded, type EmbeddedSignalling } from '../../pbx/signalling/embedded.ts'
import { ack, established, invite, newCall, request, SDP } from '../contract/signalling/call.ts'
import { field, tcpPeer, udpPeer, type Arrived, type Peer } from '../contract/signalling/peer.ts'
import { connectApp, disconnectApp, newApp, type Srf, type SrfReply } from '../contract/signalling/target.ts'
import { APP_INVITE, APP_OTHER } from './table.ts'

export interface TestEngine {
  engine: EmbeddedSignalling
  peer(transport: 'udp' | 'tcp'): Promise<Peer>
  close(): Promise<void>
}

/** Says that an answer is the application's. */
export const APP_MARK = 'X-Application'
/** Who is called here gets a dialog. */
const CALLED = 'ordinary'

/** A stock application: makes a call of an INVITE for `ordinary`, refuses every other, says yes to all else. */
export function answerAll(srf: Srf): void {
  const mark = { headers: { [APP_MARK]: 'yes' } }
  srf.invite((req, res) => {
    if (req.uri.startsWith(`sip:${CALLED}@`)) void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => dialog.on('destroy', () => undefined), () => undefined)
    else res.send(APP_INVITE, mark)
  })
  const yes = (_req: unknown, res: SrfReply) => res.send(APP_OTHER, mark)
  for (const method of ['register', 'options', 'message', 'info', 'subscribe', 'publish', 'notify', 'refer']) srf.use(method, yes)
}

/** @param slowPeer milliseconds a TCP peer may take over one message */
export async function startTestEngine(slowPeer: number): Promise<TestEngine> {
  const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined }, timing: { slowPeer } }, createLogger('silent'))
  const app = newApp(answerAll)
  await connectApp(app, engine.control)
  const target = { port: engine.ports.udp as number }
  const peers: Peer[] = []
  return {
    engine,
    async peer(transport) {
      const peer = transport === 'udp' ? await udpPeer(target) : await tcpPeer(target)
      peers.push(peer)
      return peer
    },
    async close() {
      for (const peer of peers) await peer.close()
      // Before the engine: it would be looked for ever after.
      disconnectApp(app)
      await engine.close()
    },
  }
}

/** A call as calls should be: the server is well. */
export async function ordinaryCall(peer: Peer): Promise<void> {
  const call = newCall(CALLED)
  const uri = `sip:${CALLED}@127.0.0.1`
  peer.send(invite(peer, call, { uri }))
  const target = established(call, await peer.take('200 INVITE'))
  peer.send(ack(peer, call, target.uri))
  call.cseq++
  peer.send(request(peer, { ...call, branch: `z9hG4bK${call.fromTag}bye` }, 'BYE', { uri: target.uri }))
  await peer.take('200 BYE')
}

/**
 * Resolves when everything that was sent before has been dealt with: engine and application keep the order, but for
 * REGISTERs, which wait until what came with them is handed on. So the second question finds them handed on as well.
 */
export async function settled(peer: Peer): Promise<void> {
  for (const ping of [newCall(), newCall()]) {
    peer.send(request(peer, ping, 'OPTIONS'))
    await peer.take(new RegExp(`^SIP/2\\.0 200 [^]*\\r\\nCall-ID: ${ping.callId}\\r\\n`))
  }
}

/** The final answers to the request of this Call-ID. */
export function answersFor(peer: Peer, callId: string): Arrived[] {
  return peer.all.filter((arrived) => arrived.status >= 200 && field(arrived.text, 'Call-ID') === callId)
}
