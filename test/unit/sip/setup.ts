import type { TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { connectSip } from '../../../pbx/sip/connect.ts'
import type { IncomingInvite, OutgoingInvite, SipDialog } from '../../../pbx/sip/types.ts'
import { ANSWER, FakeEngine, OFFER, request } from './fake-engine.ts'
import type { AppMessage } from './fake-engine.ts'

export type Sip = Awaited<ReturnType<typeof connectSip>>

export const logger = createLogger('silent')

/** A fake engine and a wrapper connected to it; both are gone after the test. */
export async function connected(t: TestContext): Promise<{ engine: FakeEngine; sip: Sip }> {
  const engine = await FakeEngine.start()
  const sip = await connectSip({ control: engine.control, trace: undefined, logger })
  t.after(async () => {
    await sip.close()
    await engine.stop()
  })
  return { engine, sip }
}

export function nextInvite(sip: Sip): Promise<IncomingInvite> {
  return new Promise((resolve) => sip.onInvite(resolve))
}

/** A call from a phone, answered and acknowledged. */
export async function incomingCall(engine: FakeEngine, sip: Sip, callId: string): Promise<{ dialog: SipDialog; dialogId: string }> {
  const arrived = nextInvite(sip)
  const transactionId = engine.deliver(request('INVITE', callId, { body: OFFER }))
  const accepted = (await arrived).accept(ANSWER)
  await engine.expect(/^SIP\/2\.0 200[^]*INVITE/)
  const dialogId = `${callId};from-tag=them`
  engine.deliver(request('ACK', callId, { toTag: true }), { transactionId, dialogId })
  return { dialog: await accepted, dialogId }
}

export function ring(sip: Sip): OutgoingInvite {
  return sip.invite({
    uri: 'sip:102@10.0.0.9:5062', nextHop: 'sip:192.0.2.7:5062;transport=udp', from: { number: '101', name: 'Ann', domain: '192.0.2.1' },
    to: { number: '102', domain: '192.0.2.1' }, sdp: OFFER,
  })
}

/** A call to a phone that answers. */
export async function outgoingCall(engine: FakeEngine, sip: Sip): Promise<{ dialog: SipDialog; invite: AppMessage; dialogId: string }> {
  const outgoing = ring(sip)
  const answered = new Promise<SipDialog>((resolve) => outgoing.onAnswer(resolve))
  const invite = await engine.expect(/^INVITE/)
  engine.respond(invite, '200 OK', { body: ANSWER })
  await engine.expect(/^ACK/)
  return { dialog: await answered, invite, dialogId: `${await outgoing.sipCallId};from-tag=us` }
}
