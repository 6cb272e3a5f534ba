/** What happens when a target of a name is of no use (RFC 3263 §4.3). */
import assert from 'node:assert/strict'
import { eventually } from '../../support/eventually.ts'
import { respond, SDP } from './call.ts'
import { answer, ask, branch, dial, hangUp, options, publish, quick, serve } from './domain.ts'
import { field, tag, tcpListener, token, type Arrived } from './peer.ts'
import { behaves } from './target.ts'

behaves('a primary that never answers: the next target within two seconds, one outcome, every attempt in the trace', options(), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const trace: { at: number; peer: string; text: string }[] = []
  scene.after(scene.target.engine?.trace?.((records) => trace.push(...records)) ?? (() => undefined))
  const { sent, dialog, heard } = dial(srf, 'sip:200@carrier.test;transport=udp')
  assert.equal(Number((await sent).source_port), dead.port, 'the OK names the first target')
  const first = await dead.take('INVITE')
  // Timer B of the first would be 32 s, longer than this case may take.
  const second = await alive.take('INVITE')
  assert.notEqual(branch(second), branch(first))
  for (const name of ['Call-ID', 'From', 'To', 'CSeq']) assert.equal(field(second.text, name), field(first.text, name))
  alive.send(respond(alive, second, 180, 'Ringing', { tag: 'r' }))
  answer(alive, second)
  await alive.take('ACK')
  const bye = await hangUp(alive, await dialog)
  assert.deepEqual(heard, [180])
  const invites = await eventually(() => {
    const found = trace.filter((one) => one.text.startsWith('INVITE '))
    return trace.some((one) => one.text.startsWith('BYE ')) && found
  }, 'the trace')
  assert.deepEqual(invites.map((one) => Number(one.peer.split(':')[1])), [dead.port, dead.port, dead.port, alive.port])
  console.log(`  from the first INVITE to the next target: ${((invites[3]?.at ?? 0) - (invites[0]?.at ?? 0)).toFixed(0)} ms`)
  assert.equal(field(bye.text, 'Call-ID'), field(first.text, 'Call-ID'))
})

behaves('503 and a refused TCP connection lead on at once', options(), async (scene) => {
  const srf = await scene.app()
  const [busy, alive] = [await scene.udp(), await scene.udp()]
  const gone = await tcpListener()
  await gone.close()
  scene.names.naptr('carrier.test', [
    { order: 1, preference: 1, flags: 's', services: 'SIP+D2T', regexp: '', replacement: '_sip._tcp.carrier.test' }, { order: 2, preference: 1, flags: 's', services: 'SIP+D2U', regexp: '', replacement: '_sip._udp.carrier.test' },
  ])
  publish(scene, [gone, busy, alive])
  const { dialog, sent } = dial(srf, 'sip:200@carrier.test')
  assert.equal((await sent).protocol, 'tcp')
  const refused = await busy.take('INVITE')
  busy.send(respond(busy, refused, 503, 'Service Unavailable', { tag: 'b' }))
  await busy.take('ACK')
  const invite = await alive.take('INVITE')
  answer(alive, invite)
  await alive.take('ACK')
  await hangUp(alive, await dialog)
  assert.equal(busy.count('INVITE'), 1)
})

behaves('other requests than INVITE move on too', options(quick), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const { final, finals } = await ask(srf, 'sip:200@carrier.test;transport=udp', 'MESSAGE', { headers: { 'Content-Type': 'text/plain' }, body: 'hello' })
  const message = await alive.take('MESSAGE')
  alive.send(respond(alive, message, 202, 'Accepted', { tag: 'm' }))
  assert.equal((await final).status, 202)
  const first = await dead.take('MESSAGE')
  dead.send(respond(dead, first, 200, 'OK', { tag: 'late' }))
  const next = await ask(srf, 'sip:200@carrier.test;transport=udp')
  serve(alive, 'OPTIONS', 200)
  assert.equal((await next.final).status, 200)
  assert.deepEqual(finals.map((res) => res.status), [202])
})

behaves('when every target is dead the application is told why: 408 after silence, 503 after refusals', options({ t1: 5, patience: 18 }), async (scene) => {
  const srf = await scene.app()
  const [one, two] = [await scene.udp(), await scene.udp()]
  publish(scene, [one, two])
  const silence = await (await ask(srf, 'sip:200@carrier.test;transport=udp')).final
  assert.equal(silence.status, 408)
  assert.equal(silence.reason, `Request Timeout: 127.0.0.1:${one.port}/udp said nothing; 127.0.0.1:${two.port}/udp said nothing`)
  const [gone, lost] = [await tcpListener(), await tcpListener()]
  await Promise.all([gone.close(), lost.close()])
  publish(scene, [gone, lost], { domain: 'closed.test' })
  const refusal = await (await ask(srf, 'sip:200@closed.test;transport=tcp')).final
  assert.equal(refusal.status, 503)
  assert.match(refusal.reason, new RegExp(`^Not sent: 127\\.0\\.0\\.1:${gone.port}/tcp .*ECONNREFUSED.*; 127\\.0\\.0\\.1:${lost.port}/tcp .*ECONNREFUSED`))
  const [busy, also] = [await scene.udp(), await scene.udp()]
  publish(scene, [busy, also], { domain: 'busy.test' })
  serve(busy, 'OPTIONS', 503)
  serve(also, 'OPTIONS', 503, ['X-Which: last'])
  const last = await (await ask(srf, 'sip:200@busy.test;transport=udp')).final
  assert.equal(last.get('X-Which'), 'last')
})

behaves('an abandoned target that rings is cancelled', options(quick), async (scene) => {
  const srf = await scene.app()
  const [slow, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [slow, alive])
  const { dialog, heard } = dial(srf, 'sip:200@carrier.test;transport=udp')
  const abandoned = await slow.take('INVITE')
  const invite = await alive.take('INVITE')
  slow.send(respond(slow, abandoned, 180, 'Ringing', { tag: 'late' }))
  const cancel = await slow.take('CANCEL')
  assert.equal(branch(cancel), branch(abandoned))
  assert.match(field(cancel.text, 'Reason'), /Another server was asked/)
  slow.send(respond(slow, cancel, 200, 'OK', { tag: 'late' }))
  slow.send(respond(slow, abandoned, 487, 'Request Terminated', { tag: 'late' }))
  const ack = await slow.take('ACK')
  assert.equal(branch(ack), branch(abandoned))
  answer(alive, invite)
  await alive.take('ACK')
  assert.deepEqual(heard, [])
  await hangUp(alive, await dialog)
})

for (const when of ['before', 'after'] as const) {
  behaves(`an abandoned target that answers ${when} the other one: ACK and BYE, the application knows one call`, options(quick), async (scene) => {
    const srf = await scene.app()
    const [slow, alive] = [await scene.udp(), await scene.udp()]
    publish(scene, [slow, alive])
    const { dialog } = dial(srf, 'sip:200@carrier.test;transport=udp')
    const abandoned = await slow.take('INVITE')
    const invite = await alive.take('INVITE')
    if (when === 'after') {
      answer(alive, invite)
      await alive.take('ACK')
    }
    const late = respond(slow, abandoned, 200, 'OK', { tag: 'late', body: SDP })
    slow.send(late)
    const ack = await slow.take('ACK')
    assert.equal(tag(field(ack.text, 'To')), 'late')
    const bye = await slow.take('BYE')
    assert.equal(tag(field(bye.text, 'To')), 'late')
    slow.send(respond(slow, bye, 200, 'OK'))
    slow.send(late)
    await slow.take('ACK')
    if (when === 'before') {
      answer(alive, invite)
      await alive.take('ACK')
    }
    const connected = await dialog
    assert.notEqual(connected.sip.remoteTag, 'late')
    await hangUp(alive, connected)
    assert.equal(slow.count('BYE'), 1)
  })
}

behaves('cancelled by the application while a target is silent: no other is tried', options(quick), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  const { dialog, sent } = dial(srf, 'sip:200@carrier.test;transport=udp')
  ;(await sent).cancel()
  await assert.rejects(dialog, (failure: { status: number }) => failure.status === 487)
  assert.equal(alive.count(/./), 0)
  const late = await dead.take('INVITE')
  dead.send(respond(dead, late, 180, 'Ringing', { tag: 'r' }))
  await dead.take('CANCEL')
})

behaves('a dead target is remembered, probed by one request after its time, and well again when it answers', options({ ...quick, penalty: 300 }), async (scene) => {
  const srf = await scene.app()
  const [sick, spare] = [await scene.udp(), await scene.udp()]
  publish(scene, [sick, spare])
  serve(spare, 'OPTIONS', 200)
  const uri = 'sip:200@carrier.test;transport=udp'
  const go = async () => (await (await ask(srf, uri)).final).status
  assert.equal(await go(), 200)
  const tried = new Set([branch(await sick.take('OPTIONS'))])
  assert.equal(await go(), 200)
  assert.equal(spare.count('OPTIONS'), 2)
  // Until its time is over nothing more arrives there but repeats; then the probe does.
  const arrived: Arrived[] = []
  let answering = false
  sick.each('OPTIONS', (one) => {
    arrived.push(one)
    if (answering) sick.send(respond(sick, one, 200, 'OK', { tag: token() }))
  })
  const probe = await eventually(async () => {
    await go()
    return arrived.some((one) => !tried.has(branch(one)))
  }, 'the probe')
  assert.ok(probe)
  answering = true
  await eventually(async () => {
    const before = sick.count('OPTIONS')
    const spared = spare.count('OPTIONS')
    return (await go()) === 200 && sick.count('OPTIONS') > before && spare.count('OPTIONS') === spared
  }, 'the target to be trusted again')
})

behaves('a connection that ends right behind a request: the next target is asked at once, and the last one is 503', options({ patience: 600_000 }), async (scene) => {
  const srf = await scene.app()
  const [leaves, stays] = [await scene.listener(), await scene.listener()]
  leaves.each('OPTIONS', () => leaves.drop())
  serve(stays, 'OPTIONS', 200)
  publish(scene, [leaves, stays])
  const { final, finals } = await ask(srf, 'sip:200@carrier.test;transport=tcp')
  assert.equal((await final).status, 200)
  assert.equal(leaves.count('OPTIONS'), 1)
  publish(scene, [leaves], { domain: 'alone.test' })
  const lost = await (await ask(srf, 'sip:200@alone.test;transport=tcp')).final
  assert.equal(lost.status, 503)
  assert.match(lost.reason, /closed|ECONNRESET/)
  // What was answered before its connection ended stays answered.
  const [answers] = [await scene.listener()]
  publish(scene, [answers], { domain: 'answers.test' })
  answers.each('OPTIONS', (arrived) => {
    answers.send(respond(answers, arrived, 200, 'OK', { tag: token() }))
    setImmediate(() => answers.drop())
  })
  const answered = await ask(srf, 'sip:200@answers.test;transport=tcp')
  assert.equal((await answered.final).status, 200)
  assert.deepEqual([finals.length, answered.finals.length], [1, 1])
})
