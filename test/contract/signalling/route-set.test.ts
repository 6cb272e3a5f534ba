/** Route sets that an application gives its requests (RFC 3261 §8.1.2, RFC 3327 §5.3), and what a Path of ours leads to (RFC 5626 §5.3.1). */
import assert from 'node:assert/strict'
import { SDP, newCall, request, respond } from './call.ts'
import { ask, dial, hangUp } from './domain.ts'
import { field, fields, token } from './peer.ts'
import { behaves } from './target.ts'
import { forwards, toUs } from './proxied.ts'

const embeddedOnly = 'the real server leaves out the Route of an application'

behaves('a Route of the application is the next hop; ACK to a failure and CANCEL carry it too', { embeddedOnly }, async (scene) => {
  const [edge, phone] = [await scene.udp(), await scene.udp()]
  const srf = await scene.app()
  const uri = `sip:100@127.0.0.1:${phone.port}`
  const routes = [`<sip:in@127.0.0.1:${edge.port};lr;received=sip:192.0.2.1:5070>`, '<sip:inner.example.com;lr>']
  const refused = dial(srf, uri, { headers: { Route: routes.join(', ') } })
  const invite = await edge.take('INVITE')
  assert.equal(invite.start, `INVITE ${uri} SIP/2.0`)
  assert.deepEqual(fields(invite.text, 'Route'), routes)
  edge.send(respond(edge, invite, 486, 'Busy Here', { tag: token() }))
  const ack = await edge.take('ACK')
  assert.deepEqual(fields(ack.text, 'Route'), routes)
  await assert.rejects(refused.dialog, { status: 486 })

  const cancelled = dial(srf, uri, { headers: { Route: routes[0] } })
  const ringing = await edge.take('INVITE')
  edge.send(respond(edge, ringing, 180, 'Ringing', { tag: 'r' }))
  const sent = await cancelled.sent
  sent.cancel()
  const cancel = await edge.take('CANCEL')
  assert.deepEqual(fields(cancel.text, 'Route'), [routes[0]])
  edge.send(respond(edge, cancel, 200, 'OK', { tag: 'r' }))
  edge.send(respond(edge, ringing, 487, 'Request Terminated', { tag: 'r' }))
  await assert.rejects(cancelled.dialog, { status: 487 })
  assert.equal(phone.all.length, 0)
})

behaves('once answered, the Record-Route of the 2xx is the route set and not what the application gave (§12.1.2)', { embeddedOnly }, async (scene) => {
  const [edge, phone] = [await scene.udp(), await scene.udp()]
  const srf = await scene.app()
  const call = dial(srf, `sip:100@127.0.0.1:${phone.port}`, { headers: { Route: `<sip:127.0.0.1:${edge.port};lr>` } })
  const invite = await edge.take('INVITE')
  edge.send(respond(edge, invite, 200, 'OK', { tag: 'a', body: SDP, contact: false, headers: [`Contact: <sip:100@127.0.0.1:${phone.port}>`, `Record-Route: <sip:rr@127.0.0.1:${edge.port};lr>`] }))
  const ack = await edge.take('ACK')
  assert.deepEqual(fields(ack.text, 'Route'), [`<sip:rr@127.0.0.1:${edge.port};lr>`])
  const bye = await hangUp(edge, await call.dialog)
  assert.deepEqual(fields(bye.text, 'Route'), [`<sip:rr@127.0.0.1:${edge.port};lr>`])
})

behaves('a strict router first in the Route gets its own URI as Request-URI', { embeddedOnly }, async (scene) => {
  const edge = await scene.udp()
  const srf = await scene.app()
  const { final } = await ask(srf, 'sip:100@phone.invalid', 'OPTIONS', { headers: { Route: `<sip:127.0.0.1:${edge.port}>, <sip:next.invalid;lr>` } })
  const options = await edge.take('OPTIONS')
  assert.equal(options.start, `OPTIONS sip:127.0.0.1:${edge.port} SIP/2.0`)
  assert.deepEqual(fields(options.text, 'Route'), ['<sip:next.invalid;lr>', '<sip:100@phone.invalid>'])
  edge.send(respond(edge, options, 200, 'OK', { tag: token() }))
  assert.equal((await final).status, 200)
})

behaves('a next hop that the application names goes before its Route', { embeddedOnly }, async (scene) => {
  const [edge, other] = [await scene.udp(), await scene.udp()]
  const srf = await scene.app()
  const { final } = await ask(srf, 'sip:100@phone.invalid', 'OPTIONS', { proxy: `sip:127.0.0.1:${edge.port}`, headers: { Route: `<sip:127.0.0.1:${other.port};lr>` } })
  const options = await edge.take('OPTIONS')
  assert.equal(field(options.text, 'Route'), `<sip:127.0.0.1:${other.port};lr>`)
  edge.send(respond(edge, options, 200, 'OK', { tag: token() }))
  assert.equal((await final).status, 200)
})

behaves('a Route that is none, or leads to us, is refused', { embeddedOnly }, async (scene) => {
  const srf = await scene.app()
  await assert.rejects(ask(srf, 'sip:100@127.0.0.1:9', 'OPTIONS', { headers: { Route: 'nonsense' } }), /invalid route: nonsense/)
  await assert.rejects(ask(srf, 'sip:100@127.0.0.1:9', 'OPTIONS', { headers: { Route: `<sip:127.0.0.1:${scene.target.sip.port};lr>` } }), /can not send request to myself/)
})

behaves('a Path of ours whose connection is closed is 430, so that the registrar takes the phone\'s other flow', { embeddedOnly: 'the real server has no flow tokens' }, async (scene) => {
  const [registrar, phone] = [await scene.udp(), await scene.tcp()]
  await forwards(scene, `sip:127.0.0.1:${registrar.port}`, { path: true }, 'register')
  phone.send(request(phone, newCall('100'), 'REGISTER', { ...toUs(scene), headers: ['Supported: path, outbound'] }))
  const register = await registrar.take('REGISTER')
  const path = fields(register.text, 'Path')
  registrar.send(respond(registrar, register, 200, 'OK', { tag: 'r' }))
  await phone.take('200 REGISTER')

  // The phone registered this Contact; what leads to it is the flow in the Path alone.
  const uri = 'sip:100@127.0.0.1:9;transport=tcp'
  await forwards(scene, uri, {}, 'message')
  const ask430 = async (): Promise<string> => {
    const call = newCall()
    registrar.send(request(registrar, call, 'MESSAGE', { uri, headers: path.map((one) => `Route: ${one}`) }))
    return (await registrar.take(/^SIP\/2\.0 [2-6]/)).start
  }
  phone.each('MESSAGE', (arrived) => phone.send(respond(phone, arrived, 200, 'OK', { tag: 'm' })))
  assert.match(await ask430(), /^SIP\/2\.0 200/)
  const gone = new Promise<void>((resolve) => scene.target.engine?.onGone(() => resolve()))
  await phone.close()
  await gone
  assert.equal(await ask430(), 'SIP/2.0 430 Flow Failed')
})
