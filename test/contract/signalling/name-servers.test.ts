/** Name servers that lie, babble, stammer or say nothing: a clear answer for the application, and an engine that goes on. */
import assert from 'node:assert/strict'
import { encode, RECURSION_DESIRED, type Answer, type RecordType } from 'dns-packet'
import { startNameServer, type Query } from '../../support/name-server.ts'
import { ask, options, publish, serve } from './domain.ts'
import { behaves, type Scene, type Srf } from './target.ts'

const URI = 'sip:200@carrier.test;transport=udp'

/** A reply of any content to a query. */
function reply({ packet }: Query, change: { id?: number; name?: string; type?: RecordType; flags?: number; answers?: Answer[]; kind?: 'response' | 'query' }): Buffer {
  const [question] = packet.questions ?? []
  return encode({
    id: change.id ?? packet.id ?? 0, type: change.kind ?? 'response', flags: RECURSION_DESIRED | (change.flags ?? 0),
    questions: [{ name: change.name ?? question?.name ?? '', type: change.type ?? question?.type ?? 'A', class: 'IN' }], answers: change.answers ?? [],
  })
}

const record = (type: RecordType, name: string, data: unknown): Answer => ({ type, name, ttl: 60, class: 'IN', data }) as Answer

/** The final answer the application gets, and that the engine still answers others. */
async function outcome(scene: Scene, srf: Srf, uri = URI): Promise<{ status: number; reason: string }> {
  const { status, reason } = await (await ask(srf, uri)).final
  assert.ok(await scene.target.engine?.status(), 'the engine goes on')
  return { status, reason }
}

const timing = { nameServer: 40, locate: 2000 }

behaves('forged replies are passed over: another id, another question, a query; the true one is taken', options(timing), async (scene) => {
  const srf = await scene.app()
  const [home, trap] = [await scene.udp(), await scene.udp()]
  publish(scene, [home])
  serve(home, 'OPTIONS', 200)
  const forged = [record('SRV', '_sip._udp.carrier.test', { priority: 0, weight: 0, port: trap.port, target: 's0.carrier.test' })]
  scene.names.instead = (query, honest) => [
    reply(query, { id: ((query.packet.id ?? 0) + 1) & 0xffff, answers: forged }), reply(query, { name: 'other.test', answers: forged }), reply(query, { type: 'TXT', answers: forged }),
    reply(query, { kind: 'query', answers: forged }), Buffer.from('not DNS at all'), Buffer.alloc(0), honest(),
  ]
  assert.equal((await outcome(scene, srf)).status, 200)
  assert.equal(trap.count(/./), 0)
})

behaves('a reply cut short is asked for again over TCP', options(timing), async (scene) => {
  const srf = await scene.app()
  const home = await scene.udp()
  publish(scene, [home])
  serve(home, 'OPTIONS', 200)
  scene.names.udpBytes = 40
  assert.equal((await outcome(scene, srf)).status, 200)
  assert.equal(scene.names.count('SRV _sip._udp.carrier.test'), 2, 'once by UDP, once by TCP')
})

behaves('a server that knows no EDNS is asked without', options(timing), async (scene) => {
  const srf = await scene.app()
  const home = await scene.udp()
  publish(scene, [home])
  serve(home, 'OPTIONS', 200)
  scene.names.instead = (query, honest) => ((query.packet.additionals?.length ?? 0) > 0 ? reply(query, { flags: 1 }) : honest())
  assert.equal((await outcome(scene, srf)).status, 200)
})

behaves('a server that misses a question is asked again', options(timing), async (scene) => {
  const srf = await scene.app()
  const home = await scene.udp()
  publish(scene, [home])
  serve(home, 'OPTIONS', 200)
  const missed = new Set<string>()
  scene.names.instead = ({ type, name }, honest) => {
    if (missed.has(`${type} ${name}`)) return honest()
    missed.add(`${type} ${name}`)
    return undefined
  }
  assert.equal((await outcome(scene, srf)).status, 200)
})

const hostile: [string, (query: Query) => Buffer | Buffer[] | undefined, RegExp][] = [
  ['silence', () => undefined, /carrier\.test could not be looked up: name server 127\.0\.0\.1:\d+ did not answer/],
  ['SERVFAIL', (query) => reply(query, { flags: 2 }), /name server 127\.0\.0\.1:\d+ answered SERVFAIL/],
  ['REFUSED', (query) => reply(query, { flags: 5 }), /answered REFUSED/],
  ['a true head and garbage', ({ raw }) => Buffer.concat([raw.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0]), raw.subarray(12), Buffer.alloc(40, 0xc0)]), /could not be looked up: name server/],
  ['a name that points to itself', ({ raw }) => Buffer.concat([raw.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 33, 0, 1])]), /could not be looked up: name server/],
  ['forged replies only', (query) => Array.from({ length: 50 }, (_, i) => reply(query, { id: ((query.packet.id ?? 0) + 1 + i) & 0xffff })), /did not answer/],
  ['aliases in a circle', (query) => reply(query, { answers: [record('CNAME', query.name, 'b.test'), record('CNAME', 'b.test', query.name)] }), /lead in a circle/],
  ['aliases without end', (query) => reply(query, { answers: [record('CNAME', query.name, `x${Math.random().toString(36).slice(2)}.test`)] }), /have no end/],
  ['no such name', (query) => reply(query, { flags: 3 }), /carrier\.test has no address/],
  ['records of somebody else', (query) => reply(query, { answers: [record('A', 'bank.test', '192.0.2.66')] }), /carrier\.test has no address/],
  ['a service that is not offered', (query) => (query.type === 'SRV' ? reply(query, { answers: [record('SRV', query.name, { priority: 0, weight: 0, port: 0, target: '.' })] }) : reply(query, {})), /carrier\.test says that it offers no SIP over udp/],
  ['servers without addresses', (query) => (query.type === 'SRV' ? reply(query, { answers: [record('SRV', query.name, { priority: 0, weight: 0, port: 5060, target: 'gone.test' })] }) : reply(query, { flags: 3 })), /the servers of carrier\.test have no addresses/],
]

for (const [name, instead, reason] of hostile) {
  behaves(`${name}: 503 that says why`, options(timing), async (scene) => {
    const srf = await scene.app()
    scene.names.instead = instead
    const final = await outcome(scene, srf)
    assert.equal(final.status, 503)
    assert.match(final.reason, /^Next hop is unknown: /)
    assert.match(final.reason, reason)
    // A moment later the name server is well; what could not be answered is not kept for long.
    const report = await scene.target.engine?.names.report('sip:carrier.test;transport=udp')
    assert.match(report?.[0]?.failure ?? '', reason)
    scene.names.instead = undefined
    const home = await scene.udp()
    publish(scene, [home])
    serve(home, 'OPTIONS', 200)
    await scene.target.engine?.names.report('carrier.test', true)
    assert.equal((await outcome(scene, srf)).status, 200)
  })
}

behaves('a dead name server is left for the next one, and that one is asked first from then on', { ...options(timing), deadNameServer: true }, async (scene) => {
  const srf = await scene.app()
  const home = await scene.udp()
  publish(scene, [home])
  serve(home, 'OPTIONS', 200)
  assert.equal((await outcome(scene, srf)).status, 200)
})

behaves('an alias that leads elsewhere is followed', options(timing), async (scene) => {
  const srf = await scene.app()
  const home = await scene.udp()
  publish(scene, [home], { domain: 'other.test' })
  scene.names.cname('_sip._udp.carrier.test', '_sip._udp.other.test')
  serve(home, 'OPTIONS', 200)
  assert.equal((await outcome(scene, srf)).status, 200)
})

behaves('a name that leads back to this server is refused', options(timing), async (scene) => {
  const srf = await scene.app()
  scene.names.srv('_sip._udp.carrier.test', [{ priority: 1, weight: 1, port: scene.target.sip.port, target: 'me.test' }])
  scene.names.a('me.test', ['127.0.0.1'])
  assert.match((await outcome(scene, srf)).reason, /carrier\.test leads back to this server/)
})

behaves('the engine tells what it found, its health and when it will look again; a name that is none is refused', options({ ...timing, t1: 5, patience: 18 }), async (scene) => {
  const srf = await scene.app()
  const [dead, alive] = [await scene.udp(), await scene.udp()]
  publish(scene, [dead, alive])
  scene.names.naptr('carrier.test', [{ order: 1, preference: 1, flags: 's', services: 'SIP+D2U', regexp: '', replacement: '_sip._udp.carrier.test' }])
  serve(alive, 'OPTIONS', 200)
  assert.equal((await outcome(scene, srf, 'sip:200@carrier.test')).status, 200)
  const { names } = scene.target.engine ?? {}
  const [report] = (await names?.report()) ?? []
  assert.equal(report?.name, 'sip:carrier.test')
  assert.deepEqual(report?.naptr.map(({ service }) => service), ['SIP+D2U'])
  assert.deepEqual(report?.targets.map(({ port, state, cause, share }) => [port, state, cause, share]), [[dead.port, 'dead', 'said nothing', 0], [alive.port, 'well', '', 1]])
  const left = (report?.until ?? 0) - Date.now()
  assert.ok(left > 0 && left <= 60_000, String(left))
  const [again] = (await names?.report('carrier.test', true)) ?? []
  assert.deepEqual(again?.targets.map(({ state }) => state), ['well', 'well'])
  for (const bad of ['', 'a b', '192.0.2.1', 'sip:', 'tel:+1']) await assert.rejects(async () => names?.report(bad), /no name that can be looked up/, bad)
})

/** The test's own server is sane when it is left alone: asked by the system's resolver, which is not ours. */
behaves('the name server of these tests is understood by another resolver', options(), async () => {
  const { Resolver } = await import('node:dns/promises')
  const server = await startNameServer()
  try {
    server.srv('_sip._udp.x.test', [{ priority: 1, weight: 2, port: 3, target: 'y.test' }])
    server.naptr('x.test', [{ order: 1, preference: 2, flags: 's', services: 'SIP+D2U', regexp: '', replacement: '_sip._udp.x.test' }])
    server.a('y.test', ['192.0.2.1'])
    const resolver = new Resolver()
    resolver.setServers([server.address])
    const [srv] = await resolver.resolveSrv('_sip._udp.x.test')
    assert.deepEqual([srv?.priority, srv?.weight, srv?.port, srv?.name], [1, 2, 3, 'y.test'])
    const [naptr] = await resolver.resolveNaptr('x.test')
    assert.deepEqual([naptr?.order, naptr?.preference, naptr?.flags, naptr?.service, naptr?.replacement], [1, 2, 's', 'SIP+D2U', '_sip._udp.x.test'])
    const [address] = await resolver.resolve4('y.test', { ttl: true })
    assert.deepEqual([address?.address, address?.ttl], ['192.0.2.1', 60])
    await assert.rejects(resolver.resolve4('z.test'), /ENOTFOUND/)
  } finally {
    await server.close()
  }
})
