/** The link between the PBX and an engine of ours breaks while calls go on: they are kept, and given back. Ours only: a drachtio-server keeps nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { connectSip } from '../../../pbx/sip/connect.ts'
import type { DialogEnd, SipDialog, SipServer } from '../../../pbx/sip/types.ts'
import { startEmbedded } from '../../../pbx/signalling/embedded.ts'
import { eventually } from '../../support/eventually.ts'
import { openPhone, type Phone, type PhoneCall } from '../../support/phone.ts'
import { portOf } from '../../support/ports.ts'
import { writeSdp } from '../../support/phone/sdp.ts'

const logger = createLogger('silent')

interface Scene {
  sip: SipServer
  phone: Phone
  call: PhoneCall
  dialog: SipDialog
  ends: DialogEnd[]
  /** Breaks the link; `mend` lets it be made again. */
  cut(): void
  mend(): Promise<void>
}

async function answered(t: TestContext, grace: number, graceSeconds = 30): Promise<Scene> {
  const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined }, timing: { grace, away: 300 } }, logger)
  t.after(() => engine.close())
  const sockets = new Set<Socket>()
  const relay = createServer((socket) => {
    const far = connect({ host: engine.control.host, port: engine.control.port })
    for (const [one, other] of [[socket, far], [far, socket]] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => void (sockets.delete(one), other.destroy()))
      one.pipe(other)
    }
  })
  const listen = async (port: number): Promise<void> => {
    relay.listen(port, '127.0.0.1')
    await once(relay, 'listening')
  }
  await listen(0)
  const port = portOf(relay.address())
  const cut = (): void => {
    relay.close()
    for (const socket of sockets) socket.destroy()
  }
  t.after(() => cut())
  const sip = await connectSip({ control: { host: '127.0.0.1', port, secret: engine.control.secret }, trace: undefined, identity: 'i'.repeat(64), graceSeconds, logger })
  t.after(() => sip.close())
  await sip.claim()
  const accepted = Promise.withResolvers<SipDialog>()
  sip.onInvite((invite) => {
    invite.accept(writeSdp({ audio: { host: '127.0.0.1', port: 9 }, payloads: [0], direction: 'sendrecv', version: 1 })).then(accepted.resolve, accepted.reject)
  })
  const phone = await openPhone({ server: { host: '127.0.0.1', port: engine.ports.udp ?? 0 }, user: '100', password: 'x' })
  t.after(() => phone.close())
  const call = await phone.invite('101')
  await call.answered()
  const dialog = await accepted.promise
  const ends: DialogEnd[] = []
  dialog.onEnd((end) => ends.push(end))
  return { sip, phone, call, dialog, ends, cut, mend: () => listen(port) }
}

test('a link that breaks and comes back ends no call: requests of both sides go on', async (t) => {
  const { sip, call, dialog, ends, cut, mend } = await answered(t, 30_000)
  cut()
  await eventually(() => !sip.connected, 'the link to be lost')
  const refused = await call.info('application/dtmf', '5')
  assert.equal(refused.status, 503, 'what only the PBX can answer is refused after a while')
  await mend()
  await eventually(() => sip.connected, 'the link to be back')
  await eventually(async () => (await call.info('application/dtmf', '5')).status === 200, 'the PBX to answer in the call')
  assert.equal(await dialog.probe(), 'alive')
  assert.deepEqual([dialog.ended, ends], [false, []])
  await dialog.bye()
  assert.equal((await call.ended()).how, 'bye')
})

test('who hangs up meanwhile is answered by the engine, and the PBX hears of it with the time', async (t) => {
  const { sip, call, dialog, ends, cut, mend } = await answered(t, 30_000)
  cut()
  await eventually(() => !sip.connected, 'the link to be lost')
  const before = Date.now()
  assert.equal((await call.bye()).status, 200)
  const after = Date.now()
  assert.equal(dialog.ended, false)
  await mend()
  await eventually(() => ends.length > 0, 'the end to be told')
  const [end] = ends
  assert.equal(end?.by, 'peer')
  assert.ok((end?.at ?? 0) >= before - 5 && (end?.at ?? 0) <= after + 5)
})

test('a call that the PBX ended meanwhile is ended by the engine when it hears that nobody knows it', async (t) => {
  const { sip, call, dialog, cut, mend } = await answered(t, 30_000)
  cut()
  await eventually(() => !sip.connected, 'the link to be lost')
  await dialog.bye()
  assert.equal(call.isEnded, false)
  await mend()
  assert.equal((await call.ended()).how, 'bye')
})

test('after the grace time both are told: the phone by BYE, the PBX that the engine is gone', async (t) => {
  const { call, dialog, ends, cut } = await answered(t, 200, 1)
  cut()
  assert.equal((await call.ended()).how, 'bye')
  await eventually(() => dialog.ended, 'the PBX to give the call up')
  assert.deepEqual(ends.map(({ by, lost }) => [by, lost]), [['stack', true]])
})
