/** RFC 3263 over a DNS that is a list, with a clock that moves when told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAsker, parseServer } from '../../../pbx/signalling/engine/locate/ask.ts'
import { createCache } from '../../../pbx/signalling/engine/locate/cache.ts'
import type { Outcome } from '../../../pbx/signalling/engine/locate/exchange.ts'
import type { Wanted } from '../../../pbx/signalling/engine/locate/finding.ts'
import { readHosts } from '../../../pbx/signalling/engine/locate/hosts.ts'
import { createLocator } from '../../../pbx/signalling/engine/locate/locator.ts'
import { createTargetMemory } from '../../../pbx/signalling/engine/locate/memory.ts'
import type { DnsRecord, Naptr } from '../../../pbx/signalling/engine/locate/records.ts'
import { createResolver } from '../../../pbx/signalling/engine/locate/resolver.ts'
import type { Told } from '../../../pbx/signalling/engine/locate/ask.ts'
import type { TransportName } from '../../../pbx/signalling/engine/transport/flow.ts'
import { dice } from './dice.ts'
import { fakeTimers } from './fake.ts'

const naptr = (order: number, preference: number, service: string, replacement: string, flags = 's', regexp = ''): Naptr => ({ kind: 'NAPTR', order, preference, flags, service, regexp, replacement })

test('a cache keeps to its times and its bound, the longest unused goes first', () => {
  const timers = fakeTimers()
  const cache = createCache<string>(2, timers.now)
  cache.set('a', 'A', timers.now() + 10)
  cache.set('over', 'x', timers.now())
  assert.equal(cache.size, 1)
  cache.set('b', 'B', timers.now() + 1000)
  assert.equal(cache.get('a')?.value, 'A')
  cache.set('c', 'C', timers.now() + 1000)
  assert.deepEqual([cache.get('a')?.value, cache.get('b')?.value, cache.get('c')?.value], ['A', undefined, 'C'])
  timers.advance(10)
  assert.equal(cache.get('a'), undefined)
})

test('the hosts file: several names and addresses, comments, nonsense', () => {
  const names = readHosts('127.0.0.1 localhost Pbx.Example # x\n::1 localhost\n# 1.2.3.4 no\nnot-an-address name\n10.0.0.1\n')
  assert.deepEqual([...names], [['localhost', ['127.0.0.1', '::1']], ['pbx.example', ['127.0.0.1']]])
})

test('name servers as they are written', () => {
  assert.deepEqual(parseServer('192.0.2.53'), { address: '192.0.2.53', port: 53 })
  assert.deepEqual(parseServer('192.0.2.53:5353'), { address: '192.0.2.53', port: 5353 })
  assert.deepEqual(parseServer('2001:db8::53'), { address: '2001:db8::53', port: 53 })
  assert.deepEqual(parseServer('[2001:db8::53]:5353'), { address: '2001:db8::53', port: 5353 })
  for (const bad of ['', 'dns.example', '192.0.2.53:0', '192.0.2.53:x', '[::1']) assert.equal(parseServer(bad), undefined, bad)
})

/** Name servers that answer what is planned, by `address edns`. */
function servers(plan: Record<string, Outcome[]>, ms = 100) {
  const log: string[] = []
  const exchange = {
    ask(server: { address: string }, _question: unknown, edns: boolean, patience: number): Promise<Outcome> {
      log.push(`${server.address} ${edns ? 'edns' : 'plain'} ${patience}`)
      return Promise.resolve(plan[server.address]?.shift() ?? { kind: 'silent', reason: 'did not answer' })
    },
    close: () => undefined,
  }
  return { log, ask: createAsker(exchange, () => Object.keys(plan).map((address) => ({ address, port: 53 })), ms) }
}

const found: Outcome = { kind: 'found', records: [], ttl: 1 }

test('name servers are asked in turn; the one that answered is asked first the next time; silent ones once more', async () => {
  const { log, ask } = servers({ a: [], b: [{ kind: 'refused', rcode: 'SERVFAIL', plain: false }, found], c: [found] })
  assert.equal((await ask({ name: 'x.test', kind: 'A' })).kind, 'found')
  assert.equal((await ask({ name: 'x.test', kind: 'A' })).kind, 'found')
  assert.deepEqual(log, ['a edns 100', 'b edns 100', 'c edns 100', 'c edns 100', 'a edns 100', 'b edns 100'])
  const none = servers({ a: [], b: [{ kind: 'refused', rcode: 'REFUSED', plain: false }] })
  assert.deepEqual(await none.ask({ name: 'x.test', kind: 'A' }), { kind: 'failed', reason: 'name server a did not answer; name server b answered REFUSED' })
  assert.deepEqual(none.log, ['a edns 100', 'b edns 100', 'a edns 200'])
  assert.match((await servers({}).ask({ name: 'x.test', kind: 'A' }) as { reason: string }).reason, /no name server/)
})

test('a name server that knows no EDNS is asked without, from then on', async () => {
  const formerr: Outcome = { kind: 'refused', rcode: 'FORMERR', plain: true }
  const { log, ask } = servers({ a: [formerr, found, found] })
  assert.equal((await ask({ name: 'x.test', kind: 'A' })).kind, 'found')
  await ask({ name: 'x.test', kind: 'A' })
  assert.deepEqual(log, ['a edns 100', 'a plain 100', 'a plain 100'])
})

/** A resolver over planned answers that counts the questions. */
function resolver(answers: Record<string, Told>, options: { bound?: number; atOnce?: number } = {}) {
  const timers = fakeTimers()
  const asked: string[] = []
  const dns = createResolver({
    now: timers.now, bound: options.bound ?? 100, atOnce: options.atOnce ?? 100,
    ask: ({ name, kind }) => {
      asked.push(`${kind} ${name}`)
      return Promise.resolve(answers[`${kind} ${name}`] ?? { kind: 'nothing', ttl: 300 })
    },
  })
  return { timers, asked, dns, answers }
}

const a = (address: string): DnsRecord => ({ kind: 'A', address })

test('answers are kept for their TTL to the millisecond, negative ones for theirs, those of 0 not at all', async () => {
  const { timers, asked, dns } = resolver({ 'A x.test': { kind: 'found', records: [a('192.0.2.1')], ttl: 30 }, 'A no.test': { kind: 'nothing', ttl: 10 }, 'A zero.test': { kind: 'found', records: [a('192.0.2.2')], ttl: 0 } })
  const times = async (name: string) => {
    const before = asked.length
    await dns.resolve(name, 'A')
    return asked.length - before
  }
  assert.deepEqual([await times('x.test'), await times('x.test')], [1, 0])
  timers.advance(29_999)
  assert.equal(await times('x.test'), 0)
  timers.advance(1)
  assert.equal(await times('x.test'), 1)
  assert.deepEqual([await times('no.test'), await times('no.test')], [1, 0])
  timers.advance(10_000)
  assert.equal(await times('no.test'), 1)
  assert.deepEqual([await times('zero.test'), await times('zero.test')], [1, 1])
  dns.forget('x.test')
  assert.equal(await times('x.test'), 1)
})

test('one question while several wait; too many different ones are refused; failures are asked again after 5 s', async () => {
  const { timers, asked, dns } = resolver({ 'A down.test': { kind: 'failed', reason: 'nobody answers' } }, { atOnce: 2 })
  const both = await Promise.all([dns.resolve('down.test', 'A'), dns.resolve('down.test', 'A')])
  assert.deepEqual(both.map((answer) => answer.failure), ['nobody answers', 'nobody answers'])
  await dns.resolve('down.test', 'A')
  assert.equal(asked.length, 1)
  timers.advance(5000)
  await dns.resolve('down.test', 'A')
  assert.equal(asked.length, 2)
  const three = await Promise.all(['a.test', 'b.test', 'c.test'].map((name) => dns.resolve(name, 'A')))
  assert.match(three[2]?.failure ?? '', /too many/)
})

test('aliases are followed with the shortest TTL, and not for ever', async () => {
  const { timers, asked, dns } = resolver({
    'A x.test': { kind: 'alias', name: 'y.test', ttl: 5 }, 'A y.test': { kind: 'found', records: [a('192.0.2.1')], ttl: 60 },
    'A loop.test': { kind: 'alias', name: 'pool.test', ttl: 60 }, 'A pool.test': { kind: 'alias', name: 'loop.test', ttl: 60 },
  })
  const answer = await dns.resolve('x.test', 'A')
  assert.deepEqual(answer, { records: [a('192.0.2.1')], until: timers.now() + 5000, failure: undefined })
  asked.length = 0
  assert.match((await dns.resolve('loop.test', 'A')).failure ?? '', /no end/)
  assert.ok(asked.length < 12)
})

/** A locator over planned answers. */
function locator(answers: Record<string, Told>, options: { pinned?: Record<string, string[]>; families?: (4 | 6)[]; self?: string; offered?: TransportName[] } = {}) {
  const { timers, asked, dns } = resolver(answers)
  const memory = createTargetMemory({ now: timers.now, penalty: 30_000, penaltyMax: 600_000, probe: 32_000, bound: 100 })
  const made = createLocator({
    dns, memory, timers, now: timers.now, random: dice(), bound: 3, patience: 6000,
    local: {
      lifetime: 10_000, pinned: (name) => Promise.resolve(options.pinned?.[name]), isLocal: (name) => !name.includes('.'),
      system: (name) => Promise.resolve(name === 'kamailio' ? ['172.18.0.5'] : []),
    },
    offered: () => options.offered ?? ['udp', 'tcp', 'tls'],
    reaches: (_transport, family) => (options.families ?? [4, 6]).includes(family),
    isSelf: (address, port) => `${address}:${port}` === options.self,
  })
  return { timers, asked, memory, answers, locator: made }
}

const srv = (priority: number, weight: number, port: number, target: string): DnsRecord => ({ kind: 'SRV', priority, weight, port, target })
const some = (ttl: number, ...records: DnsRecord[]): Told => ({ kind: 'found', records, ttl })
const want = (host: string, more: Partial<Wanted> = {}): Wanted => ({ host, port: 0, transport: undefined, secure: false, ...more })

async function list(made: ReturnType<typeof locator>, wanted: Wanted): Promise<string[]> {
  const answer = await made.locator.targets(wanted)
  return 'failure' in answer ? [answer.failure] : answer.targets.map(({ transport, address, port }) => `${transport} ${address} ${port}`)
}

test('NAPTR, then the SRV it names, then both families: IPv4 first', async () => {
  const made = locator({
    'NAPTR c.test': some(60, naptr(10, 1, 'SIP+D2T', '_sip._tcp.c.test'), naptr(10, 2, 'SIP+D2U', '_sip._udp.c.test')),
    'SRV _sip._tcp.c.test': some(60, srv(2, 0, 5070, 'b.c.test'), srv(1, 0, 5060, 'a.c.test')),
    'SRV _sip._udp.c.test': some(60, srv(1, 0, 5060, 'a.c.test')),
    'A a.c.test': some(60, a('192.0.2.1')), 'A b.c.test': some(60, a('192.0.2.2')), 'AAAA a.c.test': some(60, { kind: 'AAAA', address: '2001:db8::1' }),
  })
  assert.deepEqual(await list(made, want('c.test')), ['tcp 192.0.2.1 5060', 'tcp 2001:db8::1 5060', 'tcp 192.0.2.2 5070', 'udp 192.0.2.1 5060', 'udp 2001:db8::1 5060'])
  assert.equal(made.asked.filter((question) => question === 'A a.c.test').length, 1, 'asked for once')
  const four = locator(made.answers, { families: [4] })
  assert.deepEqual(await list(four, want('c.test')), ['tcp 192.0.2.1 5060', 'tcp 192.0.2.2 5070', 'udp 192.0.2.1 5060'])
  assert.equal(four.asked.some((question) => question.startsWith('AAAA')), false)
})

test('a stated transport asks for its SRV alone; a port asks for addresses alone; sips wants TLS', async () => {
  const answers = {
    'SRV _sip._udp.c.test': some(60, srv(1, 0, 5062, 'a.c.test')), 'SRV _sip._tcp.c.test': some(60, srv(1, 0, 5063, 'a.c.test')), 'SRV _sips._tcp.c.test': some(60, srv(1, 0, 5064, 'a.c.test')),
    'A a.c.test': some(60, a('192.0.2.1')), 'A c.test': some(60, a('192.0.2.9')),
  }
  const cases: [Wanted, string[], string[]][] = [
    [want('c.test'), ['udp 192.0.2.1 5062', 'tcp 192.0.2.1 5063', 'tls 192.0.2.1 5064'], ['NAPTR c.test']],
    [want('c.test', { transport: 'tcp' }), ['tcp 192.0.2.1 5063'], ['SRV _sip._tcp.c.test']],
    [want('c.test', { transport: 'tls', secure: true }), ['tls 192.0.2.1 5064'], ['SRV _sips._tcp.c.test']],
    [want('c.test', { secure: true }), ['tls 192.0.2.1 5064'], ['NAPTR c.test', 'SRV _sips._tcp.c.test']],
    [want('c.test', { port: 5099 }), ['udp 192.0.2.9 5099'], ['A c.test', 'AAAA c.test']],
    [want('c.test', { port: 5099, transport: 'tcp' }), ['tcp 192.0.2.9 5099'], []],
    [want('c.test', { port: 5099, secure: true }), ['tls 192.0.2.9 5099'], []],
  ]
  for (const [wanted, targets, questions] of cases) {
    const made = locator(answers)
    assert.deepEqual(await list(made, wanted), targets)
    assert.deepEqual(made.asked.slice(0, questions.length), questions)
  }
})

test('a sips URI discards NAPTR services that are not secure', async () => {
  const made = locator({
    'NAPTR c.test': some(60, naptr(1, 1, 'SIP+D2U', '_sip._udp.c.test'), naptr(2, 1, 'SIPS+D2T', '_sips._tcp.c.test')),
    'SRV _sips._tcp.c.test': some(60, srv(1, 0, 5061, 'a.c.test')), 'A a.c.test': some(60, a('192.0.2.1')),
  })
  assert.deepEqual(await list(made, want('c.test', { secure: true })), ['tls 192.0.2.1 5061'])
})

test('without SRV the address of the name itself, at the default port of UDP or TLS', async () => {
  const made = locator({ 'A c.test': some(60, a('192.0.2.9')) })
  assert.deepEqual(await list(made, want('c.test')), ['udp 192.0.2.9 5060'])
  assert.deepEqual(await list(made, want('c.test', { secure: true })), ['tls 192.0.2.9 5061'])
  assert.deepEqual(await list(made, want('c.test', { transport: 'tcp' })), ['tcp 192.0.2.9 5060'])
})

test('what leads nowhere says why', async () => {
  const made = locator({
    'SRV _sip._udp.off.test': some(60, srv(0, 0, 0, '')), 'A off.test': some(60, a('192.0.2.9')),
    'SRV _sip._udp.bare.test': some(60, srv(0, 0, 5060, 'gone.bare.test')),
    'NAPTR down.test': { kind: 'failed', reason: 'name server x did not answer' }, 'A down.test': { kind: 'failed', reason: 'name server x did not answer' },
    'A self.test': some(60, a('192.0.2.77')),
  }, { self: '192.0.2.77:5060' })
  assert.deepEqual(await list(made, want('off.test', { transport: 'udp' })), ['off.test says that it offers no SIP over udp'])
  assert.deepEqual(await list(made, want('bare.test')), ['the servers of bare.test have no addresses'])
  assert.deepEqual(await list(made, want('nowhere.test')), ['nowhere.test has no address'])
  assert.deepEqual(await list(made, want('down.test')), ['down.test could not be looked up: name server x did not answer'])
  assert.deepEqual(await list(made, want('self.test')), ['self.test leads back to this server'])
  assert.deepEqual(await list(made, want('nobody')), ['nobody has no address'])
  for (const bad of ['x..test', 'a b.test', '-.test', 'x.invalid', `${'a'.repeat(64)}.test`, 'ö.test']) assert.match((await list(made, want(bad)))[0] ?? '', /no name that leads anywhere/, bad)
})

test('names without dots, and those of the hosts file, are not the DNS\'s', async () => {
  const made = locator({}, { pinned: { 'carrier.test': ['192.0.2.5', '2001:db8::5'] }, families: [4] })
  assert.deepEqual(await list(made, want('kamailio')), ['udp 172.18.0.5 5060'])
  assert.deepEqual(await list(made, want('carrier.test', { transport: 'tcp' })), ['tcp 192.0.2.5 5060'])
  assert.deepEqual(made.asked, [])
})

test('a finding lives as long as its shortest record; then it follows the DNS', async () => {
  const made = locator({ 'SRV _sip._udp.c.test': some(60, srv(1, 0, 5060, 'a.c.test')), 'A a.c.test': some(5, a('192.0.2.1')) })
  assert.deepEqual(await list(made, want('c.test', { transport: 'udp' })), ['udp 192.0.2.1 5060'])
  made.answers['A a.c.test'] = some(5, a('192.0.2.2'))
  const before = made.asked.length
  made.timers.advance(4999)
  assert.deepEqual(await list(made, want('c.test', { transport: 'udp' })), ['udp 192.0.2.1 5060'])
  assert.equal(made.asked.length, before)
  made.timers.advance(1)
  assert.deepEqual(await list(made, want('c.test', { transport: 'udp' })), ['udp 192.0.2.2 5060'])
  assert.deepEqual(made.asked.slice(before), ['A a.c.test'], 'what is still young is not asked for')
})

test('while the name servers fail, what was known an hour ago will do', async () => {
  const made = locator({ 'A c.test': some(60, a('192.0.2.1')) })
  const wanted = want('c.test', { port: 5060 })
  await list(made, wanted)
  made.timers.advance(61_000)
  const good = made.answers['A c.test'] as Told
  made.answers['A c.test'] = { kind: 'failed', reason: 'silence' }
  assert.deepEqual(await list(made, wanted), ['udp 192.0.2.1 5060'])
  assert.deepEqual((await made.locator.find(wanted)).stale, ['silence'])
  made.answers['A c.test'] = good
  made.timers.advance(5001)
  assert.deepEqual((await made.locator.find(wanted)).stale, [])
  made.answers['A c.test'] = { kind: 'failed', reason: 'silence' }
  made.timers.advance(3_700_000)
  assert.match((await list(made, wanted))[0] ?? '', /could not be looked up/)
})

test('a name server that refuses one kind of question does not freeze the rest', async () => {
  const made = locator({ 'NAPTR c.test': { kind: 'failed', reason: 'REFUSED' }, 'A c.test': some(5, a('192.0.2.1')) })
  assert.deepEqual(await list(made, want('c.test')), ['udp 192.0.2.1 5060'])
  made.answers['A c.test'] = some(5, a('192.0.2.2'))
  made.timers.advance(6000)
  assert.deepEqual(await list(made, want('c.test')), ['udp 192.0.2.2 5060'])
})

test('lookups that take too long are given up; names kept are bounded; forgetting asks anew', async () => {
  const made = locator({ 'A c.test': some(60, a('192.0.2.1')) })
  const slow = createLocator({
    dns: { resolve: () => new Promise(() => undefined), forget: () => undefined, size: 0 }, memory: made.memory, timers: made.timers, now: made.timers.now, random: dice(), bound: 2, patience: 6000,
    local: { lifetime: 1, pinned: () => Promise.resolve(undefined), isLocal: () => false, system: () => Promise.resolve([]) }, offered: () => ['udp'], reaches: () => true, isSelf: () => false,
  })
  const waiting = slow.targets(want('c.test'))
  made.timers.advance(6000)
  assert.deepEqual(await waiting, { failure: 'c.test could not be looked up: the name servers take too long' })
  for (const host of ['c.test', 'd.test', 'e.test', 'f.test']) await made.locator.find(want(host))
  assert.deepEqual(made.locator.known().map((finding) => finding.wanted.host), ['d.test', 'e.test', 'f.test'])
  await made.locator.find(want('c.test'))
  const before = made.asked.length
  made.memory.failed({ transport: 'udp', address: '192.0.2.1', port: 5060 }, 'x')
  made.locator.forget('c.test')
  await made.locator.find(want('c.test'))
  assert.ok(made.asked.slice(before).includes('A c.test'))
  assert.equal(made.memory.health({ transport: 'udp', address: '192.0.2.1', port: 5060 }).state, 'well')
})

