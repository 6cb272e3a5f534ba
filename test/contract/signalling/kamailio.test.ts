/** A proxy that is not ours between us and a phone: kamailio, which records its route and routes loosely. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { startKamailio, type Kamailio } from '../../support/kamailio.ts'
import { missing } from '../../support/run/peers.ts'
import { test } from 'node:test'
import { invite, newCall, respond, SDP } from './call.ts'
import { udpPeer, type Peer } from './peer.ts'
import { along, answers, calleeSide, forwards, learned, recordRoutes, rings, uriOf } from './proxied.ts'
import { behaves, type Scene, type SrfDialog } from './target.ts'

const absent = missing('kamailio')

/** A phone behind a kamailio: new requests that kamailio gets go to it, and what it says goes to kamailio. */
async function behind(scene: Scene): Promise<{ phone: Peer; kamailio: Kamailio }> {
  const target = { port: 0 }
  const phone = await udpPeer(target)
  scene.after(() => phone.close())
  const kamailio = await startKamailio(uriOf(phone))
  scene.after(() => kamailio.close())
  target.port = kamailio.port
  return { phone, kamailio }
}

if (absent) test('kamailio between two of our dialogs', { skip: absent }, () => undefined)
else {
  behaves('our call through a proxy that stays in the way: ACK, re-INVITE and BYE go along its route, and come along it', {}, async (scene) => {
    const { phone, kamailio } = await behind(scene)
    const srf = await scene.app()
    const dialog = srf.createUAC(uriOf(phone), { localSdp: SDP, proxy: `sip:127.0.0.1:${kamailio.port}` })
    const arrived = await rings(phone, 'p')
    assert.equal(recordRoutes(arrived).length, 1)
    answers(phone, arrived, 'p')
    const acknowledged = await phone.take('ACK')
    assert.equal(acknowledged.port, kamailio.port)
    const call = await dialog
    const held = call.modify(SDP.replace('sendrecv', 'sendonly'))
    const again = await phone.take('INVITE')
    assert.equal(again.port, kamailio.port)
    phone.send(respond(phone, again, 200, 'OK', { body: SDP }))
    await phone.take('ACK')
    await held
    const ended = once(call, 'destroy')
    const side = calleeSide(arrived, 'p')
    phone.send(along(phone, side.call, 'BYE', side.at).text.replace(/^From: .*$/m, `From: ${side.from}`))
    await phone.take('200 BYE')
    await ended
  })

  behaves('a call that reaches us through such a proxy: our answer and our BYE go back along its route', {}, async (scene) => {
    const kamailio = await startKamailio(`sip:127.0.0.1:${scene.target.sip.port}`)
    scene.after(() => kamailio.close())
    const caller = await udpPeer({ port: kamailio.port })
    scene.after(() => caller.close())
    let give: (dialog: SrfDialog) => void = () => undefined
    const answered = new Promise<SrfDialog>((resolve) => (give = resolve))
    await scene.app((srf) => srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: SDP }).then(give)))
    const call = newCall()
    caller.send(invite(caller, call))
    const at = learned(call, await caller.take('200 INVITE'))
    assert.equal(at.routes.length, 1)
    const dialog = await answered
    const acked = once(dialog, 'ack')
    caller.send(along(caller, call, 'ACK', at).text)
    await acked
    const over = dialog.destroy()
    const bye = await caller.take('BYE')
    assert.equal(bye.port, kamailio.port)
    caller.send(respond(caller, bye, 200, 'OK'))
    await over
  })

  behaves('forwarded by us behind such a proxy: both stay in the way, and the BYE passes both', {}, async (scene) => {
    const { phone, kamailio } = await behind(scene)
    const caller = await scene.udp()
    await forwards(scene, `sip:127.0.0.1:${kamailio.port}`, { remainInDialog: true })
    const call = newCall()
    caller.send(invite(caller, call, { uri: `sip:200@127.0.0.1:${phone.port}` }))
    const arrived = await rings(phone, 'p')
    assert.equal(recordRoutes(arrived).length, 2)
    answers(phone, arrived, 'p')
    const at = learned(call, await caller.take('200 INVITE'))
    caller.send(along(caller, call, 'ACK', at).text)
    assert.equal((await phone.take('ACK')).port, kamailio.port)
    caller.send(along(caller, call, 'BYE', at, { cseq: 2 }).text)
    phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
    await caller.take('200 BYE')
  })
}
