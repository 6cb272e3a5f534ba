/** Both families side by side: each peer finds addresses of its own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ack, established, invite, newCall, request, respond, SDP } from './call.ts'
import { field, type Peer } from './peer.ts'
import { behaves, type Scene, type SrfMessage } from './target.ts'

const dual = { sip: { hosts: ['127.0.0.1', '::1'] }, embeddedOnly: 'it listens where its configuration says' }

for (const transport of ['udp', 'tcp'] as const) {
  behaves(`IPv6 over ${transport}: received and rport, and the application is told both ends`, dual, async (scene) => {
    let seen: SrfMessage | undefined
    await scene.app((srf) => srf.options((req, res) => {
      seen = req
      res.send(200)
    }))
    const phone = await scene[transport]('::1')
    phone.send(request(phone, newCall(), 'OPTIONS'))
    const via = field((await phone.take('200')).text, 'Via')
    assert.match(via, /;received=::1(;|$)/)
    assert.match(via, new RegExp(`;rport=${phone.port}(;|$)`))
    assert.equal(seen?.source_address, '::1')
    assert.equal(seen?.receivedOn, `::1:${scene.target.sip.port}`)
  })

  behaves(`a call over ${transport} and IPv6: Contact and Via of ours are [::1]`, dual, async (scene) => {
    let hangUp: () => Promise<unknown> = () => Promise.resolve()
    let give: () => void = () => undefined
    const acked = new Promise<void>((resolve) => (give = resolve))
    await scene.app((srf) => srf.invite((req, res) => {
      void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
        hangUp = () => dialog.destroy()
        void once(dialog, 'ack').then(() => give())
      })
    }))
    const phone = await scene[transport]('::1')
    const call = newCall()
    phone.send(invite(phone, call))
    const answer = await phone.take('200')
    assert.ok(field(answer.text, 'Contact').includes(`sip:[::1]:${scene.target.sip.port}`))
    phone.send(ack(phone, call, established(call, answer).uri))
    await acked
    const over = hangUp()
    const bye = await phone.take('BYE')
    assert.match(field(bye.text, 'Via'), new RegExp(`^SIP/2\\.0/${transport.toUpperCase()} \\[::1\\]:${scene.target.sip.port};`))
    phone.send(respond(phone, bye, 200, 'OK'))
    await over
  })
}

behaves('a call from one family to the other', dual, async (scene) => {
  const callee = await scene.udp('::1')
  await scene.app((srf) => srf.invite((req, res) => void srf.createB2BUA(req, res, `sip:200@[::1]:${callee.port}`, { localSdpA: SDP }).catch(() => undefined)))
  const caller = await scene.udp()
  const call = newCall()
  caller.send(invite(caller, call))
  const arrived = await callee.take('INVITE')
  assert.match(field(arrived.text, 'Via'), /^SIP\/2\.0\/UDP \[::1\]:/)
  assert.match(field(arrived.text, 'Contact'), /sip:(?:[^@>]*@)?\[::1\]:/)
  callee.send(respond(callee, arrived, 200, 'OK', { tag: 'x', body: SDP }))
  assert.match(field((await caller.take('200')).text, 'Contact'), /sip:127\.0\.0\.1:/)
})

behaves('both families are told to the application', dual, async (scene) => {
  const srf = await scene.app()
  const listed = await new Promise<string>((resolve) => {
    srf.once('connect', (_error: unknown, hostports: string) => resolve(hostports))
    void scene.app((other) => other.once('connect', (_error: unknown, hostports: string) => resolve(hostports)))
  })
  for (const name of ['udp/127.0.0.1', 'tcp/127.0.0.1', 'udp/[::1]', 'tcp/[::1]']) assert.ok(listed.split(',').includes(`${name}:${scene.target.sip.port}`), `${name} in ${listed}`)
})

behaves('with one family only, the other cannot be reached', { embeddedOnly: dual.embeddedOnly }, async (scene: Scene) => {
  const srf = await scene.app()
  const refusal = new Promise((_resolve, reject) => srf.request('sip:100@[::1]:5999', { method: 'OPTIONS' }, (error) => reject(error as Error)))
  await assert.rejects(refusal, /transport not available/)
})

/** Both ways a peer is written: RFC 5118 §4.5 has them with and without brackets. */
behaves('a Via with an IPv6 sent-by is answered at its port when rport is not asked for', dual, async (scene) => {
  await scene.app((srf) => srf.options((_req, res) => res.send(200)))
  const [asker, home]: Peer[] = [await scene.udp('::1'), await scene.udp('::1')]
  asker?.send(request(asker, newCall(), 'OPTIONS').replace(/Via: [^\r]*/, `Via: SIP/2.0/UDP [::1]:${home?.port};branch=z9hG4bKv6`))
  await home?.take('200')
})
