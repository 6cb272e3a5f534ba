/** Forwarding to several targets at once (RFC 3261 §16.7): who wins, who is cancelled, which refusal is told. */
import assert from 'node:assert/strict'
import { ack, ackFailure, request, respond } from './call.ts'
import { field, fields, tag, token, type Arrived, type Peer } from './peer.ts'
import { along, answers, dials, forwards, learned, refuses, rings, statuses, uriOf, yields } from './proxied.ts'
import { behaves, type ProxyOptions, type Scene } from './target.ts'

const AT_ONCE = { forking: 'simultaneous' } as const

interface Fork {
  phones: Peer[]
  invites: Arrived[]
  caller: Peer
  call: ReturnType<typeof dials>
  result: Awaited<ReturnType<typeof forwards>>['result']
}

/** Calls `count` phones at once; all ring. */
async function fork(scene: Scene, count: number, options: ProxyOptions = {}, dialled: Parameters<typeof dials>[2] = {}): Promise<Fork> {
  const phones: Peer[] = []
  for (let i = 0; i < count; i++) phones.push(await scene.udp())
  const caller = await scene.udp()
  const { result } = await forwards(scene, phones.map(uriOf), { ...AT_ONCE, ...options })
  const call = dials(scene, caller, dialled)
  const invites = await Promise.all(phones.map((phone, i) => rings(phone, `p${i}`)))
  return { phones, invites, caller, call, result }
}

behaves('all ring at once, each under a branch and an early dialog of its own', {}, async (scene) => {
  const { invites, caller } = await fork(scene, 3)
  const branches = invites.map((arrived) => /branch=([^;\s]+)/.exec(arrived.text)?.[1])
  assert.equal(new Set(branches).size, 3)
  const tags = new Set<string>()
  for (let i = 0; i < 3; i++) tags.add(tag(field((await caller.take('180')).text, 'To')))
  assert.deepEqual([...tags].toSorted(), ['p0', 'p1', 'p2'])
})

behaves('one answers: the others are cancelled in their transaction, told that it was answered elsewhere', {}, async (scene) => {
  const { phones: [first, second], invites: [one, two], caller, result } = (await fork(scene, 2)) as Fork & { phones: [Peer, Peer]; invites: [Arrived, Arrived] }
  answers(first, one, 'p0')
  assert.equal(tag(field((await caller.take('200 INVITE')).text, 'To')), 'p0')
  const cancel = await yields(second, two, 'p1')
  assert.equal(cancel.start, two.start.replace('INVITE', 'CANCEL'))
  assert.equal(/branch=([^;\s]+)/.exec(cancel.text)?.[1], /branch=([^;\s]+)/.exec(two.text)?.[1])
  assert.equal(fields(cancel.text, 'Via').length, 1)
  assert.equal(tag(field(cancel.text, 'To')), '')
  if (scene.target.engine) assert.match(field(cancel.text, 'Reason'), /^SIP;cause=200;text="Call completed elsewhere"/)
  const outcome = await result
  assert.equal(outcome.connected, true)
  assert.deepEqual(statuses(outcome), [200])
  assert.equal(caller.count('487'), 0)
})

behaves('two answer: both 200s are forwarded, and the caller ends the one it does not want', {}, async (scene) => {
  const { phones: [first, second], invites: [one, two], caller, call } = (await fork(scene, 2, { remainInDialog: true })) as Fork & { phones: [Peer, Peer]; invites: [Arrived, Arrived] }
  answers(first, one, 'p0')
  const kept = await caller.take('200 INVITE')
  await second.take('CANCEL')
  answers(second, two, 'p1')
  const other = await caller.take('200 INVITE')
  assert.equal(tag(field(kept.text, 'To')), 'p0')
  assert.equal(tag(field(other.text, 'To')), 'p1')
  for (const [answer, phone] of [[kept, first], [other, second]] as const) {
    const leg = { ...call }
    const at = learned(leg, answer)
    caller.send(along(caller, leg, 'ACK', at).text)
    await phone.take('ACK')
    if (answer === other) {
      caller.send(along(caller, leg, 'BYE', at, { cseq: 2 }).text)
      phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
      await caller.take('200 BYE')
    }
  }
})

behaves('a 6xx ends the search: the others are cancelled, and it is told when they are over', { embeddedOnly: 'the real server waits for the others' }, async (scene) => {
  const { phones: [first, second], invites: [one, two], caller, call, result } = (await fork(scene, 2)) as Fork & { phones: [Peer, Peer]; invites: [Arrived, Arrived] }
  await refuses(first, one, 603, 'Decline', 'p0')
  const cancel = await second.take('CANCEL')
  assert.match(field(cancel.text, 'Reason'), /^SIP;cause=603;text="Decline"/)
  second.send(respond(second, cancel, 200, 'OK', { tag: 'p1' }))
  assert.equal(caller.count('603'), 0)
  await refuses(second, two, 487, 'Request Terminated', 'p1')
  caller.send(ackFailure(caller, call, await caller.take('603')))
  assert.deepEqual(statuses(await result), [603, 487])
})

behaves('serial: after a 6xx no further target is tried', { embeddedOnly: 'the real server tries on' }, async (scene) => {
  const [first, second, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  await forwards(scene, [uriOf(first), uriOf(second)])
  const call = dials(scene, caller)
  await refuses(first, await first.take('INVITE'), 600, 'Busy Everywhere', 'f')
  caller.send(ackFailure(caller, call, await caller.take('600')))
  assert.equal(second.count('INVITE'), 0)
})

/** Statuses of the phones in order, what the caller is told, and what the real server tells instead. */
const BEST: readonly [number[], number, string?][] = [
  [[500, 486, 404], 486, 'the last of the best class'], [[404, 503], 404], [[503, 502], 502], [[503, 503], 500, '503'], [[480, 302], 302, '480'], [[486, 484, 480], 484], [[404, 401], 401], [[486, 603], 603],
]

for (const [given, told, otherwise] of BEST) {
  behaves(`of ${given.join(', ')} the caller is told ${told}`, otherwise === undefined ? {} : { embeddedOnly: `the real server tells ${otherwise}` }, async (scene) => {
    const { phones, invites, caller, call } = await fork(scene, given.length)
    for (const [i, status] of given.entries()) {
      await refuses(phones[i] as Peer, invites[i] as Arrived, status, 'Because', `p${i}`, status === 401 ? ['WWW-Authenticate: Digest realm="a", nonce="b"'] : status === 302 ? ['Contact: <sip:x@192.0.2.1>'] : [])
    }
    caller.send(ackFailure(caller, call, await caller.take(new RegExp(`^SIP/2.0 ${told} [^]*CSeq: 1 INVITE`))))
    assert.equal(caller.count(/^SIP\/2\.0 [3-6]/), 1)
  })
}

behaves('several ask for credentials: the caller gets every challenge', { embeddedOnly: 'the real server tells the first on' }, async (scene) => {
  const { phones: [first, second, third], invites: [one, two, three], caller, call } = (await fork(scene, 3)) as Fork & { phones: [Peer, Peer, Peer]; invites: [Arrived, Arrived, Arrived] }
  await refuses(first, one, 407, 'Proxy Authentication Required', 'p0', ['Proxy-Authenticate: Digest realm="one", nonce="1"'])
  await refuses(second, two, 486, 'Busy Here', 'p1')
  await refuses(third, three, 401, 'Unauthorized', 'p2', ['WWW-Authenticate: Digest realm="two", nonce="2"', 'WWW-Authenticate: Digest realm="two", nonce="2", algorithm=SHA-256'])
  const challenge = await caller.take('407')
  caller.send(ackFailure(caller, call, challenge))
  assert.deepEqual(fields(challenge.text, 'Proxy-Authenticate'), ['Digest realm="one", nonce="1"'])
  assert.deepEqual(fields(challenge.text, 'WWW-Authenticate'), ['Digest realm="two", nonce="2"', 'Digest realm="two", nonce="2", algorithm=SHA-256'])
})

behaves('serial: a challenge goes to the caller at once; with credentials the same target answers', {}, async (scene) => {
  const [first, second, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  await forwards(scene, [uriOf(first), uriOf(second)])
  const call = dials(scene, caller)
  await refuses(first, await first.take('INVITE'), 407, 'Proxy Authentication Required', 'f', ['Proxy-Authenticate: Digest realm="r", nonce="n"'])
  const challenge = await caller.take('407')
  caller.send(ackFailure(caller, call, challenge))
  const again = dials(scene, caller, { headers: ['Proxy-Authorization: Digest username="u", realm="r", nonce="n", uri="sip:200@x", response="0"'], cseq: 2 })
  const arrived = await rings(first, 'f')
  assert.match(field(arrived.text, 'Proxy-Authorization'), /username="u"/)
  assert.equal(field(arrived.text, 'Call-ID'), again.callId)
  answers(first, arrived, 'f')
  await caller.take('200')
  assert.equal(second.count('INVITE'), 0)
})

behaves('the caller gives up: every phone is cancelled with its reason, then 487', {}, async (scene) => {
  const { phones, invites, caller, call, result } = await fork(scene, 2)
  caller.send(request(caller, call, 'CANCEL', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}`, headers: ['Reason: Q.850;cause=16'] }))
  await caller.take('200 CANCEL')
  for (const [i, phone] of phones.entries()) {
    const cancel = await yields(phone, invites[i] as Arrived, `p${i}`)
    if (scene.target.engine) assert.equal(field(cancel.text, 'Reason'), 'Q.850;cause=16')
  }
  caller.send(ackFailure(caller, call, await caller.take('487 INVITE')))
  assert.equal((await result).connected, false)
})

behaves('the caller gives up before anybody rang: CANCEL waits for the first response', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  await forwards(scene, uriOf(phone))
  const call = dials(scene, caller)
  const arrived = await phone.take('INVITE')
  caller.send(request(caller, call, 'CANCEL', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }))
  await caller.take('200 CANCEL')
  assert.equal(phone.count('CANCEL'), 0)
  phone.send(respond(phone, arrived, 180, 'Ringing', { tag: 'p' }))
  await yields(phone, arrived, 'p')
  caller.send(ackFailure(caller, call, await caller.take('487 INVITE')))
})

behaves('CANCEL crosses the 200: it is forwarded all the same', {}, async (scene) => {
  const { phones: [phone], invites: [arrived], caller, call, result } = (await fork(scene, 1, { remainInDialog: true })) as Fork & { phones: [Peer]; invites: [Arrived] }
  caller.send(request(caller, call, 'CANCEL', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }))
  await caller.take('200 CANCEL')
  await phone.take('CANCEL')
  answers(phone, arrived, 'p0')
  const answer = await caller.take('200 INVITE')
  caller.send(along(caller, call, 'ACK', learned(call, answer)).text)
  await phone.take('ACK')
  assert.equal((await result).connected, true)
})

behaves('a cancelled phone that says nothing more: 487 after 64*T1', { timing: { t1: 10 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const { phones: [phone], caller, call } = (await fork(scene, 1)) as Fork & { phones: [Peer] }
  caller.send(request(caller, call, 'CANCEL', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }))
  await phone.take('CANCEL')
  caller.send(ackFailure(caller, call, await caller.take('487 INVITE')))
})

behaves('Max-Breadth is divided among the branches; what may not be forked is tried in turn', { embeddedOnly: 'the real server knows no Max-Breadth' }, async (scene) => {
  const { invites } = await fork(scene, 2, {}, { headers: ['Max-Breadth: 5'] })
  assert.deepEqual(invites.map((arrived) => fields(arrived.text, 'Max-Breadth')), [['2'], ['2']])
})

behaves('Max-Breadth 1: one after the other; 0: 440', { embeddedOnly: 'the real server knows no Max-Breadth' }, async (scene) => {
  const [first, second, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  await forwards(scene, [uriOf(first), uriOf(second)], AT_ONCE)
  dials(scene, caller, { headers: ['Max-Breadth: 1'] })
  const arrived = await first.take('INVITE')
  assert.equal(field(arrived.text, 'Max-Breadth'), '1')
  assert.equal(second.count('INVITE'), 0)
  await refuses(first, arrived, 486, 'Busy Here', 'f')
  await second.take('INVITE')
  const none = dials(scene, caller, { headers: ['Max-Breadth: 0'] })
  caller.send(ackFailure(caller, none, await caller.take('440')))
})

behaves('several targets for a MESSAGE: one 200 is the answer', {}, async (scene) => {
  const [first, second, caller] = [await scene.udp(), await scene.udp(), await scene.udp()]
  const { result } = await forwards(scene, [uriOf(first), uriOf(second)], AT_ONCE, 'message')
  const call = { callId: `${token()}@test`, fromTag: token(), branch: `z9hG4bK${token()}`, cseq: 1, to: '<sip:200@127.0.0.1>' }
  caller.send(request(caller, call, 'MESSAGE', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }))
  const [one, two] = [await first.take('MESSAGE'), await second.take('MESSAGE')]
  second.send(respond(second, two, 200, 'OK', { tag: 's' }))
  assert.equal(tag(field((await caller.take('200 MESSAGE')).text, 'To')), 's')
  first.send(respond(first, one, 200, 'OK', { tag: 'f' }))
  assert.equal((await result).connected, true)
  caller.send(request(caller, { ...call, branch: `z9hG4bK${token()}`, cseq: 2 }, 'MESSAGE', { uri: `sip:200@127.0.0.1:${scene.target.sip.port}` }))
  await first.take('MESSAGE')
  if (scene.target.engine) assert.equal(caller.count('200 MESSAGE'), 1)
})

behaves('without a Route the ACK goes to the phone, not through us', {}, async (scene) => {
  const { phones: [phone], invites: [arrived], caller, call } = (await fork(scene, 1)) as Fork & { phones: [Peer]; invites: [Arrived] }
  answers(phone, arrived, 'p0')
  const at = learned(call, await caller.take('200 INVITE'))
  caller.send(ack(caller, call, at.uri))
  caller.send(request(caller, call, 'BYE', { uri: at.uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await caller.take('481 BYE')
  assert.equal(phone.count('ACK') + phone.count('BYE'), 0)
})
